"""The arguments of `ospo-gate work`."""

from app.cli.arguments import Commands, command

_WORK = """\
Run the service's workers without its web server, in any number of processes, on any number of hosts that share one
PostgreSQL. Settings come from the environment, the same as those of `serve`: docs/settings.md.
"""


def add(commands: Commands, summary: str) -> None:
    command(commands, "work", summary, _WORK, "app.cli.serve:work")
