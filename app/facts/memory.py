"""Facts kept in memory: for one run of the command, and for tests."""

from collections.abc import Collection, Mapping

from app.ports import FactKey, FactRecord


class FactsInMemory:
    """Implements `FactCache`; it grows as long as it lives."""

    def __init__(self) -> None:
        self.records: dict[FactKey, FactRecord] = {}

    async def get(self, keys: Collection[FactKey]) -> Mapping[FactKey, FactRecord]:
        return {key: self.records[key] for key in keys if key in self.records}

    async def put(self, records: Collection[FactRecord]) -> None:
        self.records |= {record.key: record for record in records}
