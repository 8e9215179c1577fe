"""Judging with what is known about packages: from a facts file, from the network, or from both."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from app.cli.drive import drive, drive_online
from app.facts.file import FileFacts, open_facts
from app.facts.lookup import FactChain
from app.gate import Gate, Judged
from app.ports import FactSource, PackageSource, Source
from checks.model.facts import Facts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a verdict may know."""

    base: Facts
    sources: Sequence[FactSource]
    """Those that know this very change."""
    file: Path | None = None
    online: Path | None = None
    """The checkout, if the sources on the network may be asked."""

    def judge(self, gate: Gate, source: Source) -> Judged:
        """The verdict of `gate`. Raises `UnreadableFacts` besides what `Gate.judge_fully` raises."""
        return self.run(lambda facts: replace(gate, facts=facts).judge_fully(source), gate.only)

    def run(self, work: Callable[[FactChain], Coroutine[Any, Any, T]], only: frozenset[str] | None = None) -> T:
        """The result of `work` with what may be known; an event loop runs only where the network is asked."""
        file = FileFacts(open_facts(self.file)) if self.file else None
        if self.online is not None:
            return drive_online(self._run_online(work, only, file, self.online))
        known: tuple[PackageSource, ...] = (file,) if file else ()
        return drive(work(FactChain(self.base, self.sources, known, only)))

    async def _run_online(
        self,
        work: Callable[[FactChain], Coroutine[Any, Any, T]],
        only: frozenset[str] | None,
        file: FileFacts | None,
        checkout: Path,
    ) -> T:
        from app.facts.fallback import AdvisoriesBehind, FileBehind
        from app.facts.memory import FactsInMemory
        from app.facts.online.wiring import online_sources  # an offline verdict needs no HTTP client
        from app.settings import fact_settings

        cache = AdvisoriesBehind(file.file) if file else FactsInMemory()
        async with online_sources(fact_settings(), cache, checkout=checkout) as online:
            packages: PackageSource = FileBehind(online.packages, file) if file else online.packages
            return await work(FactChain(self.base, self.sources, (packages,), only, online.private))
