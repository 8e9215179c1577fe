"""gleam.toml: what a Gleam project asks for, as ranges. Its lock file, manifest.toml, is not read yet."""

import re
from collections.abc import Mapping

from checks.manifests.collect import Collector
from checks.manifests.tomlscan import MAX_MANIFEST, Statement, statements
from checks.manifests.tomltext import load
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.purl import package

#: Hex package names (Hex specification).
_NAME = re.compile(r"[a-z][a-z0-9_]{0,200}\Z")
_SCOPES = {"dependencies": Scope.RUNTIME, "dev-dependencies": Scope.DEVELOPMENT, "dev_dependencies": Scope.DEVELOPMENT}


def parse_gleam(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Hex and git requirements, without versions; what lies in a folder (`path`) is the project's own code."""
    if len(text) > MAX_MANIFEST:
        raise UnreadableManifest(f"it has more than {MAX_MANIFEST:,} characters", code="too-large")
    text = text.replace("\r\n", "\n")
    load(text)
    out = Collector(path, "gleam")
    for statement in statements(text):
        scope = _SCOPES.get(statement.path[0]) if len(statement.path) == 2 else None
        if scope is not None:
            _add(out, statement, scope)
    return out.inventory()


def _add(out: Collector, statement: Statement, scope: Scope) -> None:
    name = statement.path[1]
    fields = {key: value for _, key, value in statement.strings}
    if not _NAME.match(name):
        out.problem("a requirement has no valid name", statement.line)
    elif "path" not in fields:
        origin, source = (Origin.GIT, fields["git"]) if "git" in fields else (Origin.REGISTRY, None)
        place = out.at(statement.line, statement.end_line)
        out.add(Dependency(package("hex", name), name, None, place, scope, True, origin, source))
