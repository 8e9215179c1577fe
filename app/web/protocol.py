"""HTTP for the service: uvicorn's fast parser, with a cap for what comes before a body."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a request line with its headers. The parser itself would take what it is sent, before any signature.
MAX_HEAD = 64 * 1024


class HeadTooLarge(Exception):
    """The parser makes a 400 of it."""


class CappedProtocol(HttpToolsProtocol):
    """Refuses a request whose headers are too large, or do not come to an end."""

    _head = 0

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._head > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("The headers are too large.")

    def on_headers_complete(self) -> None:
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MAX_HEAD:
            raise HeadTooLarge
        self._head = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head = 0
        super().on_body(body)
