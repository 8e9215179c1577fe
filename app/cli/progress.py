"""One line on standard error while something takes long: only on a terminal, and only after a second."""

import sys
import time
from types import TracebackType
from typing import TextIO

from checks.model.phrase import visible

#: Seconds before people wonder, and between two looks at the clock that are shown.
PATIENCE, EVERY = 1.0, 0.1


class Progress:
    """`with Progress(total) as progress: progress.at(3, "uv.lock")`. Nothing of it stays on the screen."""

    def __init__(self, total: int, stream: TextIO | None = None, width: int = 79) -> None:
        self.total = total
        self.stream = stream or sys.stderr
        self.width = width
        self.shown = False
        self.next = time.monotonic() + PATIENCE if self.stream.isatty() else float("inf")

    def __enter__(self) -> "Progress":
        return self

    def at(self, done: int, name: str) -> None:
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + EVERY
        bar = "█" * (20 * done // max(self.total, 1))
        line = f"{bar:░<20} {done:,} of {self.total:,}  {visible(name, 200)}"
        self.stream.write("\r" + line[: self.width].ljust(self.width if self.shown else 0))
        self.stream.flush()
        self.shown = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.shown:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
