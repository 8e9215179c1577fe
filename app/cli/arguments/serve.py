"""The arguments of `ospo-gate serve`."""

from app.cli.arguments import Commands, command

_SERVE = """\
Run the webhook service and its worker in one process. Settings come from the environment: docs/settings.md.
"""


def add(commands: Commands, summary: str) -> None:
    command(commands, "serve", summary, _SERVE, "app.cli.serve:run")
