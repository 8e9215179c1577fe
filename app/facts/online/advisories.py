"""OSV: the advisories that affect a version, in one batch, and the records of those that are not known yet."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.facts.online.ask import Asker
from app.facts.online.source import OnlineSource
from app.facts.online.unavailable import Unavailable
from app.ports import FactCache, FactKey
from checks.advisories.osv import UnreadableAdvisory, read_record
from checks.facts import osv
from checks.facts.codec import decode_advisory
from checks.facts.exchange import Request, Source, UnreadableAnswer
from checks.model.advisory import Advisory
from checks.model.facts import Facts, Questions, SourceState, Want
from checks.model.packages import Gap

#: Two readings of one time stamp may differ in what they keep of its fraction.
_SAME = timedelta(seconds=1)


class AdvisorySource:
    """Implements `OneSource` for advisories. A record that `CachedSource` keeps is asked for again only when OSV says
    that it changed."""

    name = osv.SOURCE

    def __init__(self, asker: Asker, cache: FactCache, parser: Source = osv) -> None:
        self.asker = asker
        self.cache = cache
        self._versions = OnlineSource(parser, asker)

    def answers(self, purl_type: str) -> Want:
        return osv.answers(purl_type)

    async def answer(self, questions: Questions) -> Facts:
        answer = await self._versions.lookup(questions)
        known = await self._kept(answer.records)
        missing = [id_ for id_ in answer.records if id_ not in known]
        deadline = self.asker.deadline()
        found = dict(zip(missing, await asyncio.gather(*(self._record(id_, deadline) for id_ in missing)), strict=True))
        fetched = {id_: record for id_, record in found.items() if isinstance(record, Advisory)}
        facts = replace(answer.facts, advisories={**known, **fetched})
        return _with_gaps(facts, {id_: why for id_, why in found.items() if isinstance(why, Gap)})

    async def _kept(self, records: Mapping[str, datetime | None]) -> dict[str, Advisory]:
        """The records that are known and have not changed since."""
        kept = await self.cache.get([FactKey("advisory", id_, self.name) for id_ in records]) if records else {}
        known: dict[str, Advisory] = {}
        for key, record in kept.items():
            try:
                advisory = decode_advisory(record.value)
            except ValueError:
                continue  # of another version of ours: it is asked for again
            changed = records[key.key]
            if changed and advisory.modified and changed - advisory.modified < _SAME:
                known[key.key] = advisory
        return known

    async def _record(self, id_: str, deadline: float) -> Advisory | Gap:
        try:
            found = await self.asker.ask(osv.record(id_), _read, deadline)
        except Unavailable as problem:
            return Gap(self.name, problem.reason, problem.retry_at, Want.ADVISORIES)
        if found is None or found.id != id_:
            return Gap(self.name, "it names an advisory that it does not give", about=Want.ADVISORIES)
        return found


def _read(request: Request, document: object, as_of: datetime) -> Advisory:
    try:
        return read_record(document, as_of)
    except UnreadableAdvisory as error:
        raise UnreadableAnswer(str(error)) from None


def _with_gaps(facts: Facts, troubles: Mapping[str, Gap]) -> Facts:
    """A version whose advisories could not all be read has a gap beside their names."""
    if not troubles:
        return facts
    versions = dict(facts.versions)
    for key, known in facts.versions.items():
        named = known.advisories.value if known.advisories else ()
        gaps = dict.fromkeys(troubles[id_] for id_ in named if id_ in troubles)
        if gaps:
            versions[key] = replace(known, gaps=(*known.gaps, *gaps))
    reason = next(iter(troubles.values())).reason
    return replace(facts, versions=versions, sources=(*facts.sources, SourceState(osv.SOURCE, trouble=reason)))
