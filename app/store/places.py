"""From rows to places: what people and programs are told about each use, its owner, and the ways that lead to it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.store.components import batches
from app.store.tables import component, manifest, package, reading, repository
from app.store.words import given, given_or_none
from checks.manifests.codec import decode
from checks.model.dependency import SCOPE_ORDER
from checks.model.uses import brought_by
from checks.model.where import Place
from checks.policy.owners import Owners, owned


class Way(NamedTuple):
    """How a component comes into a manifest."""

    manifest: str
    purl: str
    version: str | None
    direct: tuple[tuple[str, str | None], ...]
    """Purls and versions of the direct dependencies that bring it, itself if it is one."""


async def places(connection: AsyncConnection, rows: Sequence[Any], owners: Owners) -> list[Place]:
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
                version=given_or_none(one.version),
                license=given_or_none(one.license),
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


def ways(data: bytes, found: Iterable[Place]) -> list[Way]:
    """All direct dependencies through which each comes into a manifest, by its document."""
    try:
        inventory = decode(data)
    except ValueError:  # an older version of ours wrote it
        return []
    return [
        Way(place.manifest, place.purl, place.version, tuple((entry.purl, entry.version) for entry in direct))
        for place in found
        if (direct := brought_by(inventory, (place.purl, place.version)))
    ]
