"""yarn.lock of yarn 1: blocks of `name@range:` with indented fields."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checks.manifests.collect import numbered_lines
from checks.manifests.jsgraph import Package, PackageGraph
from checks.manifests.npmspec import alias_of, is_path, origin_of, purl_of, split_at
from checks.manifests.package_json import manifest_beside
from checks.manifests.yarn import FORMAT, Specifiers
from checks.model.dependency import Inventory
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_QUOTED = r'"(?:[^"\\]|\\.)*+"'
#: As yarn's own lexer: text without quotes ends at a colon, a comma or a space.
_HEAD = re.compile(rf"(?:{_QUOTED}|[^\s\",:#][^\s,:]*+)(?:, *+(?:{_QUOTED}|[^\s\",:#][^\s,:]*+))*+:\s*+").fullmatch
_WORDS = re.compile(rf"{_QUOTED}|[^\s,:]++").findall
_PAIR = re.compile(rf"({_QUOTED}|[^\s\",:#][^\s,:]*+):?(?: ++({_QUOTED}|[^\s\"#]\S*+))?\s*+").fullmatch
_SHA1 = re.compile(r"[0-9a-f]{40}").fullmatch


@dataclass(slots=True)
class Block:
    """One entry: the specifiers that it answers (`name@range`), its fields and what it requires."""

    specifiers: list[str]
    line: int
    end_line: int
    fields: dict[str, str] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)


def parse_classic(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """Raises UnreadableManifest where yarn would refuse the file, and for a specifier that stands twice."""
    graph = PackageGraph(path, FORMAT)
    known = Specifiers()
    blocks: list[tuple[Block, int]] = []
    for block in _without_repetition(read_blocks(text)):
        package = _package(block)
        if isinstance(package, str):
            graph.collector.problem(package, block.line)
            continue
        index = graph.add(package) if package else Specifiers.PROJECT
        blocks.append((block, index))
        for specifier in block.specifiers:
            known.add(*split_at(specifier), index)
    for block, index in blocks:
        if index >= 0:
            _connect(graph, known, block, index)
    manifest = manifest_beside(path, companions)
    if manifest is not None:
        graph.complete = not manifest.has_workspaces
        for requirement in manifest.requirements:
            target = known.find(requirement.name, requirement.specifier)
            if target is not None and target >= 0:
                graph.root(target, requirement.scope)
    return graph.inventory()


def _connect(graph: PackageGraph, known: Specifiers, block: Block, index: int) -> None:
    missing = []
    optional = block.maps.get("optionalDependencies", {})
    for name, range_ in block.maps.get("dependencies", {}).items():
        target = known.find(name, range_)
        if target is None:
            missing.append(name)
        elif target >= 0 and name not in optional:
            graph.require(index, target)
    for name, range_ in optional.items():
        target = known.find(name, range_)
        if target is not None and target >= 0:
            graph.require(index, target, optional=True)
    if missing:
        graph.missing(f"'{visible(block.specifiers[0], 80)}'", missing, block.line)


def _package(block: Block) -> Package | str | None:
    """None for a link to a folder of the repository; what is wrong with it for an entry that names no package."""
    local, range_ = split_at(block.specifiers[0])
    name = (alias_of(range_) or (local, range_))[0]
    address = block.fields.get("resolved")
    if address is None and range_.startswith(("link:", "workspace:")):
        return None
    if address is None and is_path(range_):
        address = range_
    purl = purl_of(name)
    if purl is None:
        return f"'{visible(block.specifiers[0], 80)}' does not name a package"
    version = block.fields.get("version")
    if not version:
        return f"the entry '{visible(block.specifiers[0], 80)}' has no version"
    # a file of an offline mirror has a name and no path
    placed = address if address and (":" in address or "/" in address) else None
    integrity = tuple(block.fields.get("integrity", "").split())
    if not integrity and address:
        integrity = tuple(filter(_SHA1, [address.partition("#")[2]]))
    return Package(
        name, purl, version, (block.line, block.end_line), origin_of(placed, name, version), address, integrity
    )


def _without_repetition(blocks: Iterator[Block]) -> Iterator[Block]:
    seen: set[str] = set()
    for block in blocks:
        for specifier in block.specifiers:
            if specifier in seen:
                where = f"'{visible(specifier, 80)}' stands twice, again at line {block.line}"
                raise UnreadableManifest(where, block.line)
            seen.add(specifier)
        yield block


def read_blocks(text: str) -> Iterator[Block]:
    """The blocks in the order of the file. Raises UnreadableManifest with the line of what is no block."""
    block: Block | None = None
    members: dict[str, str] | None = None
    for number, line in numbered_lines(text):
        written = line.lstrip(" ")
        if not written or written[0] == "#":
            continue
        indent = len(line) - len(written)
        if not indent:
            if block is not None:
                yield block
            block = Block(_head(line, number), number, number)
            members = None
            continue
        pair = _PAIR(written)
        if block is None or pair is None:
            raise _odd(line, number)
        key = _unquoted(pair[1], number)
        if indent == 2:
            members = _field(block, key, pair[2], number)
        elif indent == 4 and members is not None and pair[2] is not None:
            members[key] = _unquoted(pair[2], number)
        else:
            raise _odd(line, number)
        block.end_line = number
    if block is not None:
        yield block


def _field(block: Block, key: str, value: str | None, number: int) -> dict[str, str] | None:
    """Takes a field of a block; the map to fill if the field is one."""
    if key in block.fields or key in block.maps:
        raise UnreadableManifest(f"the field '{visible(key, 80)}' stands twice, again at line {number}", number)
    if value is not None:
        block.fields[key] = _unquoted(value, number)
        return None
    return block.maps.setdefault(key, {})


def _head(line: str, number: int) -> list[str]:
    if _HEAD(line) is None:
        raise _odd(line, number)
    return [_unquoted(word, number) for word in _WORDS(line)]


def _unquoted(word: str, number: int) -> str:
    if word[0] != '"':
        return word
    if "\\" not in word:
        return word[1:-1]
    try:
        return str(json.loads(word))
    except ValueError:
        raise _odd(word, number) from None


def _odd(line: str, number: int) -> UnreadableManifest:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        return UnreadableManifest(f"it has the marks of a merge conflict at line {number}", number)
    return UnreadableManifest(f"it is not a yarn lock file: line {number} is no entry and no field", number)
