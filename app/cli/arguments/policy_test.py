"""The arguments of `ospo-gate policy test`."""

from app.cli.arguments import Commands, command

_TEST = """\
Judge the examples that are written beside a policy, and say what comes out other than expected: docs/custom-rules.md.

  ospo-gate policy test                                policy.yaml, with policy.test.yaml and tests/*.yaml beside it
  ospo-gate policy test policy.yaml firmware.yaml
  ospo-gate policy test --only copyleft                the examples that have this word in their name

exit code: 0 all are as expected · 1 some are not · 2 the policy or an example is not valid, or there is none
"""


def add(verbs: Commands) -> None:
    add = command(verbs, "test", "judge the examples beside a policy", _TEST, "app.cli.policy_test:run"
        ).add_argument  # fmt: skip
    add("policy", nargs="?", default="policy.yaml", metavar="POLICY", help="a file, a folder, or REVISION:PATH "
        "(default: policy.yaml)")  # fmt: skip
    add("tests", nargs="*", metavar="EXAMPLES", help="files with examples (default: policy.test.yaml and tests/*.yaml)")
    add("--only", metavar="WORDS", help="the examples that have this in their name")
    add("--format", default="text", choices=("text", "json"), help="default: text")
