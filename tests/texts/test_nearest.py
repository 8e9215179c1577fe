"""How a text that is no license of the list differs from the one that it is nearest to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.texts.nearest import LONGEST, MOST, WORDS
from checks.texts.recognition import BETWEEN, NOTHING
from checks.texts.recognize import recognize
from tests.texts.spdx import mit, spdx


@pytest.mark.parametrize(
    ("text", "nearest", "differs"),
    [
        (
            mit().replace("sublicense, and/or sell", "sublicense, but not sell"),
            "MIT",
            ("- and or", "+ but not"),
        ),
        (mit() + "\nThe Software may not be used for Evil.\n", "MIT", ("+ the software may not be used for evil",)),
        ("You must pay us.\n" + mit(), "MIT", ("+ you must pay us",)),
        (
            spdx("BSD-3-Clause").replace("Neither the name", "The name"),
            "BSD-3-Clause",
            ("- neither",),
        ),
    ],
)
def test_what_differs_is_told(text: str, nearest: str, differs: tuple[str, ...]) -> None:
    found = recognize(text)
    assert (found.license, found.nearest) == (None, nearest)
    assert set(differs) <= set(found.differs), found.differs


def test_what_is_recognized_or_near_nothing_differs_from_nothing() -> None:
    assert recognize(mit()).nearest is None
    assert recognize("All rights belong to the company. Ask us before you use it.") == NOTHING


def test_no_more_is_told_than_helps() -> None:
    words = mit().split()
    text = " ".join(word + (" " + "x" * 300 if number % 12 == 5 else "") for number, word in enumerate(words))
    found = recognize(text + " evil" * 1_000)
    assert found.nearest == "MIT"
    assert len(found.differs) == MOST + 1
    assert found.differs[-1].startswith("and ")
    assert max(map(len, found.differs)) < (LONGEST + 1) * WORDS + 30


@given(st.text(), st.integers(0, 900))
def test_whatever_stands_in_a_text_is_inert(words: str, place: int) -> None:
    text = mit()
    found = recognize(f"{text[:place]} {words} not {text[place:]}")
    for row in found.differs:
        assert BETWEEN not in row
        assert not set(row) & set("`\n\r<>[]()|*@#;:")
