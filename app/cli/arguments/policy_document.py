"""The arguments of `ospo-gate policy document`."""

from app.cli.arguments import Commands, command

_DOCUMENT = """\
Write the policy as a page in words: what holds for whom, from when on, what happens with what nobody can tell, and how
to ask. It is made from the policy, so that the two never differ.

  ospo-gate policy document --output policy.html                         for everybody
  ospo-gate policy document --edition internal --format markdown         with teams, waivers and reasons
  ospo-gate policy document example/policy/policy.yaml@main              a policy on GitHub
"""


def add(verbs: Commands) -> None:
    add = command(verbs, "document", "write the policy as a page in words", _DOCUMENT, "app.cli.policy_document:run"
        ).add_argument  # fmt: skip
    add("policy", nargs="?", default="policy.yaml", metavar="POLICY", help="a file, a folder with policy.yaml and "
        "waivers/, REVISION:PATH, or owner/repo[/path]@ref (default: policy.yaml)")  # fmt: skip
    add("--edition", default="public", choices=("public", "internal"), help="public (default) names no people, teams, "
        "hosts and reasons, nor repositories; internal says everything")  # fmt: skip
    add("--format", default="html", choices=("html", "markdown"), help="default: html")
    add("--output", default="-", metavar="FILE", help="write it there (default: standard output)")
