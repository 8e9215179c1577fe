"""What another policy would mean for everything that default branches use: the index is read in pages, and each
distinct case is judged once (`checks.engine.preview`)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.collecting import collecting
from app.preview_count import Count
from app.store.preview import PreviewStore, ReadRepository
from app.store.preview_facts import stored_records
from app.stored_facts import StoredFacts
from checks.engine.impact import Impact
from checks.engine.indexed import Of
from checks.engine.preview import Comparison

#: Uses of candidates up to which each is looked up by itself; beyond it all uses are read in the order of the table.
NARROW = 150_000
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Previewed:
    """What came of it, with what it is founded on."""

    impact: Impact
    repositories: Mapping[int, ReadRepository]
    known: int
    """Repositories that there are, read or not."""
    checks: frozenset[str]
    """Those in which the policies differ for any repository."""
    uses: int
    """Package versions of manifests, if the policies differ at all."""
    judged: int
    """Distinct cases."""
    lacking: int
    """Uses of which something is not stored that the new policy or the old one asks for."""
    vulnerable: int
    """Uses for which advisories are stored, if one of them asks for these."""
    left_out: frozenset[str]
    """Checks in which the policies differ, and of which nothing is seen."""
    partly: Mapping[str, Mapping[str, Of]]
    """By check: what of it is not seen, in words, and what it is about."""


async def preview(store: PreviewStore, comparison: Comparison, installation_id: int | None = None) -> Previewed:
    """Compare the policies over all that is stored of default branches. Work goes on in a thread, page by page."""
    repositories = {item.id: item for item in await store.repositories(installation_id)}
    count = Count(comparison)
    await asyncio.to_thread(count.pair, list(repositories.values()))
    if count.kinds.checks:
        with collecting.rarely():
            await _classes(store, count)
            async for manifests in store.manifests():
                count.place(manifests)
            await _uses(store, count)
    return Previewed(
        impact=count.impact,
        repositories=repositories,
        known=await store.known(installation_id),
        checks=count.kinds.checks,
        uses=sum(count.classes.uses),
        judged=sum(pair.judged for pair in comparison.pairs),
        lacking=count.classes.lacking,
        vulnerable=count.classes.vulnerable,
        left_out=frozenset(comparison.left_out),
        partly=comparison.partly,
    )


async def _classes(store: PreviewStore, count: Count) -> None:
    async for packages in _ahead(store.packages()):
        await asyncio.to_thread(count.classes.name, packages)
    stored = StoredFacts(await asyncio.to_thread(count.comparison.knowledge, count.classes.each_type))
    if stored.kinds:
        async for records in _ahead(stored_records(store.database, stored.kinds)):
            await asyncio.to_thread(stored.learn, records)
    await asyncio.to_thread(count.classes.describe, stored)
    async for components in _ahead(store.components()):
        await asyncio.to_thread(count.classes.sort, components)


async def _uses(store: PreviewStore, count: Count) -> None:
    wanted = await asyncio.to_thread(count.choose)
    if wanted > NARROW and count.simple:
        async for rows in _ahead(store.manners_in(count.chunks(), count.kinds.direct)):
            await asyncio.to_thread(count.add_simple, rows)
        await asyncio.to_thread(count.end)
    elif wanted:
        pages = store.uses_of(count.candidates) if wanted <= NARROW else store.uses_in(count.chunks())
        async for rows in _ahead(pages):
            await asyncio.to_thread(count.add, rows)


async def _ahead(pages: AsyncIterator[P]) -> AsyncIterator[P]:
    """The same pages: while one is worked on the database makes the next one."""
    following = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await following) is not None:
            following = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
