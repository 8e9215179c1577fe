"""Reading what a server sends, never more of it than was agreed."""

import zlib
from collections.abc import AsyncIterator

from app.facts.online.unavailable import Unavailable

#: Accept-Encoding of every request: what `Body` can undo.
ENCODINGS = "gzip"


class Body:
    """Collects an answer. Raises `Unavailable` when it is larger than `limit` (bytes), also where only a few bytes
    were sent of it: what they unpack to counts, and no more is unpacked than the limit."""

    def __init__(self, limit: int, encoding: str = "") -> None:
        self.limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        if encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
            raise Unavailable("its answer is packed in a way that was not asked for")
        packed = encoding.strip().lower() in ("gzip", "x-gzip")
        self._unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if packed else None

    async def read(self, chunks: AsyncIterator[bytes]) -> bytes:
        """All of it."""
        async for chunk in chunks:
            self._add(chunk)
        if self._unpack is not None and not self._unpack.eof and self._size:
            raise Unavailable("its answer was cut off")
        return b"".join(self._parts)

    def _add(self, chunk: bytes) -> None:
        if self._unpack is not None:
            try:
                chunk = self._unpack.decompress(chunk, self.limit - self._size + 1)
            except zlib.error:
                raise Unavailable("its answer cannot be unpacked") from None
        self._size += len(chunk)
        if self._size > self.limit:
            raise too_large(self.limit)
        self._parts.append(chunk)


def too_large(limit: int) -> Unavailable:
    return Unavailable(f"its answer is larger than {limit / 1e6:g} MB")
