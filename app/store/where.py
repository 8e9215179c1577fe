"""Where is it used? Asked of the index of uses, in pages, with totals that nobody has to wait for.

All questions come down to components; counters of open uses are kept with them, so that a page needs as many rows as
it shows. Only the number of repositories is counted, and not where that takes too long.
"""

import asyncio
import bisect
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.components import batches
from app.store.database import Database
from app.store.places import Way, ways
from app.store.places import places as places_of
from app.store.repositories import ACTIVE
from app.store.selected import Component, Selected, packages, selected
from app.store.tables import component, document, manifest, reading, repository, use
from app.store.words import digest, given_or_none
from checks.engine.where import wanted
from checks.model.errors import UsageError
from checks.model.where import Answer, Coverage, Place, Question, Standing
from checks.policy.owners import Owners

#: Uses of one page, and the most of one.
PAGE, LARGEST = 50, 1000
#: Uses among which the repositories are counted; beyond it that takes longer than people wait.
COUNTED = 50_000
#: Components that one statement counts.
MANY = 2_000
#: Manifests that are opened to tell all ways to a component.
DOCUMENTS = 20
#: For how long a coverage serves (seconds).
FRESH = 10.0


class Cursor(NamedTuple):
    """The last use of a page."""

    component: int
    repository: int = 0
    manifest: int = 0

    def __str__(self) -> str:
        return "-".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises `UsageError`."""
        parts = text.split("-")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            raise UsageError("the cursor is not one that an answer gave")
        return cls(*map(int, parts))


@dataclass(slots=True)
class WhereStore:
    """Answers from the index that `UseStore` writes."""

    database: Database
    clock: Callable[[], float] = time.time
    _covered: tuple[float, Coverage] | None = field(default=None, init=False)

    async def ask(self, question: Question, owners: Owners, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """A page of uses, by component, repository and manifest. Raises `UsageError` for a cursor of nobody."""
        after = Cursor.parse(cursor) if cursor else Cursor(0)
        limit = min(max(limit, 1), LARGEST)
        async with self.database.read() as connection:
            found = await selected(connection, question, after.component, limit)
            rows = await _page(connection, found.components, after, limit + 1)
            places = await places_of(connection, rows[:limit], owners)
            count = None if cursor else await _repositories(connection, found)
            coverage = await self._coverage(connection)
        return Answer(
            question=question,
            standing=_standing(found),
            uses=found.uses,
            repositories=count,
            undecided=found.undecided,
            until=None if found.uses else found.left_at,
            places=places,
            following=str(_cursor(rows[limit - 1])) if len(rows) > limit else None,
            coverage=coverage,
        )

    async def has(
        self, repository_id: int, owners: Owners, cursor: str | None = None, limit: int = PAGE
    ) -> tuple[Sequence[Place], str | None]:
        """What a repository uses now, a page by manifest and component, and the cursor of the next one."""
        after = Cursor.parse(cursor) if cursor else Cursor(0)
        limit = min(max(limit, 1), LARGEST)
        async with self.database.read() as connection:
            mine = select(manifest.c.id).where(
                manifest.c.repository_id == repository_id, manifest.c.id >= after.manifest
            )
            rows: list[Any] = []
            for manifest_id in (await connection.execute(mine.order_by(manifest.c.id))).scalars().all():
                query = _USES.where(use.c.manifest_id == manifest_id, use.c.until.is_(None))
                if manifest_id == after.manifest:
                    query = query.where(use.c.component_id > after.component)
                found = await connection.execute(query.order_by(use.c.component_id).limit(limit + 1 - len(rows)))
                rows += found.all()
                if len(rows) > limit:
                    break
            places = await places_of(connection, rows[:limit], owners)
        return places, str(_cursor(rows[limit - 1])) if len(rows) > limit else None

    async def history(self, repository_id: int, question: Question, owners: Owners) -> Sequence[Place]:
        """When a repository used which versions of what a question means, the oldest first; the newest 1,000."""
        async with self.database.read() as connection:
            mine = await packages(connection, question)
            every = select(component.c.id, component.c.package_id, component.c.version)
            ids: list[int] = []
            for batch in batches(sorted(mine)):
                for row in await connection.execute(every.where(component.c.package_id.in_(batch))):
                    if wanted(mine[row.package_id], given_or_none(row.version), question.versions) is not False:
                        ids.append(row.id)
            manifests = select(manifest.c.id).where(manifest.c.repository_id == repository_id)
            rows: list[Any] = []
            for locks in batches((await connection.execute(manifests)).scalars().all()):
                for batch in batches(sorted(ids)):
                    query = _USES.where(use.c.manifest_id.in_(locks), use.c.component_id.in_(batch))
                    rows += (await connection.execute(query.order_by(use.c.since.desc()).limit(LARGEST))).all()
            rows.sort(key=lambda row: (row.since, row.manifest_id, row.component_id))
            return await places_of(connection, rows[-LARGEST:], owners)

    async def ways(self, repository_id: int, places: Iterable[Place]) -> Sequence[Way]:
        """All direct dependencies through which each component comes in that is used now, by what manifests say."""
        wanted_: dict[str, list[Place]] = {}
        for place in places:
            if place.until is None:
                wanted_.setdefault(digest(repository_id, place.manifest), []).append(place)
        query = select(manifest.c.digest, document.c.data).join(document, document.c.key == manifest.c.document)
        found: list[Way] = []
        for name in sorted(wanted_)[:DOCUMENTS]:
            async with self.database.read() as connection:
                row = (await connection.execute(query.where(manifest.c.digest == name))).one_or_none()
            if row is not None:
                found += await asyncio.to_thread(ways, row.data, wanted_[name])
        return found

    async def _coverage(self, connection: AsyncConnection) -> Coverage:
        now = self.clock()
        if self._covered is None or not 0 <= now - self._covered[0] < FRESH:
            active = select(func.count()).select_from(repository).where(ACTIVE)
            read = (
                select(func.count(), func.count().filter(reading.c.unread > 0))
                .select_from(repository)
                .join(reading, reading.c.repository_id == repository.c.id)
                .where(ACTIVE, reading.c.done)
            )
            done, unread = (await connection.execute(read)).one()
            self._covered = now, Coverage((await connection.execute(active)).scalar_one(), done, unread)
        return self._covered[1]


def _standing(found: Selected) -> Standing:
    if found.unknown:
        return Standing.UNKNOWN_ADVISORY
    if found.uses:
        return Standing.USED
    return Standing.WAS_USED if found.left_at is not None else Standing.NEVER_SEEN


_USES = select(
    *(use.c.component_id, use.c.repository_id, use.c.manifest_id),
    *(use.c.since, use.c.until, use.c.scope, use.c.direct, use.c.via_id),
)
_OPEN = _USES.where(use.c.until.is_(None)).order_by(use.c.component_id, use.c.repository_id, use.c.manifest_id)


async def _page(connection: AsyncConnection, components: Sequence[Component], after: Cursor, need: int) -> list[Any]:
    """The next uses after a cursor. Small components together, a large one by itself, so that the database reads no
    more rows than are wanted, in the order of its index."""
    start = bisect.bisect_left([item.id for item in components], after.component)
    rows: list[Any] = []
    if start < len(components) and components[start].id == after.component:
        rest = tuple_(use.c.repository_id, use.c.manifest_id) > (after.repository, after.manifest)
        rows += (await connection.execute(_OPEN.where(use.c.component_id == after.component, rest).limit(need))).all()
        start += 1
    while len(rows) < need and start < len(components):
        following = components[start : start + batch_size(components[start:], need - len(rows))]
        ids = [item.id for item in following]
        which = use.c.component_id == ids[0] if len(ids) == 1 else use.c.component_id.in_(ids)
        rows += (await connection.execute(_OPEN.where(which).limit(need - len(rows)))).all()
        start += len(following)
    return rows


def batch_size(components: Sequence[Component], need: int) -> int:
    """How many components are read at once: as many as have no more uses together than are needed, at least one."""
    totals = accumulate(item.uses for item in components[:need])
    return max(1, sum(1 for total in totals if total <= need))


def _cursor(row: Any) -> Cursor:
    return Cursor(row.component_id, row.repository_id, row.manifest_id)


async def _repositories(connection: AsyncConnection, found: Selected) -> int | None:
    if found.uses > COUNTED:
        return None
    ids = found.countable
    if not isinstance(ids, Select):
        if not ids:
            return 0
        if len(ids) > MANY:
            every: set[int] = set()
            for batch in batches(ids):
                rows = select(use.c.repository_id).distinct()
                mine = rows.where(use.c.component_id.in_(batch), use.c.until.is_(None))
                every.update((await connection.execute(mine)).scalars())
            return len(every)
    query = select(func.count(use.c.repository_id.distinct()))
    return int((await connection.execute(query.where(use.c.component_id.in_(ids), use.c.until.is_(None)))).scalar_one())
