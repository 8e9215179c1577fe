"""The grammar of go.mod and go.work: a statement per line, blocks, quoting and comments (Go modules reference)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.manifests.collect import MAX_WORD, Collector, numbered_lines
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

_DIRECTIVES = frozenset(
    {"module", "go", "toolchain", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore", "use"}
)
_ONCE = ("module", "go", "toolchain")
#: An unclosed string is a token too, so that no text makes the search start over.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|`[^`]*+`?|//.*|[()]|(?:(?!//)[^\s()"`])+')


@dataclass(frozen=True, slots=True)
class Statement:
    line: int
    verb: str
    words: tuple[str, ...]
    indirect: bool


@dataclass(frozen=True, slots=True)
class Replacement:
    line: int
    path: str
    version: str | None
    """None: a folder."""


@dataclass(slots=True)
class Module:
    """What go.mod says, before it is put together."""

    requires: list[Statement] = field(default_factory=list)
    replaces: dict[tuple[str, str | None], Replacement] = field(default_factory=dict)
    excludes: set[tuple[str, str]] = field(default_factory=set)
    tools: list[str] = field(default_factory=list)
    once: dict[str, tuple[int, str]] = field(default_factory=dict)


def read_module(text: str, found: Collector) -> Module:
    module = Module()
    known = 0
    first_unknown = 0
    for statement in statements(text):
        if statement.verb not in _DIRECTIVES:
            first_unknown = first_unknown or statement.line
            found.problem(f"the directive '{visible(statement.verb, 60)}' is not known", statement.line)
            continue
        known += 1
        _take(statement, module, found)
    if first_unknown and not known:
        raise UnreadableManifest("it has no directive that Go knows", first_unknown)
    return module


def _take(statement: Statement, module: Module, found: Collector) -> None:
    verb, words, line = statement.verb, statement.words, statement.line
    if not all(0 < len(word) <= MAX_WORD for word in words):
        found.problem(f"a word of this '{verb}' is empty or has more than {MAX_WORD:,} characters", line)
    elif verb == "require" and len(words) == 2:
        module.requires.append(statement)
    elif verb == "replace" and "=>" in words:
        _take_replacement(words, line, module, found)
    elif verb == "exclude" and len(words) == 2:
        module.excludes.add((words[0], words[1]))
    elif verb == "tool" and len(words) == 1:
        module.tools.append(words[0])
    elif verb in _ONCE and len(words) == 1:
        if verb in module.once:
            raise UnreadableManifest(f"'{verb}' stands a second time at line {line}", line)
        module.once[verb] = (line, words[0])
    elif verb not in ("retract", "godebug", "ignore", "use"):
        found.problem(f"this '{verb}' cannot be read", line)


def _take_replacement(words: tuple[str, ...], line: int, module: Module, found: Collector) -> None:
    arrow = words.index("=>")
    old, new = words[:arrow], words[arrow + 1 :]
    if len(old) not in (1, 2) or len(new) not in (1, 2):
        found.problem("this 'replace' cannot be read", line)
        return
    key = (old[0], old[1] if len(old) == 2 else None)
    replacement = Replacement(line, new[0], new[1] if len(new) == 2 else None)
    before = module.replaces.setdefault(key, replacement)
    if (before.path, before.version) != (replacement.path, replacement.version):
        raise UnreadableManifest(f"a second, different 'replace' of the same module stands at line {line}", line)


def statements(text: str) -> Iterator[Statement]:
    """One per line: `require a v1` and, inside `require ( … )`, each line of the block."""
    block, opened = "", 0
    for line, raw in numbered_lines(text):
        words, comment = _words(raw)
        if not words:
            continue
        if words[0] == ")" and block:
            block = ""
        elif block:
            yield Statement(line, block, tuple(words), _is_indirect(comment))
        elif len(words) > 1 and words[1] == "(":
            block, opened = words[0], line
            if words[-1] == ")":
                block = ""
        else:
            yield Statement(line, words[0], tuple(words[1:]), _is_indirect(comment))
    if block:
        raise UnreadableManifest(f"the block that opens at line {opened} is never closed", opened)


def _words(raw: str) -> tuple[list[str], str]:
    if '"' not in raw and "`" not in raw:
        code, _, comment = raw.partition("//")
        if "(" in code or ")" in code:
            code = code.replace("(", " ( ").replace(")", " ) ")
        return code.split(), comment
    words = _TOKEN.findall(raw)
    comment = words.pop()[2:] if words and words[-1].startswith("//") else ""
    return [word[1:-1] if len(word) > 1 and word[0] == word[-1] in '"`' else word for word in words], comment


def _is_indirect(comment: str) -> bool:
    """`// indirect` alone or followed by `;` and other words (Go reference, modfile.isIndirect)."""
    words = comment.split(None, 1)
    return bool(words) and ((words[0] == "indirect" and len(words) == 1) or words[0] == "indirect;")
