"""The arguments of `ospo-gate policy hygiene`."""

from app.cli.arguments import Commands, command

_HYGIENE = """\
List what the owner of a policy should tidy up: overrides that never count, advice that contradicts itself, waivers that
end or that nothing needs, days that are over. Each with its place, why it matters, and the edit that sets it right.

  ospo-gate policy hygiene                                  what policy.yaml shows by itself
  ospo-gate policy hygiene --inventory ~/src/web ~/src/api  also what nothing in these needs
  ospo-gate policy hygiene --database                       also what no repository of the service needs
  ospo-gate policy hygiene --fail-on waiver-ended,override-overwritten      for continuous integration

exit code: 0 · 1 what --fail-on names was found
"""


def add(verbs: Commands) -> None:
    add = command(verbs, "hygiene", "list what should be tidied up in a policy", _HYGIENE, "app.cli.policy_hygiene:run"
        ).add_argument  # fmt: skip
    add("file", nargs="?", default="policy.yaml", metavar="FILE", help="default: policy.yaml; - reads standard input; "
        "REVISION:PATH reads it from git")  # fmt: skip
    add("--inventory", nargs="+", default=[], metavar="PATH", help="checkouts or lock files: all that is in use")
    add("--facts", metavar="FILE", help="with --inventory: a facts file that is asked what is known of packages")
    add("--database", action="store_true", help="look at the repositories in the service's database and at "
        "all that they use, OSPO_GATE_DATABASE")  # fmt: skip
    add("--server", nargs="?", const="", metavar="URL", help="ask the service about its own policy (default: "
        "OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")  # fmt: skip
    add("--tickets", action="store_true", help="name waivers without a ticket, too")
    add("--format", default="text", choices=("text", "json", "markdown"), help="default: text")
    add("--fail-on", metavar="TOPIC,…", help="exit with 1 if one of these is found; `any`: if anything is")
