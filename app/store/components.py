"""Packages, their versions and the licenses of these: each once, whoever uses it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.tables import component, component_license, license_, package
from app.store.words import digest, folded, kept
from checks.advisories.ecosystems import identity
from checks.licenses.statement import read
from checks.licenses.tree import leaves
from checks.model.uses import Uses

T = TypeVar("T")
#: A package URL without version, and a version.
Key = tuple[str, str | None]
#: Rows of one statement.
BATCH = 500
#: Parts of one license expression that are looked for.
MAX_LICENSES = 100
#: Characters of a license statement that are kept: the longest expressions have a few hundred.
MAX_STATEMENT = 4096


class Known(NamedTuple):
    """A component as the database knows it."""

    id: int
    package_id: int
    license: str | None
    """As it is kept."""


class Components:
    """What a transaction does with components."""

    def __init__(self, connection: AsyncConnection, insert: Callable[[Table], Any]) -> None:
        self.connection = connection
        self.insert = insert

    async def known(self, uses: Uses) -> dict[Key, Known]:
        """The components that are used, written down if they are new."""
        digests = {key: component_digest(*key) for key in uses}
        rows = await self._components(digests.values())
        missing = [key for key, name in digests.items() if name not in rows]
        if missing:
            packages = await self._packages({purl: uses[purl, version].name for purl, version in missing})
            # Sorted, here and below, so that two writers never wait for each other.
            new = sorted({digests[key]: (packages[key[0]], key[1]) for key in missing}.items())
            await self._add(
                component,
                [
                    {"digest": name, "package_id": id_, "version": None if version is None else kept(version)}
                    for name, (id_, version) in new
                ],
            )
            rows |= await self._components([name for name, _ in new])
        told = {key: use.license for key, use in uses.items() if use.license and rows[digests[key]].license is None}
        if told:
            await self.learn(told)
        return {
            key: Known(rows[name].id, rows[name].package_id, rows[name].license or told.get(key))
            for key, name in digests.items()
        }

    async def _components(self, digests: Collection[str]) -> dict[str, Any]:
        columns = (component.c.id, component.c.digest, component.c.package_id, component.c.license, component.c.uses)
        found = {}
        for batch in batches(sorted(digests)):
            for row in await self.connection.execute(select(*columns).where(component.c.digest.in_(batch))):
                found[row.digest] = row
        return found

    async def _packages(self, names: Mapping[str, str]) -> dict[str, int]:
        """The ids of packages by purl; `names` as people write them."""
        digests = {package_digest(purl): purl for purl in names}
        found = await self._ids(package, package.c.digest, digests)
        rows = [
            {
                "digest": name,
                "purl": kept(purl),
                "name": kept(names[purl]),
                "folded": folded(names[purl]),
                "short": folded(_short(names[purl])),
            }
            for name, purl in sorted(digests.items())
            if name not in found
        ]
        if rows:
            await self._add(package, rows)
            found |= await self._ids(package, package.c.digest, [row["digest"] for row in rows])
        return {purl: found[package_digest(purl)] for purl in names}

    async def _ids(self, table: Table, column: Any, values: Collection[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for batch in batches(sorted(values)):
            rows = await self.connection.execute(select(column, table.c.id).where(column.in_(batch)))
            found.update((name, id_) for name, id_ in rows)
        return found

    async def _add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        for batch in batches(rows):
            await self.connection.execute(self.insert(table).on_conflict_do_nothing(), batch)

    async def learn(self, licenses: Mapping[Key, str]) -> int:
        """The statement about each component that is known; a newer one replaces the older. How many were news."""
        names = {component_digest(*key): raw[:MAX_STATEMENT] for key, raw in licenses.items() if raw}
        rows = await self._components(names)
        news = {row.id: (names[name], row.uses) for name, row in rows.items() if row.license != kept(names[name])}
        if not news:
            return 0
        parts = {raw: licenses_of(raw) for raw, _ in news.values()}
        every = sorted({part for found in parts.values() for part in found})
        await self._add(license_, [{"folded": part} for part in every])
        ids = await self._ids(license_, license_.c.folded, every)
        pairs = {(ids[part], id_) for id_, (raw, _) in news.items() for part in parts[raw]}
        await self._assign(pairs, {id_: uses for id_, (_, uses) in news.items()})
        rows_ = [{"of": id_, "said": kept(raw)} for id_, (raw, _) in sorted(news.items())]
        await self.connection.execute(_SAY, rows_)
        return len(news)

    async def _assign(self, pairs: Collection[tuple[int, int]], uses: Mapping[int, int]) -> None:
        """These licenses, and no others, belong to these components, which have so many uses."""
        had = set()
        for batch in batches(sorted(uses)):
            mine = component_license.c.component_id.in_(batch)
            for row in await self.connection.execute(select(component_license).where(mine)):
                had.add((row.license_id, row.component_id))
        gone, new = sorted(had.difference(pairs)), sorted(set(pairs).difference(had))
        for license_id, component_id in gone:
            which = component_license.c.license_id == license_id, component_license.c.component_id == component_id
            await self.connection.execute(delete(component_license).where(*which))
        await self._add(component_license, [{"license_id": one, "component_id": two} for one, two in new])
        more: dict[int, int] = {}
        for sign, changed in ((-1, gone), (1, new)):
            for license_id, component_id in changed:
                more[license_id] = more.get(license_id, 0) + sign * uses[component_id]
        rows = [{"of": id_, "more": count} for id_, count in sorted(more.items()) if count]
        if rows:
            await self.connection.execute(_COUNT, rows)


_SAY = update(component).where(component.c.id == bindparam("of")).values(license=bindparam("said"))
_COUNT = update(license_).where(license_.c.id == bindparam("of")).values(uses=license_.c.uses + bindparam("more"))


@lru_cache(maxsize=4096)
def licenses_of(statement: str) -> tuple[str, ...]:
    """What a license statement can be found by: each part of the expression, a license with an exception also without
    it; a statement that is no expression by itself."""
    expression = read(statement).expression
    if expression is None:
        return (folded(" ".join(statement.split())),)
    names = dict.fromkeys(folded(str(leaf)) for leaf in leaves(expression)[:MAX_LICENSES])
    names |= dict.fromkeys(name.partition(" with ")[0] for name in names)
    return tuple(names)


def package_digest(purl: str) -> str:
    """Of a package, in whatever spelling its ecosystem takes for the same."""
    return digest(identity(purl))


def component_digest(purl: str, version: str | None) -> str:
    return digest(identity(purl), version)


def _short(name: str) -> str:
    """`core` of `@angular/core`, `log4j-core` of `org.apache.logging.log4j:log4j-core`."""
    return name.rpartition("/")[2].rpartition(":")[2] or name


def batches(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
