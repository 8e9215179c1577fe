"""From what a package declares to an expression: the raw text is kept, and so is how sure the reading is."""

import re
from enum import StrEnum
from typing import NamedTuple

from checks.licenses import index
from checks.licenses.expression import MAX_CHARACTERS, ExpressionError, Fault, parse
from checks.licenses.tree import And, Expression, License, Or, Unclear, With, Word, all_of, any_of, leaves


class Confidence(StrEnum):
    """How the expression came about. Only the first two can ever be allowed as a whole."""

    EXACT = "exact"
    """A valid SPDX expression of known ids."""
    NORMALIZED = "normalized"
    """Repaired in the only way it can be meant: `MIT/Apache-2.0`, `Apache 2.0`, `GPLv3`, a classifier."""
    AMBIGUOUS = "ambiguous"
    """A name that several licenses share is part of it: `BSD`, `GPL`."""
    UNKNOWN = "unknown"
    """Not understood, an id that nobody knows, or a word that names no license."""


class Statement(NamedTuple):
    """A license statement as it was declared, and what it means."""

    raw: str
    expression: Expression | None
    confidence: Confidence
    note: str = ""
    """Why it could not be read, to finish the sentence "…, which is not a license expression: NOTE"."""
    column: int = 0
    """1-based, where it could not be read on; 0 if that is nowhere in particular."""

    @property
    def text(self) -> str:
        """The expression canonically written, or the raw text on one line."""
        if self.expression is not None:
            return str(self.expression)
        return " ".join(self.raw[:MAX_CHARACTERS].split()) or self.raw[:MAX_CHARACTERS]


#: More lines than a list of names has.
_LINES_OF_A_TEXT = 4
#: What an expression consists of. Two words with no operator between them are none: most free text stops here.
_CHARACTERS = re.compile(r"[A-Za-z0-9.\-+(): ]+")
_BETWEEN_WORDS = re.compile(r"[(:]| (?:AND|OR|WITH|and|or|with) ")

_CAPITALS = frozenset({"AND", "OR", "WITH"})
_LATER = frozenset({"above", "any", "greater", "higher", "later", "newer"})
_OF_PROSE = frozenset({Fault.OPERATOR, Fault.CHARACTER, Fault.EXCEPTION})
_AROUND_IDS = "()[]<>*,;/|&\"'"
#: Words of a statement that are looked at to say what is wrong with it.
_WORDS = 20


def read(raw: str) -> Statement:
    """What a raw statement means; never raises.

    >>> str(read("Apache 2.0").expression), read("Apache 2.0").confidence.value
    ('Apache-2.0', 'normalized')
    """
    if len(raw) > MAX_CHARACTERS:
        return Statement(raw, None, Confidence.UNKNOWN, _text_note(raw))
    known = index.find_common(raw)
    if known is not None and not known.is_exception:
        return Statement(raw, License(known.id, known.id.endswith("-or-later")), Confidence.EXACT)
    if not _CHARACTERS.fullmatch(raw) or (" " in raw and not _BETWEEN_WORDS.search(raw)):
        return _repaired(raw)
    try:
        expression = parse(raw)
    except ExpressionError as error:
        return _repaired(raw, error)
    confidence = _confidence(expression, Confidence.EXACT)
    if confidence is Confidence.EXACT:
        return Statement(raw, expression, confidence)
    named = _with_names(expression)
    confidence = _confidence(named, Confidence.NORMALIZED)
    if confidence is Confidence.UNKNOWN and any(map(_is_prose, leaves(named))):
        better = _repair(raw)
        if better is not None:
            return Statement(raw, better, _confidence(better, Confidence.NORMALIZED))
        if isinstance(named, With) and not _known(named.license) and not index.find(named.exception):
            return Statement(raw, None, confidence, *_fault(raw, None))  # "BSD with patents" is prose
    return Statement(raw, named, confidence)


def is_text(raw: str) -> bool:
    """Whether this is prose, perhaps a whole license, rather than a statement: for who can recognize texts."""
    return len(raw) > MAX_CHARACTERS or raw.strip().count("\n") >= _LINES_OF_A_TEXT


def _with_names(expression: Expression) -> Expression:
    """Ids that nobody knows replaced by what the names mean: `Apache2 OR MIT`, `GPL AND BSD`."""
    if isinstance(expression, And):
        return all_of([_with_names(part) for part in expression.parts])
    if isinstance(expression, Or):
        return any_of([_with_names(part) for part in expression.parts])
    if isinstance(expression, License) and not _known(expression):
        return _repair(str(expression)) or expression
    return expression


def _is_prose(leaf: Expression) -> bool:
    """`later` in "GPL-2 or later", which looks like an id, or a pair such as "GPL-2 with classpath"."""
    return isinstance(leaf, With) or (isinstance(leaf, License) and leaf.id in _LATER)


def _repaired(raw: str, error: ExpressionError | None = None) -> Statement:
    better = None if error is not None and error.fault is Fault.TOO_DEEP else _repair(raw)
    if better is not None:
        return Statement(raw, better, _confidence(better, Confidence.NORMALIZED))
    return Statement(raw, None, Confidence.UNKNOWN, *_fault(raw, error))


def _fault(raw: str, error: ExpressionError | None) -> tuple[str, int]:
    """Why it is no statement, and the column where that shows."""
    if not raw.strip():
        return "it is empty", 0
    if is_text(raw):
        return _text_note(raw), 0
    folded = raw.lower()
    if "copyright" in folded or "(c)" in folded or "©" in folded:
        return "it is a copyright notice and names no license", 0
    strange = next((sign for sign in raw if not (sign.isascii() and (sign.isprintable() or sign.isspace()))), "")
    if strange:
        return f"it contains the character U+{ord(strange):04X}, which no license id has", raw.index(strange) + 1
    if error is None:
        try:
            parse(raw)
        except ExpressionError as found:
            error = found
    words = raw.split()[:_WORDS]
    known = [index.find(word.strip(_AROUND_IDS)) is not None for word in words]
    prose = len(words) > 1 and _CAPITALS.isdisjoint(words) and not all(known)
    if prose and (error is None or error.fault in _OF_PROSE):
        return "it cannot be read with certainty", 0
    if error is None or not any(known):
        return "it names no license that is known", 0
    return error.message, error.column


def _text_note(raw: str) -> str:
    return f"it is a text of {len(raw):,} characters and not a statement"


def _repair(raw: str) -> Expression | None:
    from checks.licenses import repair  # 2 ms of tables: most inventories carry nothing but SPDX

    return repair.repair(raw)


def _confidence(expression: Expression, best: Confidence) -> Confidence:
    """The confidence of the least certain leaf."""
    uncertain = [leaf for leaf in leaves(expression) if type(leaf) is not License or not _known(leaf)]
    found = [_leaf_confidence(leaf, best) for leaf in uncertain]
    for least in (Confidence.UNKNOWN, Confidence.AMBIGUOUS):
        if least in found:
            return least
    return best


def _leaf_confidence(leaf: Expression, best: Confidence) -> Confidence:
    if isinstance(leaf, Unclear):
        return Confidence.AMBIGUOUS
    if isinstance(leaf, Word):
        return Confidence.UNKNOWN
    if isinstance(leaf, With):
        exception = leaf.exception
        reference = "AdditionRef-" in exception
        return _leaf_confidence(leaf.license, best) if reference or index.find(exception) else Confidence.UNKNOWN
    return best if not isinstance(leaf, License) or _known(leaf) else Confidence.UNKNOWN


def _known(license_: License) -> bool:
    return license_.id.startswith("LicenseRef-") or index.find(license_.id) is not None
