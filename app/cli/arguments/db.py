"""The arguments of `ospo-gate db`."""

from app.cli.arguments import Commands, command

_DB = """\
Look after the service's database, OSPO_GATE_DATABASE. Migrations only add: the release before this one goes on serving
while and after they run.

  ospo-gate db check        exit 1 when the schema is not the one of this release
  ospo-gate db upgrade      bring it up to date; `serve` and `work` do it unless OSPO_GATE_MIGRATE=false
  ospo-gate db backup FILE  write a consistent copy of a SQLite database while the service works on it
  ospo-gate db forget-person LOGIN --email ADDRESS --name NAME
                            delete what names a person, or say `ghost` where decisions stand on it
"""


def add(commands: Commands, summary: str) -> None:
    verbs = command(commands, "db", summary, _DB, "").add_subparsers(dest="verb", metavar="VERB", required=True)
    command(verbs, "check", "whether the schema is the one of this release", _DB, "app.cli.db:check")
    command(verbs, "upgrade", "bring the schema up to date", _DB, "app.cli.db:upgrade")
    backup = command(verbs, "backup", "write a consistent copy of a SQLite database", _DB, "app.cli.db_data:backup")
    backup.add_argument("file", metavar="FILE", help="a new file; none is written over")
    forget = command(verbs, "forget-person", "forget a person", _DB, "app.cli.db_data:forget_person")
    forget.add_argument("login", metavar="LOGIN", help="on GitHub, without the @")
    for option, what in (("name", "a name"), ("email", "an address")):
        forget.add_argument(
            f"--{option}", action="append", default=[], metavar=option.upper(), help=f"{what} that commits have"
        )
