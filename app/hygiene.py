"""What the service knows of repositories and of what they use, for the hygiene of its policy."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.preview import preview
from app.store.database import Database
from app.store.preview import PreviewStore
from app.store.preview_pulls import PreviewPulls
from app.store.repositories import ACTIVE, RepositoryStore
from app.store.tables import reading, repository
from app.store.words import given_or_none
from app.stored_repository import repository_facts
from checks.engine.hygiene import PolicyNeeds, unneeded_waivers, unreachable
from checks.engine.indexed import INDEXED
from checks.engine.preview import Comparison
from checks.model.facts import RepositoryFacts
from checks.model.packages import VersionFacts
from checks.policy.hygiene import Point
from checks.policy.layers import PolicySet

#: Open pull requests whose reports are asked which waivers they need.
PULLS = 10_000
_NOTHING = VersionFacts()


class Looked(NamedTuple):
    """What was found, and what was looked at for it, in words."""

    points: tuple[Point, ...]
    at: tuple[str, ...]


async def stored_points(database: Database, policies: PolicySet, now: datetime) -> Looked:
    """What the repositories that are known, and all that their default branches use, do not need; `now` is UTC."""
    repositories = await known_repositories(database)
    held = await asyncio.to_thread(lambda: tuple(unreachable(policies, repositories)))
    looked_at = [f"{len(repositories):,} known repositories"]
    age = await _age(database)
    if age.read == 0:
        return Looked(held, (*looked_at, "no default branch, because none was read yet"))
    unused = tuple((await _needs(database, policies)).points()) if age.whole else ()
    waivers = await _waivers(database, policies, now) if age.whole else ()
    return Looked((*held, *unused, *waivers), (*looked_at, age.words))


class _Age(NamedTuple):
    """Which default branches were read, and how old what was read is."""

    known: int
    read: int
    unread: int
    """Of them those with manifests that could not be read."""
    oldest: float
    newest: float
    """When the heads were pushed that were read (seconds since 1970)."""

    @property
    def whole(self) -> bool:
        """Whether all of it was read: what is not seen may need anything."""
        return self.read == self.known and not self.unread

    @property
    def words(self) -> str:
        first, last = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" for at in (self.oldest, self.newest))
        since = f"pushed on {last}" if first == last else f"pushed from {first} to {last}"
        said = f"{self.read:,} of {self.known:,} default branches, {since}"
        if self.whole:
            return said
        left = "not all of them were read" if self.read < self.known else "some manifests could not be read"
        return f"{said}; nothing is called unused, because {left}"


async def _age(database: Database) -> _Age:
    active = select(func.count()).select_from(repository).where(ACTIVE)
    columns = (
        *(func.count(), func.count().filter(reading.c.unread > 0)),
        *(func.coalesce(func.min(reading.c.at), 0.0), func.coalesce(func.max(reading.c.at), 0.0)),
    )
    read = select(*columns).select_from(repository).join(reading, reading.c.repository_id == repository.c.id)
    async with database.read() as connection:
        known = int((await connection.execute(active)).scalar_one())
        done, unread, oldest, newest = (await connection.execute(read.where(ACTIVE, reading.c.done))).one()
    return _Age(known, int(done), int(unread), float(oldest), float(newest))


async def _needs(database: Database, policies: PolicySet) -> PolicyNeeds:
    """What all package versions need that are in use, by the license that was read last of each."""
    store, needs, purls = PreviewStore(database), PolicyNeeds(policies), dict[int, str]()
    async for names in store.packages():
        purls.update((id_, purl) for id_, purl, _ in names)
    async for rows in store.components():
        await asyncio.to_thread(_add, needs, rows, purls)
    return needs


def _add(needs: PolicyNeeds, rows: Iterable[Any], purls: Mapping[int, str]) -> None:
    for _, package_id, version, license_, _ in rows:
        if package_id in purls:  # else it is newer than the list
            needs.add(purls[package_id], given_or_none(version), (given_or_none(license_),), _NOTHING)


async def _waivers(database: Database, policies: PolicySet, now: datetime) -> tuple[Point, ...]:
    """Waivers without which nothing would be blocked."""
    if not policies.plain.root.waivers:
        return ()
    without = await asyncio.to_thread(policies.without_waivers)
    found = await preview(PreviewStore(database), Comparison(without, policies, now, INDEXED))
    needed = {row.id for row in found.impact.waivers()}
    for pull in await PreviewPulls(database).judged(None, None, PULLS):
        for finding in pull.document.get("findings", ()):
            if waiver := finding.get("waiver"):
                needed |= {waiver["id"], *waiver.get("beside", ())}
    return tuple(unneeded_waivers(policies, needed, now))


async def known_repositories(database: Database) -> list[RepositoryFacts]:
    """Every repository that is neither gone nor archived, as a policy sees it."""
    store, found, after = RepositoryStore(database), list[RepositoryFacts](), 0
    while page := await store.active(after=after):
        found += [repository_facts(row) for row in page]
        after = page[-1].id
    return found
