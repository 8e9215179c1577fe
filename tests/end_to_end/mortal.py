"""`ospo-gate` as a process that kills itself at a named point; the arguments are `POINT TIMES serve`.

The points are set into the product's classes from here; the product knows nothing of them.
"""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

#: Where a process can die, in the order in which a delivery passes them.
POINTS = (
    "submitted", "accepted", "claimed", "read", "judged", "saved", "sending", "posting", "posted", "finished",
)  # fmt: skip
#: What a process without a web server passes, and a web server without workers.
OF_WORKERS = POINTS[2:]
OF_WEB = ("accepted",)
#: `TIMES` are milliseconds then.
AT_RANDOM = "time"
NEVER = "never"
LAST_WORD = "died at"

Matches = Callable[[tuple[Any, ...], Any], bool]


class Fate:
    """Counts how often the point was passed."""

    def __init__(self, point: str, times: int) -> None:
        self.point = point
        self.left = times

    def strike(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.die()

    def die(self) -> None:
        os.write(2, f"{LAST_WORD} {self.point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)

    def after(self, owner: type, name: str, matches: Matches = lambda given, result: True) -> None:
        """Strike when the method has come to its end."""
        real = getattr(owner, name)

        async def wrapped(*given: Any, **named: Any) -> Any:
            result = await real(*given, **named)
            if matches(given, result):
                self.strike()
            return result

        setattr(owner, name, wrapped)

    def during(self, owner: type, name: str, text: bytes) -> None:
        """Strike some milliseconds after a request with `text` in it was sent: carried out or not, nobody knows."""
        real = getattr(owner, name)

        async def wrapped(*given: Any, **named: Any) -> Any:
            if any(text in value for value in given if isinstance(value, bytes)):
                threading.Timer(int.from_bytes(os.urandom(1), "big") / 50_000, self.strike).start()
            return await real(*given, **named)

        setattr(owner, name, wrapped)


def _at(fate: Fate) -> None:
    from app.gate import Gate
    from app.github.branch import BranchSource
    from app.github.connection import Connection
    from app.github.publisher import Publisher
    from app.github.pull import PullSource
    from app.store.acceptance import Acceptance
    from app.store.reports import ReportStore
    from app.store.subjects import SubjectStore

    match fate.point:
        case "submitted":  # in the transaction that accepts, before it commits
            fate.after(Acceptance, "_keep")
        case "accepted":  # committed, and not yet answered
            fate.after(Acceptance, "_results")
        case "claimed":
            fate.after(SubjectStore, "claim", lambda _, claim: claim is not None)
        case "read":
            fate.after(PullSource, "read")
            fate.after(BranchSource, "read")
        case "judged":
            fate.after(Gate, "judge")
        case "saved":
            fate.after(ReportStore, "save")
        case "sending":
            fate.after(SubjectStore, "may_publish")
        case "posting":
            fate.during(Connection, "_raw", b"CheckRun")
        case "posted":
            fate.after(Publisher, "publish")
        case "finished":
            fate.after(SubjectStore, "finish")
        case "time":
            timer = threading.Timer(fate.left / 1000, fate.die)
            timer.daemon = True
            timer.start()
        case "never":
            return
        case other:
            raise ValueError(other)


def main(arguments: Sequence[str]) -> int:
    from app.cli import main as command

    point, times, *further = arguments
    _at(Fate(point, int(times)))
    return command.main(further)
