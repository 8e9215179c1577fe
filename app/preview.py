"""What another policy would mean for everything that default branches use: the index is read in pages, and each
distinct case is judged once (`checks.engine.preview`)."""

import asyncio
import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from app.store.preview import MANIFESTS, SCOPES, PreviewStore, ReadManifest, ReadRepository
from app.use_classes import NONE, UseClasses
from checks.engine.impact import Impact
from checks.engine.preview import Case, Comparison, Pair, Place
from checks.model.dependency import SCOPE_ORDER
from checks.model.facts import Facts
from checks.policy.owners import Owned, owned

#: The checks that judge by what the index has of a package: its name, version, license and scope.
INDEXED = frozenset({"licenses"})
#: Uses of candidates up to which each is looked up by itself; beyond it all uses are read in the order of the table.
NARROW = 150_000
#: Cases that are judged beforehand to see which packages can differ at all.
TRIALS = 60_000
#: More than there are ids of packages: with the number of an effect they make one number.
_WIDE = 1 << 40
_PLACES = [(Place(scope),) for scope in SCOPE_ORDER]


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
    left_out: frozenset[str]
    """Checks in which the policies differ, and for which the index does not suffice."""


async def preview(
    store: PreviewStore, comparison: Comparison, facts: Facts, installation_id: int | None = None
) -> Previewed:
    """Compare the policies over all that is stored of default branches. Work goes on in a thread, page by page."""
    repositories = {item.id: item for item in await store.repositories(installation_id)}
    count = _Count(comparison, facts)
    await asyncio.to_thread(count.pair, list(repositories.values()))
    if count.kinds.checks:
        async for packages in store.packages():
            await asyncio.to_thread(count.classes.name, packages)
        async for components in store.components():
            await asyncio.to_thread(count.classes.sort, components)
        async for manifests in store.manifests():
            count.place(manifests)
        await _uses(store, count)
    known = await store.known(installation_id)
    uses = sum(count.classes.uses)
    judged = sum(pair.judged for pair in comparison.pairs)
    left_out = frozenset(comparison.left_out)
    return Previewed(count.impact, repositories, known, count.kinds.checks, uses, judged, left_out)


async def _uses(store: PreviewStore, count: "_Count") -> None:
    wanted = await asyncio.to_thread(count.choose)
    if wanted > NARROW and count.simple:
        async for rows in store.scopes_in(count.chunks()):
            await asyncio.to_thread(count.add_simple, rows)
        await asyncio.to_thread(count.end)
    elif wanted:
        pages = store.uses_of(count.candidates) if wanted <= NARROW else store.uses_in(count.chunks())
        async for rows in pages:
            await asyncio.to_thread(count.add, rows)


class _Count:
    """One preview while it goes on."""

    def __init__(self, comparison: Comparison, facts: Facts) -> None:
        self.comparison = comparison
        self.facts = facts
        self.impact = Impact()
        self.pairs: dict[int, Pair] = {}
        self.repositories: dict[int, ReadRepository] = {}
        self.candidates: Sequence[int] = ()
        self._manifests: dict[int, ReadManifest] = {}
        self._owned: dict[int, Owned] = {}
        self._wanted = bytearray()
        """By class: whether the policies may differ about it."""
        self._tables: dict[int, list[int]] = {}
        self._packages: Counter[int] = Counter()

    def pair(self, repositories: Sequence[ReadRepository]) -> None:
        for item in repositories:
            pair = self.comparison.pair(item.facts)
            if pair.only:
                self.pairs[item.id] = pair
                self.repositories[item.id] = item
        self.kinds = self.comparison.kinds()
        self.classes = UseClasses(self.kinds, self.facts)

    @property
    def simple(self) -> bool:
        """Whether of a use nothing counts but its scope."""
        return not (self.kinds.each or self.kinds.paths or self.kinds.below)

    def choose(self) -> int:
        """Which classes can make a difference; how many uses they have."""
        classes, pairs = self.classes, {id(pair): pair for pair in self.pairs.values()}.values()
        self._wanted = bytearray(b"\1" * len(classes.members))
        if self.simple and len(classes.shared) * len(pairs) * SCOPES <= TRIALS:
            for number in classes.shared:
                self._wanted[number] = 0
            for pair in pairs:
                for key, effect in self._tried(pair, classes.shared):
                    if any(effect):
                        self._wanted[key[0]] = 1
        wanted = self._wanted
        self.candidates = [id_ for id_, number in enumerate(classes.of) if number != NONE and wanted[number]]
        return sum(uses for number, uses in enumerate(classes.uses) if wanted[number])

    def _tried(self, pair: Pair, numbers: Iterable[int]) -> Iterator[tuple[tuple[int, int], Any]]:
        keys = [(number, scope) for scope in range(len(SCOPE_ORDER)) for number in numbers]
        return zip(keys, self._effects(pair, keys), strict=True)

    def _effects(self, pair: Pair, keys: Sequence[tuple[int, Any]]) -> Sequence[Any]:
        members = self.classes.members
        cases: list[tuple[Hashable, Case]] = [
            (key, members[key[0]]._replace(places=_PLACES[key[1]] if isinstance(key[1], int) else key[1]))
            for key in keys
        ]
        return pair.effects(cases, self.facts)

    def place(self, manifests: Sequence[ReadManifest]) -> None:
        """Learn where uses are."""
        self._manifests.update((item.id, item) for item in manifests if item.repository_id in self.pairs)

    def chunks(self) -> list[list[int]]:
        """The manifests, those of a repository together, as many as are read at once."""
        chunks: list[list[int]] = [[]]
        for _, group in groupby(self._manifests.values(), key=lambda item: item.repository_id):
            chunks[-1] += [item.id for item in group]
            if len(chunks[-1]) >= MANIFESTS:
                chunks.append([])
        return [chunk for chunk in chunks if chunk]

    # -- where only the scope counts ---------------------------------------------------------------------------------

    def add_simple(self, rows: Sequence[tuple[int, str]]) -> None:
        """Count a page of manifests with their uses, as `PreviewStore.scopes_in` writes them: all of some
        repositories."""
        found: dict[int, list[tuple[int, list[int]]]] = {}
        for manifest_id, listed in rows:
            mine = manifest_id, json.loads(f"[{listed}]")
            found.setdefault(self._manifests[manifest_id].repository_id, []).append(mine)
        for repository_id, manifests in found.items():
            for manifest_id, uses in manifests if len(manifests) == 1 else _merged(manifests):
                self._add_manifest(repository_id, manifest_id, uses)

    def _add_manifest(self, repository_id: int, manifest_id: int, uses: list[int]) -> None:
        """`uses`: components and scopes."""
        most = len(self.classes.of) * SCOPES
        if max(uses) >= most:  # what is newer than this preview is left out
            uses = [use for use in uses if use < most]
        numbers = self._numbers(self.pairs[repository_id], uses)
        for number, times in Counter(numbers).items():
            if number:
                self.impact.count_place(number, repository_id, self._owner(manifest_id), times)
        package_of = self.classes.package_of
        self._packages.update(
            [n * _WIDE + package_of[use // SCOPES] for n, use in zip(numbers, uses, strict=True) if n]
        )
        if self.impact.names_more:
            for number, use in zip(numbers, uses, strict=True):
                if number:
                    self._name(number, repository_id, manifest_id, use // SCOPES)

    def _numbers(self, pair: Pair, uses: Sequence[int]) -> list[int]:
        """The number of the effect of each use."""
        class_of, table = self.classes.of, self._table(pair)
        numbers = [table[class_of[use // SCOPES] * SCOPES + use % SCOPES] for use in uses]
        if _UNKNOWN not in numbers:
            return numbers
        unknown = {use for use, number in zip(uses, numbers, strict=True) if number == _UNKNOWN}
        keys = sorted({(class_of[use // SCOPES], use % SCOPES) for use in unknown})
        for (number, scope), effect in zip(keys, self._effects(pair, keys), strict=True):
            table[number * SCOPES + scope] = self.impact.number(effect)
        return self._numbers(pair, uses)

    def end(self) -> None:
        """Say what is counted of packages."""
        for coded, times in self._packages.items():
            number, package_id = divmod(coded, _WIDE)
            self.impact.count_package(number, self.classes.packages[package_id][0], times)

    def _table(self, pair: Pair) -> list[int]:
        """The number of the effect by class and scope. Class -1 reads from the end, where there is none."""
        table = self._tables.get(id(pair))
        if table is None:
            table = self._tables[id(pair)] = [_UNKNOWN] * (len(self.classes.members) * SCOPES) + [0] * SCOPES
            for number, wanted in enumerate(self._wanted):
                if not wanted:
                    table[number * SCOPES : (number + 1) * SCOPES] = [0] * SCOPES
        return table

    # -- where more counts -------------------------------------------------------------------------------------------

    def add(self, rows: Iterable[Any]) -> None:
        """Count a page of uses; what a repository has of one component is in one page."""
        class_of, wanted, most = self.classes.of, self._wanted, len(self.classes.of)
        mine = [
            tuple(row)
            for row in rows
            if row[0] in self.pairs and row[1] < most and class_of[row[1]] != NONE and wanted[class_of[row[1]]]
        ]
        mine.sort(key=itemgetter(0, 1))
        by_pair: dict[int, list[tuple[tuple[int, Any], Any]]] = {}
        for _, group in groupby(mine, key=itemgetter(0, 1)):
            uses = list(group)
            by_pair.setdefault(id(self.pairs[uses[0][0]]), []).append((self._key(uses), uses[0]))
        for found in by_pair.values():
            effects = self._effects(self.pairs[found[0][1][0]], [key for key, _ in found])
            for effect, (_, (repository_id, component_id, manifest_id, *_)) in zip(effects, found, strict=True):
                if number := self.impact.number(effect):
                    self.impact.count_place(number, repository_id, self._owner(manifest_id), 1)
                    self.impact.count_package(number, self.classes.purl(component_id), 1)
                    self._name(number, repository_id, manifest_id, component_id)

    def _key(self, uses: Sequence[Any]) -> tuple[int, Any]:
        """What one repository has of one component: its class, and the scope that counts or all its places."""
        number = self.classes.of[uses[0][1]]
        if self.simple:
            return number, min(row[3] for row in uses)
        return number, tuple(sorted({self._place(row) for row in uses}, key=str))

    def _place(self, row: Any) -> Place:
        _, _, manifest_id, scope, direct, via_id = row
        kinds, manifest = self.kinds, self._manifests.get(manifest_id)
        via = self.classes.packages.get(via_id) if kinds.below and via_id is not None else None
        place = Place(SCOPE_ORDER[scope], direct if kinds.each or kinds.below else None, via=via[0] if via else None)
        return place._replace(path=manifest.path) if kinds.paths and manifest else place

    # -- both --------------------------------------------------------------------------------------------------------

    def _name(self, number: int, repository_id: int, manifest_id: int, component_id: int) -> None:
        purl, version = self.classes.purl(component_id), self.classes.version(component_id)
        self.impact.name(number, repository_id, purl, version, self._owner(manifest_id))

    def _owner(self, manifest_id: int) -> Owned:
        known = self._owned.get(manifest_id)
        if known is None:
            item = self._manifests.get(manifest_id)
            about = self.repositories[item.repository_id].facts if item else None
            rules = self.comparison.new.plain.root.owners
            known = owned(rules, about.name or "", about.properties, item.owners) if item and about else _NOBODY
            self._owned[manifest_id] = known
        return known


_UNKNOWN = -1
_NOBODY = Owned((), "nobody")


def _merged(manifests: Sequence[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
    """What a repository has, each component once: in the scope that is nearest to users, of several the first."""
    found: dict[int, tuple[int, int]] = {}
    for manifest_id, uses in manifests:
        for use in uses:
            known = found.get(use // SCOPES)
            if known is None or use < known[1]:
                found[use // SCOPES] = manifest_id, use
    left: dict[int, list[int]] = {}
    for manifest_id, use in found.values():
        left.setdefault(manifest_id, []).append(use)
    return list(left.items())
