"""The template `product`: software that customers get."""

TEXT = """\
# A policy for software that is handed out to customers: installed, embedded, or downloaded.
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

# An exception ends. Half a year is long enough to replace a package and short enough to be remembered.
waivers_last: {block: 180 days, warn: 1 year}

licenses:
  context: distributed
  # Weak copyleft is what most product organizations take; its obligations are about the packages themselves.
  allow: [public-domain, permissive, weak-copyleft]
  deny:
    - {license: network-copyleft, reason: It reaches customers who offer the product over a network.}
    - {license: source-available, reason: Its limits on use reach our customers.}
    - {license: non-commercial, reason: Our customers use it commercially.}
    - {license: JSON, reason: "Its term of use cannot be checked by anybody."}
  # Go and Rust put everything into one program, in which nobody can replace a library.
  linkage:
    static:
      deny_also:
        - {license: LGPL-2.1-only, reason: Nobody could replace it in one static program.}
        - {license: LGPL-2.1-or-later, reason: Nobody could replace it in one static program.}
        - {license: LGPL-3.0-only, reason: Nobody could replace it in one static program.}
        - {license: LGPL-3.0-or-later, reason: Nobody could replace it in one static program.}
  # Compilers, linters and test tools stay with us.
  development: {allow_also: [strong-copyleft]}
  levels:
    # Most lock files of Python, Go and Rust carry no license. Set it to block once a source of facts is connected.
    license-missing: warn
    license-unknown: block

# The texts and copyright lines that licenses ask to pass on: one of the compliance artifacts of ISO/IEC 5230:2020.
notices:
  scope: shipped
  levels: {notice-missing: warn, notice-outdated: warn}

# The Cyber Resilience Act, Regulation (EU) 2024/2847, asks manufacturers for an SBOM from 2027-12-11, and has since
# 2026-09-11 asked them to report exploited vulnerabilities: https://eur-lex.europa.eu/eli/reg/2024/2847/oj
# Others: ntia (2021), cisa and cisa-2026, bsi (TR-03183-2).
sbom:
  minimum_elements: [cra]
  committed_sbom: must-match

vulnerabilities:
  # high is CVSS 7.0 and above.
  block_from: high
  # For what was there before. Common figures, not a standard; what counts is that they are written down
  # (OSPS Baseline OSPS-VM-05.01: https://baseline.openssf.org/).
  fix_within: {critical: 7 days, high: 30 days, moderate: 90 days, low: 180 days}
  # EPSS, the probability of exploitation within 30 days: https://www.first.org/epss/ From one in ten on it is time to
  # look, from one in two on to act. What CISA lists as exploited (KEV) counts without it:
  # https://www.cisa.gov/known-exploited-vulnerabilities-catalog
  epss: {block_from: 50%}
  levels:
    advisories-unknown: warn

freshness:
  # Most malicious versions are found within days. Three are what Dependabot waits by default, too.
  minimum_age: {default: 3 days, major: 7 days}
  unmaintained_after: 2 years
  # A product is used longer than its parts are supported: know it early.
  end_of_life: {notify: 180 days}
  # A tag can come to mean other code.
  pin: {actions: sha, images: digest}
  levels:
    version-too-new: warn
    end-of-life: warn
    # Without a source of dates nobody can tell: docs/facts.md. Set these to warn when there is one.
    publication-date-missing: note
    freshness-unknown: note

# Where packages may come from, and names that are yours (dependency confusion). Name them and they are guarded.
packages: {}
#  sources: {registries: ["https://registry.example"], internal: ["https://npm.example.com"]}
#  internal: ["@example/*"]
"""
