"""The sources of facts of a process: all its judgments ask the same ones, so that what many want is asked once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.fact_settings import FactEnvironment
from app.facts.container import UnreadableFacts
from app.facts.fallback import FileBehind
from app.facts.file import SOURCE, FileFacts
from app.facts.online.timing import Timing
from app.ports import FactCache
from checks.engine.plan import Plan
from checks.model.facts import Facts, Questions, RepositoryFacts
from checks.model.packages import Gap

if TYPE_CHECKING:
    from app.facts.online.wiring import Online
    from app.facts.published import PublishedFile

#: For how long an answer that is too old still serves while a newer one is fetched behind it.
GRACE = timedelta(hours=1)
#: Said where everybody may read it: neither the path nor the address of the file belongs there.
UNREADABLE = "the service cannot read its facts file"


class SharedFacts:
    """Implements `PackageSource` over the sources on the network, a facts file, or the file under the network."""

    def __init__(
        self,
        environment: FactEnvironment,
        cache: FactCache,
        *,
        online: bool,
        file: str | None,
        told: Callable[[str], None],
        changed: Callable[[], None],
        timing: Timing | None = None,
    ) -> None:
        """`file`: path or address of a facts file; `told` and `changed` as in `PublishedFile`."""
        self.environment = environment
        self.cache = cache
        self.timing = timing or Timing()
        self._asks = online
        self._place = file
        self._told = told
        self._changed = changed
        self._online: Online | None = None
        self._file: PublishedFile | None = None
        self._stack: AsyncExitStack | None = None
        self._kept: Online | None = None
        self._opening = asyncio.Lock()

    @property
    def connected(self) -> bool:
        """Whether there is anybody to ask."""
        return self._online is not None or self._file is not None

    @property
    def asks(self) -> bool:
        """Whether the network is asked."""
        return self._online is not None

    @asynccontextmanager
    async def running(self, seconds: float | None = None) -> AsyncIterator[None]:
        """The sources answer within the block; `seconds` between two looks for a newer file."""
        async with AsyncExitStack() as stack:
            self._stack = stack
            if self._asks:
                from app.facts.online.wiring import online_sources  # who asks nobody does not load the clients

                self._online = await stack.enter_async_context(
                    online_sources(self.environment, self.cache, grace=GRACE, timing=self.timing)
                )
            if self._place:
                from app.facts.published import LOOK_AGAIN, PublishedFile, place_of

                place = await stack.enter_async_context(place_of(self._place, self.environment))
                self._file = PublishedFile(place, self._told, self._changed)
                await stack.enter_async_context(self._file.watched(LOOK_AGAIN if seconds is None else seconds))
            try:
                yield
            finally:
                self._online = self._file = self._stack = self._kept = None

    def private(self, plan: Plan, repository: RepositoryFacts) -> Collection[str]:
        """The packages of a change whose names nobody outside may learn."""
        return self._online.private(plan, repository) if self._online else ()

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        return await self._by(self._online, questions, private)

    async def _by(self, online: "Online | None", questions: Questions, private: Collection[str]) -> Facts:
        file = self._file.current if self._file else None
        try:
            return await self._answered(questions, private, file, online)
        except UnreadableFacts as error:
            assert self._file is not None
            assert file is not None
            self._file.damaged(file, error)
            return await self._answered(questions, private, None, online)

    async def kept(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        """As `answer`, by what is kept alone, whatever its age: nobody is asked."""
        return _not_again(await self._by(await self._unasked(), questions, private))

    async def _unasked(self) -> "Online | None":
        """The sources on the network without the network; made when somebody wants them."""
        if not self._online or self._stack is None:
            return None
        async with self._opening:
            if self._kept is None:
                from app.facts.online.unasked import Unasked
                from app.facts.online.wiring import online_sources

                sources = online_sources(self.environment, self.cache, timing=self.timing, client=Unasked(self.timing))
                self._kept = await self._stack.enter_async_context(sources)
            return self._kept

    async def _answered(
        self, questions: Questions, private: Collection[str], file: FileFacts | None, online: "Online | None"
    ) -> Facts:
        if online and file:
            return await FileBehind(online.packages, file).answer(questions, private)
        if online:
            return await online.packages.answer(questions, private)
        if file:
            return await asyncio.to_thread(file.look_up, questions)
        from app.facts.online.ask import AGAIN
        from app.facts.online.online import silent

        return silent(questions, SOURCE, UNREADABLE, self.timing.now() + AGAIN)


def _not_again(facts: Facts) -> Facts:
    """Without the times at which sources would be asked again: that is of who asks."""
    versions = {key: replace(known, gaps=_without_time(known.gaps)) for key, known in facts.versions.items()}
    packages = {purl: replace(known, gaps=_without_time(known.gaps)) for purl, known in facts.packages.items()}
    return replace(facts, versions=versions, packages=packages)


def _without_time(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    return tuple(replace(gap, retry_at=None) for gap in gaps)


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """Implements `PackageSource`: what `SharedFacts` know without asking anybody."""

    shared: SharedFacts

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        return await self.shared.kept(questions, private) if self.shared.connected else Facts()
