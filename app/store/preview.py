"""What a preview reads of the index of uses: only the columns that it needs, in pages, so that memory stays small and
nobody waits for a long transaction."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, case, cast, func, select

from app.store.components import batches
from app.store.database import Database
from app.store.plain import Rows, plain
from app.store.repositories import ACTIVE, read_row
from app.store.tables import component, manifest, package, reading, repository, use
from app.store.words import given
from app.subject import property_texts
from checks.model.facts import RepositoryFacts

#: Rows of one page.
PAGE = 100_000
#: More than there are scopes; how much more it is for what is perhaps direct, and what is not.
SCOPES = 8
#: More than there are ways to have a component, by scope and directness: with its id they make one number.
MANNERS = 32
#: Manifests whose uses are read by one statement.
MANIFESTS = 200


class ReadRepository(NamedTuple):
    """A repository whose default branch was read."""

    id: int
    facts: RepositoryFacts


class ReadManifest(NamedTuple):
    """A manifest of a default branch."""

    id: int
    repository_id: int
    path: str
    owners: tuple[str, ...]
    """By the CODEOWNERS file."""


@dataclass(frozen=True, slots=True)
class PreviewStore:
    """Reads what `UseStore` writes."""

    database: Database

    async def known(self, installation_id: int | None = None) -> int:
        """How many repositories there are, read or not."""
        query = select(func.count()).select_from(repository).where(ACTIVE)
        if installation_id is not None:
            query = query.where(repository.c.installation_id == installation_id)
        async with self.database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def repositories(self, installation_id: int | None = None) -> list[ReadRepository]:
        """Those that are active and were read (of one installation, or of all), by id."""
        query = select(repository).join(reading, reading.c.repository_id == repository.c.id).where(ACTIVE)
        if installation_id is not None:
            query = query.where(repository.c.installation_id == installation_id)
        found: list[ReadRepository] = []
        async with self.database.read() as connection:
            for row in (await connection.execute(query.order_by(repository.c.id))).all():
                told = read_row(row)
                properties = property_texts(told.properties or {})
                topics = None if told.topics is None else tuple(told.topics)
                facts = RepositoryFacts(
                    told.name, told.visibility, told.default_branch, properties=properties, topics=topics
                )
                found.append(ReadRepository(told.id, facts))
        return found

    async def names(self, ids: Collection[int]) -> dict[int, tuple[str, str | None]]:
        """Name and visibility of repositories."""
        columns = select(repository.c.id, repository.c.name, repository.c.visibility)
        found: dict[int, tuple[str, str | None]] = {}
        async with self.database.read() as connection:
            for batch in batches(sorted(ids)):
                rows = await connection.execute(columns.where(repository.c.id.in_(batch)))
                found.update((id_, (name, visibility)) for id_, name, visibility in rows)
        return found

    async def manifests(self) -> AsyncIterator[list[ReadManifest]]:
        """Pages of the manifests that are there, by repository."""
        columns = select(manifest.c.id, manifest.c.repository_id, manifest.c.path, manifest.c.owners)
        after = -1, -1
        while True:
            later = (manifest.c.repository_id > after[0]) | (
                (manifest.c.repository_id == after[0]) & (manifest.c.id > after[1])
            )
            query = columns.where(manifest.c.document.is_not(None), later)
            async with self.database.read() as connection:
                rows = (
                    await connection.execute(query.order_by(manifest.c.repository_id, manifest.c.id).limit(PAGE))
                ).all()
            if not rows:
                return
            after = rows[-1].repository_id, rows[-1].id
            yield [ReadManifest(r.id, r.repository_id, given(r.path), tuple(r.owners or ())) for r in rows]

    async def packages(self) -> AsyncIterator[list[tuple[int, str, str]]]:
        """Pages of (id, purl, name)."""
        async for rows in self._pages(select(package.c.id, package.c.purl, package.c.name), package.c.id):
            yield [(id_, given(purl), given(name)) for id_, purl, name in rows]

    async def components(self) -> AsyncIterator[list[tuple[int, int, str | None, str | None, int]]]:
        """Pages of (id, package, version, license, uses) of what anybody uses; texts as they are kept."""
        columns = (component.c.id, component.c.package_id, component.c.version, component.c.license, component.c.uses)
        async for rows in self._pages(select(*columns).where(component.c.uses > 0), component.c.id):
            yield rows

    async def _pages(self, query: Any, key: Any) -> AsyncIterator[Any]:
        after = 0
        while True:
            async with self.database.read() as connection:
                page = query.where(key > after).order_by(key).limit(PAGE)
                rows = await plain(connection, page)
            if not rows:
                return
            after = rows[-1][0]
            yield rows

    async def uses_of(self, components: Sequence[int]) -> AsyncIterator[Any]:
        """Pages of (repository, component, manifest, scope, direct, via) of the open uses of components, by component
        and repository."""
        for batch in batches(components):
            query = _USES.where(use.c.component_id.in_(batch), use.c.until.is_(None))
            async with self.database.read() as connection:
                yield await plain(connection, query.order_by(use.c.component_id, use.c.repository_id))

    async def uses_in(self, manifests: Sequence[Collection[int]]) -> AsyncIterator[Any]:
        """The same of all that manifests use; a page for each collection of them, in no order."""
        for ids in manifests:
            async with self.database.read() as connection:
                query = _USES.where(use.c.manifest_id.in_(ids), use.c.until.is_(None))
                yield await plain(connection, query)

    async def manners_in(self, manifests: Sequence[Collection[int]], direct: bool) -> AsyncIterator[Rows]:
        """Pages of manifests with all that they use: `component * MANNERS + scope`, and with `direct` `+ SCOPES` for
        what is perhaps direct and `+ 2 * SCOPES` for what is not; in text with commas, which is read three times as
        fast as a row for each. A page for each collection."""
        coded = cast(use.c.component_id, BigInteger) * MANNERS + use.c.scope
        if direct:
            coded += case((use.c.direct.is_(True), 0), (use.c.direct.is_(None), SCOPES), else_=2 * SCOPES)
        text = cast(coded, Text)
        listed = func.group_concat(text) if self.database.sqlite else func.string_agg(text, ",")
        columns = select(use.c.manifest_id, listed).where(use.c.until.is_(None)).group_by(use.c.manifest_id)
        for ids in manifests:
            async with self.database.read() as connection:
                yield await plain(connection, columns.where(use.c.manifest_id.in_(ids)))


_USES = select(
    *(use.c.repository_id, use.c.component_id, use.c.manifest_id, use.c.scope, use.c.direct, use.c.via_id),
)
