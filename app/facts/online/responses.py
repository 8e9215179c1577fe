"""Answers that are kept so that a server need only say "not modified" (ETag, Last-Modified; RFC 9111)."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

#: All kept answers of a process together (bytes).
LIMIT = 32_000_000


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """An answer with what its server recognizes it by."""

    body: bytes
    etag: str | None
    last_modified: str | None


class ResponseCache(Protocol):
    """Keeps answers by address."""

    def get(self, address: str) -> KeptResponse | None: ...

    def put(self, address: str, response: KeptResponse) -> None: ...


class ResponsesInMemory:
    """The answers used last, up to `limit` bytes; one that would fill a quarter of it is not kept."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._kept: OrderedDict[str, KeptResponse] = OrderedDict()
        self._size = 0

    def get(self, address: str) -> KeptResponse | None:
        if (found := self._kept.get(address)) is not None:
            self._kept.move_to_end(address)
        return found

    def put(self, address: str, response: KeptResponse) -> None:
        if (old := self._kept.pop(address, None)) is not None:
            self._size -= len(old.body)
        if len(response.body) > self.limit // 4:
            return
        self._kept[address] = response
        self._size += len(response.body)
        while self._size > self.limit:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)
