"""A source of facts about vulnerabilities with a memory."""

from collections.abc import Callable, Collection, Iterator
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

    def __init__(
        self, source: VulnerabilitySource, kind: str, cache: FactCache, now: Callable[[], datetime]
    ) -> None:
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
        records = await self.cache.get([FactKey(self.kind, cve, self.name) for cve in cves])
        now = self.now()
        young = {key.key for key, record in records.items() if now - record.fetched_at < AGE}
        missing = [cve for cve in cves if cve not in young]
        fetched = await self.source.about(missing) if missing else Facts()
        failed = any(state.trouble for state in fetched.sources)
        if not failed:
            await self.cache.put(list(self._records(missing, fetched)))
        usable = [record for key, record in records.items() if key.key in young or failed]
        return merged((fetched, *self._decoded(usable)))

    def _records(self, cves: Collection[str], facts: Facts) -> Iterator[FactRecord]:
        now = self.now()
        for cve in cves:
            value = b""
            if self.kind == "exploited" and cve in facts.exploited:
                value = encode_exploited(facts.exploited[cve])
            elif self.kind == "likelihood" and cve in facts.likelihoods:
                value = encode_likelihood(facts.likelihoods[cve])
            yield FactRecord(FactKey(self.kind, cve, self.name), NOTHING, value, now)

    def _decoded(self, records: Collection[FactRecord]) -> Iterator[Facts]:
        for record in records:
            states = (SourceState(self.name, record.fetched_at),)
            cve = record.key.key
            try:
                if not record.value:
                    yield Facts(sources=states)
                elif self.kind == "exploited":
                    yield Facts(exploited={cve: decode_exploited(record.value)}, sources=states)
                else:
                    yield Facts(likelihoods={cve: decode_likelihood(record.value)}, sources=states)
            except ValueError:
                continue  # of another version of ours
