"""Files that name the version of a runtime for a version manager: `.python-version`, `.nvmrc`, `.tool-versions`.

The version is what stands there: `3.12` is a release cycle, as in `go 1.22`, and the manager takes its newest patch. A
range, an alias (`lts/*`, `latest`) or a path is no version. Names are those of the products of endoflife.date.
"""

import re
from collections.abc import Iterator, Mapping

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Scope
from checks.model.phrase import visible
from checks.model.toolchains import GO

#: What the runtime of each file is called.
_FILES = {
    ".python-version": "python",
    ".nvmrc": "node",
    ".node-version": "node",
    ".ruby-version": "ruby",
    ".go-version": "go",
}
#: Other names of the same thing: of asdf's plugins, in requests to uv, in the words of rbenv.
_SAME = {"cpython": "python", "golang": "go", "nodejs": "node"}
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9A-Za-z]{1,20}){0,5}(?:[-+_][0-9A-Za-z][0-9A-Za-z.+_-]{0,60})?")
#: `ruby-3.2.2`, `pypy3.10-7.3.16`, `cpython@3.12`, `go1.22.3`, `temurin-17.0.5+8`.
_NAMED = re.compile(r"([A-Za-z][A-Za-z+]{0,40})[-@]?([0-9].{0,80})")
#: What a manager resolves when it runs: the file does not tell which version that is.
_ALIASES = re.compile(
    r"(?:latest|lts|stable|unstable|node|current|default|prefix|sub)(?:[-:/].{0,80})?|[<>=~^!*].*|[0-9.]+(?:\.[x*]|\s*[<>=|,].*)"
)
#: What is not fetched: the installation of the machine, a folder, a build from a repository.
_ELSEWHERE = re.compile(r"(?:system|path:.*|ref:.*|file:.*|url:.*|[/~.].*)")
_HEROKU = re.compile(r"([a-z]{1,20})-([0-9][0-9A-Za-z.]{0,40})")


def parse_version_file(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """`.python-version`, `.nvmrc`, `.node-version`, `.ruby-version`, `.go-version`: a word for each version."""
    found = Collector(path, "runtime-version")
    runtime = _FILES[path.rpartition("/")[2]]
    for line, words in _words(text):
        for word in words:
            _add(runtime, word.partition("@")[0] if runtime == "ruby" else word, line, Scope.UNKNOWN, found)
    return found.inventory()


def parse_tool_versions(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """`.tool-versions`: a tool on each line, then its versions, the first of them preferred."""
    found = Collector(path, "tool-versions")
    for line, (tool, *versions) in _words(text):
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,100}", tool, re.ASCII):
            found.problem(f"this is not the name of a tool: {visible(tool, 60)}", line)
            continue
        for version in versions:
            _add(tool.lower(), version, line, Scope.DEVELOPMENT, found)
    return found.inventory()


def parse_runtime_txt(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Heroku's `runtime.txt`: one line such as `python-3.11.4`. Anything else of that name is a text of somebody's."""
    found = Collector(path, "runtime-txt")
    lines = [(line, words) for line, words in _words(text[:MAX_WORD])]
    if len(lines) == 1 and len(lines[0][1]) == 1 and (match := _HEROKU.fullmatch(lines[0][1][0])):
        _add(match[1], match[2], lines[0][0], Scope.RUNTIME, found)
    return found.inventory()


def _words(text: str) -> Iterator[tuple[int, list[str]]]:
    """The words of each line that has some, without comments. nvm's settings (`key=value`) name no version."""
    for line, raw in numbered_lines(text):
        words = raw.partition("#")[0].split()
        if words and not re.match(r"[A-Za-z_]+=", words[0]):
            yield line, words


def _add(runtime: str, word: str, line: int, scope: Scope, found: Collector) -> None:
    """One version of a runtime, or of the one that the word itself names."""
    name, version = runtime, re.sub(r"^[vV](?=[0-9])", "", word[:MAX_WORD])
    if not _VERSION.fullmatch(version) and (match := _NAMED.fullmatch(version)) and _VERSION.fullmatch(match[2]):
        named, version = match[1].lower().rstrip("+"), match[2]
        name = runtime if _SAME.get(named, named) == _SAME.get(runtime, runtime) else named
    known = _VERSION.fullmatch(version) is not None
    if _ELSEWHERE.fullmatch(word):
        return
    if not known and not _ALIASES.fullmatch(word):
        found.problem(f"this names no version of {visible(runtime, 60)}: {visible(word, 60)}", line, "unresolved")
        return
    package, shown = _package(_SAME.get(name, name))
    found.add(Dependency(package, shown, version if known else None, found.at(line), scope, True))


def _package(name: str) -> tuple[str, str]:
    """Purl and name; Go is what go.mod calls it, so that one version of it is one thing."""
    return (GO, "stdlib") if name == "go" else (purl.package("generic", name), name)
