"""pyproject.toml: every place where a requirement can stand, with its line, for standards and tools alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.manifests.pypi import group_scope, named, normalize
from checks.manifests.read import MAX_PACKAGES
from checks.manifests.tomlscan import MAX_MANIFEST, Statement, statements
from checks.model.dependency import Origin, Scope


@dataclass(slots=True)
class Requirement:
    """One requirement as it stands in the manifest."""

    name: str
    line: int
    end_line: int
    scope: Scope
    extras: tuple[str, ...] = ()
    rest: str = ""
    """What follows name and extras: version specifiers, an address, a marker."""
    group: str = ""
    """The extra or group that it belongs to."""
    origin: Origin = Origin.REGISTRY
    source: str | None = None
    constrains: bool = False
    """Whether it only narrows what others ask for."""
    poetry: bool = False
    """Whether `rest` is a constraint as Poetry writes it, where a bare version means exactly this one."""


def requirement_lines(text: str) -> Mapping[str, int]:
    """For each required package (PEP 503 name) the 1-based line that asks for it first. Never raises."""
    lines: dict[str, int] = {}
    for found in requirements(text):
        lines.setdefault(normalize(found.name), found.line)
    return lines


def requirements(text: str, unread: list[tuple[int, str]] | None = None) -> list[Requirement]:
    """All requirements of `text` in order; what is not TOML gives fewer, what is too long none.

    `unread` gets line and text of what is no requirement.
    """
    found: list[Requirement] = []
    if len(text) > MAX_MANIFEST:
        return found
    poetry: dict[tuple[str, ...], Requirement] = {}
    for statement in statements(text.replace("\r\n", "\n")):
        if len(found) > MAX_PACKAGES:
            break
        path = statement.path
        scope = _array_scope(path)
        if scope is not None:
            found.extend(_strings(statement, scope, [] if unread is None else unread))
            continue
        at = _poetry_table(path)
        if at and len(path) > at:
            found.extend(_poetry(statement, path, at, poetry))
    return found


def _array_scope(path: tuple[str, ...]) -> Scope | None:
    """What the strings of an array of requirements are for, or None if it is no such array."""
    match path:
        case ("project", "dependencies") | ("tool", "uv", "constraint-dependencies" | "override-dependencies"):
            return Scope.RUNTIME
        case ("project", "optional-dependencies") | ("project", "optional-dependencies", _):
            return Scope.OPTIONAL
        case ("dependency-groups", group) | ("tool", "pdm", "dev-dependencies", group):
            return group_scope(group)
        case ("dependency-groups",) | ("tool", "uv" | "pdm", "dev-dependencies"):
            return Scope.DEVELOPMENT
        case ("build-system", "requires"):
            return Scope.BUILD
        case ("tool", "hatch", "envs", env, "dependencies" | "extra-dependencies"):
            return group_scope(env)
        case ("tool", "flit", "metadata", "requires"):
            return Scope.RUNTIME
        case ("tool", "flit", "metadata", "requires-extra", _):
            return Scope.OPTIONAL
    return None


def _strings(statement: Statement, scope: Scope, unread: list[tuple[int, str]]) -> Iterator[Requirement]:
    for line, key, raw in statement.strings:
        if key == "include-group":
            continue
        read = named(raw)
        if read is None:
            unread.append((line, raw))
        else:
            found = Requirement(read[0], line, line + raw.count("\n"), scope, read[1], read[2])
            found.group = key or statement.path[-1]
            found.constrains = statement.path[-1].endswith(("constraint-dependencies", "override-dependencies"))
            yield found


def _poetry_table(path: tuple[str, ...]) -> int:
    """How many parts of `path` name a table of Poetry that maps names to versions."""
    match path:
        case ("tool", "poetry", "dependencies" | "dev-dependencies", *_):
            return 3
        case ("tool", "poetry", "group", _, "dependencies", *_):
            return 5
    return 0


_POETRY_SOURCES = {"git": Origin.GIT, "url": Origin.URL, "path": Origin.PATH, "file": Origin.PATH}


def _poetry(
    statement: Statement, path: tuple[str, ...], at: int, seen: dict[tuple[str, ...], Requirement]
) -> Iterator[Requirement]:
    """A name with its version, or one more line of the table of a name (`[tool.poetry.dependencies.name]`)."""
    key = path[: at + 1]
    read = named(key[-1])
    if read is None or normalize(key[-1]) == "python":
        return
    found = seen.get(key)
    if found is None:
        scope = Scope.RUNTIME if path[2] == "dependencies" else group_scope(path[3] if at == 5 else "dev")
        found = seen[key] = Requirement(key[-1], statement.line, statement.end_line, scope, poetry=True)
        found.group = path[3] if at == 5 else path[2]
        yield found
    found.end_line = max(found.end_line, statement.end_line)
    field = path[at + 1] if len(path) > at + 1 else ""
    for _, inner, word in statement.words:
        if (inner or field) == "optional" and word == "true" and found.scope is Scope.RUNTIME:
            found.scope = Scope.OPTIONAL
    for _, inner, raw in statement.strings:
        if (inner or field) == "extras":
            found.extras += (normalize(raw),)
        elif (inner or field) in _POETRY_SOURCES:
            found.origin, found.source = _POETRY_SOURCES[inner or field], raw
        elif (inner or field) in ("", "version"):
            found.rest = found.rest or raw
