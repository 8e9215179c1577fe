"""From a question to the components that it means: versions of packages, those under a license or an advisory."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.components import batches, package_digest
from app.store.tables import advisory_name, component, component_license, fact, license_, package
from app.store.words import folded, given, given_or_none
from checks.engine.where import meant, wanted
from checks.facts.codec import decode_advisory
from checks.model.advisory import Advisory
from checks.model.where import Question

#: Packages that one advisory or one name may mean.
MANY = 2_000


class Component(NamedTuple):
    id: int
    uses: int


@dataclass(frozen=True, slots=True)
class Selected:
    """The components that a question means."""

    uses: int = 0
    components: Sequence[Component] = ()
    """With open uses, by id; of a license only those of this page."""
    countable: Select[Any] | Sequence[int] = ()
    """All of them, as ids or as a query of ids."""
    undecided: int = 0
    seen: bool = False
    left_at: float | None = None
    unknown: bool = False


async def selected(connection: AsyncConnection, question: Question, first: int, limit: int) -> Selected:
    """What a question means; of a license the components from `first` on that a page of `limit` uses can need."""
    if question.license:
        return await _licensed(connection, question.license, first, limit)
    if question.advisory:
        return await _affected(connection, question.advisory)
    purls = await packages(connection, question)
    return await _versions(connection, purls, lambda purl, version: wanted(purl, version, question.versions))


async def packages(connection: AsyncConnection, question: Question) -> dict[int, str]:
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
) -> Selected:
    """The versions of packages that are meant."""
    columns = component.c.id, component.c.package_id, component.c.version, component.c.uses, component.c.left_at
    chosen: list[Any] = []
    undecided = 0
    for batch in batches(sorted(purls)):
        for row in await connection.execute(select(*columns).where(component.c.package_id.in_(batch))):
            answer = means(purls[row.package_id], given_or_none(row.version))
            if answer:
                chosen.append(row)
            elif answer is None:
                undecided += row.uses
    found = [Component(row.id, row.uses) for row in sorted(chosen, key=lambda row: int(row.id)) if row.uses > 0]
    left = [row.left_at for row in chosen if row.left_at is not None]
    return Selected(
        uses=sum(item.uses for item in found),
        components=found,
        countable=[item.id for item in found],
        undecided=undecided,
        seen=bool(chosen),
        left_at=max(left, default=None),
    )


async def _affected(connection: AsyncConnection, name: str) -> Selected:
    """The versions that an advisory affects, by the facts that are held."""
    query = select(fact.c.id, fact.c.value).join(advisory_name, advisory_name.c.fact_id == fact.c.id)
    rows = await connection.execute(query.where(advisory_name.c.folded == folded(name)).limit(MANY))
    read = [_advisory(row.id, row.value) for row in rows]
    advisories = tuple(one for one in read if one and folded(name) in map(folded, one.names))
    purls = sorted({item.purl for one in advisories for item in one.affected if item.purl})[:MANY]
    if not advisories:
        return Selected(unknown=True)
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


async def _licensed(connection: AsyncConnection, name: str, first: int, limit: int) -> Selected:
    """The components under a license: those of this page alone, because there may be hundreds of thousands."""
    row = (await connection.execute(select(license_).where(license_.c.folded == folded(name)))).one_or_none()
    if row is None:
        return Selected()
    under = (
        select(component.c.id, component.c.uses)
        .join(component_license, component_license.c.component_id == component.c.id)
        .where(component_license.c.license_id == row.id)
    )
    page = under.where(component_license.c.component_id >= first, component.c.uses > 0)
    rows = await connection.execute(page.order_by(component_license.c.component_id).limit(limit + 2))
    every = select(component_license.c.component_id).where(component_license.c.license_id == row.id)
    left = None
    if not row.uses:
        left = (
            await connection.execute(select(func.max(component.c.left_at)).where(component.c.id.in_(every)))
        ).scalar_one()
    found = [Component(*item) for item in rows]
    return Selected(uses=row.uses, components=found, countable=every, seen=True, left_at=left)
