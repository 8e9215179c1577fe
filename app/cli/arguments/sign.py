"""The arguments of `ospo-gate sign`."""

from app.cli.arguments import Commands, command
from app.cli.arguments.check import FORMATS

_SIGN = """\
Contributor agreements in GitHub Actions, without a server: on pull_request_target judge who has signed, on
issue_comment record a signature in a file. Everything is read through GitHub's API with GITHUB_TOKEN; there is no
checkout, and nothing of the pull request is run.

  ospo-gate sign --signatures signatures.json            in this repository, on a branch of its own
  ospo-gate sign --signatures signatures/cla.json@main
  ospo-gate sign --signatures example/signatures:cla.json@main
  ospo-gate sign --cla-input path-to-document=https://… --cla-input allowlist='dependabot[bot]'

exit code: 0 everybody has signed, or there was nothing to do · 1 somebody must sign · 2 nothing could be judged
"""


def add(commands: Commands, summary: str) -> None:
    sign = command(commands, "sign", summary, _SIGN, "app.cli.sign:run")
    add = sign.add_argument
    add("--signatures", metavar="[OWNER/REPO:]PATH[@BRANCH]", help="the file with the signatures (default branch: "
        "ospo-gate-signatures, which is made when the first one signs)")  # fmt: skip
    add("--cla-input", action="append", default=[], metavar="INPUT=VALUE", help="an input of "
        "contributor-assistant/github-action: docs/agreements-without-a-server.md")  # fmt: skip
    add("--policy", metavar="PATH|OWNER/REPO[/PATH]@REF", help="judge by this policy; a PATH is read at the branch "
        "that the pull request goes into (default: policy.yaml there)")  # fmt: skip
    add("--only", metavar="CHECK,…", help="agreements, signoff or both (default: both, as the policy says)")
    add("--no-comment", dest="comment", action="store_false", help="keep no comment on the pull request")
    add("--enforce", action="store_true", help="in mode evaluate, exit 1 where it would block")
    add("--format", default="text", choices=FORMATS, help="what to print (default: text)")
    add("--output", metavar="FILE", help="write it there instead")
    add("--also", action="append", default=[], metavar="FORMAT=FILE", help="write a further format to a file")
