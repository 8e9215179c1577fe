"""Inventories and changes in few words."""

from collections.abc import Sequence

from checks.model.dependency import Dependency, Inventory, Location, Scope, shortest_parents
from checks.model.purl import package
from checks.model.snapshot import ManifestPair


def dep(spec: str, line: int = 1, path: str = "package-lock.json", **options: object) -> Dependency:
    """`name@version` of npm on a line of the lock file."""
    name, _, version = spec.rpartition("@")
    location = Location(path, line, line)
    return Dependency(package("npm", name), name, version, location, **{"scope": Scope.RUNTIME, **options})  # type: ignore[arg-type]


def inventory(
    *dependencies: Dependency, path: str = "package-lock.json", edges: Sequence[Sequence[int]] = ()
) -> Inventory:
    parents = (
        shortest_parents(len(dependencies), [i for i, d in enumerate(dependencies) if d.direct], edges) if edges else ()
    )
    return Inventory(path, "npm-lock", tuple(dependencies), tuple(tuple(row) for row in edges), parents)


def pair(base: Inventory | None, head: Inventory | None) -> ManifestPair:
    found = head or base
    assert found is not None
    return ManifestPair(found.path, base, head)
