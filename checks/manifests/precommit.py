"""`.pre-commit-config.yaml`: hook repositories by revision, and the packages that hooks install in addition."""

import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector
from checks.manifests.jsontext import Array, Object, line_of
from checks.manifests.repositories import repository
from checks.manifests.yamltext import load
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: Hooks of the repository itself, and pre-commit's own checks of this file.
_NO_REPOSITORY = frozenset({"local", "meta", "builtin"})
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PYTHON = re.compile(
    r"([A-Za-z0-9][\w.-]{0,200}+)\s*+(?:\[[\w\s,.-]{0,300}+\])?\s*+(?:==\s*+([^\s,;*]{1,100}+))?\s*+(?:[<>=!~;,].*)?"
)
_NODE = re.compile(r"(?:@([\w.-]{1,200})/)?([\w.-]{1,200})(?:@([^\s]{1,200}))?")
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")


def parse_pre_commit(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Everything here runs on developers' machines and in checks, so its scope is development."""
    found = Collector(path, "pre-commit")
    root = load(text)
    if root is None:
        return found.inventory()
    repositories = root.get("repos") if isinstance(root, Object) else root
    if not isinstance(repositories, Array):
        raise UnreadableManifest("it has no list 'repos'", 1)
    for entry, (line, end) in zip(repositories, repositories.lines, strict=True):
        if isinstance(entry, Object):
            _add_repository(entry, line, end, found)
            _add_hooks(entry, found)
        else:
            found.problem("this repository is not a mapping", line)
    return found.inventory()


def _add_repository(entry: Object, line: int, end: int, found: Collector) -> None:
    address, revision = _text(entry, "repo"), _text(entry, "rev") or _text(entry, "sha")
    if address in _NO_REPOSITORY:
        return
    known = repository(address)
    if known is None:
        is_folder = address.startswith((".", "/", "~"))
        found.problem(f"this {'folder' if is_folder else 'entry'} is no repository: {visible(address, 100)}", line)
        return
    if not revision:
        found.problem(f"the repository {visible(known[1], 100)} has no revision", line)
    line = line_of(entry, "repo")[0] or line
    hooks = line_of(entry, "hooks")[0]
    place = found.at(line, max(line, hooks - 1 if hooks > line else end))
    found.add(
        Dependency(
            known[0],
            known[1],
            revision or None,
            place,
            Scope.DEVELOPMENT,
            True,
            Origin.GIT,
            address,
            integrity=(revision,) if _COMMIT.fullmatch(revision) else (),
        )
    )


def _add_hooks(entry: Object, found: Collector) -> None:
    hooks = entry.get("hooks")
    for hook in hooks if isinstance(hooks, Array) else ():
        added = hook.get("additional_dependencies") if isinstance(hook, Object) else None
        if isinstance(hook, Object) and isinstance(added, Array):
            for text, (line, end) in zip(added, added.lines, strict=True):
                _add_package(text, _text(hook, "language"), line, end, found)


def _add_package(text: object, language: str, line: int, end: int, found: Collector) -> None:
    """The hook's language names the installer; where the hook's own repository sets it, the syntax has to tell."""
    words = text.strip() if isinstance(text, str) and len(text) <= MAX_WORD else ""
    if not language:
        language = "python" if re.search(r"[=~<>!]=|[<>]", words) else "node" if "@" in words[1:] else ""
    python, node = _PYTHON.fullmatch(words), _NODE.fullmatch(words)
    if language == "python" and python and "://" not in words and not words.startswith("."):
        package, name, version = purl.package("pypi", python[1]), python[1], python[2]
    elif language == "node" and node:
        scope = f"@{node[1]}" if node[1] else ""
        package, name = purl.package("npm", node[2], scope), f"{scope}/{node[2]}" if scope else node[2]
        version = node[3] if node[3] and _EXACT.fullmatch(node[3]) else None
    else:
        found.problem(
            f"the file does not tell which registry this comes from: {visible(words, 100)}", line, "unresolved"
        )
        return
    found.add(Dependency(package, name, version, found.at(line, end), Scope.DEVELOPMENT, True))


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) and len(value) <= MAX_WORD else ""
