"""The arguments of `ospo-gate notices`."""

from app.cli.arguments import Commands, add_no_cache, command

_NOTICES = """\
Write the third-party notices of a checkout: every package, the license it is used under, who claims copyright, each
license text once, and NOTICE files. Texts are read from where packages are installed or vendored; nothing is fetched.
Equal packages give equal bytes. Which license is chosen where one offers several is the policy's decision.

  ospo-gate notices --output THIRD-PARTY-NOTICES.md
  ospo-gate notices web --format html --output notices.html
  ospo-gate notices --check THIRD-PARTY-NOTICES.md          exit code 1 and the difference if it is not up to date
"""


def add(commands: Commands, summary: str) -> None:
    notices = command(commands, "notices", summary, _NOTICES, "app.cli.notices:run")
    add = notices.add_argument
    add("path", nargs="?", default=".", metavar="PATH", help="a folder or a manifest (default: here)")
    add("--format", choices=("text", "markdown", "html"), help="default: by the file's ending, else text")
    target = notices.add_mutually_exclusive_group()
    target.add_argument("--output", metavar="FILE", help="write them there")
    target.add_argument("--check", metavar="FILE", help="compare with this file instead of writing")
    add("--scope", default="shipped", choices=("shipped", "all"), help="all: with tools for building, developing and "
        "testing (default: shipped)")  # fmt: skip
    add("--policy", metavar="FILE", help="default: policy.yaml at PATH, else the built-in one")
    add_no_cache(notices)
