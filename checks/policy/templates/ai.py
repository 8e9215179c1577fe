"""The template `ai`: software that comes with models and data sets."""

TEXT = """\
# A policy for software that comes with AI models and data sets. Code, weights and data have licenses of their own.
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

ai_models:
  # Licenses that rule out some uses (OpenRAIL, Llama, Gemma) are ai-use-restricted: somebody decides for each use.
  # To allow them for good: [public-domain, permissive, ai-use-restricted]
  weights:
    allow: [public-domain, permissive]
    deny: [non-commercial]
  # A data set may be of many people's works: what it was made of is another question than what it is under.
  data:
    allow: [public-domain, permissive]
    deny: [non-commercial]
  levels:
    # A model card without a license grants nothing.
    model-license-unknown: block
    # A name without a commit can come to mean other weights tomorrow.
    model-unpinned: warn
    model-file-added: warn

licenses:
  allow: [public-domain, permissive, weak-copyleft]
  deny:
    - {license: non-commercial, reason: Our use is commercial.}
    - {license: ai-use-restricted, reason: Code under such terms passes them on to whoever uses it.}
  development: {allow_also: [strong-copyleft]}
  levels:
    license-missing: warn
    license-unknown: warn

# What people say of the tools that helped them is noted. The TODO Group advises to keep provenance, and that a tool
# never signs for a person: https://todogroup.org/
signoff:
  require: everyone
  generated: {declare: required}
  levels: {signoff-missing: warn, signoff-by-bot: block, generated-code-undeclared: warn}

vulnerabilities:
  block_from: high
  levels:
    # Without a source of advisories nobody can tell: docs/facts.md. Set it to warn when there is one.
    advisories-unknown: note

# Young ecosystems are where malicious packages appear first.
freshness:
  minimum_age: {default: 7 days, patch: 3 days}
  pin: {actions: sha, images: digest}
  levels:
    version-too-new: warn
    # Set these to warn when there is a source of dates: docs/facts.md
    publication-date-missing: note
    freshness-unknown: note
"""
