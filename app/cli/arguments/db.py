"""The arguments of `ospo-gate db`."""

from app.cli.arguments import Commands, command

_DB = """\
Look after the schema of the service's database, OSPO_GATE_DATABASE. Migrations only add: the release before this one
goes on serving while and after they run.

  ospo-gate db check        exit 1 when the schema is not the one of this release
  ospo-gate db upgrade      bring it up to date; `serve` and `work` do it unless OSPO_GATE_MIGRATE=false
"""


def add(commands: Commands, summary: str) -> None:
    verbs = command(commands, "db", summary, _DB, "").add_subparsers(dest="verb", metavar="VERB", required=True)
    command(verbs, "check", "whether the schema is the one of this release", _DB, "app.cli.db:check")
    command(verbs, "upgrade", "bring the schema up to date", _DB, "app.cli.db:upgrade")
