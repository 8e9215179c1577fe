"""What a manifest asks for, ready to be held against its lock file: one function per kind of manifest, none raises.

Only what a lock file must answer is given: paths, addresses and what another table overrides are left out, because
nothing can be said about them without the tool itself.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from checks.manifests.jsontext import Object, load_object
from checks.manifests.npmspec import alias_of, purl_of
from checks.model.dependency import Scope
from checks.model.errors import UnreadableManifest
from checks.model.project import Requirement
from checks.model.purl import package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.manifests.pyproject import Requirement as PythonRequirement

_OVERRIDES = ("overrides", "resolutions")


def asked(path: str, text: str) -> tuple[Requirement, ...]:
    """The requirements of the manifest at `path`, in the order of the file; none for what cannot be read."""
    read = _READERS.get(path.rpartition("/")[2])
    try:
        return tuple(read(text)) if read else ()
    except (UnreadableManifest, RecursionError):
        return ()


# -- package.json ----------------------------------------------------------------------------------------------------


def _npm(text: str) -> Iterator[Requirement]:
    from checks.manifests.package_json import manifest_of

    manifest = manifest_of(text)
    root = load_object(text, lambda depth, key: False)
    if isinstance(root.get("unity"), str):
        return  # the same file name, but the packages are those of the Unity editor
    overridden = _overridden(root)
    for item in manifest.requirements if manifest else ():
        name, range_ = alias_of(item.specifier) or (item.name, item.specifier)
        purl = purl_of(name)
        if item.scope is Scope.PEER or purl is None or _elsewhere(range_) or name in overridden:
            continue
        optional = item.scope is Scope.OPTIONAL
        yield Requirement(purl, name, range_, "npm", item.line, item.end_line, item.scope, optional)


def _elsewhere(specifier: str) -> bool:
    """A path, a repository or an address; `catalog:` names a range that stands in another file."""
    return (":" in specifier or "/" in specifier) and not specifier.startswith("catalog:")


def _overridden(root: Mapping[str, object]) -> set[str]:
    """Names whose version another table decides."""
    pnpm = root.get("pnpm")
    tables = [root.get(key) for key in _OVERRIDES] + [pnpm.get("overrides") if isinstance(pnpm, dict) else None]
    keys = [key for table in tables if isinstance(table, dict) for key in table]
    # `a>b`, `**/b` and `b@1` all speak of `b`
    return {match[0] for key in keys for match in re.finditer(r"(?:@[^/>@]+/)?[^/>@*]+", key)}


# -- pyproject.toml and Pipfile --------------------------------------------------------------------------------------


def _pyproject(text: str) -> Iterator[Requirement]:
    from checks.manifests.pypi import normalize
    from checks.manifests.pyproject import requirements

    own, elsewhere = _python_names(text)
    found = [item for item in requirements(text) if item.scope is not Scope.BUILD and not item.constrains]
    times = Counter(normalize(item.name) for item in found)
    for item in found:
        name = normalize(item.name)
        if name == own or name in elsewhere or item.source is not None or "@" in item.rest or _tool_only(item):
            continue
        range_, _, marker = item.rest.partition(";")
        if marker and times[name] > 1:
            continue  # one of several, and only the tool knows for which Python
        notation, place = "poetry" if item.poetry else "pypi", (item.line, item.end_line)
        yield Requirement(
            package("pypi", name), item.name, range_.strip(), notation, *place, item.scope, conditional=bool(marker)
        )


def _tool_only(item: "PythonRequirement") -> bool:
    """Whether it belongs to an environment of Hatch, which no lock file holds."""
    return item.group in ("dependencies", "extra-dependencies") and item.scope not in (Scope.RUNTIME, Scope.OPTIONAL)


def _python_names(text: str) -> tuple[str, set[str]]:
    """The project's own name, and the names that uv takes from somewhere else or overrides."""
    from checks.manifests.pypi import named, normalize
    from checks.manifests.tomlscan import statements

    own, others = "", set()
    for statement in statements(text.replace("\r\n", "\n")):
        match statement.path:
            case ("project", "name") | ("tool", "poetry", "name"):
                own = own or normalize(statement.strings[0][2] if statement.strings else "")
            case ("tool", "uv", "sources"):
                others |= {normalize(key) for _, key in statement.keys}
            case ("tool", "uv", "sources", name, *_):
                others.add(normalize(name))
            case ("tool", "uv", "override-dependencies"):
                others |= {normalize(read[0]) for _, _, raw in statement.strings if (read := named(raw))}
    return own, others


def _pipfile(text: str) -> Iterator[Requirement]:
    from checks.manifests.pypi import normalize
    from checks.manifests.tomlscan import statements

    for statement in statements(text.replace("\r\n", "\n")):
        path = statement.path
        if len(path) != 2 or path[0] in ("source", "requires", "pipenv", "scripts") or statement.table == path:
            continue
        fields = {key: raw for _, key, raw in statement.strings}
        if fields.keys() - {"", "version", "extras", "index"}:
            continue  # a repository, a path, a marker
        range_ = fields.get("", fields.get("version", "*"))
        name = package("pypi", normalize(path[1]))
        yield Requirement(name, path[1], "" if range_ == "*" else range_, "pypi", statement.line, statement.end_line)


# -- Cargo.toml ------------------------------------------------------------------------------------------------------


def _cargo(text: str) -> Iterator[Requirement]:
    from checks.manifests.cargotoml import read_crate
    from checks.manifests.tomlscan import statements

    patched = {
        statement.path[2]
        for statement in statements(text.replace("\r\n", "\n"))
        if statement.path[:1] == ("patch",) and len(statement.path) > 2
    }
    for item in read_crate(text).wanted:
        name = item.package or item.key
        if item.workspace or item.source or name in patched or (item.inherited and item.package == ""):
            continue  # asked for elsewhere, taken from elsewhere, or named in the workspace's table
        notation = "cargo" if item.version else ""
        yield Requirement(
            package("cargo", name), name, item.version, notation, item.line, max(item.line, item.end_line)
        )


# -- composer.json and Gemfile ---------------------------------------------------------------------------------------

_PLATFORM = re.compile(r"php(?:-.*)?|hhvm|(?:ext|lib|composer)-.*|composer|.*-implementation", re.IGNORECASE)


def _composer(text: str) -> Iterator[Requirement]:
    root = load_object(text, lambda depth, key: depth == 0 and key in ("require", "require-dev"))
    for table in ("require", "require-dev"):
        members = root.get(table)
        if not isinstance(members, Object):
            continue
        for name, range_ in members.items():
            if isinstance(range_, str) and "/" in name and not _PLATFORM.fullmatch(name.rpartition("/")[2]):
                namespace, _, last = name.rpartition("/")
                # another package may replace or provide it, so that its absence says nothing
                line, end = members.lines[name]
                purl = package("composer", last, namespace)
                yield Requirement(purl, name, range_, "composer", line, end, conditional=True)


_GEM = re.compile(r"""\s*gem[\s(]+["']([\w.-]{1,200})["']([^#]{0,2000})""")
_GEM_RANGES = re.compile(r"""\s*,\s*["']([^"']{1,100})["']""")
_GEM_ELSEWHERE = re.compile(r"\b(?:git|github|gist|path|bitbucket|platforms?|install_if)\b")


def _gemfile(text: str) -> Iterator[Requirement]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _GEM.match(line) if len(line) < 5_000 else None
        if found is None or _GEM_ELSEWHERE.search(found[2]) or " if " in line or " unless " in line:
            continue
        ranges, rest = [], found[2]
        while (match := _GEM_RANGES.match(rest)) is not None:
            ranges.append(match[1])
            rest = rest[match.end() :]
        range_ = ", ".join(ranges)
        # a Gemfile is a program: a line of it may stand inside a condition
        notation = "gem" if range_ else ""
        purl = package("gem", found[1])
        yield Requirement(purl, found[1], range_, notation, number, number, conditional=True)


_READERS: dict[str, Callable[[str], Iterator[Requirement]]] = {
    "package.json": _npm,
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "Cargo.toml": _cargo,
    "composer.json": _composer,
    "Gemfile": _gemfile,
    "gems.rb": _gemfile,
}
