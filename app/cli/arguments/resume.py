"""The arguments of `ospo-gate resume`."""

from app.cli.arguments import Commands, command
from app.cli.arguments.pause import add_where

_RESUME = """\
End pauses before their time: all of them, or those of one installation or repository. What they held back is judged
within a minute.

  ospo-gate resume
  ospo-gate resume --repository example/web
"""


def add(commands: Commands, summary: str) -> None:
    add_where(command(commands, "resume", summary, _RESUME, "app.cli.pause:resume"))
