"""A source of facts about vulnerabilities with a memory."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta

from app.facts.flights import Flights
from app.facts.merge import merged
from app.ports import FactCache, FactKey, FactRecord, VulnerabilitySource
from checks.facts.codec import decode_exploited, decode_likelihood, encode_exploited, encode_likelihood
from checks.model.facts import NOTHING, Facts, SourceState

#: For how long an answer serves, also one that says that nothing is known: both sources are renewed daily.
AGE = timedelta(hours=12)


class CachedVulnerabilities:
    """Implements `VulnerabilitySource` over another one; as with packages, in trouble what was known serves on."""

    def __init__(self, source: VulnerabilitySource, kind: str, cache: FactCache, now: Callable[[], datetime]) -> None:
        self.source = source
        self.kind = kind
        """`exploited` or `likelihood`."""
        self.cache = cache
        self.now = now
        self._flights: Flights[str] = Flights()

    @property
    def name(self) -> str:
        return self.source.name

    async def about(self, cves: Collection[str]) -> Facts:
        return merged(await self._flights.join(dict.fromkeys(cves, NOTHING), self._look_up))

    async def close(self) -> None:
        await self._flights.close()

    async def _look_up(self, cves: Collection[str]) -> Facts:
        known = dict(self._decoded(await self.cache.get([FactKey(self.kind, cve, self.name) for cve in cves])))
        oldest = self.now() - AGE
        young = {cve for cve, (fetched_at, _) in known.items() if fetched_at > oldest}
        missing = [cve for cve in cves if cve not in young]
        fetched = await self.source.about(missing) if missing else Facts()
        failed = any(state.trouble for state in fetched.sources)
        if not failed:
            await self.cache.put(list(self._records(missing, fetched)))
        return merged((fetched, *(facts for cve, (_, facts) in known.items() if failed or cve in young)))

    def _records(self, cves: Collection[str], facts: Facts) -> Iterator[FactRecord]:
        now = self.now()
        for cve in cves:
            value = b""
            if self.kind == "exploited" and cve in facts.exploited:
                value = encode_exploited(facts.exploited[cve])
            elif self.kind == "likelihood" and cve in facts.likelihoods:
                value = encode_likelihood(facts.likelihoods[cve])
            yield FactRecord(FactKey(self.kind, cve, self.name), NOTHING, value, now)

    def _decoded(self, records: Mapping[FactKey, FactRecord]) -> Iterator[tuple[str, tuple[datetime, Facts]]]:
        for key, record in records.items():
            try:
                yield key.key, (record.fetched_at, self._facts(key.key, record))
            except ValueError:
                continue  # of another version of ours: it is asked for again

    def _facts(self, cve: str, record: FactRecord) -> Facts:
        states = (SourceState(self.name, record.fetched_at),)
        if not record.value:
            return Facts(sources=states)
        if self.kind == "exploited":
            return Facts(exploited={cve: decode_exploited(record.value)}, sources=states)
        return Facts(likelihoods={cve: decode_likelihood(record.value)}, sources=states)
