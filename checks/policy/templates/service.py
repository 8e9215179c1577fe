"""The template `service`: software that customers use over a network."""

TEXT = """\
# A policy for software that is offered as a service: nothing is handed out but what runs in a browser.
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

# An exception ends.
waivers_last: {block: 180 days, warn: 1 year}

licenses:
  # Lists may differ by how work reaches people; a property of the repository may say so for each.
  context: hosted
  #context_property: distribution
  allow: [public-domain, permissive, weak-copyleft]
  contexts:
    # Many organizations take strong copyleft where nothing is handed out. Ask your lawyers before you do.
    #hosted: {allow_also: [strong-copyleft]}
    # What runs in a browser is handed out.
    distributed: {deny_also: [strong-copyleft]}
  deny:
    - {license: network-copyleft, reason: It reaches what people use over a network.}
    - {license: source-available, reason: Many of its licenses rule out offering a service.}
    - {license: non-commercial, reason: We are paid for the service.}
  # Parts that are handed out: the browser's, a client, an SDK.
  #own: [{path: "web/*", context: distributed}]
  development: {allow_also: [strong-copyleft]}
  # Images, charts and Terraform providers are programs of their own.
  linkage: {separate: {allow_also: [strong-copyleft]}}
  levels:
    # Most lock files of Python, Go and Rust carry no license. Set it to block once a source of facts is connected.
    license-missing: warn
    license-unknown: warn

vulnerabilities:
  block_from: high
  # A service can be renewed today, so its times are short; OSPS-VM-05.01 asks to write them down:
  # https://baseline.openssf.org/ For US agencies CISA's KEV gives two weeks for new entries (BOD 22-01).
  fix_within: {critical: 3 days, high: 14 days, moderate: 60 days, low: 180 days}
  # EPSS, the probability of exploitation within 30 days: https://www.first.org/epss/
  epss: {block_from: 10%}
  levels:
    advisories-unknown: warn

freshness:
  minimum_age: {default: 3 days, major: 7 days}
  # A service that stays close to the newest version is patched in a day.
  behind: {major: 2}
  unmaintained_after: 2 years
  end_of_life: {notify: 180 days}
  pin: {actions: sha, images: digest}
  levels:
    version-too-new: warn
    # Without a source of dates nobody can tell: docs/facts.md. Set these to warn when there is one.
    publication-date-missing: note
    freshness-unknown: note

# Where packages may come from, and names that are yours (dependency confusion). Name them and they are guarded.
packages: {}
#  sources: {registries: ["https://registry.example"], internal: ["https://npm.example.com"]}
#  internal: ["@example/*"]
"""
