"""The arguments of `ospo-gate policy explain`."""

from app.cli.arguments import Commands, command

_EXPLAIN = """\
Say what the policy makes of a repository, value by value with the line that it came from, and why a package is judged
as it is: every condition with its actual value, also of what does not speak.

  ospo-gate policy explain                                             every value of policy.yaml
  ospo-gate policy explain --repository example/web --property tier=firmware
  ospo-gate policy explain --dependency npm:left-pad@1.3.0 --scope development --online
  ospo-gate policy explain --rule license-not-allowed

exit code: 0 it is explained, whatever the verdict is
"""


def add(verbs: Commands) -> None:
    add = command(
        verbs, "explain", "say what holds where, which line says so, and why", _EXPLAIN, "app.cli.policy_explain:run"
        ).add_argument  # fmt: skip
    add("file", nargs="?", default="policy.yaml", metavar="FILE", help="default: policy.yaml; - reads standard input; "
        "REVISION:PATH reads it from git")  # fmt: skip
    add("--repository", "--repository-name", dest="repository_name", metavar="OWNER/NAME", help="for which repository "
        "(default: none in particular)")  # fmt: skip
    add("--visibility", choices=("public", "internal", "private"), help="of the repository (default: not known)")
    add("--property", action="append", default=[], metavar="NAME=VALUE", help="a custom property of the repository")
    add("--topic", action="append", default=[], metavar="TOPIC", help="a topic of the repository; '' for none")
    add("--target-branch", metavar="BRANCH", help="the branch that a change goes into")
    add("--repository-file", metavar="FILE", help="the repository's own file, which can only make the policy stricter")
    add("--dependency", metavar="PACKAGE[@VERSION]", help="npm:left-pad@1.3.0 or a package URL: why is it judged as "
        "it is?")  # fmt: skip
    add("--scope", default="runtime", choices=("runtime", "optional", "development", "build", "test"),
        help="of the package (default: runtime)")  # fmt: skip
    add("--path", metavar="PATH", help="the manifest that the package is in, for what the policy says of paths")
    add("--pull", metavar="NUMBER", help="with --server and --repository: the package as the newest verdict on a pull "
        "request has it")  # fmt: skip
    add("--rule", metavar="RULE", help="what the policy says of one rule: its level, approvers, waivers")
    add("--facts", metavar="FILE", help="what is known of packages (default: OSPO_GATE_FACTS)")
    add("--online", action="store_true", help="ask the network what is known of the package")
    add("--server", nargs="?", const="", metavar="URL", help="ask the service, by its policy and the facts that it "
        "knows (default: OSPO_GATE_SERVER); the token is OSPO_GATE_API_TOKEN")  # fmt: skip
    add("--format", default="text", choices=("text", "json"), help="default: text")
