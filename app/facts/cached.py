"""A source with a memory: what is known serves while it is young; what many ask for at once is asked once."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

from app.facts.flights import Flights
from app.facts.kinds import PACKAGE_KINDS, VERSION_KINDS, age_of, package_part, version_part
from app.facts.lookup import answerable
from app.facts.merge import merged
from app.ports import FactCache, FactKey, FactRecord, OneSource
from checks.facts.codec import (
    decode_advisory,
    decode_package,
    decode_version,
    encode_advisory,
    encode_package,
    encode_version,
)
from checks.model.facts import NOTHING, Facts, PackageKey, Questions, SourceState, Want


class _Part(NamedTuple):
    """One record's worth of questions."""

    key: PackageKey
    want: Want


class _Kept(NamedTuple):
    """A record that was read."""

    facts: Facts
    about: Want
    left: timedelta
    """For how long it still serves; negative: it is too old."""

    def covers(self, part: _Part) -> bool:
        return not part.want._value_ & ~self.about._value_


_Parts = Mapping[FactKey, _Part]
D = TypeVar("D")
#: Decoding more records than these would keep the event loop from everything else.
_MANY = 500


class CachedSource:
    """Implements `OneSource` over another one.

    `grace`: for how long an answer that is too old still serves while a newer one is fetched behind it; nothing by
    default, because a command ends before that. Where the source fails, what was known serves whatever its age: it says
    how old it is, and the policy's `facts.maximum_age` decides. `kept_as`: its name in the cache, if several share it.
    """

    def __init__(
        self,
        source: OneSource,
        cache: FactCache,
        now: Callable[[], datetime],
        grace: timedelta = timedelta(),
        kept_as: str | None = None,
    ) -> None:
        self.source = source
        self.kept_as = kept_as or source.name
        self.cache = cache
        self.now = now
        self.grace = grace
        self._flights: Flights[FactKey] = Flights()
        self._refreshing: Flights[FactKey] = Flights()
        self._behind: set[asyncio.Task[list[Facts]]] = set()

    @property
    def name(self) -> str:
        return self.source.name

    def answers(self, purl_type: str) -> Want:
        return self.source.answers(purl_type)

    async def answer(self, questions: Questions) -> Facts:
        parts = self._parts(questions)
        wanted = {key: part.want for key, part in parts.items()}
        answers = await self._flights.join(wanted, lambda keys: self._look_up({key: parts[key] for key in keys}))
        return _about(merged(answers), parts.values())

    async def close(self) -> None:
        """Give up what is still being asked."""
        await self._flights.close()
        await self._refreshing.close()

    def _parts(self, questions: Questions) -> dict[FactKey, _Part]:
        parts: dict[FactKey, _Part] = {}
        for (purl, version), want in answerable(questions, self.source.answers).items():
            of_version, of_package = _kinds(want._value_)
            for kind, part in of_version if version else ():
                parts[FactKey(kind, f"{purl}@{version}", self.kept_as)] = _Part((purl, version), part)
            for kind, part in of_package:
                key = FactKey(kind, purl, self.kept_as)
                known = parts.get(key)  # any version stands for its package, but some sources need one
                if known is None or known.key[1] is None:
                    parts[key] = _Part((purl, version), part)
        return parts

    async def _look_up(self, parts: _Parts) -> Facts:
        kept = await self._read(parts)
        late = {}
        missing = {}
        for key, part in parts.items():
            found = kept.get(key)
            if found is None or not found.covers(part) or found.left < -self.grace:
                missing[key] = part
            elif found.left < timedelta():
                late[key] = part
        self._refresh(late)
        fetched = await self._fetch(missing, kept)
        old = [key for key, part in missing.items() if key in kept and kept[key].covers(part) and _open(part, fetched)]
        answers = [kept[key].facts for key in parts if key in kept and key not in missing]
        forgiven = _without_gaps(fetched, [missing[key] for key in old])
        return merged((*answers, forgiven, *(kept[key].facts for key in old)))

    def _refresh(self, parts: _Parts) -> None:
        """Fetch newer answers behind those that are given."""
        if parts:
            wanted = {key: part.want for key, part in parts.items()}
            work = self._refreshing.join(wanted, lambda keys: self._fetch({key: parts[key] for key in keys}, {}))
            task = asyncio.create_task(work)
            self._behind.add(task)  # the event loop itself would forget it
            task.add_done_callback(self._behind.discard)

    async def _fetch(self, parts: _Parts, kept: Mapping[FactKey, _Kept]) -> Facts:
        """Ask the source and keep what it says, also what else the replaced records were about."""
        if not parts:
            return Facts()
        whole = {
            key: part._replace(want=part.want | kept[key].about) if key in kept else part for key, part in parts.items()
        }
        questions: dict[PackageKey, Want] = {}
        for part in whole.values():
            questions[part.key] = questions.get(part.key, NOTHING) | part.want
        asked_at = self.now()
        facts = await self.source.answer(questions)
        await self.cache.put([*self._records(whole, facts), *self._advisories(facts, asked_at)])
        return facts

    def _records(self, parts: _Parts, facts: Facts) -> Iterator[FactRecord]:
        now = self.now()
        for key, part in parts.items():
            if _open(part, facts):
                continue  # it was not answered
            purl, version = part.key
            if key.kind in VERSION_KINDS:
                value = encode_version(version_part(key.kind, facts.version(purl, version)))
            else:
                value = encode_package(package_part(key.kind, facts.package(purl)))
            yield FactRecord(key, part.want, value, now)

    def _advisories(self, facts: Facts, asked_at: datetime) -> Iterator[FactRecord]:
        """Those that were read now; a source may take others from the cache."""
        for id_, advisory in facts.advisories.items():
            if advisory.as_of is not None and advisory.as_of >= asked_at:
                key = FactKey("advisory", id_, self.kept_as)
                yield FactRecord(key, Want.ADVISORIES, encode_advisory(advisory), advisory.as_of)

    async def _read(self, parts: _Parts) -> dict[FactKey, _Kept]:
        records = await self.cache.get(parts.keys())
        now = self.now()
        kept = await _decoding(records, lambda key, record: self._decoded(parts[key], record, now))
        return await self._with_advisories(kept)

    def _decoded(self, part: _Part, record: FactRecord, now: datetime) -> _Kept:
        """Raises ValueError."""
        purl, _ = part.key
        states = (SourceState(self.name, record.fetched_at),)
        kind, about = record.key.kind, record.about
        if kind in VERSION_KINDS:
            of_version = decode_version(record.value)
            facts, age = Facts({part.key: of_version}, sources=states), age_of(kind, part.want, of_version)
        else:
            of_package = decode_package(record.value)
            facts, age = Facts(packages={purl: of_package}, sources=states), age_of(kind, part.want, of_package)
        return _Kept(facts, about, record.fetched_at + age - now)

    async def _with_advisories(self, kept: dict[FactKey, _Kept]) -> dict[FactKey, _Kept]:
        """`kept` with the advisories that versions name; without the versions whose advisories are not all there."""
        wanted = {id_ for found in kept.values() for id_ in _named(found.facts)}
        if not wanted:
            return kept
        records = await self.cache.get([FactKey("advisory", id_, self.kept_as) for id_ in wanted])
        decoded = await _decoding(records, lambda _, record: decode_advisory(record.value))
        known = {key.key: advisory for key, advisory in decoded.items()}
        whole = {}
        for key, found in kept.items():
            ids = _named(found.facts)
            if ids <= known.keys():
                whole[key] = found._replace(facts=replace(found.facts, advisories={id_: known[id_] for id_ in ids}))
        return whole


async def _decoding(
    records: Mapping[FactKey, FactRecord], decode: Callable[[FactKey, FactRecord], D]
) -> dict[FactKey, D]:
    """The values of the records, without those that another version of ours wrote: they are asked for again."""

    def all_() -> dict[FactKey, D]:
        found = {}
        for key, record in records.items():
            with suppress(ValueError):
                found[key] = decode(key, record)
        return found

    return all_() if len(records) < _MANY else await asyncio.to_thread(all_)


@lru_cache(maxsize=1 << len(Want))
def _kinds(want: int) -> tuple[list[tuple[str, Want]], list[tuple[str, Want]]]:
    """The kinds of records that hold what is wanted, about versions and about packages."""
    of_version = [(kind, part) for kind, mask in VERSION_KINDS.items() if (part := Want(want) & mask)]
    return of_version, [(kind, part) for kind, mask in PACKAGE_KINDS.items() if (part := Want(want) & mask)]


def _named(facts: Facts) -> set[str]:
    return {id_ for known in facts.versions.values() if known.advisories for id_ in known.advisories.value}


def _open(part: _Part, facts: Facts) -> bool:
    """Whether the source could not answer."""
    purl, version = part.key
    return bool(facts.version(purl, version).silent(part.want) or facts.package(purl).silent(part.want))


def _without_gaps(facts: Facts, parts: Iterable[_Part]) -> Facts:
    """`facts` without the gaps of those that are answered otherwise."""
    versions, packages = dict(facts.versions), dict(facts.packages)
    for (purl, version), want in parts:
        if (purl, version) in versions:
            known = versions[purl, version]
            gaps = tuple(gap for gap in known.gaps if not gap.about & want)
            versions[purl, version] = replace(known, gaps=gaps)
        if purl in packages:
            packages[purl] = replace(
                packages[purl], gaps=tuple(gap for gap in packages[purl].gaps if not gap.about & want)
            )
    return replace(facts, versions=versions, packages=packages)


def _about(facts: Facts, parts: Collection[_Part]) -> Facts:
    """What of a flight's answer is about `parts`: others may be on board."""
    keys = {part.key for part in parts}
    purls = {purl for purl, _ in keys}
    versions = {key: known for key, known in facts.versions.items() if key in keys}
    packages = {purl: known for purl, known in facts.packages.items() if purl in purls}
    named = _named(replace(facts, versions=versions))
    advisories = {id_: known for id_, known in facts.advisories.items() if id_ in named}
    return replace(facts, versions=versions, packages=packages, advisories=advisories)
