"""One helper for the tests of the policy room: text in, faults or a policy out."""

import re
from textwrap import dedent

import pytest

from app.policies import load_policy
from checks.model.errors import PolicyError
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.schema import Policy

#: Says everything that a policy can say; the other tests change it.
EVERYTHING = """\
version: 1
mode: evaluate
minimum_version: 0.1
owner: {team: "@example/ospo", contact: https://example.com/open-source, responds_within: 2 working days}
check_names: {signoff: DCO}
licenses:
  allow: [public-domain, permissive, MPL-2.0, "GPL-2.0-only WITH Classpath-exception-2.0", LicenseRef-Example-1.0]
  deny: [network-copyleft, {license: JSON, reason: Nobody can promise not to do evil.}]
  with_falls_back_to_base: false
  development: {allow_also: [weak-copyleft, strong-copyleft]}
  build: {allow_also: [weak-copyleft]}
  test: {}
  optional: {allow_also: [EPL-2.0]}
  context: hosted
  context_property: distribution
  contexts: {open-core: {deny_also: [{license: weak-copyleft, reason: We sell it too.}]}}
  linkage: {static: {deny_also: [LGPL-2.1-or-later]}, separate: {allow_also: [strong-copyleft]}}
  own: [{path: "*", license: MIT OR Apache-2.0}, {path: "sdk/*", context: open-core}]
  inner_source: [LicenseRef-Example-InnerSource-1.0]
  detect: always
  clarify:
    - package: pkg:npm/spdx-ranges
      license: MIT AND CC-BY-3.0
      evidence: LICENSE.md
      sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF
      versions: "<4"
      reason: It declares both in words.
      reviewed_by: "@grace"
  exceptions:
    - {package: pkg:npm/caniuse-lite, allow: [CC-BY-4.0], reason: "data, attributed in NOTICE", versions: "<2"}
  judge: everything
  levels: {license-unknown: block, license-missing: off}
  guidance:
    license-not-allowed: Ask the licensing desk.
    license-unknown: {text: Read the text of the license., link: https://example.com/licenses}
signoff:
  require: non-members
  mode: strict
  remediation: {individual: true, third_party: false}
inventory: {}
waivers:
  - id: W-2026-014
    rules: [license-not-allowed]
    package: pkg:npm/@example/left-pad
    versions: ">=1, <1.4"
    repositories: ["web-*", example/shop]
    paths: ["*/package-lock.json"]
    reason: {code: dynamic-linking, text: "Linked dynamically, reviewed by legal."}
    requested_by: "@ada"
    approved_by: "@example/legal"
    created: 2026-11-20
    expires: 2027-03-31
    ticket: LEGAL-123
  - id: W-2026-015
    rules: [signoff-missing]
    commits: [0123456789abcdef0123456789abcdef01234567]
    reason: Imported history.
    approved_by: "@grace"
    expires: 2027-03-31
packages:
  advice:
    - package: pkg:npm/moment
      advice: hold
      reason: In maintenance mode.
      instead: pkg:npm/luxon
      versions: "<4"
      decided: 2026-11-20
      review_by: 2027-06-30
      owner: "@example/web"
      link: https://example.com/radar
    - {package: "pkg:npm/request*", advice: avoid, reason: No fixes., instead: [pkg:npm/undici, "pkg:npm/@a/b"]}
  sources:
    registries: ["https://registry.example/npm"]
    git: ["github.com/example/*"]
    internal: [npm.example.com]
  internal: ["@example/*", "pkg:pypi/acme-*"]
  popular: {npm: [react, "@angular/core"]}
  accept:
    scorecard: {minimum: {Maintained: 3}}
    maintainers: 2
    released_within: 2 years
    age: 90 days
    license_history: stable
    dependents: 10
    transitive: true
"""


def policy(text: str) -> Policy:
    """`version: 1` and this."""
    return load_policy(("version: 1\n" + dedent(text)).encode(), "policy.yaml")


def error(data: str | bytes) -> PolicyError:
    """The error of a whole file."""
    with pytest.raises(PolicyError) as caught:
        load_policy(data.encode() if isinstance(data, str) else data, "policy.yaml")
    return caught.value


def faults(text: str) -> list[str]:
    """All faults of `version: 1` (line 1) and this, as people see them, without the name of the file."""
    found = error("version: 1\n" + dedent(text))
    return [issue.at("").removeprefix(":") for issue in found.issues]


def fault(text: str) -> str:
    """The only fault."""
    (only,) = faults(text)
    return only


def waiver(**changes: str | None) -> str:
    """A policy with one good waiver, changed; None removes a key."""
    keys: dict[str, str | None] = {
        "id": "W-1",
        "rules": "[license-not-allowed]",
        "package": "pkg:npm/left-pad",
        "reason": "reviewed",
        "approved_by": "'@grace'",
        "expires": "2027-03-31",
        **changes,
    }
    lines = [f"{name}: {value}" for name, value in keys.items() if value is not None]
    return "waivers:\n  - " + "\n    ".join(lines) + "\n"


def as_json(node: Node) -> object:
    """What an editor sees: plain scalars have the types of YAML 1.2's core schema."""
    if isinstance(node, Entries):
        return {name.text: as_json(value) for name, value in node.entries}
    if isinstance(node, Items):
        return [as_json(item) for item in node.items]
    return _scalar(node)


def _scalar(node: Scalar) -> object:
    if node.quoted:
        return node.text
    if node.absent:
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    if re.fullmatch(r"[-+]?[0-9]+", node.text):
        return int(node.text)
    return float(node.text) if re.fullmatch(r"[-+]?[0-9]+\.[0-9]*", node.text) else node.text
