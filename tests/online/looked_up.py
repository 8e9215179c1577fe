"""A lookup as the command makes it, with every source a stand-in."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from app.facts.memory import FactsInMemory
from app.facts.online.wiring import Online, online_sources
from app.ports import FactCache
from app.settings import fact_settings
from checks.model.facts import Facts, PackageKey, Questions, Want
from checks.model.packages import Known, VersionFacts
from tests.online.timed import Clock
from tests.standins import Standins

T = TypeVar("T")
EVERYTHING = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.ADVISORIES


class Office:
    """Somebody who looks things up, again and again, with one cache and one clock."""

    def __init__(self, standins: Standins, cache: FactCache | None = None, home: Path | None = None, **settings: str):
        self.standins = standins
        self.cache = cache or FactsInMemory()
        self.clock = Clock()
        self.home = home
        self.settings = settings
        self.grace = timedelta()

    def ask(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        async def run(online: Online) -> Facts:
            return await online.packages.answer(questions, private)

        return asyncio.run(self.within(run))

    async def within(self, run: Callable[[Online], Awaitable[T]], real_time: bool = False) -> T:
        """What `run` makes of the sources, in one event loop and with one client."""
        variables = self.standins.environment(**self.settings)
        if self.home:
            variables |= {"HOME": str(self.home), "OSPO_GATE_FACTS_PACKAGE_MANAGERS": "true"}
        timing = None if real_time else self.clock.timing
        async with online_sources(fact_settings(variables), self.cache, grace=self.grace, timing=timing) as online:
            return await run(online)


def npm(name: str, version: str = "1.0.0") -> PackageKey:
    return f"pkg:npm/{name}", version


def value(known: Known[T] | None) -> T:
    """What a source said; fails where none did."""
    assert known is not None, "nobody said anything"
    return known.value


def reasons(known: VersionFacts, want: Want) -> dict[str, str]:
    """Why `want` has no answer, by source."""
    return {gap.source: gap.reason for gap in known.silent(want)}
