"""The arguments of `ospo-gate backfill`."""

from app.cli.arguments import Commands, command

_BACKFILL = """\
Have the service read default branches that it has not read yet, and those whose head is another one now. The service
does it, in the background, within a share of GitHub's rate limit; this command tells it to, and how far it has come.
It works on the service's own database, OSPO_GATE_DATABASE.

  ospo-gate backfill --status
  ospo-gate backfill                            everything
  ospo-gate backfill --repository example/web
  ospo-gate backfill --share 80%                until it is through

exit code: 0 · with --status 1 while some are to be read
"""


def add(commands: Commands, summary: str) -> None:
    add = command(commands, "backfill", summary, _BACKFILL, "app.cli.backfill:run").add_argument
    add("--installation", type=int, metavar="ID", help="only of this installation of the App")
    add("--repository", metavar="OWNER/NAME", help="only this one")
    add("--share", metavar="PERCENT", help="of GitHub's rate limit (default: OSPO_GATE_BACKFILL_SHARE)")
    add("--status", action="store_true", help="only say how far it has come")
