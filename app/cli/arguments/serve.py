"""The arguments of `ospo-gate serve`."""

from app.cli.arguments import Commands, command

_SERVE = """\
Run the webhook service and its worker in one process. Settings come from the environment: docs/settings.md.
Without a GitHub App it serves pages that set one up first: docs/setup.md.
"""


def add(commands: Commands, summary: str) -> None:
    serve = command(commands, "serve", summary, _SERVE, "app.cli.serve:run")
    serve.add_argument("--setup", action="store_true", help="set up a GitHub App, or fail if there is one")
    serve.add_argument("--credentials", metavar="DIR", help="the App's credentials, as set-up writes them (default: "
                       "OSPO_GATE_CREDENTIALS, or ospo-gate-credentials beside the database)")  # fmt: skip
