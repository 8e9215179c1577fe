"""The template `internal`: software for the organization itself."""

TEXT = """\
# A policy for software that only the organization uses: nothing is handed out, nothing is sold.
# Every key: https://github.com/ospo-gate/ospo-gate/blob/main/docs/policy.md
version: 1
# The rules of later releases are notes until you raise this.
edition: 2026

# evaluate: verdicts are shown and never block. Change it to `enforce` when you have seen them for a while.
mode: evaluate

# Who answers for this policy, and who approves exceptions (never who asked). A named approver and an end for each
# exception are what OpenChain ISO/IEC 5230:2020 means by a process: https://openchainproject.org/license-compliance
#owner: {team: "@example/ospo", contact: "https://example.com/open-source", responds_within: 2 working days}
#approvers: {license: "@example/legal", vulnerability: "@example/security", default: "@example/ospo"}

licenses:
  context: internal
  # Many organizations take strong copyleft where nothing is handed out. What is handed out after all needs other lists:
  # match it by property or visibility, below.
  allow: [public-domain, permissive, weak-copyleft, strong-copyleft]
  deny:
    # Most lists count it as strong copyleft, too; here somebody decides case by case.
    - {license: network-copyleft, reason: It reaches everybody who uses a tool over a network.}
    # What a company does for itself is rarely non-commercial.
    - {license: non-commercial, reason: Our use is commercial.}
  # Vendors' terms are somebody's contract: list what you have bought, one by one.
  #exceptions: [{package: "pkg:npm/@vendor/*", allow: [proprietary], reason: "Licensed under contract 2026-12."}]
  # The license for code that is shared inside the organization only.
  #inner_source: [LicenseRef-Example-InnerSource-1.0]
  development: {allow_also: [source-available]}
  levels:
    license-missing: note
    license-unknown: warn

vulnerabilities:
  # What nobody outside reaches may wait a little longer; what is exploited may not.
  block_from: critical
  fix_within: {critical: 14 days, high: 60 days, moderate: 180 days}
  levels:
    advisories-unknown: note

freshness:
  minimum_age: 3 days
  unmaintained_after: 3 years
  levels:
    version-too-new: warn
    end-of-life: warn
    publication-date-missing: note
    freshness-unknown: note

# A package name of yours that somebody else publishes is the oldest trick against internal software.
packages: {}
#  sources: {internal: ["https://npm.example.com"]}
#  internal: ["@example/*"]

overrides:
  # What is public is handed out, whoever wrote it.
  - match: {visibility: public}
    licenses:
      context: distributed
      allow: [public-domain, permissive, weak-copyleft]
"""
