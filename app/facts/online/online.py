"""All sources on the network as one: in stages, each asked only for what those before it left open, within one budget.

What stays open says why: a source failed, there was no time left, the package is private, nobody knows its kind.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from app.facts.flights import Flights
from app.facts.lookup import answerable, unanswered
from app.facts.merge import merged
from app.facts.online.ask import AGAIN
from app.facts.online.timing import Timing
from app.ports import OneSource, VulnerabilitySource
from checks.facts.exchange import Request, opinion, silence
from checks.model.advisory import Advisory
from checks.model.facts import NOTHING, Facts, PackageKey, Questions, SourceState, Want, joined
from checks.model.packages import EVERYBODY, PRIVATE, Gap, VersionFacts

A = TypeVar("A")

UNKNOWN_KIND = "none that is asked knows this of such packages"
UNASKABLE = "nobody can be asked about this name and version"
LATE = "there was no time left for it"
#: What the user's registries are asked about public packages that no stage knows; each costs a request of its own.
_OF_REGISTRIES = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.RELEASES


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources by what they may learn and when they are asked."""

    anonymous: Sequence[OneSource] = ()
    """They give all they have, so that they learn no name."""
    stages: Sequence[Sequence[OneSource]] = ()
    """Public ones; those of one stage are asked at the same time, and of two answers the first one's counts."""
    registries: OneSource | None = None
    """Those of the user: asked for public packages that no stage knows."""
    registry_status: bool = False
    """Whether they are asked for the status of all: deps.dev knows what is deprecated, but not what was yanked."""
    own: OneSource | None = None
    """Those of them that are not the world's: asked for private packages."""
    opinions: Sequence[OneSource] = ()
    """Asked for the license also where it is known."""
    vulnerabilities: Sequence[VulnerabilitySource] = ()

    @property
    def everybody(self) -> Sequence[OneSource]:
        """Who is asked about public packages."""
        own = (self.registries,) if self.registries else ()
        return (*self.anonymous, *(source for stage in self.stages for source in stage), *own)


class Limited:
    """A source that is asked only about `want`."""

    def __init__(self, source: OneSource, want: Want) -> None:
        self.source = source
        self.want = want

    @property
    def name(self) -> str:
        return self.source.name

    def answers(self, purl_type: str) -> Want:
        return self.source.answers(purl_type) & self.want

    async def answer(self, questions: Questions) -> Facts:
        return await self.source.answer(questions)


class OnlineFacts:
    """Implements `PackageSource`. `seconds` is the budget of a lookup; `private` tells private packages by purl."""

    def __init__(self, sources: Sources, private: Callable[[str], bool], seconds: float, timing: Timing) -> None:
        self.sources = sources
        self.private = private
        self.seconds = seconds
        self.timing = timing
        self._flights: Flights[object] = Flights()

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        asked = frozenset((key, want._value_) for key, want in questions.items())
        hidden = frozenset(private).intersection(purl for purl, _ in questions)
        # Pull requests that bring the same ask the same: then even putting the answers together is done once.
        (facts,) = await self._flights.join({(asked, hidden): NOTHING}, lambda _: self._answer(questions, hidden))
        return facts

    async def close(self) -> None:
        """Give up what is still being asked."""
        await self._flights.close()

    async def _answer(self, questions: Questions, private: Collection[str]) -> Facts:
        lookup = _Lookup(self.sources, self.timing, self.seconds)
        hidden = {purl for purl, _ in questions if purl in private or self.private(purl)}
        own = {key: want for key, want in questions.items() if key[0] in hidden}
        public = {key: want for key, want in questions.items() if key[0] not in hidden}
        answers = await asyncio.gather(
            lookup.of_public(public), lookup.of_private(own), lookup.together(self.sources.anonymous, questions)
        )
        facts = merged(answers)
        facts = joined(facts, await lookup.of_vulnerabilities(facts))
        return joined(facts, merged((self._silence_about(own, facts), self._unknown_of(public, facts))))

    def _silence_about(self, questions: Questions, facts: Facts) -> Facts:
        """That private packages were not asked about, as far as the user's own registries did not know them."""
        open_ = unanswered(questions, facts)
        return silent(answerable(open_, lambda type_: ~answers(self.sources.anonymous, type_)), EVERYBODY, PRIVATE)

    def _unknown_of(self, questions: Questions, facts: Facts) -> Facts:
        """What no source could be asked."""
        everybody = self.sources.everybody
        unknown = answerable(questions, lambda type_: ~answers(everybody, type_))
        # About advisories there is always an answer, if only that there are none, but for what nobody takes as a name.
        mute = {
            key: Want.ADVISORIES
            for key in answerable(
                unanswered(questions, facts), lambda type_: Want.ADVISORIES & answers(everybody, type_)
            )
            if not facts.version(*key).silent(Want.ADVISORIES)
        }
        return merged((silent(unknown, EVERYBODY, UNKNOWN_KIND), silent(mute, EVERYBODY, UNASKABLE)))


def answers(sources: Iterable[OneSource], type_: str) -> Want:
    """What any of them can answer about packages of a type."""
    found = NOTHING
    for source in sources:
        found |= source.answers(type_)
    return found


class _Lookup:
    """One lookup and the time that it has left."""

    def __init__(self, sources: Sources, timing: Timing, seconds: float) -> None:
        self.sources = sources
        self.timing = timing
        self.deadline = timing.monotonic() + seconds

    async def of_public(self, questions: Questions) -> Facts:
        facts = Facts()
        for stage in self.sources.stages:
            facts = joined(facts, await self.together(stage, unanswered(questions, facts)))
        if self.sources.registries:
            unknown = {
                key: want & (_OF_REGISTRIES if not _known(key, facts) else Want.RELEASES)
                for key, want in unanswered(questions, facts).items()
            }
            if self.sources.registry_status:
                for key in answerable(questions, lambda _: Want.STATUS):
                    unknown[key] = unknown.get(key, NOTHING) | Want.STATUS
            facts = joined(facts, await self.ask(self.sources.registries, unknown))
        if self.sources.opinions:
            declared = answerable(questions, lambda _: Want.LICENSE)
            facts = joined(facts, opinion(await self.together(self.sources.opinions, declared)))
        return facts

    async def of_private(self, questions: Questions) -> Facts:
        return await self.ask(self.sources.own, questions) if self.sources.own else Facts()

    async def of_vulnerabilities(self, facts: Facts) -> Facts:
        """What is known of the CVEs of all advisories; where a source fails, the versions that have one say so."""
        cves = {id_: _cves(advisory) for id_, advisory in facts.advisories.items()}
        wanted = sorted({cve for found in cves.values() for cve in found})
        if not wanted:
            return Facts()
        found = merged(await asyncio.gather(*(self._about(source, wanted) for source in self.sources.vulnerabilities)))
        again = self.timing.now() + AGAIN
        gaps = tuple(Gap(state.name, state.trouble, again, Want.ADVISORIES) for state in found.sources if state.trouble)
        concerned = {
            key: VersionFacts(gaps=gaps)
            for key, known in facts.versions.items()
            if gaps and known.advisories and any(cves.get(id_) for id_ in known.advisories.value)
        }
        return replace(found, versions=concerned)

    async def _about(self, source: VulnerabilitySource, cves: Sequence[str]) -> Facts:
        found = await self._in_time(source.about, cves)
        return Facts(sources=(SourceState(source.name, trouble=LATE),)) if found is None else found

    async def together(self, sources: Iterable[OneSource], questions: Questions) -> Facts:
        return merged(await asyncio.gather(*(self.ask(source, questions) for source in sources)))

    async def ask(self, source: OneSource, questions: Questions) -> Facts:
        """What `source` says of what it can answer."""
        asked = answerable(questions, source.answers)
        if not asked:
            return Facts()
        found = await self._in_time(source.answer, asked)
        return silent(asked, source.name, LATE, self.timing.now() + AGAIN) if found is None else found

    async def _in_time(self, ask: Callable[[A], Awaitable[Facts]], asked: A) -> Facts | None:
        left = self.deadline - self.timing.monotonic()
        if left <= 0:
            return None
        try:
            async with asyncio.timeout(left):
                return await ask(asked)
        except TimeoutError:
            return None


def silent(questions: Questions, name: str, reason: str, retry_at: datetime | None = None) -> Facts:
    """Gaps about exactly `questions`."""
    wants: dict[Want, list[PackageKey]] = {}
    for key, want in questions.items():
        if want:
            wants.setdefault(want, []).append(key)
    found = merged(silence(Request("", tuple(keys), want), name, reason, retry_at) for want, keys in wants.items())
    return replace(found, sources=()) if name == EVERYBODY else found


def _known(key: PackageKey, facts: Facts) -> bool:
    known = facts.version(*key)
    return known.published is not None or known.license is not None


def _cves(advisory: Advisory) -> frozenset[str]:
    ids = (advisory.id, *advisory.aliases, *advisory.upstream)
    return frozenset(id_.upper() for id_ in ids if id_.upper().startswith("CVE-"))
