"""The counting of a preview: each distinct case is judged once, and its effect counted for every use."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from app.store.preview import MANIFESTS, MANNERS, SCOPES, ReadManifest, ReadRepository
from app.use_classes import NONE, UseClasses
from checks.engine.cases import Case, Place
from checks.engine.impact import Impact
from checks.engine.preview import Comparison, Pair
from checks.engine.stands import NO_EFFECT, Effect, together
from checks.model.dependency import SCOPE_ORDER
from checks.policy.owners import Owned, owned

#: Cases that are judged beforehand to see which packages can differ at all.
TRIALS = 60_000
#: More than there are ids of packages: with the number of an effect they make one number.
_WIDE = 1 << 40
#: By the quotient of a manner and SCOPES.
_DIRECT = (True, None, False)
_NOBODY = Owned((), "nobody")


class Count:
    """One preview while it goes on; its methods take turns in a thread."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.impact = Impact()
        self.pairs: dict[int, Pair] = {}
        self.repositories: dict[int, ReadRepository] = {}
        self.candidates: Sequence[int] = ()
        self._manifests: dict[int, ReadManifest] = {}
        self._owned: dict[int, Owned] = {}
        self._wanted = bytearray()
        """By class: whether the policies may differ about it."""
        self._tables: dict[int, dict[int, int]] = {}
        self._packages: Counter[int] = Counter()

    def pair(self, repositories: Sequence[ReadRepository]) -> None:
        """Learn of which repositories the verdicts may differ, and in what."""
        for item in repositories:
            pair = self.comparison.pair(item.facts)
            if pair.only:
                self.pairs[item.id] = pair
                self.repositories[item.id] = item
        self.kinds = self.comparison.kinds()
        self.classes = UseClasses(self.kinds)
        self._manners = [
            scope + SCOPES * code
            for scope in range(len(SCOPE_ORDER))
            for code in range(len(_DIRECT) if self.kinds.direct else 1)
        ]

    @property
    def simple(self) -> bool:
        """Whether of a use nothing counts but its scope, and perhaps that it is direct."""
        return not (self.kinds.each or self.kinds.paths or self.kinds.below)

    def choose(self) -> int:
        """Which classes can make a difference; how many uses they have."""
        classes, pairs = self.classes, {id(pair): pair for pair in self.pairs.values()}.values()
        self._wanted = bytearray(b"\1" * len(classes.parts))
        shared = sum(sum(alike.shared) for alike in classes.alike.values())
        if self.simple and shared * len(pairs) * len(self._manners) <= TRIALS:
            turned = {check: self._turned(check, pairs) for check in classes.checks}
            columns = [turned[check] for check in classes.checks]
            self._wanted = bytearray(
                any(column[part] for column, part in zip(columns, parts, strict=True)) for parts in classes.parts
            )
        wanted = self._wanted
        self.candidates = [id_ for id_, number in enumerate(classes.of) if number != NONE and wanted[number]]
        return sum(uses for number, uses in enumerate(classes.uses) if wanted[number])

    def _turned(self, check: str, pairs: Iterable[Pair]) -> bytearray:
        """Of each of a check's cases whether it can make a difference to it; those that stand for themselves alone are
        looked at where they are used."""
        shared = self.classes.alike[check].shared
        numbers = [number for number, one in enumerate(shared) if one]
        turned = bytearray(not one for one in shared)
        for pair in pairs:
            if check in pair.only:
                keys = [(part, manner) for manner in self._seen_by(check) for part in numbers]
                for (part, _), effect in zip(keys, self._judged(pair, check, keys), strict=True):
                    turned[part] |= effect != NO_EFFECT
        return turned

    def _seen_by(self, check: str) -> Iterable[int]:
        return dict.fromkeys(self._told(check, manner) for manner in self._manners)

    def _told(self, check: str, manner: Any) -> Any:
        """A manner as far as a check looks at it."""
        return manner if not isinstance(manner, int) or check in self.kinds.looking else manner % SCOPES

    def _judged(self, pair: Pair, check: str, keys: Sequence[tuple[int, Any]]) -> Sequence[Effect]:
        """What a check makes of its cases, in places."""
        alike = self.classes.alike[check]
        cases: list[tuple[Hashable, Case]] = [
            (key, alike.cases[key[0]]._replace(places=self._places(check, key[1]))) for key in keys
        ]
        return pair.effects(check, cases, self.classes.facts[check])

    def _places(self, check: str, manner: Any) -> tuple[Place, ...]:
        if not isinstance(manner, int):
            return tuple(manner)
        code, scope = divmod(manner, SCOPES)
        return (Place(SCOPE_ORDER[scope], _DIRECT[code] if check in self.kinds.looking else None),)

    def _effects(self, pair: Pair, keys: Sequence[tuple[int, Any]]) -> list[Effect]:
        """What the change of the policy means for classes, in places or manners."""
        found: list[tuple[Effect, ...]] = [()] * len(keys)
        for index, check in enumerate(self.classes.checks):
            if check in pair.only:
                its = [(self.classes.parts[number][index], self._told(check, manner)) for number, manner in keys]
                distinct = list(dict.fromkeys(its))
                effects = dict(zip(distinct, self._judged(pair, check, distinct), strict=True))
                found = [(*before, effects[key]) for before, key in zip(found, its, strict=True)]
        return [together(effects) for effects in found]

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

    # -- where only the manner counts --------------------------------------------------------------------------------

    def add_simple(self, rows: Sequence[tuple[int, str]]) -> None:
        """Count a page of manifests with their uses, as `PreviewStore.manners_in` writes them: all of some
        repositories."""
        found: dict[int, list[tuple[int, list[int]]]] = {}
        for manifest_id, listed in rows:
            mine = manifest_id, json.loads(f"[{listed}]")
            found.setdefault(self._manifests[manifest_id].repository_id, []).append(mine)
        for repository_id, manifests in found.items():
            for manifest_id, uses in manifests if len(manifests) == 1 else _merged(manifests):
                self._add_manifest(repository_id, manifest_id, uses)

    def _add_manifest(self, repository_id: int, manifest_id: int, uses: list[int]) -> None:
        """`uses`: components and manners."""
        most = len(self.classes.of) * MANNERS
        if max(uses) >= most:  # what is newer than this preview is left out
            uses = [use for use in uses if use < most]
        numbers = self._numbers(self.pairs[repository_id], uses)
        for number, times in Counter(numbers).items():
            if number:
                self.impact.count_place(number, repository_id, self._owner(manifest_id), times)
        package_of = self.classes.package_of
        self._packages.update(
            [n * _WIDE + package_of[use // MANNERS] for n, use in zip(numbers, uses, strict=True) if n]
        )
        if self.impact.names_more:
            for number, use in zip(numbers, uses, strict=True):
                if number:
                    self._name(number, repository_id, manifest_id, use // MANNERS)

    def _numbers(self, pair: Pair, uses: Sequence[int]) -> list[int]:
        """The number of the effect of each use."""
        class_of, table = self.classes.of, self._tables.setdefault(id(pair), {})
        keys = [class_of[use // MANNERS] * MANNERS + use % MANNERS for use in uses]
        unknown = sorted(set(keys).difference(table))
        wanted = [divmod(key, MANNERS) for key in unknown if key >= 0 and self._wanted[key // MANNERS]]
        table.update(dict.fromkeys(unknown, 0))
        for (number, manner), effect in zip(wanted, self._effects(pair, wanted), strict=True):
            table[number * MANNERS + manner] = self.impact.number(effect)
        return [table[key] for key in keys]

    def end(self) -> None:
        """Say what is counted of packages."""
        for coded, times in self._packages.items():
            number, package_id = divmod(coded, _WIDE)
            self.impact.count_package(number, self.classes.packages[package_id][0], times)

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
            code = min(_DIRECT.index(row[4]) for row in uses) if self.kinds.direct else 0
            return number, min(row[3] for row in uses) + SCOPES * code
        return number, tuple(sorted({self._place(row) for row in uses}, key=str))

    def _place(self, row: Any) -> Place:
        _, _, manifest_id, scope, direct, via_id = row
        kinds, manifest = self.kinds, self._manifests.get(manifest_id)
        via = self.classes.packages.get(via_id) if kinds.below and via_id is not None else None
        place = Place(
            SCOPE_ORDER[scope],
            direct if kinds.each or kinds.direct or kinds.below else None,
            via=via[0] if via else None,
        )
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


def _merged(manifests: Sequence[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
    """What a repository has, each component once: in the scope that is nearest to users (of several manifests the
    first), and direct where it is in any."""
    found: dict[int, tuple[int, int, int]] = {}
    for manifest_id, uses in manifests:
        for use in uses:
            component, manner = divmod(use, MANNERS)
            code, scope = divmod(manner, SCOPES)
            known = found.get(component)
            if known is None:
                found[component] = manifest_id, scope, code
            elif (scope, code) != known[1:]:
                found[component] = (
                    manifest_id if scope < known[1] else known[0],
                    min(scope, known[1]),
                    min(code, known[2]),
                )
    left: dict[int, list[int]] = {}
    for component, (manifest_id, scope, code) in found.items():
        left.setdefault(manifest_id, []).append(component * MANNERS + SCOPES * code + scope)
    return list(left.items())
