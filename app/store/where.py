"""Where is it used? Asked of the index of uses, in pages, with totals that nobody has to wait for.

All questions come down to components; counters of open uses are kept with them, so that a page needs as many rows as
it shows. Only the number of repositories is counted, and not where that takes too long.
"""

import asyncio
import bisect
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.components import batches, package_digest
from app.store.database import Database
from app.store.repositories import ACTIVE
from app.store.tables import (
    advisory_name,
    component,
    component_license,
    document,
    fact,
    license_,
    manifest,
    package,
    reading,
    repository,
    use,
)
from app.store.words import digest, folded, given
from checks.engine.where import meant, wanted
from checks.facts.codec import decode_advisory
from checks.manifests.codec import decode
from checks.model.advisory import Advisory
from checks.model.dependency import SCOPE_ORDER
from checks.model.errors import UsageError
from checks.model.uses import brought_by
from checks.model.where import Answer, Coverage, Place, Question, Standing
from checks.policy.owners import Owners, owned

#: Uses of one page, and the most of one.
PAGE, LARGEST = 50, 1000
#: Uses among which the repositories are counted; beyond it that takes longer than people wait.
COUNTED = 50_000
#: Packages that one advisory or one name may mean.
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


class Way(NamedTuple):
    """How a component comes into a manifest."""

    manifest: str
    purl: str
    version: str | None
    direct: tuple[tuple[str, str | None], ...]
    """Purls and versions of the direct dependencies that bring it, itself if it is one."""


class _Component(NamedTuple):
    id: int
    uses: int


@dataclass(frozen=True, slots=True)
class _Selected:
    """The components that a question means."""

    uses: int = 0
    components: Sequence[_Component] = ()
    """With open uses, by id; of a license only those of this page."""
    countable: Select[Any] | Sequence[int] = ()
    """All of them, as ids or as a query of ids."""
    undecided: int = 0
    seen: bool = False
    left_at: float | None = None
    unknown: bool = False


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
            found = await self._selected(connection, question, after, limit)
            rows = await _page(connection, found.components, after, limit + 1)
            places = await _places(connection, rows[:limit], owners)
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
            places = await _places(connection, rows[:limit], owners)
        return places, str(_cursor(rows[limit - 1])) if len(rows) > limit else None

    async def history(self, repository_id: int, question: Question, owners: Owners) -> Sequence[Place]:
        """When a repository used which versions of what a question means, the oldest first; the newest 1,000."""
        async with self.database.read() as connection:
            mine = await _packages(connection, question)
            every = select(component.c.id, component.c.package_id, component.c.version)
            ids: list[int] = []
            for batch in batches(sorted(mine)):
                for row in await connection.execute(every.where(component.c.package_id.in_(batch))):
                    if wanted(mine[row.package_id], _given(row.version), question.versions) is not False:
                        ids.append(row.id)
            manifests = select(manifest.c.id).where(manifest.c.repository_id == repository_id)
            rows: list[Any] = []
            for locks in batches((await connection.execute(manifests)).scalars().all()):
                for batch in batches(sorted(ids)):
                    query = _USES.where(use.c.manifest_id.in_(locks), use.c.component_id.in_(batch))
                    rows += (await connection.execute(query.order_by(use.c.since.desc()).limit(LARGEST))).all()
            rows.sort(key=lambda row: (row.since, row.manifest_id, row.component_id))
            return await _places(connection, rows[-LARGEST:], owners)

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
                found += await asyncio.to_thread(_ways, row.data, wanted_[name])
        return found

    async def _selected(self, connection: AsyncConnection, question: Question, after: Cursor, limit: int) -> _Selected:
        if question.license:
            return await _licensed(connection, question.license, after, limit)
        if question.advisory:
            return await _affected(connection, question.advisory)
        purls = await _packages(connection, question)
        return await _versions(connection, purls, lambda purl, version: wanted(purl, version, question.versions))

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


def _ways(data: bytes, places: Iterable[Place]) -> list[Way]:
    try:
        inventory = decode(data)
    except ValueError:  # an older version of ours wrote it
        return []
    return [
        Way(place.manifest, place.purl, place.version, tuple((entry.purl, entry.version) for entry in found))
        for place in places
        if (found := brought_by(inventory, (place.purl, place.version)))
    ]


# -- from a question to components ------------------------------------------------------------------------------------


async def _packages(connection: AsyncConnection, question: Question) -> dict[int, str]:
    """The packages by id that a question names, with their purls."""
    if question.purl:
        which = package.c.digest == package_digest(question.purl)
    else:
        name = folded(question.name or "")
        which = or_(package.c.folded == name, package.c.short == name)
    query = select(package.c.id, package.c.purl).where(which).order_by(package.c.id).limit(MANY)
    return {row.id: given(row.purl) for row in await connection.execute(query)}


async def _versions(
    connection: AsyncConnection, purls: Mapping[int, str], means: Callable[[str, str | None], bool | None]
) -> _Selected:
    """The versions of packages that are meant."""
    columns = component.c.id, component.c.package_id, component.c.version, component.c.uses, component.c.left_at
    chosen: list[Any] = []
    undecided = 0
    for batch in batches(sorted(purls)):
        for row in await connection.execute(select(*columns).where(component.c.package_id.in_(batch))):
            answer = means(purls[row.package_id], _given(row.version))
            if answer:
                chosen.append(row)
            elif answer is None:
                undecided += row.uses
    found = [_Component(row.id, row.uses) for row in sorted(chosen, key=lambda row: int(row.id)) if row.uses > 0]
    left = [row.left_at for row in chosen if row.left_at is not None]
    return _Selected(
        uses=sum(item.uses for item in found),
        components=found,
        countable=[item.id for item in found],
        undecided=undecided,
        seen=bool(chosen),
        left_at=max(left, default=None),
    )


async def _affected(connection: AsyncConnection, name: str) -> _Selected:
    """The versions that an advisory affects, by the facts that are held."""
    query = select(fact.c.id, fact.c.value).join(advisory_name, advisory_name.c.fact_id == fact.c.id)
    rows = await connection.execute(query.where(advisory_name.c.folded == folded(name)).limit(MANY))
    read = [_advisory(row.id, row.value) for row in rows]
    advisories = tuple(one for one in read if one and folded(name) in map(folded, one.names))
    purls = sorted({item.purl for one in advisories for item in one.affected if item.purl})[:MANY]
    if not advisories:
        return _Selected(unknown=True)
    known: dict[int, str] = {}
    for batch in batches(purls):
        query = select(package.c.id, package.c.purl).where(package.c.digest.in_([*map(package_digest, batch)]))
        known |= {row.id: given(row.purl) for row in await connection.execute(query)}
    return await _versions(connection, known, lambda purl, version: meant(advisories, purl, version))


@lru_cache(maxsize=256)
def _advisory(_id: str, value: bytes) -> Advisory | None:
    with suppress(ValueError):
        return decode_advisory(value)
    return None


async def _licensed(connection: AsyncConnection, name: str, after: Cursor, limit: int) -> _Selected:
    """The components under a license: those of this page alone, because there may be hundreds of thousands."""
    row = (await connection.execute(select(license_).where(license_.c.folded == folded(name)))).one_or_none()
    if row is None:
        return _Selected()
    under = (
        select(component.c.id, component.c.uses)
        .join(component_license, component_license.c.component_id == component.c.id)
        .where(component_license.c.license_id == row.id)
    )
    page = under.where(component_license.c.component_id >= after.component, component.c.uses > 0)
    rows = await connection.execute(page.order_by(component_license.c.component_id).limit(limit + 2))
    every = select(component_license.c.component_id).where(component_license.c.license_id == row.id)
    left = None
    if not row.uses:
        left = (
            await connection.execute(select(func.max(component.c.left_at)).where(component.c.id.in_(every)))
        ).scalar_one()
    found = [_Component(*item) for item in rows]
    return _Selected(uses=row.uses, components=found, countable=every, seen=True, left_at=left)


def _standing(found: _Selected) -> Standing:
    if found.unknown:
        return Standing.UNKNOWN_ADVISORY
    if found.uses:
        return Standing.USED
    return Standing.WAS_USED if found.left_at is not None else Standing.NEVER_SEEN


# -- from components to places ----------------------------------------------------------------------------------------

_USES = select(
    *(use.c.component_id, use.c.repository_id, use.c.manifest_id),
    *(use.c.since, use.c.until, use.c.scope, use.c.direct, use.c.via_id),
)
_OPEN = _USES.where(use.c.until.is_(None)).order_by(use.c.component_id, use.c.repository_id, use.c.manifest_id)


async def _page(connection: AsyncConnection, components: Sequence[_Component], after: Cursor, need: int) -> list[Any]:
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


def batch_size(components: Sequence[_Component], need: int) -> int:
    """How many components are read at once: as many as have no more uses together than are needed, at least one."""
    totals = accumulate(item.uses for item in components[:need])
    return max(1, sum(1 for total in totals if total <= need))


def _cursor(row: Any) -> Cursor:
    return Cursor(row.component_id, row.repository_id, row.manifest_id)


async def _repositories(connection: AsyncConnection, found: _Selected) -> int | None:
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


async def _places(connection: AsyncConnection, rows: Sequence[Any], owners: Owners) -> list[Place]:
    manifests = await _by_id(connection, _MANIFESTS, manifest.c.id, (row.manifest_id for row in rows))
    components = await _by_id(connection, _COMPONENTS, component.c.id, (row.component_id for row in rows))
    brought = (row.via_id for row in rows if row.via_id is not None)
    packages = await _by_id(connection, select(package.c.id, package.c.purl), package.c.id, brought)
    found = []
    for row in rows:
        one, lock = components[row.component_id], manifests[row.manifest_id]
        answers = owned(owners, lock.name or "", lock.properties or {}, lock.owners or ())
        via = packages.get(row.via_id)
        found.append(
            Place(
                repository_id=row.repository_id,
                repository=lock.name,
                visibility=lock.visibility,
                archived=bool(lock.archived),
                manifest=given(lock.path),
                purl=given(one.purl),
                name=given(one.name),
                version=_given(one.version),
                license=_given(one.license),
                scope=str(SCOPE_ORDER[row.scope]),
                direct=row.direct,
                via=given(via.purl) if via else None,
                since=row.since,
                or_earlier=lock.first_at is not None and row.since <= lock.first_at,
                until=row.until,
                owners=answers.who,
                because=answers.because,
            )
        )
    return found


_COMPONENTS = select(*(component.c.id, component.c.version, component.c.license, package.c.purl, package.c.name)).join(
    package, package.c.id == component.c.package_id
)
#: With their repositories.
_MANIFESTS = (
    select(
        *(manifest.c.id, manifest.c.path, manifest.c.owners, reading.c.first_at),
        *(repository.c.name, repository.c.properties, repository.c.visibility, repository.c.archived),
    )
    .outerjoin(repository, repository.c.id == manifest.c.repository_id)
    .outerjoin(reading, reading.c.repository_id == manifest.c.repository_id)
)


async def _by_id(connection: AsyncConnection, query: Select[Any], column: Any, ids: Iterable[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for batch in batches(sorted(set(ids))):
        found.update((row.id, row) for row in await connection.execute(query.where(column.in_(batch))))
    return found


def _given(text: str | None) -> str | None:
    return None if text is None else given(text)
