"""The arguments of `ospo-gate setup`."""

from app.cli.arguments import Commands, command

_SETUP = """\
Say how the GitHub App is set up by hand, with exact values: where no browser reaches the pages of `ospo-gate serve
--setup` (docs/setup.md). Once there is an App, it says what is left to do.

  ospo-gate setup --organization example --url https://gate.example.com
  ospo-gate setup --ruleset evaluate > ruleset.json    the ruleset to import
  ospo-gate setup --leaving                            what still requires the check

exit code of --leaving: 0 nothing requires it · 1 something does, or something could not be read
"""


def add(commands: Commands, summary: str) -> None:
    setup = command(commands, "setup", summary, _SETUP, "app.cli.setup:run")
    add_ = setup.add_argument
    add_("--organization", metavar="ORG", help="whose the App is (default: your own account's)")
    add_("--url", metavar="URL", help="https://HOST, where GitHub and people reach the service (default: "
         "OSPO_GATE_PUBLIC_URL)")  # fmt: skip
    add_("--github", metavar="HOST", help="another GitHub: Enterprise Server, or with data residency")
    add_("--name", default="ospo-gate", help="the App's name (default: ospo-gate)")
    add_("--with", action="append", default=[], dest="options", metavar="PERMISSION", help="one of the permissions "
         "that are not needed")  # fmt: skip
    add_("--without", action="append", default=[], metavar="PERMISSION", help="leave one out")
    what = setup.add_mutually_exclusive_group()
    what.add_argument("--ruleset", choices=("evaluate", "disabled", "active"), help="print the ruleset as JSON")
    what.add_argument("--leaving", action="store_true", help="list every ruleset and branch protection that requires "
                      "the check")  # fmt: skip
