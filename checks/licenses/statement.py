"""From what a package declares to an expression: the raw text is kept, and so is how sure the reading is."""

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
    """1-based, where it could not be read on."""

    @property
    def text(self) -> str:
        """The expression canonically written, or the raw text."""
        return self.raw if self.expression is None else str(self.expression)


def read(raw: str) -> Statement:
    """What a raw statement means; never raises.

    >>> str(read("Apache 2.0").expression), read("Apache 2.0").confidence.value
    ('Apache-2.0', 'normalized')
    """
    known = index.find_common(raw)
    if known is not None and not known.is_exception:
        return Statement(raw, License(known.id, known.id.endswith("-or-later")), Confidence.EXACT)
    if len(raw) > MAX_CHARACTERS:
        note = f"it has {len(raw):,} characters, which is a text and not a statement"
        return Statement(raw, None, Confidence.UNKNOWN, note, MAX_CHARACTERS + 1)
    try:
        expression = parse(raw)
    except ExpressionError as error:
        return _repaired(raw, error)
    confidence = _confidence(expression, Confidence.EXACT)
    if confidence is Confidence.EXACT:
        return Statement(raw, expression, confidence)
    named = _repair(raw) or _with_names(expression)
    if named == expression:
        return Statement(raw, expression, confidence)
    return Statement(raw, named, _confidence(named, Confidence.NORMALIZED))


def _with_names(expression: Expression) -> Expression:
    """Ids that nobody knows replaced by what the names mean: `Apache2 OR MIT`, `GPL AND BSD`."""
    if isinstance(expression, And):
        return all_of([_with_names(part) for part in expression.parts])
    if isinstance(expression, Or):
        return any_of([_with_names(part) for part in expression.parts])
    if isinstance(expression, License) and not _known(expression):
        return _repair(str(expression)) or expression
    return expression


def _repaired(raw: str, error: ExpressionError) -> Statement:
    better = None if error.fault is Fault.TOO_DEEP else _repair(raw)
    if better is None:
        note = "it is empty" if error.fault is Fault.EMPTY else error.message
        return Statement(raw, None, Confidence.UNKNOWN, note, error.column)
    return Statement(raw, better, _confidence(better, Confidence.NORMALIZED))


def _repair(raw: str) -> Expression | None:
    from checks.licenses import repair  # 2 ms of tables: most inventories carry nothing but SPDX

    return repair.repair(raw)


def _confidence(expression: Expression, best: Confidence) -> Confidence:
    """The confidence of the least certain leaf."""
    found = [_leaf_confidence(leaf, best) for leaf in leaves(expression)]
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
