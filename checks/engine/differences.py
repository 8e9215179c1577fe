"""The difference between two sets of inventories: one change for each package version, with all its places."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from checks.model.change import Change, ChangeKind, Place
from checks.model.dependency import Dependency, Inventory
from checks.model.provenance import resourced
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


def differences(
    pairs: Sequence[ManifestPair], everything: bool = False, every_move: bool = False
) -> tuple[Change, ...]:
    """All changes, in order of purl and version. With `everything` there is no base: all is `PRESENT`.

    A package version that a manifest had before stays `PRESENT` there even if another manifest brings it anew; where
    one does, the new places count and the old ones are not repeated. `every_move` also tells a shipped package that
    became a tool, which no rule needs.
    """
    groups: dict[_Key, _Group] = {}
    removed: dict[_Key, list[Dependency]] = {}
    for pair in pairs:
        for kind, place, before in _compare(pair, everything, every_move):
            dependency = place.dependency
            group = groups.setdefault((dependency.purl, dependency.version), _Group(dependency.name))
            group.places.setdefault(kind, []).append(place)
            group.before.extend(before)
        for gone in _removed(pair):
            removed.setdefault((gone.purl, gone.version), []).append(gone)
    had = {item.purl for pair in pairs if pair.base for item in pair.base.dependencies}
    changes = [_change(key, group, key[0] in had) for key, group in groups.items()]
    changes += [
        Change(ChangeKind.REMOVED, purl, gone[0].name, version, tuple(Place(d, (d,)) for d in sorted(gone, key=_place)))
        for (purl, version), gone in removed.items()
    ]
    return tuple(sorted(changes, key=lambda change: (change.purl, change.version or "", change.kind)))


def _change(key: _Key, group: _Group, had: bool) -> Change:
    introduced: list[ChangeKind] = [
        kind for kind in _PRECEDENCE if kind in group.places and kind is not ChangeKind.PRESENT
    ]
    kinds = introduced or [ChangeKind.PRESENT]
    places = [place for kind in kinds for place in group.places[kind]]
    places.sort(key=lambda place: _place(place.dependency))
    return Change(
        kinds[0],
        key[0],
        group.name,
        key[1],
        tuple(places),
        tuple(sorted(dict.fromkeys(group.before), key=_place)),
        beside=had and kinds[0] is ChangeKind.ADDED,
    )


def _place(dependency: Dependency) -> tuple[str, int, str]:
    return dependency.location.path, dependency.location.line, dependency.version or ""


def _compare(
    pair: ManifestPair, everything: bool, every_move: bool
) -> Iterator[tuple[ChangeKind, Place, Sequence[Dependency]]]:
    head = pair.head
    if head is None:
        return
    base = _by_purl(pair.base)
    gone = _by_purl(pair.base, {(item.purl, item.version) for item in head.dependencies}) if base else {}
    for index, dependency in enumerate(head.dependencies):
        if everything:
            yield ChangeKind.PRESENT, Place(dependency, head.why(index)), ()
            continue
        same = [item for item in base.get(dependency.purl, ()) if item.version == dependency.version]
        if same:
            kind = _kind_of_same(dependency, same, every_move)
            before: Sequence[Dependency] = () if kind is ChangeKind.PRESENT else same
        else:
            before = gone.get(dependency.purl, ())
            kind = ChangeKind.UPDATED if before else ChangeKind.ADDED
        yield kind, Place(dependency, (dependency,) if kind is ChangeKind.PRESENT else head.why(index)), before


def _kind_of_same(dependency: Dependency, same: Sequence[Dependency], every_move: bool) -> ChangeKind:
    if all(resourced(item, dependency) for item in same):
        return ChangeKind.RESOURCED
    shipped_now = dependency.scope.shipped and not any(item.scope.shipped for item in same)
    moved = every_move and dependency.scope not in {item.scope for item in same}
    return ChangeKind.MOVED if shipped_now or moved else ChangeKind.PRESENT


def _by_purl(inventory: Inventory | None, without: Container[_Key] = ()) -> dict[str, list[Dependency]]:
    found: dict[str, list[Dependency]] = {}
    for dependency in inventory.dependencies if inventory else ():
        if (dependency.purl, dependency.version) not in without:
            found.setdefault(dependency.purl, []).append(dependency)
    return found


def _removed(pair: ManifestPair) -> Iterator[Dependency]:
    """What is gone and was not replaced by another version in the same manifest: then that one is an update."""
    if pair.base is None:
        return
    head = pair.head.dependencies if pair.head else ()
    kept = {(item.purl, item.version) for item in head}
    had = {(item.purl, item.version) for item in pair.base.dependencies}
    updated = {item.purl for item in head if (item.purl, item.version) not in had}
    for item in pair.base.dependencies:
        if (item.purl, item.version) not in kept and item.purl not in updated:
            yield item
