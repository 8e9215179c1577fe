"""A policy that says everything that can be said, and its page."""

from datetime import UTC, datetime

from app.policies import load_policies
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy_page.document import document
from checks.policy_page.html import to_html
from checks.policy_page.markdown import to_markdown
from checks.policy_page.words import Edition
from checks.rules import CHECKS
from tests.policy.examples import EVERYTHING

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: With `EVERYTHING`, each key of each section has a value.
MORE = """\
edition: 2026
owners: {repositories: {"web-*": "@example/web"}, default: "@example/office"}
facts: {maximum_age: 7 days}
mode_property: gate
locked: [licenses.deny]
repository_file: {honor: true}
approvers: {license: "@example/legal", default: "@example/ospo"}
unwaivable: [vulnerability-exploited]
waivers_last: {warn: 1 year}
agreements:
  documents:
    - name: Example CLA
      version: "2"
      text: cla/v2.md
      kind: both
      sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      compatible_with: ["1.1"]
      since: 2026-11-01
      grace: 30 days
      reason: It grants a patent license now.
      fields: [{name: country, label: Where you live, required: true, type: country}]
      phrase: I have read the Example CLA and I agree to it
      repositories: ["example/hidden-*"]
      properties: {distribution: [product]}
      contact: https://example.com/cla
    - {name: Example Corporate CLA, version: "1", text: cla/corporate.md, kind: corporate, instead_of: [Example CLA]}
  trivial: {files: 3, lines: 15}
  exempt:
    accounts: [bot]
    logins: ["example-*"]
    teams: ["@example/employees"]
    organizations: [example]
    emails: ["*@example.com"]
vulnerabilities:
  fix_within: {critical: 7 days, high: 30 days, moderate: 90 days, low: 180 days}
  epss: {block_from: 50%}
  vex: {files: [security/openvex.json], authors: [Example Product Security]}
  accept:
    - advisory: CVE-2021-23337
      reason: No input of strangers reaches it.
      approved_by: "@example/security"
      expires: 2027-03-31
      package: pkg:npm/lodash
      versions: "<4.17.21"
  levels: {vulnerable: {level: block, from: 2027-03-01, until_then: warn}}
  override: {who: ["@example/security"]}
freshness:
  minimum_age: {default: 3 days, major: 14 days, minor: 7 days, patch: 2 days}
  exempt: ["pkg:npm/@example/*"]
  maximum_age: 3 years
  behind: {major: 2, minor: 10}
  libyears: {total: 50 years, worst: 5 years}
  unmaintained_after: 2 years
notices: {}
sbom:
  minimum_elements: [cra, bsi]
  minimum_score: 7.5
  covers: [{sbom: dist/app.cdx.json, manifests: ["apps/*"]}]
  ignore: ["tests/*"]
ai_models:
  clarify:
    - {model: pkg:generic/ollama/llama3.1, license: LicenseRef-scancode-llama-3.1-license-2024, reason: Read by us.}
  ignore: ["tests/*"]
custom_rules:
  rules:
    - id: no-old-chart
      when: repository.name == "example/old-chart"
      message: Take the new chart.
      level: block
      from: 2027-05-01
      until_then: warn
      unknown: note
      guidance: {text: The chart guild helps., link: https://example.com/charts}
      move: owner
      waivable: false
"""
OVERRIDES = """\
overrides:
  - match: {repositories: ["moonshot-*"], properties: {distribution: [internal, none]}}
    mode: enforce
    licenses: {allow_also: [weak-copyleft]}
  - {match: {visibility: [internal, private]}, from: 2026-12-24, signoff: off}
  - {match: {branches: "release/*"}, from: 2027-04-01, sbom: {committed_sbom: required}, freshness: off}
  - match: {scopes: [development, test], paths: ["tools/*"]}
    licenses:
      exceptions_also: [{package: pkg:npm/a, allow: [EPL-1.0], reason: A tool.}]
      levels: {license-missing: warn}
"""


def everything() -> str:
    """The whole policy, without overrides."""
    same = 'inventory: {same_sources: [["https://a.example/", "https://b.example/"]]}'
    return EVERYTHING.replace("inventory: {}", same) + MORE


def policies(text: str, name: str = "policy.yaml") -> PolicySet:
    return load_policies(PolicyFiles(text.encode(), name))


def page(text: str | PolicySet, edition: Edition = Edition.INTERNAL, now: datetime = NOW) -> str:
    """As Markdown."""
    loaded = policies(text) if isinstance(text, str) else text
    return to_markdown(document(loaded, CHECKS, edition, now))


def html(text: str, edition: Edition = Edition.INTERNAL, now: datetime = NOW) -> str:
    return to_html(document(policies(text), CHECKS, edition, now))
