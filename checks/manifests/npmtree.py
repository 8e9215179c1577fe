"""The folders that an install makes, and how node finds a package from inside one of them."""

from collections.abc import Iterable, Mapping

#: Folders of `node_modules` inside each other. Real trees have fewer than 20; the walk up costs this much per name.
MAX_NESTING = 64
_FOLDER = "node_modules/"

Resolver = tuple[Mapping[str, int], ...]


def split_location(location: str) -> tuple[str, str]:
    """Container and local name of an install path: `a/node_modules/@s/b` → (`a`, `@s/b`); no name: a project folder."""
    at = location.rfind(_FOLDER)
    if at < 0 or (at and location[at - 1] != "/"):
        return location, ""
    return location[: max(at - 1, 0)], location[at + len(_FOLDER) :]


class InstallTree:
    """Install paths by container, so that a lookup builds no strings."""

    def __init__(self, locations: Iterable[tuple[str, int]]) -> None:
        """`locations`: install path and index of everything installed, links included."""
        self._children: dict[str, dict[str, int]] = {}
        for location, index in locations:
            container, name = split_location(location)
            if name:
                self._children.setdefault(container, {})[name] = index
        self._chains: dict[str, Resolver] = {}

    def seen_from(self, location: str) -> Resolver:
        """What `require` at `location` can see, nearest folder first. Empty where the nesting is beyond any install."""
        container, name = split_location(location)
        above = self._chain(container if name else location)
        own = self._children.get(location) if name else None
        return (own, *above) if own and above else above

    def _chain(self, folder: str) -> Resolver:
        chain = self._chains.get(folder)
        if chain is None:
            chain = self._chains[folder] = tuple(
                self._children[above] for above in _upwards(folder) if above in self._children
            )
        return chain


def resolve(name: str, seen: Resolver) -> int | None:
    """Node's resolution: the first folder upwards that has the package."""
    for folder in seen:
        index = folder.get(name)
        if index is not None:
            return index
    return None


def _upwards(location: str) -> list[str]:
    """`location` and every folder above it that can hold a `node_modules`, up to the root (``""``)."""
    if location.count("/") > 4 * MAX_NESTING or location.count(_FOLDER) > MAX_NESTING:
        return []
    folders = [location]
    while location:
        container, name = split_location(location)
        location = container if name else location.rpartition("/")[0]
        # what lies above `..` is not in this tree
        if location.rpartition("/")[2] == "..":
            break
        folders.append(location)
    return folders
