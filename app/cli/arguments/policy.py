"""The arguments of `ospo-gate policy`."""

from app.cli.arguments import (
    Commands,
    command,
    policy_document,
    policy_explain,
    policy_hygiene,
    policy_init,
    policy_preview,
    policy_test,
)

_IMPORT = """\
Write a policy that says what the configuration of another tool says, and list what will be judged differently.

  ospo-gate policy import .github/dependency-review-config.yml --output policy.yaml
  ospo-gate policy import deny.toml --approved-by @example/security --format markdown
  ospo-gate policy import .github/workflows/review.yml      the inputs of dependency-review-action
"""

#: What `policy import` reads.
KINDS = (
    *("cargo-deny", "dependabot", "dependency-review", "licensed", "liccheck", "ort-classifications", "ort-curations"),
    *("ort-repository", "ort-resolutions", "osv-scanner", "renovate", "scancode", "snyk", "trivy", "trivy-yaml"),
)


def add(commands: Commands, summary: str) -> None:
    policy = command(commands, "policy", summary, "Work on a policy file.", "")
    verbs = policy.add_subparsers(dest="verb", metavar="VERB", required=True)
    policy_init.add(verbs)
    summary = "say whether a policy is valid, and every fault if not"
    validate = command(verbs, "validate", summary, summary[:1].upper() + summary[1:] + ".", "app.cli.policy:validate"
        ).add_argument  # fmt: skip
    validate(
        "file", nargs="?", default="policy.yaml", metavar="FILE", help="default: policy.yaml; - reads standard input"
    )
    validate("--format", default="text", choices=("text", "json"), help="default: text")
    _add_import(verbs)
    policy_explain.add(verbs)
    policy_hygiene.add(verbs)
    policy_document.add(verbs)
    policy_preview.add(verbs)
    policy_test.add(verbs)
    command(
        verbs,
        "schema",
        "print the JSON Schema for editors",
        "Print the JSON Schema of policy.yaml.",
        "app.cli.policy:schema",
    )


def _add_import(verbs: Commands) -> None:
    add = command(verbs, "import", "turn another tool's configuration into a policy", _IMPORT, "app.cli.imports:run"
        ).add_argument  # fmt: skip
    add("file", metavar="FILE", help="what to import; - reads standard input")
    add("--from", dest="kind", choices=KINDS, metavar="KIND", help="what it is, if it does not say so itself: "
        + ", ".join(KINDS))  # fmt: skip
    add("--output", metavar="FILE", help="write the policy there and print the table (default: print the policy, the "
        "table on standard error)")  # fmt: skip
    add("--approved-by", metavar="@WHO", help="who answers for what was ignored so far: @login or @organization/team")
    add("--waivers-end", metavar="YYYY-MM-DD", help="last day of ignores that have no end (default: 90 days from now)")
    add("--format", default="text", choices=("text", "markdown", "json"), help="of the table (default: text)")
