"""Names of licenses joined by words and marks that are no SPDX operators, or one name said twice, → an expression."""

import re
from collections.abc import Callable

from checks.licenses import tables, vocabulary
from checks.licenses.addresses import at_address, is_address
from checks.licenses.expression import ExpressionError, parse
from checks.licenses.index import find
from checks.licenses.names import recognize
from checks.licenses.tree import Expression, License, Unclear, With, Word, all_of, any_of, leaves

#: Parts of one statement, and parentheses inside each other, that are read; more is not a statement.
MAX_PARTS = 32
MAX_DEPTH = 8
#: The file that a license lies in, as people name it.
FILE = r"(?:the +)?(?:file +)?[\"']?(?:licen[cs]e|copying|copyright|notice|readme)[\w.\-]*[\"']?(?: +file)?"
_POINTER = re.compile(
    r"(?:please +)?see +(?:licen[cs]e +(?:in|at|file) +|(?:the +)?(?:file +)?)[:<]? *(\S{1,200}?)>?(?: +file)?",
    re.IGNORECASE,
)
_PLUS_FILE = re.compile(rf" *\+ *{FILE}$", re.IGNORECASE)
#: R's own templates: the file has the year and the holder and nothing else.
_TEMPLATES = frozenset({"MIT", "BSD-2-Clause", "BSD-3-Clause"})
_TWICE = re.compile(r"(.*\S) *[(<\[] *([^()<>\[\]]+?) *[)>\]]|(.*[\w)])[,;.:]? +-? *(https?://\S+)")
_OLD_IDS = frozenset((*tables.GNU_WITHOUT_SUFFIX, *tables.RENAMED, *tables.PAIRS))

_Join = Callable[[list[Expression]], Expression]
#: What joins names, loosest first (Debian's `, and` ends what `or` began). Whether a comma means "both" or "either" is
#: not known, so it is read as the stricter AND; so is "and/or".
_LEVELS: tuple[tuple[str, _Join], ...] = (
    (r", and +", all_of),
    (r" +-?or-? +| *\|\|? *", any_of),
    (r" +and/or +| +and +| +\+ +| *& *", all_of),
    (r" *[,;] *", all_of),
    (r" */ *", any_of),
    (r"\+(?=[a-z])", all_of),
)
_JOINTS = tuple(
    (re.compile(mark, re.IGNORECASE), re.compile(rf"[()]|{mark}", re.IGNORECASE), join) for mark, join in _LEVELS
)


def names(text: str, depth: int = 0) -> Expression | None:
    """One name, or several with something between them that joins, if every one of them is understood."""
    text = text.strip('" ')
    if text[:1] == "(":
        text = _unwrapped(text)
    if is_address(text):
        return at_address(text)
    found = pointer(text) if text[:4].lower() == "see " else None
    if found is not None:
        return found
    if "+" in text:
        plus_file = _PLUS_FILE.search(text)
        base = name(text[: plus_file.start()]) if plus_file else None
        if base is not None:
            return _with_file(base)
    found = name(text)
    return found if found is not None or depth >= MAX_DEPTH else _joined(text, depth)


def name(text: str) -> Expression | None:
    """One license: a name, perhaps with its short form or its address behind it."""
    found = _one(text)
    if found is None and (text[-1:] in (")", ">", "]") or "://" in text):
        return _twice(text)
    return found


def pointer(text: str) -> Expression | None:
    """npm's `SEE LICENSE IN x` and what people write instead."""
    found = _POINTER.fullmatch(text)
    return Word(f"SEE LICENSE IN {found[1]}") if found else None


def both(one: Expression, other: Expression) -> Expression | None:
    """What two readings of one thing agree on; None if they contradict each other."""
    for exact, unclear in ((one, other), (other, one)):
        if isinstance(unclear, Unclear) and isinstance(exact, License):
            stem = exact.id.removesuffix("-only").removesuffix("-or-later")
            return exact if stem in unclear.candidates or exact.id in unclear.candidates else None
    return one if one == other or (isinstance(one, Unclear) and isinstance(other, Unclear)) else None


def _with_file(base: Expression) -> Expression:
    """R's `X + file LICENSE`."""
    if isinstance(base, License) and base.id in _TEMPLATES:
        return base
    return all_of([base, Word("SEE LICENSE IN LICENSE")])


def _joined(text: str, depth: int) -> Expression | None:
    for plain, bracketed, join in _JOINTS:
        parts = plain.split(text, MAX_PARTS) if "(" not in text else _outside_brackets(bracketed, text)
        if len(parts) == 1:
            continue
        if len(parts) > MAX_PARTS or (join is any_of and any(sign in text for sign in ",;")):
            return None  # "A, B or C": the commas may mean the same as the word, or not
        found = []
        for part in parts:
            meaning = names(part, depth + 1)
            if meaning is None:
                return None
            found.append(meaning)
        return join(found)
    return None


def _outside_brackets(mark: re.Pattern[str], text: str) -> list[str]:
    parts = []
    start = depth = 0
    for match in mark.finditer(text):
        sign = match[0]
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif not depth:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _unwrapped(text: str) -> str:
    """Without parentheses around the whole."""
    for _ in range(MAX_DEPTH):
        if text[:1] != "(" or text[-1] != ")":
            break
        depth = 0
        for place, sign in enumerate(text):
            depth += (sign == "(") - (sign == ")")
            if not depth and place < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


def _twice(text: str) -> Expression | None:
    """`Boost Software License 1.0 (BSL-1.0)`, `MIT (https://…)`: both say the same, or one says which the other is."""
    found = _TWICE.fullmatch(text)
    first = _one(found[1] or found[3]) if found else None
    if found is None or first is None:
        return None
    second = found[2] or found[4]
    if is_address(second):
        address = at_address(second)
        return first if address is None else both(first, address)
    other = _one(second)
    return None if other is None else both(first, other)


def _one(text: str) -> Expression | None:
    """An id, a pair, a word, or a name that the grammar understands."""
    blanks = text.count(" ")
    found = None
    if blanks == 0:
        found = _identified(text)
    elif blanks == 2:
        license_, with_, exception = text.split(" ")
        found = _parsed(f"{license_} WITH {exception}") if with_.lower() == "with" else None
    if found is not None:
        return found
    alias = vocabulary.ALIASES.get(text.lower())
    return parse(alias) if alias is not None else recognize(text)


def _identified(text: str) -> Expression | None:
    """An id that is known, a reference or a word."""
    folded = text.lower()
    entry = find(folded) if text.isascii() else None
    if entry is not None and not entry.is_exception:
        return License(entry.id, entry.id.endswith("-or-later"))
    stem = folded.removesuffix("+")
    if stem in _OLD_IDS or stem in tables.WORDS or text.startswith("LicenseRef-") or (stem != folded and find(stem)):
        return _parsed(text)
    return None


def _parsed(text: str) -> Expression | None:
    try:
        found = parse(text)
    except ExpressionError:
        return None
    return found if all(map(_known, leaves(found))) else None


def _known(leaf: Expression) -> bool:
    if isinstance(leaf, With):
        return _known(leaf.license) and ("AdditionRef-" in leaf.exception or find(leaf.exception) is not None)
    if isinstance(leaf, License):
        return leaf.id.startswith("LicenseRef-") or find(leaf.id) is not None
    return True
