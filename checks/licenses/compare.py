"""Whether two statements mean the same, and whether a license text is one of those that a statement names."""

from enum import StrEnum

from checks.licenses.index import later_versions
from checks.licenses.statement import Statement
from checks.licenses.tree import And, Expression, License, Or, Unclear, With, Word, leaves, simplify

#: Words that name nothing and exclude nothing. Not NONE and UNLICENSED: they say that there is no license to be had.
_OPEN = frozenset({"NOASSERTION", "OTHER", "unknown", "non-standard"})
#: A text that another text builds on, so that both lie side by side: LGPL-3.0 adds permissions to GPL-3.0 (section 0).
_BUILT_ON = {"lgpl-3.0": "gpl-3.0"}

#: Licenses of an expression up to which it is simplified before it is compared: that is quadratic.
_SMALL = 100


class Likeness(StrEnum):
    """How two statements compare."""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot-tell"


def compare(one: Statement, other: Statement) -> Likeness:
    """Whether two statements name the same terms, in whatever order and spelling."""
    if one.raw.strip() == other.raw.strip():
        return Likeness.SAME
    first, second = one.expression, other.expression
    if first is None or second is None:
        return Likeness.CANNOT_TELL
    if _form(first) == _form(second):
        return Likeness.SAME
    if is_open(first) or is_open(second) or _may_mean(first, second) or _may_mean(second, first):
        return Likeness.CANNOT_TELL
    return Likeness.DIFFERENT


def is_open(expression: Expression) -> bool:
    """Whether a part of it is a word that leaves the license open: NOASSERTION, `SEE LICENSE IN x`."""
    return any(isinstance(leaf, Word) and _leaves_open(leaf) for leaf in leaves(expression))


def _leaves_open(word: Word) -> bool:
    return word.text in _OPEN or word.text.upper().startswith("SEE LICEN")


def _form(expression: Expression) -> object:
    """Equal for expressions that differ in order and repetition only."""
    if len(leaves(expression)) <= _SMALL:
        expression = simplify(expression)
    return _unordered(expression)


def _unordered(expression: Expression) -> object:
    if isinstance(expression, And | Or):
        return expression.operator, frozenset(map(_unordered, expression.parts))
    return str(expression)


def _may_mean(vague: Expression, other: Expression) -> bool:
    """Whether an ambiguous name in the first may stand for a license of the second: `BSD` for `BSD-3-Clause`."""
    names = [leaf for leaf in leaves(vague) if isinstance(leaf, Unclear)]
    stems = {_stem(leaf) for leaf in leaves(other) if isinstance(leaf, License | With)}
    return any(not name.candidates or stems & {_folded(item) for item in name.candidates} for name in names)


def named(text: Expression, declared: Expression) -> bool:
    """Whether every license of a recognized text is one that `declared` names, in whichever branch.

    A text does not tell whether later versions may be used, so `-only` and `-or-later` are equal here.
    """
    return all(any(_names(leaf, found) for leaf in leaves(declared)) for found in leaves(text))


def _names(leaf: Expression, found: Expression) -> bool:
    if isinstance(leaf, Word):
        return _leaves_open(leaf)
    if isinstance(leaf, Unclear):
        return not leaf.candidates or _stem(found) in {_folded(name) for name in leaf.candidates}
    stem = _stem(found)
    if isinstance(leaf, With) and isinstance(found, With) and leaf.exception != found.exception:
        return False
    base = leaf.license if isinstance(leaf, With) else leaf
    if not isinstance(base, License):
        return False
    mine = {_folded(name) for name in (later_versions(base.id) if base.or_later else (base.id,))}
    return stem in mine or any(_BUILT_ON.get(name) == stem for name in mine)


def _stem(leaf: Expression) -> str:
    license_ = leaf.license if isinstance(leaf, With) else leaf
    return _folded(license_.id if isinstance(license_, License) else str(license_))


def _folded(name: str) -> str:
    return name.lower().removesuffix("-only").removesuffix("-or-later").removesuffix("+")
