"""The arguments of `ospo-gate where`."""

from app.cli.arguments import Commands, command

_WHERE = """\
Say which repositories use a package, since when, through what, and who owns them. It asks the service, or reads the
service's own database where OSPO_GATE_DATABASE is set.

  ospo-gate where npm:left-pad
  ospo-gate where pkg:maven/org.example/core --version-range '<2.17'
  ospo-gate where log4j-core                    a name, in whatever ecosystem
  ospo-gate where CVE-2026-12345                what an advisory affects
  ospo-gate where --license AGPL-3.0-only --format csv

exit code: 0 it is used · 1 it is not used now, or nobody can tell
"""


def add(commands: Commands, summary: str) -> None:
    where = command(commands, "where", summary, _WHERE, "app.cli.where:run").add_argument
    where("package", nargs="?", metavar="PACKAGE[@VERSION]|NAME|ADVISORY", help="npm:left-pad@1.3.0, a package URL, a "
        "bare name, or the id of an advisory")  # fmt: skip
    where("--version-range", metavar="RANGE", help="'>=2, <3' or 'vers:npm/>=2.0.0|<3.0.0'")
    where("--license", metavar="ID", help="everything under this license, also where it is one of several")
    where("--advisory", metavar="ID", help="everything that it affects: a CVE, or another name of it")
    where("--server", metavar="URL", help="the service (default: OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")
    where("--all", action="store_true", help="all uses, not only the first 50; csv shows all in any case")
    where("--format", default="text", choices=("text", "json", "csv"), help="default: text")
