"""What a policy says about licenses: an entry of a list, or the expression of a package; anything else is refused."""

from dataclasses import dataclass
from typing import ClassVar, Self

from checks.licenses import tables
from checks.licenses.expression import ExpressionError, Fault
from checks.licenses.expression import parse as parse_expression
from checks.licenses.index import Category, categories, find, known_ids
from checks.licenses.statement import read
from checks.licenses.tree import And, Expression, License, Or, Unclear, With, Word, leaves

_CATEGORIES = {str(category): category for category in Category if category is not Category.UNKNOWN}


@dataclass(frozen=True, slots=True)
class LicenseItem:
    """`permissive`, `MPL-2.0`, `GPL-2.0-or-later`, `GPL-2.0-only WITH Classpath-exception-2.0`, `LicenseRef-Acme`."""

    text: str
    """As the policy writes it."""
    value: Category | License | With
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "minLength": 1,
        "examples": [*_CATEGORIES, "MPL-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-Example-1.0"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError that says what to write instead."""
        category = _CATEGORIES.get(text)
        if category is not None:
            return cls(text, category)
        try:
            value = parse_expression(text)
        except ExpressionError as error:
            raise ValueError(_nearest(text, error)) from None
        if isinstance(value, And | Or):
            raise ValueError(f"expected one license an item (list each of them: {_each(value)})")
        if isinstance(value, Word | Unclear):
            raise ValueError(f"expected a license; what '{value}' means is judged by the rule license-unknown")
        license_ = value.license if isinstance(value, With) else value
        if not license_.id.startswith("LicenseRef-") and find(license_.id) is None:
            raise ValueError(_nearest(text))
        if isinstance(value, With) and "AdditionRef-" not in value.exception and find(value.exception) is None:
            raise ValueError(f"expected a known exception after WITH{_suggest(value.exception, exceptions=True)}")
        return cls(text, value)

    def __str__(self) -> str:
        return self.text

    def covers(self, other: "LicenseItem") -> bool:
        """Whether a list that has this one allows everything that `other` does."""
        from checks.licenses.judge import choices  # asked only where a repository has a file of its own

        mine, theirs = self.value, other.value
        if isinstance(mine, License) and isinstance(theirs, License):
            return set(choices(theirs)) <= set(choices(mine))
        if isinstance(mine, Category) and isinstance(theirs, License):
            return all(mine in categories(name) for name in choices(theirs))
        if isinstance(mine, With) and isinstance(theirs, With) and mine.exception.lower() == theirs.exception.lower():
            return set(choices(theirs.license)) <= set(choices(mine.license))
        return mine == theirs  # a pair stands for itself alone


@dataclass(frozen=True, slots=True)
class LicenseExpression:
    """What something is under: an SPDX expression of known ids and `LicenseRef-` names, `MIT OR Apache-2.0`."""

    text: str
    """Canonically written."""
    expression: Expression
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "minLength": 1,
        "examples": ["MIT", "MIT OR Apache-2.0", "LicenseRef-Example-1.0"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError that says what to write instead."""
        try:
            expression = parse_expression(text)
        except ExpressionError as error:
            meant = read(text).expression
            certain = meant is not None and all(isinstance(leaf, License | With) for leaf in leaves(meant))
            hint = f" (perhaps '{meant}')" if certain else ""
            raise ValueError(f"not an SPDX expression{hint}: {error.message}") from None
        for leaf in leaves(expression):
            if str(leaf) in _CATEGORIES or not isinstance(leaf, License | With):
                raise ValueError(f"'{leaf}' is not a license")
            LicenseItem.parse(str(leaf))
        return cls(str(expression), expression)

    def __str__(self) -> str:
        return self.text


def items(*texts: str) -> tuple[LicenseItem, ...]:
    """Several entries, for defaults and tests."""
    return tuple(map(LicenseItem.parse, texts))


def _each(expression: Expression) -> str:
    return ", ".join(dict.fromkeys(str(leaf) for leaf in leaves(expression)))


def _nearest(text: str, error: ExpressionError | None = None) -> str:
    """What was expected, and the entry that was probably meant."""
    if error is not None and error.fault is Fault.EXCEPTION:
        return f"expected a license or a pair such as 'GPL-2.0-only WITH Classpath-exception-2.0': {error.message}"
    meant = read(text).expression
    if isinstance(meant, Unclear) and meant.candidates:
        return f"expected one license, and this name is shared by {', '.join(meant.candidates[:4])}"
    if isinstance(meant, And | Or):
        return f"expected one license an item (list each of them: {_each(meant)})"
    if isinstance(meant, License | With) and str(meant) != text:
        return f"expected a license id (perhaps '{meant}'), a category or a LicenseRef-"
    return f"expected a license id, a category or a LicenseRef-{_suggest(text)}"


def _suggest(text: str, *, exceptions: bool = False) -> str:
    import difflib

    names = {name.lower(): name for name in known_ids() if not exceptions or "exception" in name.lower()}
    if not exceptions:
        names.update({name: name for name in _CATEGORIES})
        names.update(tables.GNU_WITHOUT_SUFFIX)
    near = difflib.get_close_matches(text.lower()[:100], names, n=1, cutoff=0.6)
    return f" (perhaps '{names[near[0]]}')" if near else ""
