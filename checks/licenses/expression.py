"""The parser of SPDX 3.0.1 license expressions.

Our own parser because it is iterative, bounded and says where it stopped: importing license-expression and building
its table costs 60 ms, and its `validate()` raises AttributeError on strings that packages really carry.
"""

import re
from enum import StrEnum

from checks.licenses import index, tables
from checks.licenses.tree import Expression, Leaf, License, With, Word, all_of, any_of
from checks.model.phrase import visible

#: Characters. The longest expression seen in a lock file has 300; a license text has thousands.
MAX_CHARACTERS = 4096
#: Parentheses inside parentheses.
MAX_DEPTH = 64


class Fault(StrEnum):
    """Why a text is not an expression."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    TOO_DEEP = "too-deep"
    CHARACTER = "character"
    OPERAND = "operand"
    OPERATOR = "operator"
    PARENTHESIS = "parenthesis"
    PLUS = "plus"
    REFERENCE = "reference"
    EXCEPTION = "exception"


class ExpressionError(ValueError):
    """A text is not an SPDX expression; `column` is 1-based."""

    def __init__(self, fault: Fault, column: int, message: str) -> None:
        super().__init__(f"{message} (column {column})")
        self.fault = fault
        self.column = column
        self.message = message


_TOKEN = re.compile(r"[A-Za-z0-9.\-]+\+?|[():]")
#: What is in no expression, or a plus sign that no id stands before.
_ILLEGAL = re.compile(r"[^A-Za-z0-9.\-+(): ]|(?<![A-Za-z0-9.\-])\+")
_OPERATORS = frozenset({"AND", "and", "OR", "or", "WITH", "with"})
_MIXED = frozenset({"and", "or", "with"})
_WITH = frozenset({"WITH", "with"})


class _Wrong(Exception):
    """What is wrong at a token: its column is looked for only if somebody asks."""

    def __init__(self, fault: Fault, token: int, message: str) -> None:
        self.fault = fault
        self.token = token
        self.message = message


def parse(text: str) -> Expression:
    """The expression that `text` is (SPDX 3.0.1, annex "SPDX license expressions"). Raises `ExpressionError`.

    Ids may be unknown: the judgment sees to that.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text):,} characters, an expression has at most {MAX_CHARACTERS:,}"
        raise ExpressionError(Fault.TOO_LONG, MAX_CHARACTERS + 1, message)
    illegal = _ILLEGAL.search(text)
    if illegal is not None:
        message = f"the character '{visible(illegal[0])}' is not allowed here"
        raise ExpressionError(Fault.CHARACTER, illegal.start() + 1, message)
    tokens: list[str] = _TOKEN.findall(text)
    if not tokens:
        raise ExpressionError(Fault.EMPTY, 1, "nothing but blanks")
    tokens.append("")
    try:
        return _build(tokens)
    except _Wrong as wrong:
        raise ExpressionError(wrong.fault, _column(text, wrong.token), wrong.message) from None


def _column(text: str, token: int) -> int:
    """1-based, where a token begins; behind the text for the one that ends it."""
    for place, match in enumerate(_TOKEN.finditer(text)):
        if place == token:
            return match.start() + 1
    return len(text) + 1


class _Frame:
    """One open parenthesis: alternatives that are complete, and the parts of the one being read."""

    __slots__ = ("alternatives", "parts", "token")

    def __init__(self, token: int) -> None:
        self.token = token
        self.alternatives: list[Expression] = []
        self.parts: list[Expression] = []

    def next_alternative(self) -> None:
        self.alternatives.append(all_of(self.parts))
        self.parts = []

    def close(self) -> Expression:
        self.next_alternative()
        return any_of(self.alternatives)


def _build(tokens: list[str]) -> Expression:
    frame = _Frame(0)
    frames = [frame]
    position = 0
    while True:
        word = tokens[position]
        if word == "(":
            if len(frames) > MAX_DEPTH:
                raise _Wrong(Fault.TOO_DEEP, position, f"more than {MAX_DEPTH} parentheses inside each other")
            frame = _Frame(position)
            frames.append(frame)
            position += 1
            continue
        leaf, position = _leaf(tokens, position)
        frame.parts.append(leaf)
        word = tokens[position]
        while word == ")":
            if len(frames) == 1:
                raise _Wrong(Fault.PARENTHESIS, position, "this ')' closes nothing")
            closed = frames.pop().close()
            frame = frames[-1]
            frame.parts.append(closed)
            position += 1
            word = tokens[position]
        if not word:
            break
        if word in ("OR", "or"):
            frame.next_alternative()
        elif word not in ("AND", "and"):
            raise _misplaced(word, position)
        position += 1
    if len(frames) > 1:
        raise _Wrong(Fault.PARENTHESIS, frame.token, "this '(' is never closed")
    return frame.close()


def _misplaced(word: str, position: int) -> _Wrong:
    """What stands where AND, OR or the end should."""
    if word.lower() in _MIXED and word not in _OPERATORS:
        return _Wrong(Fault.OPERATOR, position, f"an operator is {word.upper()} or {word.lower()}, not {word}")
    if word in _WITH:
        return _Wrong(Fault.EXCEPTION, position, "WITH must follow one license")
    return _Wrong(Fault.OPERATOR, position, f"expected AND or OR before '{visible(word, 60)}'")


def _leaf(tokens: list[str], position: int) -> tuple[Leaf, int]:
    """The license, pair or word at `position`, and the position after it."""
    word = tokens[position]
    common = index.find_common(word)
    if common is not None and not common.is_exception and tokens[position + 1] not in _WITH:
        return License(common.id, common.id.endswith("-or-later")), position + 1
    if not word or word in _OPERATORS or word in "():":
        found = f"not '{word}'" if word else "but the text ends"
        raise _Wrong(Fault.OPERAND, position, f"expected a license, {found}")
    special = tables.WORDS.get(word.lower())
    if special is not None:
        return Word(special), position + 1
    document, position = _document(tokens, position)
    word = tokens[position]
    leaf: License | With = _reference(word, document, position) if document else _license(word, position)
    position += 1
    if tokens[position] not in _WITH:
        return leaf, position
    if isinstance(leaf, With):
        raise _Wrong(Fault.EXCEPTION, position, f"'{visible(word, 60)}' has its exception already")
    document, position = _document(tokens, position + 1)
    return With(leaf, _exception(tokens[position], position, document)), position + 1


def _document(tokens: list[str], position: int) -> tuple[str | None, int]:
    """`DocumentRef-x` before a colon, if there is one, and the position after the colon."""
    word = tokens[position]
    if not word.startswith("DocumentRef-"):
        return None, position
    if not word[12:] or word.endswith("+") or tokens[position + 1] != ":":
        raise _Wrong(Fault.REFERENCE, position, "a DocumentRef- needs a name, ':' and a LicenseRef-")
    return word, position + 2


def _reference(word: str, document: str | None, position: int) -> License:
    if not word.startswith("LicenseRef-") or not word[11:]:
        raise _Wrong(Fault.REFERENCE, position, "expected LicenseRef- and a name")
    if word.endswith("+"):
        raise _Wrong(Fault.PLUS, position, "a LicenseRef- has no later versions, so no '+'")
    if document is None:
        known = index.find(word)
        if known is not None:
            return License(known.id, known.id.endswith("-or-later"))
    return License(word, document_ref=document)


def _license(word: str, position: int) -> License | With:
    if word.startswith("LicenseRef-"):
        return _reference(word, None, position)
    plus = word.endswith("+")
    name = word[:-1] if plus else word
    folded = name.lower()
    if folded in tables.GNU_WITHOUT_SUFFIX:
        return _gnu(tables.GNU_WITHOUT_SUFFIX[folded], plus)
    if folded in tables.PAIRS:
        stem, or_later, exception = tables.PAIRS[folded]
        return With(_gnu(stem, or_later or plus), exception)
    known = index.find(tables.RENAMED.get(folded, name))
    if known is None:
        return License(name, plus)
    if known.is_exception:
        raise _Wrong(Fault.EXCEPTION, position, f"{known.id} is an exception and goes behind WITH")
    if plus and known.id.endswith("-only"):
        raise _Wrong(Fault.PLUS, position, f"'{known.id}' and '+' contradict each other")
    return License(known.id, plus or known.id.endswith("-or-later"))


def _gnu(stem: str, or_later: bool) -> License:
    return License(stem + ("-or-later" if or_later else "-only"), or_later)


def _exception(word: str, position: int, document: str | None) -> str:
    if not word or word in _OPERATORS or word in "():" or word.endswith("+"):
        raise _Wrong(Fault.EXCEPTION, position, "expected an exception after WITH")
    if word.startswith("AdditionRef-") and word[12:]:
        return f"{document}:{word}" if document else word
    if document:
        raise _Wrong(Fault.REFERENCE, position, "expected AdditionRef- and a name")
    known = index.find(tables.RENAMED.get(word.lower(), word))
    if known is None:
        return word
    if not known.is_exception:
        raise _Wrong(Fault.EXCEPTION, position, f"{known.id} is a license, not an exception")
    return known.id
