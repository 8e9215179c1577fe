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


_TOKEN = re.compile(r" +|([A-Za-z0-9.\-]+\+?|[():])|(.)", re.DOTALL)
_OPERATORS = frozenset({"AND", "and", "OR", "or", "WITH", "with"})
_MIXED = frozenset({"and", "or", "with"})
_Token = tuple[str, int]


def parse(text: str) -> Expression:
    """The expression that `text` is (SPDX 3.0.1, annex "SPDX license expressions"). Raises `ExpressionError`.

    Ids may be unknown: the judgment sees to that.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text):,} characters, an expression has at most {MAX_CHARACTERS:,}"
        raise ExpressionError(Fault.TOO_LONG, MAX_CHARACTERS + 1, message)
    return _build(_tokens(text))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastindex
        if kind == 1:
            tokens.append((match[1], match.start() + 1))
        elif kind == 2:
            message = f"the character '{visible(match[2])}' is not allowed here"
            raise ExpressionError(Fault.CHARACTER, match.start() + 1, message)
    if not tokens:
        raise ExpressionError(Fault.EMPTY, 1, "nothing but blanks")
    tokens.append(("", len(text) + 1))
    return tokens


class _Frame:
    """One open parenthesis: alternatives that are complete, and the parts of the one being read."""

    __slots__ = ("alternatives", "column", "parts")

    def __init__(self, column: int) -> None:
        self.column = column
        self.alternatives: list[Expression] = []
        self.parts: list[Expression] = []

    def next_alternative(self) -> None:
        self.alternatives.append(all_of(self.parts))
        self.parts = []

    def close(self) -> Expression:
        self.next_alternative()
        return any_of(self.alternatives)


def _build(tokens: list[_Token]) -> Expression:
    frames = [_Frame(0)]
    position = 0
    while True:
        word, column = tokens[position]
        if word == "(":
            if len(frames) > MAX_DEPTH:
                raise ExpressionError(Fault.TOO_DEEP, column, f"more than {MAX_DEPTH} parentheses inside each other")
            frames.append(_Frame(column))
            position += 1
            continue
        leaf, position = _leaf(tokens, position)
        frames[-1].parts.append(leaf)
        word, column = tokens[position]
        while word == ")":
            if len(frames) == 1:
                raise ExpressionError(Fault.PARENTHESIS, column, "this ')' closes nothing")
            closed = frames.pop().close()
            frames[-1].parts.append(closed)
            position += 1
            word, column = tokens[position]
        if not word:
            break
        if word in ("OR", "or"):
            frames[-1].next_alternative()
        elif word not in ("AND", "and"):
            raise _misplaced(word, column)
        position += 1
    if len(frames) > 1:
        raise ExpressionError(Fault.PARENTHESIS, frames[-1].column, "this '(' is never closed")
    return frames[0].close()


def _misplaced(word: str, column: int) -> ExpressionError:
    """What stands where AND, OR or the end should."""
    if word.lower() in _MIXED and word not in _OPERATORS:
        return ExpressionError(Fault.OPERATOR, column, f"an operator is {word.upper()} or {word.lower()}, not {word}")
    if word in ("WITH", "with"):
        return ExpressionError(Fault.EXCEPTION, column, "WITH must follow one license")
    return ExpressionError(Fault.OPERATOR, column, f"expected AND or OR before '{visible(word, 60)}'")


def _leaf(tokens: list[_Token], position: int) -> tuple[Leaf, int]:
    """The license, pair or word at `position`, and the position after it."""
    word, column = tokens[position]
    if not word or word in _OPERATORS or word in "():":
        found = f"not '{word}'" if word else "but the text ends"
        raise ExpressionError(Fault.OPERAND, column, f"expected a license, {found}")
    special = tables.WORDS.get(word.lower())
    if special is not None:
        return Word(special), position + 1
    document, position = _document(tokens, position)
    word, column = tokens[position]
    leaf: License | With = _reference(word, document, column) if document else _license(word, column)
    position += 1
    if tokens[position][0] not in ("WITH", "with"):
        return leaf, position
    if isinstance(leaf, With):
        raise ExpressionError(Fault.EXCEPTION, tokens[position][1], f"'{visible(word, 60)}' has its exception already")
    document, position = _document(tokens, position + 1)
    return With(leaf, _exception(*tokens[position], document)), position + 1


def _document(tokens: list[_Token], position: int) -> tuple[str | None, int]:
    """`DocumentRef-x` before a colon, if there is one, and the position after the colon."""
    word, column = tokens[position]
    if not word.startswith("DocumentRef-"):
        return None, position
    if not word[12:] or word.endswith("+") or tokens[position + 1][0] != ":":
        raise ExpressionError(Fault.REFERENCE, column, "a DocumentRef- needs a name, ':' and a LicenseRef-")
    return word, position + 2


def _reference(word: str, document: str | None, column: int) -> License:
    if not word.startswith("LicenseRef-") or not word[11:]:
        raise ExpressionError(Fault.REFERENCE, column, "expected LicenseRef- and a name")
    if word.endswith("+"):
        raise ExpressionError(Fault.PLUS, column, "a LicenseRef- has no later versions, so no '+'")
    if document is None:
        known = index.find(word)
        if known is not None:
            return License(known.id, known.id.endswith("-or-later"))
    return License(word, document_ref=document)


def _license(word: str, column: int) -> License | With:
    if word.startswith("LicenseRef-"):
        return _reference(word, None, column)
    plus = word.endswith("+")
    name = word[:-1] if plus else word
    if not name:
        raise ExpressionError(Fault.PLUS, column, "'+' must follow a license id without a blank")
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
        raise ExpressionError(Fault.EXCEPTION, column, f"{known.id} is an exception and goes behind WITH")
    if plus and known.id.endswith("-only"):
        raise ExpressionError(Fault.PLUS, column, f"'{known.id}' and '+' contradict each other")
    return License(known.id, plus or known.id.endswith("-or-later"))


def _gnu(stem: str, or_later: bool) -> License:
    return License(stem + ("-or-later" if or_later else "-only"), or_later)


def _exception(word: str, column: int, document: str | None) -> str:
    if not word or word in _OPERATORS or word in "():" or word.endswith("+"):
        raise ExpressionError(Fault.EXCEPTION, column, "expected an exception after WITH")
    if word.startswith("AdditionRef-") and word[12:]:
        return f"{document}:{word}" if document else word
    if document:
        raise ExpressionError(Fault.REFERENCE, column, "expected AdditionRef- and a name")
    known = index.find(tables.RENAMED.get(word.lower(), word))
    if known is None:
        return word
    if not known.is_exception:
        raise ExpressionError(Fault.EXCEPTION, column, f"{known.id} is a license, not an exception")
    return known.id
