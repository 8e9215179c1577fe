"""Laws of reading: what is normalized is exact from then on, joints mean what they say, and nothing crashes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.licenses.addresses import at_address
from checks.licenses.item import items
from checks.licenses.judge import Judge, Terms, Verdict
from checks.licenses.names import recognize
from checks.licenses.statement import Confidence, Statement, read
from checks.licenses.tree import And, Expression, Or, Unclear, Word, all_of, any_of, leaves, simplify

NAMES = [
    "MIT License",
    "The MIT License (MIT)",
    "Apache 2.0",
    "Apache License, Version 2.0",
    "BSD 3-Clause",
    "New BSD License",
    "ISC License (ISCL)",
    "GPLv3",
    "GPL-2+",
    "GNU GPL v2 or later",
    "GNU Lesser General Public License v2.1",
    "GPL v2 with the classpath exception",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "EPL 1.0",
    "CC BY-SA 4.0",
    "Boost Software License 1.0 (BSL-1.0)",
    "Vovida Software License 1.0",
    "zlib License",
    "Common Development and Distribution License 1.1",
    "Public Domain",
    "Proprietary",
    "MPL-2.0",
    "LGPL-2.1-or-later",
    "LicenseRef-Acme",
]
SHARED = ["BSD", "GPL", "Apache", "LGPLv2+", "Artistic License", "Creative Commons Attribution"]
JUNK = ["MIT-style", "Foo-1.0", "NOASSERTION", "SEE LICENSE IN x", "a license of our own", "https://example.com/x"]
JOINTS = {" and ": all_of, " AND ": all_of, ", ": all_of, " & ": all_of, " or ": any_of, " OR ": any_of, " | ": any_of}
ANY_NAME = st.sampled_from([*NAMES, *SHARED, *JUNK])
STATEMENTS = st.recursive(
    ANY_NAME,
    lambda part: st.builds(
        lambda one, joint, two, wrapped: f"({one}{joint}{two})" if wrapped else f"{one}{joint}{two}",
        part,
        st.sampled_from([*JOINTS, " / ", "/", " + ", "; ", ", and "]),
        part,
        st.booleans(),
    ),
    max_leaves=5,
)


@given(STATEMENTS)
def test_what_is_normalized_is_exact_from_then_on(raw: str) -> None:
    found = read(raw)
    if found.confidence in (Confidence.EXACT, Confidence.NORMALIZED):
        assert read(found.text) == Statement(found.text, found.expression, Confidence.EXACT)


@given(STATEMENTS)
def test_the_confidence_is_that_of_the_least_certain_part(raw: str) -> None:
    found = read(raw)
    parts = () if found.expression is None else leaves(found.expression)
    if any(isinstance(part, Word) for part in parts) or not parts:
        assert found.confidence is Confidence.UNKNOWN
    elif any(isinstance(part, Unclear) for part in parts):
        assert found.confidence in (Confidence.AMBIGUOUS, Confidence.UNKNOWN)


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4), st.sampled_from(sorted(JOINTS)))
def test_joined_names_are_their_readings_joined(names: list[str], joint: str) -> None:
    expressions = [read(name).expression for name in names]
    raw = joint.join(names)
    if joint != " | " and joint.strip().lower() == "or" and "," in raw:
        return  # a comma beside "or" has no certain meaning
    assert read(raw).expression == JOINTS[joint]([part for part in expressions if part is not None])


@given(ANY_NAME, ANY_NAME, st.sampled_from(sorted(JOINTS)))
def test_the_order_of_names_changes_no_verdict(one: str, two: str, joint: str) -> None:
    if two.startswith("https:") or one.startswith("https:"):
        return  # an address behind a name belongs to it
    assert PERMISSIVE.judge(f"{one}{joint}{two}").verdict is PERMISSIVE.judge(f"{two}{joint}{one}").verdict


@given(st.sampled_from([*NAMES[:-1], *SHARED]), st.sampled_from(["{}", " {}\n", '"{}"', "({})", "{}.", "\t{} "]))
def test_case_and_what_stands_around_say_nothing(name: str, around: str) -> None:
    expected, found = read(name), read(around.format(name))
    if isinstance(expected.expression, Unclear):
        assert isinstance(found.expression, Unclear)
        assert found.expression.candidates == expected.expression.candidates
    else:
        assert found.expression == expected.expression
        assert read(name.upper()).expression == read(name.lower()).expression == expected.expression


@given(STATEMENTS)
def test_simplification_changes_no_verdict_of_what_was_read(raw: str) -> None:
    expression = read(raw).expression
    if expression is not None:
        assert PERMISSIVE.expression(simplify(expression)).verdict is PERMISSIVE.expression(expression).verdict


@given(STATEMENTS)
def test_nothing_ambiguous_or_unknown_is_allowed_unless_there_is_a_choice(raw: str) -> None:
    found = PERMISSIVE.judge(raw)
    if found.verdict is Verdict.ALLOWED and found.statement.confidence not in (
        Confidence.EXACT,
        Confidence.NORMALIZED,
    ):
        assert found.statement.expression is not None
        assert offers(found.statement.expression)


def offers(expression: Expression) -> bool:
    return isinstance(expression, Or) or (isinstance(expression, And) and any(map(offers, expression.parts)))


PERMISSIVE = Judge(Terms(tuple(item.value for item in items("permissive", "public-domain", "GPL-3.0-only"))))

#: What names, joints and forms are made of, and what only looks like it.
_PIECES = (
    "MIT Apache GPL v2 2.0 3 BSD or and with OR AND WITH later any only see LICENSE file dual license License :: "
    'http:// https://opensource.org/licenses/ exception classpath CC BY type url {"type": LicenseRef- x'
)
PIECES = [
    *"()[]{}<>+,;:/|&\"'`*._- \n\t\0\ud800\u00b2\u0663\u200b\u202e\u00a0\u00e9\u041c\uff2d",
    *_PIECES.split(),
    "or (at your option) any later version",
    "Common Development and Distribution",
]


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
        st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    )
)
def test_no_text_crashes_it(raw: str) -> None:
    found = read(raw)
    assert found.raw == raw
    assert found.text is not None
    assert (found.expression is None) is bool(found.note)
    assert 0 <= found.column <= len(raw) + 1
    recognize(raw)
    at_address(raw)


@pytest.mark.parametrize(
    "text",
    [
        "\u041c\u0406\u0422",
        "MI\u0422 License",
        "\uff2d\uff29\uff34",
        "M\u200bIT",
        "Apa\u0441he 2.0",
        "BlueOa\u212a-1.0.0",
        "Blue Oa\u212a Model License 1.0.0",
        "M\u00cdT",
        "GPL v\u0663",
        "MIT\u0000",
    ],
)
def test_letters_that_look_alike_are_not_those_letters(text: str) -> None:
    assert read(text).confidence is Confidence.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2_000 + "MIT License, ISC" + ")" * 2_000,
        "(" * 60 + "Apache2 OR MIT" + ")" * 60,
        "MIT " + "(b) " * 1_000,
        "MIT" + " (MIT)" * 600,
        "dual " + "(" * 2_000 + ")" * 2_000,
        "see " * 1_000,
        "MIT, see license" * 250,
        "License :: " * 370,
        "License :: MIT, " * 250,
        '{"a":' * 800,
        '["MIT",' * 500 + '"MIT"' + "]" * 500,
        "MIT License or " * 270 + "ISC",
        "MIT/whatever/" * 300,
        "+" * 4_096,
        "https://creativecommons.org/licenses/" + ".aa" * 1_300,
        "a;link=" * 580,
        "GPL or later, " * 290,
        "GPL v2 with " * 340,
        "GPL " + "1." * 2_000,
        "av3" * 1_300,
        "MIT http://a " * 300,
        " AND ".join(f"Foo-{number}" for number in range(400)),
        "\0" * 4_096,
        "\ud800" * 4_096,
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_hostile_statements_are_read_in_linear_time_and_never_allowed(text: str) -> None:
    assert PERMISSIVE.judge(text).statement.confidence is not Confidence.EXACT
    longer = text * (100_000 // len(text) + 1)
    assert PERMISSIVE.judge(longer).verdict is Verdict.UNKNOWN
    assert read(longer).note.startswith("it is a text of")
