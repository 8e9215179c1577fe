"""Sentences that remember which of their words came from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model.phrase import Foreign, join, plain, say, visible


def test_text_from_outside_is_kept_apart_and_our_own_is_not() -> None:
    phrase = say("{} {} is not allowed", "glyph", "1.0")
    assert [(part, isinstance(part, Foreign)) for part in phrase] == [
        ("glyph", True),
        (" ", False),
        ("1.0", True),
        (" is not allowed", False),
    ]


def test_a_phrase_in_a_phrase_stays_what_it_is() -> None:
    inner = say("commit {}", "abc")
    assert plain(say("{} of {} is unsigned", inner, 3)) == "commit abc of 3 is unsigned"
    assert plain(join([("a",), ("b",), ("c",)], last=" and ")) == "a, b and c"


def test_places_and_values_are_counted() -> None:
    with pytest.raises(ValueError, match="2 values for 1 places"):
        say("{}", "a", "b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\x0alines"),
        ("right\u202eto left", "right\\u202eto left"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("half \ud800", "half \\ud800"),
        ("Ünïcödé 漢字", "Ünïcödé 漢字"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_whatever_is_said_is_one_line_that_a_terminal_only_prints(text: str) -> None:
    shown = plain(say("before {} after", text))
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert len(shown) <= 200 * 10 + 20
