"""The policy that serves where there is none, and that `ospo-gate policy init` writes."""

STARTER = """\
# The policy of ospo-gate: https://github.com/ospo-gate/ospo-gate/blob/main/docs/policy.md
# An absent section is off; `section: {}` is on with its defaults.
version: 1

# evaluate: verdicts are shown and never block. Change it to `enforce` when you have seen them for a while.
mode: evaluate

# Who answers for this policy.
# owner: {team: "@example/ospo", contact: "https://example.com/open-source", responds_within: 2 working days}

licenses:
  # Categories and SPDX ids. What is not allowed is a finding.
  allow: [public-domain, permissive]
  # Tools that are not shipped may have more.
  development: {allow_also: [weak-copyleft, strong-copyleft]}

# Every commit is signed off (Developer Certificate of Origin).
signoff: {}
"""
