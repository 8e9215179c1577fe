"""The line on standard error while something takes long."""

import io

import pytest

from app.cli.progress import Progress


class Screen(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def ten(stream: Screen, clock: list[float], seconds: float) -> str:
    with Progress(10, stream) as progress:
        for done in range(10):
            progress.at(done, f"part-{done}/uv.lock")
            clock[0] += seconds / 10
    return stream.getvalue()


def test_nothing_within_a_second(clock: list[float]) -> None:
    assert ten(Screen(terminal=True), clock, 0.9) == ""


def test_nothing_where_nobody_looks(clock: list[float]) -> None:
    assert ten(Screen(terminal=False), clock, 60) == ""


def test_a_line_that_does_not_stay(clock: list[float]) -> None:
    shown = ten(Screen(terminal=True), clock, 20).split("\r")
    assert shown[1].startswith("██░░░░░░░░░░░░░░░░░░ 1 of 10  part-1/uv.lock")
    assert (shown[-2].strip(), shown[-1]) == ("", "")
    assert all(len(line) < 80 for line in shown)


def test_a_name_cannot_move_the_cursor(clock: list[float]) -> None:
    stream = Screen(terminal=True)
    with Progress(1, stream) as progress:
        clock[0] = 5
        progress.at(0, "a\x1b[2Jb\nc")
    assert "\\x1b[2Jb\\x0ac" in stream.getvalue()
