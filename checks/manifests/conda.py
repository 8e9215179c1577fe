"""conda: environment.yml with its pip section, conda-lock.yml, and explicit lists of addresses."""

import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_PROBLEMS, MAX_WORD, Collector, numbered_lines
from checks.manifests.jsontext import Array, Object
from checks.manifests.lockgraph import Entry, LockGraph, table_of, text_of
from checks.manifests.pypi import address, group_scope, is_name, named, normalize, pinned
from checks.manifests.yamltext import load
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package

#: conda's MatchSpec: channel, name, and a version after a space or operator, perhaps with a build.
_SPEC = re.compile(r"(?:([^\s:\[\]]+)::)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(.*)\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_EXACT = re.compile(r"==\s*([A-Za-z0-9][A-Za-z0-9._!+-]*)(?:=[^=\s]+)?\Z|=?([A-Za-z0-9][A-Za-z0-9._!+]*)=([^=\s*]+)\Z")
_SPACED = re.compile(r"([0-9][A-Za-z0-9._!+]*)(?:\s+\S+)?\Z")
#: `.../channel/subdir/name-version-build.conda#hash`
_ADDRESS = re.compile(r"(.*/)([^/]+)-([^-/]+)-([^-/]+)\.(?:conda|tar\.bz2)(?:#(?:md5:)?([0-9a-fA-F]+))?\Z")
_LINK = re.compile(r"\A[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def parse_environment(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read environment.yml. Only `==` or a version with its build is exact; `=1.2` also means 1.2.5."""
    root = load(text)
    if not isinstance(root, Object):
        raise UnreadableManifest("it is not a YAML mapping", 1)
    out = Collector(path, "conda-environment")
    wanted = root.get("dependencies")
    if isinstance(wanted, Array):
        for item, span in zip(wanted, wanted.lines, strict=True):
            _environment_item(out, item, span)
    elif wanted is not None:
        out.problem("its dependencies are not a list", root.lines["dependencies"][0])
    return out.inventory()


def _environment_item(out: Collector, item: object, span: tuple[int, int]) -> None:
    if isinstance(item, str):
        _conda_spec(out, item, span)
        return
    pip = item.get("pip") if isinstance(item, Object) and len(item) == 1 else None
    if not isinstance(pip, Array):
        out.problem("a dependency is neither text nor a list for pip", span[0])
        return
    for row, (line, end_line) in zip(pip, pip.lines, strict=True):
        read = named(row) if isinstance(row, str) else None
        if read is None:
            shown = visible(row, 80) if isinstance(row, str) else "something"
            out.problem(f"{shown} is no requirement that names its package", line, "unresolved")
            continue
        version = pinned(read[2].split(";", 1)[0].strip())
        source = read[2][1:].strip() if read[2].startswith("@") else None
        origin = Origin.REGISTRY if source is None else Origin.GIT if source.startswith("git") else Origin.URL
        at = out.at(line, end_line)
        purl = package("pypi", read[0])
        out.add(
            Dependency(purl, read[0], version, at, Scope.RUNTIME, True, origin, address(source) if source else None)
        )


def _conda_spec(out: Collector, spec: str, span: tuple[int, int]) -> None:
    found = _SPEC.match(spec.strip()) if len(spec) <= MAX_WORD else None
    if found is None:
        out.problem(f"{visible(spec, 80)} is no specification of a package", span[0])
        return
    channel, name, rest = found.groups()
    out.add(
        Dependency(
            package("conda", name),
            name,
            _conda_version(rest),
            out.at(*span),
            Scope.RUNTIME,
            True,
            Origin.REGISTRY,
            channel,
        )
    )


def _conda_version(rest: str) -> str | None:
    exact = _EXACT.match(rest) or _SPACED.match(rest)
    if exact is None:
        return None
    return next((group for group in exact.groups() if group), None)


# --- conda-lock -------------------------------------------------------------------------------------------------


def parse_conda_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read conda-lock.yml: one entry per platform, so a package stands there several times."""
    root = load(text)
    if not isinstance(root, Object):
        raise UnreadableManifest("it is not a YAML mapping", 1)
    version = text_of(root.get("version"))
    if version not in (None, "1"):
        raise UnreadableManifest("its version is not 1, the one that is known", root.lines["version"][0])
    rows = root.get("package")
    if not isinstance(rows, Array):
        raise UnreadableManifest("it has no list of packages", 1)
    lock = _CondaLock(path)
    for row, (line, end_line) in zip(rows, rows.lines, strict=True):
        lock.add(row, line, end_line)
    lock.connect(_asked(companions))
    return lock.graph.inventory()


class _CondaLock:
    def __init__(self, path: str) -> None:
        self.graph = LockGraph(path, "conda-lock")
        self.rows: list[Mapping[str, object]] = []

    def add(self, row: object, line: int, end_line: int) -> None:
        fields = table_of(row)
        name, version = text_of(fields.get("name")), text_of(fields.get("version"))
        pip = fields.get("manager") == "pip"
        if name is None or len(name) > MAX_WORD or not (is_name(name) if pip else _NAME.match(name)):
            self.graph.out.problem("a package has no valid name", line)
            return
        if version is None or len(version) > MAX_WORD:
            self.graph.out.problem("a package has no version", line)
            version = None
        entry = Entry(name, package("pypi" if pip else "conda", name), version, line, end_line)
        url = text_of(fields.get("url"))
        entry.source = address(url) if url else None
        entry.integrity = tuple(f"{kind}:{hash_}" for kind, hash_ in table_of(fields.get("hash")).items())
        category = text_of(fields.get("category")) or "main"
        if category != "main":
            entry.scope = group_scope(category)
        else:
            entry.scope = Scope.OPTIONAL if fields.get("optional") == "true" else Scope.RUNTIME
        self.graph.add(entry, _key(name, fields.get("platform"), pip))
        self.rows.append(fields)

    def connect(self, asked: set[str]) -> None:
        for index, fields in enumerate(self.rows):
            for name in table_of(fields.get("dependencies")):
                self.graph.connect(index, self._find(name, fields))
        wanted = [index for index, fields in enumerate(self.rows) if normalize(str(fields["name"])) in asked]
        if wanted:
            self.graph.seed(Scope.RUNTIME, targets=wanted)

    def _find(self, name: str, fields: Mapping[str, object]) -> list[int]:
        """Packages of the same platform; what conda itself provides (`__glibc`) is listed nowhere."""
        platform = fields.get("platform")
        found = self.graph.by_name.get(_key(name, platform, False), [])
        if not found and fields.get("manager") == "pip":
            found = self.graph.by_name.get(_key(name, platform, True), [])
        return found


def _key(name: str, platform: object, pip: bool) -> str:
    return f"{'pip' if pip else 'conda'} {platform if isinstance(platform, str) else ''} {normalize(name)}"


def _asked(companions: Mapping[str, str]) -> set[str]:
    """The names that the environment files beside the lock ask for."""
    names: set[str] = set()
    for path, text in companions.items():
        try:
            found = parse_environment(text, path, {}).dependencies
        except UnreadableManifest:
            continue
        names.update(normalize(dependency.name) for dependency in found)
    return names


def parse_conda_explicit(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Read what `conda list --explicit` or `conda-lock --kind explicit` writes: one address per line."""
    out = Collector(path, "conda-explicit")
    asked = _asked(companions)
    if not any(line.strip() == "@EXPLICIT" for line in text.split("\n", 200)[:200]):
        raise UnreadableManifest("it is not an explicit list of conda packages: '@EXPLICIT' is missing", 1)
    for number, line in numbered_lines(text):
        content = line.split(" #", 1)[0].strip()
        if not content or content.startswith("#") or content == "@EXPLICIT":
            continue
        found = _ADDRESS.match(content) if len(content) <= MAX_WORD else None
        if len(out.problems) >= MAX_PROBLEMS:
            raise UnreadableManifest(f"more than {MAX_PROBLEMS:,} lines of it cannot be read", number)
        if found is None or not _LINK.match(content) or not _NAME.match(found[2]):
            out.problem(f"{visible(address(content), 120)} is no address of a conda package", number)
            continue
        folder, name, version, _, hash_ = found.groups()
        direct = normalize(name) in asked if asked else None
        hashes = (hash_,) if hash_ else ()
        purl, at = package("conda", name), out.at(number)
        source = address(folder)
        out.add(Dependency(purl, name, version, at, Scope.RUNTIME, direct, Origin.REGISTRY, source, integrity=hashes))
    return out.inventory()
