"""Whether two statements mean the same, and whether a text is among what is declared."""

import pytest
from hypothesis import given

from checks.licenses.compare import Likeness, compare, named
from checks.licenses.expression import parse
from checks.licenses.statement import read
from checks.licenses.tree import And, Expression, Or
from tests.licenses.test_properties import TEXTS


def likeness(one: str, other: str) -> str:
    return compare(read(one), read(other)).value


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("MIT", "mit", "same"),
        ("MIT OR Apache-2.0", "Apache-2.0 OR MIT", "same"),
        ("MIT AND (ISC OR Zlib)", "(Zlib OR ISC) AND MIT", "same"),
        ("MIT OR (MIT AND ISC)", "MIT", "same"),
        ("GPL-2.0", "GPL-2.0-only", "same"),
        ("whatever this is", " whatever this is ", "same"),
        ("MIT OR ISC", "MIT AND ISC", "different"),
        ("GPL-2.0", "GPL-2.0+", "different"),
        ("MIT", "UNLICENSED", "different"),
        ("BSD", "MIT", "different"),
        ("MIT", "LicenseRef-A", "different"),
        ("BSD", "BSD-3-Clause", "cannot-tell"),
        ("GPL", "GPL-3.0-or-later", "cannot-tell"),
        ("MIT", "NOASSERTION", "cannot-tell"),
        ("MIT", "SEE LICENSE IN x", "cannot-tell"),
        ("MIT", "whatever this is", "cannot-tell"),
        ("MIT AND BSD", "MIT AND BSD-2-Clause", "cannot-tell"),
    ],
)
def test_likeness(one: str, other: str, expected: str) -> None:
    assert likeness(one, other) == likeness(other, one) == expected


def turned(expression: Expression) -> Expression:
    """The same in another order, with the first part twice."""
    if isinstance(expression, And | Or):
        parts = tuple(map(turned, expression.parts))
        return type(expression)((*parts[::-1], parts[0]))
    return expression


@given(TEXTS)
def test_order_and_repetition_do_not_matter(text: str) -> None:
    assert compare(read(text), read(str(turned(parse(text))))) is Likeness.SAME


def test_what_is_long_is_compared_in_time() -> None:
    many = " OR ".join(f"(LicenseRef-{n} AND LicenseRef-{n + 1})" for n in range(90))
    assert likeness(many, "MIT") == "different"
    assert likeness(many, " OR ".join(reversed(many.split(" OR ")))) == "same"


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("MIT", "MIT OR Apache-2.0", True),
        ("MIT AND Apache-2.0", "MIT OR Apache-2.0", True),
        ("MIT AND Zlib", "MIT OR Apache-2.0", False),
        ("GPL-3.0", "GPL-2.0-or-later", True),
        ("GPL-2.0", "GPL-3.0-or-later", False),
        ("GPL-3.0", "LGPL-3.0-only", True),
        ("LGPL-3.0", "GPL-3.0-only", False),
        ("EPL-2.0", "EPL-1.0+", True),
        ("MIT", "NOASSERTION", True),
        ("MIT", "UNLICENSED", False),
        ("BSD-3-Clause", "BSD", True),
        ("MIT", "BSD", False),
        ("MIT", "LicenseRef-A", False),
        ("LicenseRef-A", "LicenseRef-A", True),
    ],
)
def test_named(text: str, declared: str, expected: bool) -> None:
    recognized, stated = parse(text), read(declared).expression
    assert stated is not None
    assert named(recognized, stated) is expected
