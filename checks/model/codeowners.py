"""CODEOWNERS: who owns a path, by GitHub's documented rules.

Of all lines that match the last one counts, also when it names nobody. A line that GitHub would skip (an owner that is
no owner, a pattern that its dialect does not have) is skipped here and told. Sections of other platforms are no syntax.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

T = TypeVar("T")

#: GitHub loads no larger file (bytes): docs.github.com, "About code owners".
MAX_BYTES = 3_000_000
#: Where the file is looked for, in this order; the first one counts.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
#: Lines that are read; those of the largest known files are a third of it.
MAX_RULES = 50_000
#: Lines whose faults are told.
MAX_FAULTS = 100
_OWNER = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
#: Unlike in .gitignore these say nothing: `!` does not take back, and `[ ]` is no range of characters.
_NO_DIALECT = re.compile(r"[!\[\]]")


class _Wild(NamedTuple):
    """What is not a character: `?` is one of any kind, `*` any number of them (of segments: `**`)."""

    many: bool


_ONE, _MANY = _Wild(False), _Wild(True)
#: A segment of a pattern; one without wildcards is a plain text.
_Segment = str | tuple[str | _Wild, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: a pattern and its owners, who may be none."""

    line: int
    pattern: str
    owners: tuple[str, ...]
    segments: tuple[_Segment | _Wild, ...]

    def matches(self, path: Sequence[str]) -> bool:
        return _fits(self.segments, path, _segment_fits)


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """A CODEOWNERS file."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()
    """Lines that GitHub skips, and why."""

    def owners(self, path: str) -> tuple[str, ...]:
        """Who owns a path relative to the repository's root: `@user`, `@organization/team` or an address."""
        segments = path.split("/")
        return next((rule.owners for rule in reversed(self.rules) if rule.matches(segments)), ())


def parse(data: bytes) -> CodeOwners:
    """The file as a value; never raises. One that is larger than GitHub loads names nobody."""
    if len(data) > MAX_BYTES:
        return CodeOwners(faults=((0, f"it is larger than {MAX_BYTES:,} bytes, and GitHub does not load it"),))
    rules: list[Rule] = []
    faults: list[tuple[int, str]] = []
    for number, words in _lines(data):
        pattern, owners = words[0], tuple(words[1:])
        if len(rules) == MAX_RULES:
            return CodeOwners(faults=((number, f"it has more than {MAX_RULES:,} lines with a pattern"),))
        if wrong := _wrong(pattern, owners):
            faults.append((number, wrong))
        else:
            rules.append(Rule(number, pattern, owners, _segments(pattern)))
    return CodeOwners(tuple(rules), tuple(faults[:MAX_FAULTS]))


def _lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number and words of each line, without comments; a blank in a pattern is escaped."""
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        words: list[str] = []
        for word in _WORD.findall(line):
            if word.startswith("#"):
                break
            words.append(word)
        if words:
            yield number, words


def _wrong(pattern: str, owners: tuple[str, ...]) -> str:
    if pattern.startswith("\\#"):
        return "a pattern cannot begin with #, even escaped"
    if _NO_DIALECT.search(pattern):
        return "a pattern cannot have !, [ or ]"
    if not pattern.strip("/"):
        return "the pattern is empty"
    strange = [owner for owner in owners if not _OWNER.fullmatch(owner)]
    return "an owner is @user, @organization/team or an address" if strange else ""


def _segments(pattern: str) -> tuple[_Segment | _Wild, ...]:
    """As in .gitignore: a slash at the beginning or within anchors it, one at the end means a folder; what names a
    folder means all below it. But `docs/*` means the files of that folder alone."""
    folder = pattern.endswith("/")
    parts = [_MANY if part == "**" else _segment(part) for part in pattern.strip("/").split("/") if part]
    anchored = "/" in pattern.rstrip("/")
    if not anchored:
        parts.insert(0, _MANY)
    if folder or parts[-1] == _MANY:
        parts += [(_MANY,), _MANY]
    elif not anchored or parts[-1] != (_MANY,):
        parts.append(_MANY)
    return tuple(parts)


def _segment(part: str) -> _Segment:
    found: list[str | _Wild] = []
    for text in re.findall(r"\\.|\*+|.", part):
        found.append(_MANY if text[0] == "*" else _ONE if text == "?" else text[-1])
    plain = [item for item in found if isinstance(item, str)]
    return "".join(plain) if len(plain) == len(found) else tuple(found)


def _segment_fits(segment: object, text: str) -> bool:
    if isinstance(segment, tuple) and not isinstance(segment, _Wild):
        return _fits(segment, text, _character_fits)
    return segment == text


def _character_fits(wanted: object, character: str) -> bool:
    return wanted in (_ONE, character)


def _fits(pattern: Sequence[object], items: Sequence[T], one: Callable[[object, T], bool]) -> bool:
    """Whether the items are what the pattern says. Only the last `*` is ever tried again, which is enough: the time
    is at most the product of both lengths, whatever somebody writes."""
    at, item, star, resumed = 0, 0, -1, 0
    while item < len(items):
        if at < len(pattern) and pattern[at] == _MANY:
            star, resumed = at, item
            at += 1
        elif at < len(pattern) and one(pattern[at], items[item]):
            at, item = at + 1, item + 1
        elif star >= 0:
            resumed += 1
            at, item = star + 1, resumed
        else:
            return False
    return all(rest == _MANY for rest in pattern[at:])
