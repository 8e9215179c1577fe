"""Parsing manifests without holding up the event loop."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from functools import partial
from multiprocessing import active_children, get_context

from checks.manifests import Format, read
from checks.model.dependency import Inventory, Location, Problem

#: A manifest beyond this is parsed by another process, so that the event loop keeps answering (bytes).
LARGE = 300_000
#: Seconds for one large manifest; the largest that is read takes a few.
PARSING = 60


class Parsers:
    """Small manifests are parsed at once, large ones in a process of their own that starts with the first one.

    Whatever a file does to that process, by memory or by time, ends with the process: the next file gets a new one.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    async def parse(self, format_: Format, path: str, data: bytes, companions: Mapping[str, bytes]) -> Inventory:
        if len(data) + sum(map(len, companions.values())) < LARGE:
            return read(format_, path, data, companions)
        async with self._turn:  # one at a time, so that nobody's time runs while another's file is parsed
            try:
                return await asyncio.wait_for(self._started(partial(read, format_, path, data, companions)), PARSING)
            except (TimeoutError, BrokenExecutor):
                self.close()
                message = f"reading it took more than {PARSING} seconds, or more memory than there is"
                return Inventory(path, format_.id, problems=(Problem("unreadable", message, Location(path)),))

    def _started(self, work: Callable[[], Inventory]) -> "asyncio.Future[Inventory]":
        """The work in the other process; in a new one if the old one died while it had nothing to do."""
        try:
            return self._submit(work)
        except BrokenExecutor:
            self.close()
            return self._submit(work)

    def _submit(self, work: Callable[[], Inventory]) -> "asyncio.Future[Inventory]":
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        return asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            for child in active_children():  # only our parsers; one that hangs would never end by itself
                child.kill()
            pool.shutdown(wait=False, cancel_futures=True)
