"""Which comments sign, and which only look as if they did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.agreements.phrases import MAX_CHARACTERS, Reading, asks_again, maybe_signs, read, signed
from checks.agreements.terms import CLA_PHRASE, DCO_PHRASE
from tests.agreements.examples import section

DOCUMENTS = section(
    "documents: [{name: CLA, text: a, version: 1}, {name: The DCO, text: b, version: 1}, "
    "{name: Patents, text: c, version: 1, phrase: I agree to the patent license}, "
    "{name: For companies, text: d, version: 1, kind: corporate}]"
).documents


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (CLA_PHRASE, "CLA"),
        (DCO_PHRASE, "The DCO"),
        ("I agree to the patent license", "Patents"),
        (f"  {CLA_PHRASE.upper()}  ", "CLA"),
        (CLA_PHRASE.replace(" ", "   "), "CLA"),
        (f"{CLA_PHRASE}.", "CLA"),
        (f"Hello!\n\n{CLA_PHRASE}\n\nBest, Ada", "CLA"),
        (f"Hello!\r\n{CLA_PHRASE}\r\n", "CLA"),
        (f"{DCO_PHRASE}\n{CLA_PHRASE}", "The DCO"),
        (f"@example/ospo\n{CLA_PHRASE}\nrecheck", "CLA"),
        (f"Hi maintainers,\n{CLA_PHRASE}\nAda Lovelace", "CLA"),
        (f"> Please sign.\n\n{CLA_PHRASE}", "CLA"),
        (f"Fixed the typo :tada:\n{CLA_PHRASE}\n\nThanks for the review, all of it is done", "CLA"),
        ("", None),
        ("I have read the CLA Document and hereby sign the CLA", None),
        (f"I do not say that {CLA_PHRASE}", None),
        (f"{CLA_PHRASE} only if you pay", None),
        (f"> {CLA_PHRASE}", None),
        (f"> Please post:\n{CLA_PHRASE}", None),  # a line below a quotation belongs to it
        (f"`{CLA_PHRASE}`", None),
        (f"```\n{CLA_PHRASE}\n```", None),
        (f"```\n{CLA_PHRASE}", None),
        (f"    {CLA_PHRASE}", None),
        (f"<!--\n{CLA_PHRASE}\n-->", None),
        (f"<pre>\n{CLA_PHRASE}\n</pre>", None),
        (f"`a\n{CLA_PHRASE}\nb`", None),
        (f"a <!-- b\n{CLA_PHRASE}\nc -->", None),
        (f"\"{CLA_PHRASE}\"", None),
        (f"~~{CLA_PHRASE}~~", None),
        ("I have read the CLA Document\nand I hereby sign the CLA", None),
        ("I have read the CL\u0410 Document and I hereby sign the CLA", None),  # a Cyrillic letter
    ],
)  # fmt: skip
def test_which_document_a_comment_signs(body: str, name: str | None) -> None:
    assert signed(body, DOCUMENTS) == name


@pytest.mark.parametrize(
    "body",
    [
        f"I will never say:\n{CLA_PHRASE}",
        f"I will never say:\n\n{CLA_PHRASE}",
        f"# The bot wants me to write\n{CLA_PHRASE}",
        f"Here it is\n{CLA_PHRASE}",
        f"Example:\n```\nx\n```\n{CLA_PHRASE}",
        f"{CLA_PHRASE}\nonly if you pay.",
        f"{CLA_PHRASE}\n\nis what everybody has to write?",
        f"{CLA_PHRASE}\n\nThe lawyers read it. I will not sign it, though.",
        f"I do not agree.\n\n{CLA_PHRASE}",
        f"Thanks. Unless you pay:\n> no\n\n{CLA_PHRASE}",
        f"{CLA_PHRASE}\n`only\nif` you pay",
        f"Hello!\n{CLA_PHRASE}\nI don\u2019t.",
    ],
)
def test_a_phrase_among_words_that_may_take_it_back_signs_nothing_and_is_told_apart(body: str) -> None:
    assert read(body, DOCUMENTS) == Reading(unclear="CLA")


def test_a_phrase_of_its_own_takes_the_place_of_the_usual_one() -> None:
    (patents,) = [document for document in DOCUMENTS if document.name == "Patents"]
    assert signed(CLA_PHRASE, [patents]) is None
    assert signed(CLA_PHRASE, [document for document in DOCUMENTS if not document.kind.people]) is None
    assert signed(CLA_PHRASE, []) is None


@given(st.text(max_size=200), st.sampled_from(["", "\n", "\n\n"]))
def test_any_text_around_it_never_makes_it_raise(text: str, between: str) -> None:
    for body in (text + between + CLA_PHRASE, CLA_PHRASE + between + text):
        found = signed(body, DOCUMENTS)
        assert found in (None, "CLA")
        assert found is None or maybe_signs(body, DOCUMENTS)


def test_a_comment_that_no_forge_has_is_not_read() -> None:
    assert signed("\n\n".join([CLA_PHRASE] * (MAX_CHARACTERS // 40)), DOCUMENTS) is None


@pytest.mark.parametrize(
    ("body", "found"),
    [("recheck", True), (" Recheck\n", True), ("@cla-assistant check", True), ("please recheck", False), ("", False)],
)
def test_a_comment_asks_for_another_look(body: str, found: bool) -> None:
    assert asks_again(body) == found
