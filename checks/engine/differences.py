"""The difference between two sets of inventories: one change for each package version, with all its places."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Inventory
from checks.model.snapshot import ManifestPair

#: When the same package version changes differently in two manifests, the kind that says most about risk counts.
_PRECEDENCE = (ChangeKind.RESOURCED, ChangeKind.ADDED, ChangeKind.UPDATED, ChangeKind.MOVED, ChangeKind.PRESENT)

_Key = tuple[str, str | None]


@dataclass(slots=True)
class _Group:
    """Places of one package version, by kind."""

    name: str
    places: dict[ChangeKind, list[Place]] = field(default_factory=dict)
    before: list[Dependency] = field(default_factory=list)


def differences(pairs: Sequence[ManifestPair], everything: bool = False) -> tuple[Change, ...]:
    """All changes, in order of purl and version. With `everything` there is no base: all is `PRESENT`.

    A package version that a manifest had before stays `PRESENT` there even if another manifest brings it anew; where
    one does, the new places count and the old ones are not repeated.
    """
    groups: dict[_Key, _Group] = {}
    removed: dict[_Key, list[Dependency]] = {}
    for pair in pairs:
        for kind, place, before in _compare(pair, everything):
            dependency = place.dependency
            group = groups.setdefault((dependency.purl, dependency.version), _Group(dependency.name))
            group.places.setdefault(kind, []).append(place)
            group.before.extend(before)
        for gone in _removed(pair):
            removed.setdefault((gone.purl, gone.version), []).append(gone)
    changes = [_change(key, group) for key, group in groups.items()]
    changes += [
        Change(ChangeKind.REMOVED, purl, gone[0].name, version, tuple(Place(item, (item,)) for item in gone))
        for (purl, version), gone in removed.items()
        if (purl, version) not in groups
    ]
    return tuple(sorted(changes, key=lambda change: (change.purl, change.version or "", change.kind)))


def _change(key: _Key, group: _Group) -> Change:
    introduced: list[ChangeKind] = [kind for kind in _PRECEDENCE if kind in group.places and kind is not ChangeKind.PRESENT]
    kinds = introduced or [ChangeKind.PRESENT]
    places = [place for kind in kinds for place in group.places[kind]]
    places.sort(key=lambda place: (place.dependency.location.path, place.dependency.location.line))
    return Change(kinds[0], key[0], group.name, key[1], tuple(places), tuple(dict.fromkeys(group.before)))


def _compare(pair: ManifestPair, everything: bool) -> Iterator[tuple[ChangeKind, Place, Sequence[Dependency]]]:
    head = pair.head
    if head is None:
        return
    base = _by_purl(pair.base)
    for index, dependency in enumerate(head.dependencies):
        if everything:
            yield ChangeKind.PRESENT, Place(dependency, head.why(index)), ()
            continue
        kind, before = _classify(dependency, base.get(dependency.purl, ()), head)
        yield kind, Place(dependency, (dependency,) if kind is ChangeKind.PRESENT else head.why(index)), before


def _classify(
    dependency: Dependency, base: Sequence[Dependency], head: Inventory
) -> tuple[ChangeKind, Sequence[Dependency]]:
    same = [item for item in base if item.version == dependency.version]
    if same:
        if all(_resourced(item, dependency) for item in same):
            return ChangeKind.RESOURCED, same
        if dependency.scope.shipped and not any(item.scope.shipped for item in same):
            return ChangeKind.MOVED, same
        return ChangeKind.PRESENT, ()
    return (ChangeKind.UPDATED, base) if base else (ChangeKind.ADDED, ())


def _resourced(before: Dependency, after: Dependency) -> bool:
    """Whether the same version now comes from elsewhere; only what both sides state is compared."""
    if before.origin is not after.origin:
        return True
    if before.integrity and after.integrity:
        shared = {_algorithm(item) for item in before.integrity} & {_algorithm(item) for item in after.integrity}
        return bool(shared) and not set(before.integrity) & set(after.integrity)
    return bool(before.source and after.source and before.source != after.source)


def _algorithm(integrity: str) -> str:
    return integrity.replace("-", ":").split(":", 1)[0]


def _by_purl(inventory: Inventory | None) -> dict[str, list[Dependency]]:
    found: dict[str, list[Dependency]] = {}
    for dependency in inventory.dependencies if inventory else ():
        found.setdefault(dependency.purl, []).append(dependency)
    return found


def _removed(pair: ManifestPair) -> Iterable[Dependency]:
    kept = {dependency.purl for dependency in pair.head.dependencies} if pair.head else set()
    return (item for item in (pair.base.dependencies if pair.base else ()) if item.purl not in kept)
