"""Reading back what Dependency-Track finds in default branches: after each upload, and again after some hours."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from app.dependency_track import DependencyTrack
from app.facts.tracked import package_key, project_key
from app.ports import FactKey, FactRecord
from app.store.documents import StoredTree
from app.store.facts import FactStore
from app.store.uploads import Upload, UploadStore
from app.version import VERSION
from checks.model.facts import NOTHING
from checks.vulnerabilities.tracked import Answers, affected, document, part

#: Its name among the targets of uploads: it is due, fails and is told as they are.
FINDINGS = "track-findings"


@dataclass(frozen=True, slots=True)
class FromDependencyTrack:
    """Reads one project and keeps what it says, in place of what it said before."""

    track: DependencyTrack
    records: FactStore
    clock: Callable[[], float]
    seconds: float
    """Between two readings."""

    async def send(self, one: Upload, tree: StoredTree, uploads: UploadStore) -> None:
        row = one.repository
        answers = await self.track.reported(row.name, row.default_branch or "HEAD", self._now)
        if answers is not None:  # it is there after the first upload
            key = project_key(row.id)
            before = (await self.records.get([key])).get(key)
            await self.records.put(await asyncio.to_thread(_records, key, before, answers))
        await uploads.again(one, self.clock() + self.seconds)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)


def _records(key: FactKey, before: FactRecord | None, answers: Answers) -> list[FactRecord]:
    """The project's, one for each package version with findings, and empty ones where the project has none any more."""
    found = document(answers, VERSION)
    texts = {package_key(of): json.dumps(part(found, ref)) for ref, of in affected(found).items()}
    gone = {other: "" for other in _named(before) if other not in texts}
    return [
        FactRecord(to, NOTHING, text.encode(), answers.at)
        for to, text in {**gone, **texts, key: json.dumps(found)}.items()
    ]


def _named(record: FactRecord | None) -> Iterator[FactKey]:
    if record is not None and record.value:
        yield from map(package_key, affected(json.loads(record.value)).values())
