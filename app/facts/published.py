"""A facts file that others replace while the service runs: on a mounted volume, or at an address."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from app.address import Address
from app.fact_settings import FactEnvironment
from app.facts.container import FactsFile, UnreadableFacts
from app.facts.file import MAX_FILE, FileFacts, open_facts
from app.facts.online.client import Client, Endpoint
from app.facts.online.proxies import Proxies
from app.facts.online.responses import KeptResponse
from app.facts.online.unavailable import Unavailable
from app.facts.online.wiring import new_client
from checks.facts.exchange import Form, Request

#: Between two looks at the place (seconds).
LOOK_AGAIN = 60.0
#: For one download (seconds).
DOWNLOAD = 600.0

#: Told why there is no newer file.
Told = Callable[[str], None]


class Place(Protocol):
    """Where the file is."""

    async def newer(self) -> FactsFile | None:
        """The file, if it is another one than the last time. Raises `UnreadableFacts` and `Unavailable`."""
        ...


class Folder:
    """Implements `Place`: a path, where the file is replaced or written anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None

    async def newer(self) -> FactsFile | None:
        return await asyncio.to_thread(self._newer)

    def _newer(self) -> FactsFile | None:
        try:
            state = os.stat(self.path)
        except OSError:
            self._seen = None
            return open_facts(self.path)  # which says why there is none
        now = (state.st_mtime_ns, state.st_size, state.st_ino)
        if now == self._seen:
            return None
        file = open_facts(self.path)
        self._seen = now  # only now: what could not be read may be readable the next time
        return file


class Website:
    """Implements `Place`: an address, asked so that it need only say "the same"."""

    def __init__(self, client: Client, endpoint: Endpoint) -> None:
        self.client = client
        self.endpoint = endpoint
        self._digest = b""

    async def newer(self) -> FactsFile | None:
        request = Request("", form=Form.TEXT, accept="*/*", limit_bytes=MAX_FILE)
        data = await self.client.fetch(self.endpoint, request, self.client.timing.monotonic() + DOWNLOAD)
        if data is None:
            raise Unavailable("there is no such file")
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).digest())
        if digest == self._digest:
            return None
        self._digest = digest
        return await asyncio.to_thread(FactsFile, data, self.endpoint.base)


class LastAnswer:
    """Implements `ResponseCache` for one address, whatever the size of its answer."""

    def __init__(self) -> None:
        self._kept: tuple[str, KeptResponse] | None = None

    def get(self, address: str) -> KeptResponse | None:
        return self._kept[1] if self._kept and self._kept[0] == address else None

    def put(self, address: str, response: KeptResponse) -> None:
        self._kept = address, response


class PublishedFile:
    """The newest facts file that could be read: a broken one never takes the place of a good one."""

    def __init__(self, place: Place, told: Told, changed: Callable[[], None]) -> None:
        self.place = place
        self.told = told
        self.changed = changed
        """Called when another file has taken the place of an earlier one."""
        self.current: FileFacts | None = None
        self.trouble = ""

    async def look(self) -> None:
        """Take the file if there is another one."""
        try:
            found = await self.place.newer()
        except (UnreadableFacts, Unavailable) as error:
            if str(error) != self.trouble:
                self.told(str(error))
            self.trouble = str(error)
            return
        if found is not None:
            before, self.current = self.current, FileFacts(found)
            self.trouble = ""
            if before is not None:
                self.changed()

    def damaged(self, file: FileFacts, error: UnreadableFacts) -> None:
        """A part of the file turned out not to be what was written: it serves no longer."""
        if self.current is file:
            self.current, self.trouble = None, str(error)
            self.told(self.trouble)

    @asynccontextmanager
    async def watched(self, seconds: float = LOOK_AGAIN) -> AsyncIterator[None]:
        """Within the block the file is the newest one, but for some seconds."""
        await self.look()
        task = asyncio.create_task(self._watch(seconds))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.look()


@asynccontextmanager
async def place_of(text: str, environment: FactEnvironment) -> AsyncIterator[Place]:
    """The place that a setting names: a path or an address. Raises ValueError for an address that is none."""
    if "://" not in text:
        yield Folder(Path(text))
        return
    address = Address.parse(text)
    proxy = Proxies(environment.settings.proxies, environment.variables).to("facts", address)
    client = new_client(environment, responses=LastAnswer())
    try:
        yield Website(client, Endpoint(address, proxy=proxy))
    finally:
        await client.close()
