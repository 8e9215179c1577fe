"""The template `permissive`: nothing but permissive licenses."""

TEXT = """\
# A policy for organizations that take permissive licenses only, whatever they make with them.
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
  # The narrowest lists that most dependency trees fit. What is in no list is a finding, and a person decides:
  # ISO/IEC 5230:2020 asks that each license in use has been looked at.
  allow: [public-domain, permissive]
  deny:
    # It counts as permissive in most lists, and its term "Good, not Evil" is one that many legal departments refuse.
    - {license: JSON, reason: "Its term of use cannot be checked by anybody."}
  # Tools that are not shipped may have more, as most organizations see it.
  development: {allow_also: [weak-copyleft, strong-copyleft]}
  levels:
    # Most lock files of Python, Go and Rust carry no license. Set it to block once a source of facts is connected.
    license-missing: warn
    license-unknown: block

# Malware and known vulnerabilities of what a change brings. OSPS Baseline OSPS-VM-05.03 asks for exactly this check:
# https://baseline.openssf.org/
vulnerabilities:
  block_from: critical
  levels:
    # Without a source of advisories nobody can tell: docs/facts.md. Set it to warn when there is one.
    advisories-unknown: note
"""
