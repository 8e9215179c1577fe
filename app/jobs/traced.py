"""Reading and deciding, each in a span."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from app.ports import Blob, FileRef, Source
from app.tracing import span
from checks.model.snapshot import AddedLine, Listing

T = TypeVar("T")


class TracedSource:
    """Implements `Source` over another."""

    def __init__(self, inner: Source) -> None:
        self.inner = inner

    async def listing(self) -> Listing:
        with span("read", what="listing"):
            return await self.inner.listing()

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        with span("read", what="files", files=len(refs)):
            return await self.inner.read(refs)

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        with span("read", what="large files", files=len(blobs)):
            return await self.inner.fetch(blobs)

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        with span("read", what="added lines", files=len(paths)):
            return await self.inner.added(paths)


async def think(work: Callable[[], T], /) -> T:
    """Decide outside of the event loop, which then keeps answering."""
    with span("evaluate"):
        return await asyncio.to_thread(work)
