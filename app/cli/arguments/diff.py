"""The arguments of `ospo-gate diff`."""

from app.cli.arguments import Commands, add_no_cache, command

_DIFF = """\
List what changed: added, removed, updated, moved between scopes, and re-sourced (the same version from another
address or with another hash), each with its line and the chain that brings it. It judges nothing: the exit code is 0.

  ospo-gate diff v1.0 v1.1                       two revisions of this checkout, exactly these two
  ospo-gate diff main HEAD packages/web          only below this path
  ospo-gate diff old/uv.lock uv.lock             two files; ./name where a branch has the same name
  ospo-gate diff v1.0 v1.1 --format markdown     for release notes
"""


def add(commands: Commands, summary: str) -> None:
    diff = command(commands, "diff", summary, _DIFF, "app.cli.diff:run")
    diff.add_argument("base", metavar="BASE", help="a revision, a folder or a manifest")
    diff.add_argument("head", metavar="HEAD", help="the same kind of thing, later")
    diff.add_argument("path", nargs="?", metavar="PATH", help="only manifests at or below this path of the checkout")
    diff.add_argument("--format", default="text", choices=("text", "json", "markdown"), help="default: text")
    add_no_cache(diff)
