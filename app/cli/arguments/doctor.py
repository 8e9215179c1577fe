"""The arguments of `ospo-gate doctor`."""

from app.cli.arguments import Commands, command

_DOCTOR = """\
Say whether the service can work as it should, and what to do where it can not: the GitHub App and its key, permissions
and events, the clock, webhooks as GitHub sent them last, the database and what waits in it, and for each repository
whether the check is required by its rules. It changes nothing, and works while the service is down, with the same
settings (docs/settings.md).

exit code: 0 nothing is wrong · 1 there is a fault · 2 usage
"""


def add(commands: Commands, summary: str) -> None:
    doctor = command(commands, "doctor", summary, _DOCTOR, "app.cli.doctor:run").add_argument
    doctor("--repositories", type=int, default=200, metavar="N", help="at how many repositories to look; two requests "
           "each (default: 200)")  # fmt: skip
    doctor("--format", default="text", choices=("text", "json"), help="default: text")
