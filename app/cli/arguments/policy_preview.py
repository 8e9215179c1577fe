"""The arguments of `ospo-gate policy preview`."""

from app.cli.arguments import Commands, command

_PREVIEW = """\
Say what another policy would change before anybody merges it: what would be newly blocked and what set free, by rule,
repository, package and owner, over everything that the service knows of default branches.

  ospo-gate policy preview policy.yaml                      against the policy that judges now
  ospo-gate policy preview HEAD:policy.yaml policy.yaml     two versions: files, folders, or REVISION:PATH of git
  ospo-gate policy preview --since 30d policy.yaml          what it would have done to pull requests of 30 days
  ospo-gate policy preview --at 2027-01-01 policy.yaml      what it will block when that day comes
  ospo-gate policy preview old.yaml new.yaml --inventory ~/src/web ~/src/api      without a service

exit code: 0 · 1 something is newly blocked, with --fail-on newly-blocked
"""


def add(verbs: Commands) -> None:
    add = command(verbs, "preview", "say what another policy would change", _PREVIEW, "app.cli.policy_preview:run"
        ).add_argument  # fmt: skip
    add("policies", nargs="+", metavar="POLICY", help="the new one, or the old and the new one: a file, a folder with "
        "policy.yaml and waivers/, REVISION:PATH, or the beginning of the digest of a version")  # fmt: skip
    add("--inventory", nargs="+", metavar="PATH", help="checkouts or lock files to look at instead of the service's "
        "data; each is a repository with the name of its folder")  # fmt: skip
    add("--facts", metavar="FILE", help="with --inventory: a facts file that is asked what is known of packages")
    add("--since", metavar="WHEN", help="judge the stored pull requests of this time again: 30d, or 2026-10-01")
    add("--at", metavar="DAY", help="take the new policy as it will be on a day, for what has `from`: 2027-01-01")
    add("--server", metavar="URL", help="the service (default: OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")
    add("--format", default="text", choices=("text", "markdown", "json", "csv"), help="default: text")
    add("--fail-on", choices=("newly-blocked",), help="exit with 1 if anything is newly blocked")
