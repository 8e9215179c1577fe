"""The arguments of `ospo-gate policy versions`."""

from app.cli.arguments import Commands, command

_VERSIONS = """\
List the versions of the organization's policy that the service has seen, newest first: who wrote each, when it came
into force, and why it never did. It asks the service, or reads the service's own database where OSPO_GATE_DATABASE is
set.

  ospo-gate policy versions
  ospo-gate policy versions 55eceaf3e8f4       the version that a verdict names

exit code: 0 there is one · 1 there is none
"""


def add(commands: Commands, summary: str) -> None:
    versions = command(commands, "policy versions", summary, _VERSIONS, "app.cli.policy_versions:run").add_argument
    versions("digest", nargs="?", metavar="DIGEST", help="of a policy, as verdicts name it, or how it begins")
    versions("--server", metavar="URL", help="the service (default: OSPO_GATE_SERVER); the token is "
        "OSPO_GATE_API_TOKEN")  # fmt: skip
    versions("--limit", default="20", metavar="N", help="how many (default: 20)")
    versions("--format", default="text", choices=("text", "json"), help="default: text")
