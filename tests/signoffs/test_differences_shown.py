"""What the eye misses between two names is said in words."""

import pytest

from checks.model.phrase import plain
from checks.signoffs.difference import differences, spelled
from tests.signoffs.examples import commit, judge


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        ("Ada L", "Ada L", []),
        ("Ada L", "Bob", []),
        ("Zo\u00eb", "Zoe\u0308", ["the same letters in two Unicode forms: expected NFC, found NFD"]),
        ("Ada L", "Ada  L", ["different blanks: expected single blanks, found blanks two or more in a row"]),
        ("Ada L", "Ada L ", ["different blanks: expected single blanks, found blanks at the end"]),
        ("Ada L", "Ada\u200b L", ["invisible characters: U+200B ZERO WIDTH SPACE in the found one"]),
        ("Ada L", "Ada\u00a0L", ["different blanks: expected single blanks, found blanks U+00A0"]),
        ("Ada L", "ada l", ["different case"]),
        (
            "Ada",
            "\u0410da",
            [
                "another letter that may look alike: expected U+0041 LATIN CAPITAL LETTER A, "
                "found U+0410 CYRILLIC CAPITAL LETTER A"
            ],
        ),
    ],
)
def test_differences(expected: str, found: str, said: list[str]) -> None:
    assert differences(expected, found) == said


def test_two_differences_are_two_sentences() -> None:
    assert len(differences("Zo\u00eb L", "zoe\u0308  L")) == 3


def test_spelled() -> None:
    assert spelled(" Zoe\u0308  \u200bL") == "<U+0020>Zoe<U+0308> <U+0020><U+200B>L"


def test_the_sentence_names_an_invisible_difference() -> None:
    seen = judge(commit("Add\n\nSigned-off-by: Ada\u200b L <ada@example.org>")).observations[0]
    assert "in the name, invisible characters: U+200B" in plain(seen.message)
    rows = {row.what: plain(row.actual) for row in seen.evidence}
    assert rows["found, spelled out"] == "Ada<U+200B> L <ada@example.org>"


def test_a_plain_difference_needs_no_spelling() -> None:
    seen = judge(commit("Add\n\nSigned-off-by: Bob\u200b <bob@example.org>")).observations[0]
    assert "spelled" not in " ".join(row.what for row in seen.evidence)
