"""The arguments of `ospo-gate pause`."""

import argparse

from app.cli.arguments import Commands, command

_PAUSE = """\
Until a time nothing is judged, and every verdict is neutral: it blocks nobody, and says who paused it, why and until
when. Verdicts that stand on GitHub stay; “Re-run” makes one neutral. The pause lapses by itself, and what was held back
is judged then. It is kept in the history with your name. The service need not run, its database must be reachable.

  ospo-gate pause --until 2h --reason 'The license data is wrong, see OSPO-17'
  ospo-gate pause --until 2026-11-21T14:00 --reason '…' --repository example/web
"""


def add(commands: Commands, summary: str) -> None:
    pause = command(commands, "pause", summary, _PAUSE, "app.cli.pause:pause")
    add_where(pause)
    pause.add_argument("--until", required=True, metavar="TIME", help="2026-11-21T14:00 (UTC), or 30m, 2h, 3d from now")
    pause.add_argument("--reason", required=True, metavar="TEXT", help="for everybody who sees a neutral verdict")


def add_where(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--installation", type=int, metavar="ID", help="only in this installation (default: everywhere)")
    where.add_argument("--repository", metavar="OWNER/NAME", help="only in this repository")
    parser.add_argument("--by", metavar="NAME", help="who does it (default: your account on this machine)")
