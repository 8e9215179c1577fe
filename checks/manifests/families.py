"""Which lock files answer which manifest, and whether one in a folder above governs it (a workspace)."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

#: Folders above a manifest in which a workspace is looked for.
MAX_DEPTH = 8


class Family(NamedTuple):
    """A kind of manifest with the lock files that its package managers write."""

    manifest: str
    locks: tuple[str, ...]
    roots: tuple[str, ...] = ()
    """Files that make a folder the root of a workspace; empty where a lock file governs its own folder only."""
    also: tuple[str, ...] = ()
    """Files beside it that pin the same things without being a lock file of the manifest."""


FAMILIES: tuple[Family, ...] = (
    Family(
        "package.json",
        ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"),
        ("package.json", "pnpm-workspace.yaml"),
    ),
    Family(
        "pyproject.toml",
        ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"),
        ("pyproject.toml",),
        also=("requirements.txt", "requirements.lock"),
    ),
    Family("Cargo.toml", ("Cargo.lock",), ("Cargo.toml",)),
    Family("Pipfile", ("Pipfile.lock",)),
    Family("composer.json", ("composer.lock",)),
    Family("Gemfile", ("Gemfile.lock",)),
    Family("gems.rb", ("gems.locked",)),
)
_BY_MANIFEST = {family.manifest: family for family in FAMILIES}
_BY_LOCK = {lock: family for family in FAMILIES for lock in family.locks}
_INSTALLED = frozenset({"node_modules", "site-packages", ".git", "bower_components", "vendor"})


def family_of(path: str) -> tuple[Family, str] | None:
    """The family of a manifest or lock file, and the path of the manifest; None for everything else."""
    folder, _, name = path.rpartition("/")
    family = _BY_MANIFEST.get(name) or _BY_LOCK.get(name)
    if family is None or not _INSTALLED.isdisjoint(folder.split("/")):
        return None
    return family, posixpath.join(folder, family.manifest)


def folders_above(path: str) -> tuple[str, ...]:
    """The folders above the one of `path`: the root first, because workspaces are there, then upwards."""
    folder, above = posixpath.dirname(path), list[str]()
    while folder and len(above) < 100:
        folder = posixpath.dirname(folder)
        above.append(folder)
    return tuple(dict.fromkeys((*above[-1:], *above[:MAX_DEPTH])))


def governs(lock: str, manifest: str, texts: Mapping[str, str]) -> bool:
    """Whether the lock file at `lock` answers the manifest at `manifest`. `texts`: what was read there, by path."""
    folder, _, name = lock.rpartition("/")
    inner = posixpath.dirname(manifest)
    if folder == inner:
        return True
    family = _BY_LOCK[name]
    if not family.roots or (folder and not inner.startswith(folder + "/")):
        return False
    below = posixpath.relpath(inner, folder or ".")
    members = _MEMBERS.get(name, _package_json)
    text = texts.get(posixpath.join(folder, family.roots[1] if name == "pnpm-lock.yaml" else family.roots[0]))
    patterns = members(text) if text is not None else None
    return patterns is not None and _matches(below, patterns)


def is_workspace(manifest: str, text: str) -> bool:
    """Whether a package.json is the root of a workspace."""
    return manifest.rpartition("/")[2] == "package.json" and bool(_package_json(text))


def _matches(folder: str, patterns: Iterable[str]) -> bool:
    """The last pattern that fits decides; `!` leaves out."""
    inside = False
    parts = folder.split("/")
    for pattern in patterns:
        plain = pattern.removeprefix("!").removeprefix("./").strip("/")
        if any(_fits(parts, each.split("/")) for each in _alternatives(plain)):
            inside = not pattern.startswith("!")
    return inside


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """`*`, `?` and `[…]` within one part of a path, `**` over any number of them; in linear time for each part."""
    places = {0}
    for word in pattern:
        if word == "**":
            places = set(range(min(places), len(parts) + 1))
        else:
            places = {place + 1 for place in places if place < len(parts) and fnmatchcase(parts[place], word)}
        if not places:
            return False
    return len(parts) in places


def _alternatives(pattern: str) -> list[str]:
    """`{a,b}/*` as `a/*` and `b/*`; one pair of braces, as workspaces use it."""
    found = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", pattern[:1000])
    return [found[1] + word.strip() + found[3] for word in found[2].split(",")] if found else [pattern]


def _package_json(text: str) -> list[str] | None:
    import json

    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = root.get("workspaces") if isinstance(root, dict) else None
    found = found.get("packages") if isinstance(found, dict) else found
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else None


def _pnpm_workspace(text: str) -> list[str]:
    """The list `packages` of pnpm-workspace.yaml, by lines; a workspace without it is its root alone."""
    found: list[str] = []
    inside = False
    for line in text.splitlines()[:10_000]:
        if inside and (item := re.match(r"\s*-\s+(.+?)\s*(?:#.*)?$", line[:1000])):
            found.append(item[1].strip("\"'"))
        elif line[:1] not in (" ", "\t", "#", "", "-"):
            inside = line.startswith("packages:")
            if inside and (flow := re.match(r"packages:\s*\[(.*)\]", line[:10_000])):
                found += [word.strip().strip("\"'") for word in flow[1].split(",") if word.strip()]
    return found


def _cargo_workspace(text: str) -> list[str] | None:
    """A crate below a workspace belongs to it, unless it is left out: Cargo refuses anything between."""
    tables = list(_statements(text))
    if not any(path[:1] == ("workspace",) for path, _ in tables):
        return None
    return ["**", *(f"!{word}{tail}" for word in _words(tables, ("workspace", "exclude")) for tail in ("", "/**"))]


def _uv_workspace(text: str) -> list[str] | None:
    tables = list(_statements(text))
    members = _words(tables, ("tool", "uv", "workspace", "members"))
    return [*members, *(f"!{word}" for word in _words(tables, ("tool", "uv", "workspace", "exclude")))] or None


def _statements(text: str) -> Iterator[tuple[tuple[str, ...], list[tuple[int, str, str]]]]:
    from checks.manifests.tomlscan import statements

    return ((found.path, found.strings) for found in statements(text.replace("\r\n", "\n")))


def _words(tables: Iterable[tuple[tuple[str, ...], list[tuple[int, str, str]]]], path: tuple[str, ...]) -> list[str]:
    """The strings of an array; also where it stands in an inline table (`workspace = {members = […]}`)."""
    direct = [raw for at, strings in tables if at == path for _, _, raw in strings]
    inline = [raw for at, strings in tables if at == path[:-1] for _, key, raw in strings if key == path[-1]]
    return direct + inline


_MEMBERS: dict[str, Callable[[str], list[str] | None]] = {
    "pnpm-lock.yaml": _pnpm_workspace,
    "Cargo.lock": _cargo_workspace,
    "uv.lock": _uv_workspace,
    "poetry.lock": lambda text: None,
    "pdm.lock": lambda text: None,
    "pylock.toml": lambda text: None,
}
