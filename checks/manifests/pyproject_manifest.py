"""pyproject.toml and setup.cfg judged by themselves, where no lock file stands beside them: ranges have no version."""

import re
from collections.abc import Iterator, Mapping

from checks.manifests.collect import Collector, numbered_lines
from checks.manifests.pypi import address, group_scope, named, normalize, pinned
from checks.manifests.pyproject import Requirement, requirements
from checks.manifests.tomlscan import MAX_MANIFEST, statements
from checks.manifests.tomltext import load
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible
from checks.model.purl import package

_EXACT = re.compile(r"(?:==?\s*)?([0-9][A-Za-z0-9.!+_-]*)\Z")


def parse_pyproject(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The static requirements of pyproject.toml; what is computed at build time is said, not guessed."""
    text = text.replace("\r\n", "\n")
    if len(text) > MAX_MANIFEST:
        raise UnreadableManifest(f"it has more than {MAX_MANIFEST:,} characters", code="too-large")
    load(text)
    out = Collector(path, "pyproject")
    own = ""
    for statement in statements(text):
        if statement.path in (("project", "name"), ("tool", "poetry", "name")) and statement.strings:
            own = own or normalize(statement.strings[0][2])
        elif statement.path == ("project", "dynamic"):
            for line, _, field in statement.strings:
                if field in ("dependencies", "optional-dependencies"):
                    out.problem(f"its {field} are computed when it is built", line, "unresolved")
    unread: list[tuple[int, str]] = []
    for wanted in requirements(text, unread):
        if not wanted.constrains and normalize(wanted.name) != own:
            out.add(_dependency(out, wanted))
    for line, raw in unread:
        out.problem(f"{visible(raw, 80)} is no requirement", line)
    return out.inventory()


def _dependency(out: Collector, wanted: Requirement) -> Dependency:
    origin, source, version = wanted.origin, wanted.source, None
    if wanted.rest.startswith("@"):
        source = wanted.rest[1:].split(" ;", 1)[0].strip()
        origin = Origin.GIT if source.startswith("git") else Origin.PATH if source.startswith("file:") else Origin.URL
    elif wanted.poetry:
        found = _EXACT.match(wanted.rest.strip())
        version = found[1] if found else None
    else:
        version = pinned(wanted.rest.split(";", 1)[0].strip())
    return Dependency(
        package("pypi", wanted.name),
        wanted.name,
        version,
        out.at(wanted.line, wanted.end_line),
        wanted.scope,
        True,
        origin,
        address(source) if source else None,
    )


# --- setup.cfg --------------------------------------------------------------------------------------------------

_SECTION = re.compile(r"\[([^\]]*)\]")
_PAIR = re.compile(r"([^=:]*)[=:](.*)", re.DOTALL)
_KEYS = {"install_requires": Scope.RUNTIME, "setup_requires": Scope.BUILD, "tests_require": Scope.TEST}


def parse_setup_cfg(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The requirements of `[options]` and `[options.extras_require]`; `file:` and `attr:` are said, not followed."""
    out = Collector(path, "setup-cfg")
    for number, scope, item in _cfg_items(text):
        read = named(item)
        if item.startswith(("file:", "attr:")):
            out.problem(f"its requirements stand elsewhere ({visible(item, 80)})", number, "unresolved")
        elif read is None or "%(" in item:
            out.problem(f"{visible(item, 80)} is no requirement", number)
        else:
            out.add(_dependency(out, Requirement(read[0], number, number, scope, read[1], read[2])))
    return out.inventory()


def _cfg_items(text: str) -> Iterator[tuple[int, Scope, str]]:
    """Line, scope and text of each requirement, as configparser joins the lines of one key."""
    if "\0" in text:
        raise UnreadableManifest("it holds a NUL character", text.count("\n", 0, text.index("\0")) + 1)
    section = ""
    scope: Scope | None = None
    for number, line in numbered_lines(text):
        content = line.strip()
        if not content or content[0] in "#;":
            continue
        if line[0] not in " \t":
            found = _SECTION.match(line)
            if found:
                section, scope = found[1], None
                continue
            pair = _PAIR.match(line)
            scope = _cfg_scope(section, pair[1].strip()) if pair else None
            content = pair[2].strip() if pair else ""
        if scope is not None:
            item = content.split(" #", 1)[0].strip()
            if item:
                yield number, scope, item


def _cfg_scope(section: str, key: str) -> Scope | None:
    if section == "options":
        return _KEYS.get(key.replace("-", "_"))
    if section == "options.extras_require":
        return Scope.TEST if group_scope(key) is Scope.TEST else Scope.OPTIONAL
    return None
