"""The arguments of `ospo-gate ask`."""

from app.cli.arguments import Commands, command

_ASK = """\
Say whether a package may be used, before anybody has written code: the answer, why, and what may be used instead.

  ospo-gate ask npm:left-pad@1.3.0
  ospo-gate ask pypi:requests                   the newest version that may be used
  ospo-gate ask @scope/name --scope development --policy example/policy@main

exit code: 0 yes · 1 no, not now, or it cannot be said
"""


def add(commands: Commands, summary: str) -> None:
    ask = command(commands, "ask", summary, _ASK, "app.cli.ask:run").add_argument
    ask("package", metavar="PACKAGE[@VERSION]", help="npm:left-pad@1.3.0, pypi:requests, @scope/name, or a package URL")
    ask("--in", dest="path", default=".", metavar="FOLDER", help="whose policy.yaml answers, and whose manifests tell "
        "what a bare name is (default: here)")  # fmt: skip
    ask("--policy", metavar="FILE|OWNER/REPO[/PATH]@REF", help="answer by this policy")
    ask("--scope", default="runtime", choices=("runtime", "optional", "development", "build", "test"),
        help="what it is wanted for (default: runtime)")  # fmt: skip
    ask("--facts", metavar="FILE", help="answer from this file (default: OSPO_GATE_FACTS)")
    ask("--online", action="store_true", help="ask the network, too, where there is a facts file; without one it is "
        "asked in any case")  # fmt: skip
    ask("--offline", action="store_true", help="never ask the network")
    ask("--repository-name", metavar="OWNER/NAME", help="for waivers that name repositories")
    ask("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    ask("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    ask("--format", default="text", choices=("text", "json"), help="default: text")
