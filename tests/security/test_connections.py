"""Whoever reaches the port, before anything is signed: no connection, memory or log line is theirs for ever."""

import logging
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from app.web import protocol
from app.web.protocol import MAX_HEAD
from app.web.webhook import MAX_BODY
from tests.security.door import Door, post, pull, rest, status

HEAD = b"POST /webhook HTTP/1.1\r\nHost: gate.example\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: gate.example\r\n\r\n"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Every wait ends after half a second."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(protocol, name, 0.5)
    monkeypatch.setattr(protocol, "LOOK", 0.02)
    with Door().open() as opened:
        yield opened


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"POST /web", HEAD, HEAD + b"X-Slow: "], ids=lambda begun: repr(begun))
def test_a_head_that_does_not_come_to_its_end_ends_the_connection(hasty: Door, begun: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(begun)
        assert rest(connection) == b""


@pytest.mark.parametrize("drop", [b"\r\n", b"X-Slow: 1\r\n"], ids=["empty lines", "headers"])
def test_one_line_now_and_then_holds_no_connection(hasty: Door, drop: bytes) -> None:
    """On a connection that has been answered once as on a new one."""
    for first in (b"", HEALTH):
        with hasty.connect() as connection:
            connection.sendall(first)
            if first:
                assert status(connection.recv(65536)) == 200
            connection.sendall(b"GET / HTTP/1.1\r\n" if drop.strip() else b"")
            trickles(connection, drop)


def trickles(connection: socket.socket, drop: bytes) -> None:
    """Send it again and again, until the other side has enough of it."""
    for _ in range(500):
        try:
            connection.sendall(drop)
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError("the other side takes it for ever")


@pytest.mark.parametrize("path", [b"/webhook", b"/nothing"], ids=["read", "answered already"])
def test_a_body_that_trickles_in_holds_no_connection(hasty: Door, path: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: gate.example\r\nContent-Length: 9999999\r\n\r\n")
        trickles(connection, b"x")


def test_who_never_takes_the_answer_holds_no_connection(hasty: Door) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", hasty.port))
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: gate.example\r\n\r\n")
        assert connection.recv(1, socket.MSG_PEEK), "the answer has begun"
        comes(lambda: hasty.connections == 0)


def comes(condition: Callable[[], bool]) -> None:
    """Wait for it; fails if it does not come."""
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it does not come")


def test_ordinary_callers_are_answered_one_request_after_the_other(
    hasty: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all it takes longer than any wait may."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(protocol, name, 2.0)
    with hasty.connect() as connection:
        for _ in range(6):
            connection.sendall(HEALTH + HEALTH)
            found = b""
            while found.count(b"alive") < 2:
                more = connection.recv(65536)
                assert more, "the connection was ended"
                found += more
            time.sleep(0.4)


def test_large_heads_are_refused(door: Door) -> None:
    assert status(door.says(HEAD + b"X-Much: " + b"x" * MAX_HEAD + b"\r\n\r\n")) == 400
    assert status(door.says(b"GET /" + b"a" * MAX_HEAD + b" HTTP/1.1\r\n\r\n")) == 400


def test_a_body_of_26_mb_is_refused_however_it_comes(door: Door) -> None:
    declared = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (26 * 1024 * 1024)
    assert status(door.says(declared)) == 413
    chunked = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    part = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    assert status(door.says(chunked, *[part] * (MAX_BODY // 0x100000 + 1))) == 413


def test_all_bodies_together_have_a_cap(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a few who sign nothing fill the memory. What they leave is room again."""
    monkeypatch.setattr("app.web.webhook.MAX_HELD", 300_000)
    begun = HEAD + b"Content-Length: 250000\r\nConnection: close\r\n\r\n" + b"x" * 200_000
    with door.connect() as one:
        one.sendall(begun)
        comes(lambda: status(door.says(post(b"x" * 120_000))) == 503)
        assert status(door.says(post(pull()))) == 202
        one.sendall(b"x" * 50_000)
        assert status(rest(one)) == 401
    assert status(door.says(post(b"x" * 250_000, signed=False))) == 401
    with door.connect() as another:
        another.sendall(begun)
    comes(lambda: status(door.says(post(b"x" * 250_000))) != 503)  # who breaks off leaves room, too


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 2\r\nContent-Length: 3\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length: " + b"9" * 5000 + b"\r\n",
        b"Content-Length : 2\r\n",
        b"X: a\r\n folded\r\nContent-Length: 2\r\n",
        b"X: a\nContent-Length: 2\r\n",
        b"X: a\0b\r\nContent-Length: 2\r\n",
    ],
    ids=repr,
)
def test_what_two_servers_could_read_in_two_ways_is_refused(door: Door, lines: bytes) -> None:
    """A proxy before us must see the same requests as we do."""
    assert status(door.says(HEAD + lines + b"\r\n{}")) == 400
    assert not door.stored


def test_who_breaks_off_fills_no_log(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for path in (b"/webhook", b"/nothing"):
        with door.connect() as connection:
            connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\nabc")
    for _ in range(20):
        assert status(door.says(post(b"{}", path="/healthz"))) == 405
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_connection_cannot_become_another_protocol(door: Door) -> None:
    upgrade = b"Connection: close, upgrade\r\nUpgrade: %s\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n"
    for name in (b"websocket", b"h2c"):
        answer = door.says(b"GET /healthz HTTP/1.1\r\nHost: gate.example\r\n" + upgrade % name + b"\r\n")
        assert status(answer) == 200
