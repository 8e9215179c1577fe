"""The template `open-source-project`: a project that takes contributions from anybody."""

TEXT = """\
# A policy for an open source project that takes contributions from anybody.
# It follows the OSPS Baseline (https://baseline.openssf.org/), whose controls are named below, and the guides of the
# TODO Group (https://todogroup.org/resources/guides/).
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

# OSPS-LE-01: whoever contributes says that they may. The Developer Certificate of Origin 1.1 is the lightest way:
# https://developercertificate.org/
signoff:
  require: everyone
  # The same comparison as the DCO app, so that nobody has to learn anything new.
  mode: dcoapp
  # People forget it once: a remediation commit is kinder than rewriting history.
  remediation: {individual: true}
  # Generated code is welcome if somebody signs for it; what commits tell of it is noted.
  generated: {declare: noted}

# Where the project needs more than that (relicensing, patents): docs/agreements.md. Every agreement costs contributors.
#agreements:
#  documents: [{name: Example CLA, version: "1", text: cla/v1.md}]

licenses:
  # Name the license of the project, and advice on compatibility is given.
  #own: [{path: "*", license: Apache-2.0}]
  # Whoever uses the project inherits its dependencies.
  allow: [public-domain, permissive]
  development: {allow_also: [weak-copyleft, strong-copyleft]}
  levels:
    license-missing: warn
    license-unknown: warn
  guidance:
    license-not-allowed: Open an issue before you add it; often another package does the same.

# OSPS-VM-05.03: every change is judged for malicious packages and known vulnerabilities.
vulnerabilities:
  block_from: high
  levels:
    # Without a source of advisories nobody can tell: docs/facts.md. Set it to warn when there is one.
    advisories-unknown: note

freshness:
  minimum_age: 3 days
  # The cheapest protection of a release workflow.
  pin: {actions: sha, images: digest}
  levels:
    version-too-new: warn
    # Set these to warn when there is a source of dates: docs/facts.md
    publication-date-missing: note
    freshness-unknown: note

# OSPS-QA-02: what is in a release can be listed. An SBOM that is committed says the truth or is not there.
sbom:
  minimum_elements: [ntia]
  committed_sbom: must-match
"""
