"""mix.lock of Elixir and rebar.lock of Erlang: terms of those languages, read by pattern and never evaluated."""

import posixpath
import re
from collections.abc import Mapping

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines, spread_scopes
from checks.model import purl
from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

# -- mix.lock: one entry per line

_ENTRY = re.compile(r'\s*"([^"\\]{1,200})":\s*\{:(\w{1,20}),\s*(.*)\},?\s*')
_HEX = re.compile(
    r':(?:"([^"\\]{1,200})"|([\w@?!]{1,200})),\s*"([^"\\]{1,200})"(?:,\s*(?:"([0-9a-fA-F]{1,128})"|nil))?'
    r'(?:,\s*\[[^\]]{0,500}\],\s*(\[.*\]),\s*"([^"\\]{1,200})"(?:,\s*"([0-9a-fA-F]{1,128})")?)?.*'
)
_GIT = re.compile(r'"([^"\\]{1,1000})",\s*"([0-9a-fA-F]{1,64})"(?:,\s*(\[.*\]))?')
_REQUIRED = re.compile(r'\{:"?([\w@?!.-]{1,200})"?,')
_FRAME = frozenset({"%{", "}", "%{}", ""})


def parse_mix_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Hex packages by their Hex name, Git dependencies by commit; mix.exs tells what is direct and for which `only`."""
    found = Collector(path, "mix-lock")
    names: dict[str, int] = {}
    requires: list[list[str]] = []
    for line, raw in numbered_lines(text):
        stripped = raw.strip()
        if stripped in _FRAME or stripped.startswith("#"):
            continue
        match = _ENTRY.fullmatch(raw)
        read = _mix_entry(match[1], match[2], match[3], line, found) if match else None
        if read is None or match is None:
            found.problem(f"this entry cannot be read: {visible(stripped, 60)}", line)
        elif match[1] in names:
            raise UnreadableManifest(f"the key '{visible(match[1], 80)}' stands twice, again at line {line}", line)
        else:
            names[match[1]] = found.add(read[0])
            requires.append(_REQUIRED.findall(read[1])[:500])
    if found.problems and not found.dependencies and "%{" not in text:
        raise UnreadableManifest("it is not an Elixir map", found.problems[0].location.line)
    edges = [sorted({names[name] for name in row if name in names}) for row in requires]
    asked = _asked(companions.get(posixpath.join(posixpath.dirname(path), "mix.exs")))
    if asked:
        direct = {index: asked[name] for name, index in names.items() if name in asked}
        found.dependencies = [
            _with_direct(dependency, index in direct) for index, dependency in enumerate(found.dependencies)
        ]
        found.dependencies = spread_scopes(found.dependencies, edges, direct)
    return found.inventory(edges)


def _mix_entry(key: str, kind: str, rest: str, line: int, found: Collector) -> tuple[Dependency, str] | None:
    """The dependency and the text of what it requires."""
    if kind == "hex" and (match := _HEX.fullmatch(rest)):
        quoted, plain, version, inner, required, repository, outer = match.groups()
        name = quoted or plain
        organization = (repository or "").partition(":")[2]
        hashes = tuple(value for value in (outer, inner) if value)
        return (
            Dependency(
                purl.package("hex", name, organization),
                name,
                version,
                found.at(line),
                source=repository,
                integrity=hashes,
            ),
            required or "",
        )
    if kind == "git" and (match := _GIT.fullmatch(rest)):
        address, commit, _ = match.groups()
        place = found.at(line)
        return (
            Dependency(
                purl.package("hex", key),
                key,
                commit,
                place,
                origin=Origin.GIT,
                source=f"{address}#{commit}",
                integrity=(commit,),
            ),
            "",
        )
    return None


def _with_direct(dependency: Dependency, direct: bool) -> Dependency:
    return Dependency(
        dependency.purl,
        dependency.name,
        dependency.version,
        dependency.location,
        dependency.scope,
        direct,
        dependency.origin,
        dependency.source,
        integrity=dependency.integrity,
    )


_TUPLE = re.compile(r"\{\s*:([a-z]\w{0,200})\s*,([^{}]{0,1000})\}")
_ONLY = re.compile(r"\bonly:\s*(\[[^\]]{0,200}\]|:\w{1,50})")
_ATOM = re.compile(r":(\w+)")
_DEPS = re.compile(r"\s*defp?\s+\w{0,50}deps\w{0,50}\b")


def _asked(text: str | None) -> dict[str, Scope]:
    """What mix.exs asks for and in which environments; empty for an umbrella, whose apps ask in files of their own."""
    if text is None or len(text) > 500_000 or "apps_path" in text:
        return {}
    asked: dict[str, Scope] = {}
    for name, options in _TUPLE.findall(_dependency_functions(text)):
        only = _ONLY.search(options)
        asked[name] = _scope(set(_ATOM.findall(only[1])) if only else set())
    return asked


def _dependency_functions(text: str) -> str:
    """The bodies of `deps` and functions of a similar name, without comments."""
    body: list[str] = []
    inside = False
    for line in text.split("\n"):
        stripped = line.strip()
        if _DEPS.match(line):
            inside = True
        elif stripped == "end":
            inside = False
        if inside and not stripped.startswith("#"):
            body.append(line)
    return "\n".join(body)


def _scope(environments: set[str]) -> Scope:
    if not environments or not environments <= {"dev", "test", "docs", "lint", "ci"}:
        return Scope.RUNTIME
    return Scope.TEST if environments <= {"test", "ci"} else Scope.DEVELOPMENT


# -- rebar.lock: `{<<"name">>,{pkg,<<"name">>,<<"1.0.0">>},0}`, level 0 is direct

_REBAR = re.compile(
    r'\{<<"([^"\\\n]{1,200})">>,\s{0,50}\{(?:pkg,\s{0,50}<<"([^"\\\n]{1,200})">>,\s{0,50}<<"([^"\\\n]{1,200})">>(?:,[^{}\n]{0,500})?'
    r'|(git|hg|git_subdir),\s{0,50}"([^"\\\n]{1,1000})",\s{0,50}\{(?:ref|tag|branch),\s{0,50}"([^"\\\n]{1,200})"\}(?:,[^{}\n]{0,500})?)\},\s{0,50}(\d{1,4})\}'
)
_REBAR_START = re.compile(r'\{<<"[^"\\\n]{1,200}">>,\s{0,50}\{')
_REBAR_HASH = re.compile(r'\{<<"([^"\\\n]{1,200})">>,\s{0,50}<<"([0-9A-Fa-f]{16,128})">>\}')


def parse_rebar_lock(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Levels instead of a graph: 0 is what the project asks for, anything else came with it."""
    found = Collector(path, "rebar-lock")
    hashes: dict[str, list[str]] = {}
    for match in _REBAR_HASH.finditer(text):
        hashes.setdefault(match[1], []).append(match[2])
    read: set[int] = set()
    line, counted = 1, 0
    for match in _REBAR.finditer(text):
        read.add(match.start())
        line += text.count("\n", counted, match.start())
        counted = match.start()
        _add_rebar(match, line, line + match[0].count("\n"), hashes, found)
    line, counted = 1, 0
    for start in _REBAR_START.finditer(text):
        if start.start() not in read:
            line += text.count("\n", counted, start.start())
            counted = start.start()
            found.problem("this entry cannot be read", line)
    if not found.dependencies and not found.problems and text.strip() not in ("", "[]."):
        raise UnreadableManifest("it is not a list of Erlang terms that rebar3 writes", 1)
    return found.inventory()


def _add_rebar(match: re.Match[str], line: int, end: int, hashes: Mapping[str, list[str]], found: Collector) -> None:
    key, name, version, kind, address, ref, level = match.groups()
    place = found.at(line, end)
    direct = int(level) == 0
    if kind:
        found.add(
            Dependency(
                purl.package("hex", key),
                key,
                ref,
                place,
                Scope.RUNTIME,
                direct,
                Origin.GIT,
                f"{address}#{ref}"[:MAX_WORD],
                integrity=(ref,),
            )
        )
    else:
        known = tuple(hashes.get(key, ()))
        found.add(Dependency(purl.package("hex", name), name, version, place, Scope.RUNTIME, direct, integrity=known))
