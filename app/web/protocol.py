"""HTTP for the service: uvicorn's fast parser, with a cap for what comes before a body, and an end for every wait."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a request line with its headers. The parser itself would take what it is sent, before any signature.
MAX_HEAD = 64 * 1024
#: Seconds for the request line with its headers, for a body, and for the answer until its last byte is taken. Whoever
#: sends or takes one byte now and then would hold a connection, and what is behind it, for ever.
HEAD_SECONDS, BODY_SECONDS, ANSWER_SECONDS = 15.0, 60.0, 300.0
#: Seconds between two looks at whether the time is over: one timer for a connection costs less than one for a phase.
LOOK = 5.0


class HeadTooLarge(Exception):
    """The parser makes a 400 of it."""


class CappedProtocol(HttpToolsProtocol):
    """Refuses a request whose headers are too large, or do not come to an end, and ends a connection that is slow."""

    _head = 0
    _until: float | None = None
    """When what is under way must be over, by the clock of the event loop; None: nothing is."""
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._within(HEAD_SECONDS)
        self._timer = self.loop.call_later(LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._until is None:  # the next request of a connection that stays open
            self._within(HEAD_SECONDS)
        self._head += len(data)
        super().data_received(data)
        if self._head > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers are too large.")

    def on_headers_complete(self) -> None:
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MAX_HEAD:
            raise HeadTooLarge
        self._head = 0
        self._within(BODY_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._within(ANSWER_SECONDS)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.transport.get_write_buffer_size():  # else nobody has taken it yet
            self._until = None
        super().on_response_complete()
        if not self.cycle.response_complete:  # the next one of several requests that were sent at once
            self._within(ANSWER_SECONDS)

    def _within(self, seconds: float) -> None:
        self._until = self.loop.time() + seconds

    def _look(self) -> None:
        if self._until is not None and self.loop.time() >= self._until:
            self.transport.abort()  # an orderly end would wait until all that was answered is taken
        else:
            self._timer = self.loop.call_later(LOOK, self._look)
