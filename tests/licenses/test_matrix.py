"""The OSADL matrix on expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.licenses.expression import parse
from checks.licenses.matrix import Compatibility, compatibility, installed, knows, version
from checks.licenses.tree import And, Or
from tests.licenses.test_properties import KNOWN_TEXTS, TEXTS


@pytest.mark.parametrize(
    ("outbound", "inbound", "expected"),
    [
        ("GPL-2.0-only", "MIT", "YES"),
        ("MIT", "GPL-2.0-only", "NO"),
        ("GPL-2.0-only", "Apache-2.0", "NO"),
        ("GPL-3.0-only", "Apache-2.0", "YES"),
        ("GPL-2.0-only", "MPL-2.0", "YES"),
        ("MIT", "MIT", "YES"),
        ("gpl-2.0", "mit", "YES"),
        ("MIT", "GPL-2.0-only OR ISC", "YES"),
        ("MIT", "GPL-2.0-only AND ISC", "NO"),
        ("GPL-2.0-only OR GPL-3.0-only", "Apache-2.0", "NO"),
        ("MIT", "LicenseRef-A", "UNKNOWN"),
        ("LicenseRef-A", "MIT", "UNKNOWN"),
        ("MIT", "LicenseRef-A OR GPL-2.0-only", "UNKNOWN"),
        ("MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "NO"),
        ("MIT", "GPL-2.0-only WITH GCC-exception-2.0", "UNKNOWN"),
        ("Apache-2.0", "EPL-1.0+", "NO"),
        ("MIT", "NOASSERTION", "UNKNOWN"),
    ],
)
def test_cells_and_expressions(outbound: str, inbound: str, expected: str) -> None:
    assert compatibility(parse(outbound), parse(inbound)).name == expected


def test_what_it_knows() -> None:
    assert installed()
    assert version()
    assert knows(parse("MIT OR Apache-2.0"))
    assert not knows(parse("MIT OR LicenseRef-A"))


@given(st.sampled_from(["MIT", "GPL-2.0-only", "MIT OR GPL-3.0-only"]), TEXTS, TEXTS)
def test_a_choice_is_as_good_as_its_best_branch_and_a_sum_as_its_worst(own: str, one: str, two: str) -> None:
    work, a, b = parse(own), parse(one), parse(two)
    both = compatibility(work, a), compatibility(work, b)
    if not isinstance(work, Or):
        assert compatibility(work, Or((a, b))) is min(both)
    assert compatibility(work, And((a, b))) is max(both)


@given(KNOWN_TEXTS, KNOWN_TEXTS)
def test_no_expression_crashes_it(one: str, two: str) -> None:
    assert compatibility(parse(one), parse(two)) in Compatibility
