"""License names as people write them → SPDX ids, by a small grammar: family, version, "or later", and nothing else.

A name is understood only if every word of it is: "MIT-style" and "BSD with patents" stay unknown. A family with
several versions and none given is ambiguous, however likely one of them is.
"""

import re
from functools import cache
from typing import NamedTuple

from checks.licenses import vocabulary

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)*|\+")
_SKIPPED = re.compile(r"""[\s\-_,;:()"'./\\]*""")
#: "or later" and its cousins, which stand for `+`.
LATER = re.compile(
    r",? *\b(?:or|and) +(?:\(?at your option\)? +)?(?:any +)?(?:later|newer|greater|higher|above)(?: +versions?)?\b",
    re.IGNORECASE,
)
_WITH = re.compile(r",? *(?:\bwith\b|\bw/) *(?:the *)?(\w+)(?:[ \-]*exceptions?)?(?:[ \-]*2\.0)?$")
_SPELLINGS = (("licence", "license"), ("liscence", "license"))


class Name(NamedTuple):
    """What a name means: one SPDX expression, or the licenses that share it."""

    spdx: str | None
    candidates: tuple[str, ...] = ()


def recognize(text: str) -> Name | None:
    """What a name means; None if any word of it is not understood."""
    if not text.isascii():
        return None  # letters that only look like ours
    folded = text.lower()
    for wrong, right in _SPELLINGS:
        folded = folded.replace(wrong, right)
    exception = None
    found = _WITH.search(folded)
    if found is not None:
        exception = vocabulary.EXCEPTIONS.get(found[1])
        if exception is None:
            return None
        folded = folded[: found.start()]
    name = _recognize(LATER.sub("+", folded))
    if name is None or exception is None or name.spdx is None:
        return name
    base, addition = exception
    return Name(f"{name.spdx} WITH {addition}") if name.spdx.startswith(base) else None


def _recognize(folded: str) -> Name | None:
    words = _words(folded)
    if words is None:
        return None
    families = _tables()[0]
    present = dict.fromkeys(word for word in words if word in families or word == "cc")
    if "cc0" in present:
        present.pop("pd", None)
    if len(present) != 1:
        return None
    family = next(iter(present))
    rest = [word for word in words if word != family and word not in vocabulary.NOISE]
    if family == "cc":
        return _creative_commons(rest)
    return _versioned(family, [word for word in rest if word not in vocabulary.FAMILY_NOISE.get(family, ())])


def _words(folded: str) -> list[str] | None:
    """The words of a name with known phrases folded into one; None if a character is none of a name's."""
    words: list[str] = []
    position = _SKIPPED.match(folded).end()  # type: ignore[union-attr]
    while position < len(folded):
        match = _WORD.match(folded, position)
        if match is None:
            return None
        words.append(match[0])
        position = _SKIPPED.match(folded, match.end()).end()  # type: ignore[union-attr]
    _, phrases, openings = _tables()
    return _fold(words, phrases, openings)


def _fold(words: list[str], phrases: dict[tuple[str, ...], str], openings: dict[str, int]) -> list[str]:
    """Every phrase replaced by its word, the longest that fits first; runs of one letter after a name are split."""
    folded: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        for length in range(openings.get(word, 0), 0, -1):
            phrase = phrases.get(tuple(words[position : position + length]))
            if phrase is not None:
                folded.append(phrase)
                position += length
                break
        else:
            following = words[position + 1] if position + 1 < len(words) else ""
            if word.endswith("v") and len(word) > 2 and following[:1].isdigit():
                word = word[:-1]  # GPLv3
            folded.append(phrases.get((word,), word))
            position += 1
    return folded


def _versioned(family: str, rest: list[str]) -> Name | None:
    """A family with what is left of its name: versions, `+`, `only`."""
    versions: set[str] = set()
    later = only = False
    dated = any(word in vocabulary.MONTHS for word in rest)
    for word in rest:
        if word == "+":
            later = True
        elif word == "only":
            only = True
        elif family == "bsd" and word in vocabulary.BSD_COUNTS:
            versions.add(vocabulary.BSD_COUNTS[word])
        elif word[0].isdigit():
            if not (dated and word.isdigit() and len(word) == 4):
                versions.add(word if family == "bsd" else _version(word))
        elif word not in vocabulary.MONTHS:
            return None
    if len(versions) > 1 or (later and only):
        return None
    return _pick(family, versions.pop() if versions else None, later)


def _pick(family: str, version: str | None, later: bool) -> Name | None:
    known = _tables()[0][family]
    single = known.get("*")
    if single is not None:
        wrong = version is not None and _version(single.rpartition("-")[2]) != version
        return None if wrong or later else Name(single)
    if version is None:
        return Name(None, tuple(known.values()))
    found = known.get(version)
    if found is None:
        return None
    return Name(found + "+" if later else found)


def _creative_commons(rest: list[str]) -> Name | None:
    """`CC BY-NC 4.0`, `Creative Commons Attribution 4.0 International`."""
    parts = {word for word in rest if word in ("by", "nc", "nd", "sa")}
    others = [word for word in rest if word not in parts and word not in vocabulary.CC_NOISE]
    if "by" not in parts or {"nd", "sa"} <= parts or len(set(others)) > 1:
        return None
    kind = "-".join(["CC", *(part.upper() for part in ("by", "nc", "nd", "sa") if part in parts)])
    known = ("1.0", "2.0", "2.5", "3.0", "4.0")
    if not others:
        return Name(None, tuple(f"{kind}-{version}" for version in known))
    version = _version(others[0]) if others[0][0].isdigit() else ""
    return Name(f"{kind}-{version}") if version in known else None


def _version(text: str) -> str:
    """`2` and `2.0.0` are `2.0`."""
    parts = text.split(".")
    while len(parts) > 2 and not parts[-1].strip("0"):
        parts.pop()
    return ".".join(parts if len(parts) > 1 else [*parts, "0"])


@cache
def _tables() -> tuple[dict[str, dict[str, str]], dict[tuple[str, ...], str], dict[str, int]]:
    """Families, phrases, and for each first word of a phrase the longest phrase it begins."""
    families = {}
    for line in vocabulary.FAMILIES.split("\n")[1:-1]:
        family, *versions = line.split()
        families[family] = dict(version.split("=", 1) for version in versions)
    phrases = {}
    openings: dict[str, int] = {}
    for line in vocabulary.PHRASES.split("\n")[1:-1]:
        phrase, _, word = line.partition(" = ")
        key = tuple(phrase.split())
        phrases[key] = word
        openings[key[0]] = max(openings.get(key[0], 0), len(key))
    return families, phrases, openings
