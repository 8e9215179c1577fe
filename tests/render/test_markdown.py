"""Whatever a name contains, it renders as itself."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from checks.model.phrase import Foreign, say, visible
from checks.render.markdown import cell, code, link, pastable, phrase, prose, shell_block
from tests.render.rendered import assert_inert, pages
from tests.render.reports import HOSTILE

INLINE = frozenset({"p", "code"})
#: Alphabets in which Markdown, HTML and GitHub's references are likely.
NASTY = st.text(st.sampled_from("`*_[]()<>|#@!~\\&$-+=.: \n\tax19f/") | st.characters(), max_size=60)


def test_names_stand_in_code_and_numbers_stay_plain() -> None:
    assert (
        phrase(say("{} {} is {}.", "@example/core", "2.1.0", "GPL-3.0-only"))
        == "`@example/core` 2.1.0 is `GPL-3.0-only`."
    )


def test_a_quoted_title_stays_plain_until_it_holds_a_mark() -> None:
    assert phrase(say("commit “{}” is", "Add export button")) == "commit “Add export button” is"
    assert phrase(say("commit “{}” is", "Ask @team")) == "commit “`Ask @team`” is"


def test_our_own_words_may_quote_others() -> None:
    assert (
        prose("see #12, ask @org/team or https://example.com.")
        == "see `#12`, ask `@org/team` or `https://example.com`."
    )
    assert prose("*a* <b> a|b") == r"\*a\* &lt;b&gt; a&#124;b"


@pytest.mark.parametrize("text", ["- a", "+ a", "1. a", "12) a", "# a", "> a", "= a", "---"])
def test_a_phrase_opens_no_block(text: str) -> None:
    assert_inert(prose(text), INLINE)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_inert(text: str) -> None:
    for rendered in (
        code(text),
        prose(text),
        phrase(say("{}{} and {}", text, text, text)),
        phrase((text, Foreign(text))),
    ):
        assert "\n" not in rendered
        assert_inert(f"before {rendered} after", INLINE)
        assert_inert(rendered, INLINE)


@given(st.lists(st.tuples(st.booleans(), NASTY), max_size=5))
def test_a_phrase_reads_as_what_it_says(parts: list[tuple[bool, str]]) -> None:
    said = tuple(Foreign(text) if foreign else text for foreign, text in parts)
    rendered = phrase(said)
    assert_inert(f"x {rendered} x", INLINE)
    assert_inert(rendered, INLINE)
    for page in pages(f"x {rendered} x"):
        assert squeezed(page.text) == squeezed(f"x {''.join(map(visible, said))} x")


@given(st.lists(NASTY, min_size=1, max_size=4))
def test_a_table_keeps_its_columns(texts: list[str]) -> None:
    row = " | ".join(cell(say("a {} b", text)) for text in texts)
    for page in pages(f"{'| x ' * len(texts)}|\n{'| - ' * len(texts)}|\n| {row} |\n"):
        assert page.tags <= INLINE | {"table", "thead", "tbody", "tr", "th", "td"}
        expected = "x" * len(texts) + "".join(f"a {visible(text)} b".replace("|", "\\x7c") for text in texts)
        assert squeezed(page.text) == squeezed(expected)


@given(NASTY)
@example("'\n```\n# heading")
@example("'\n~~~\n`````")
def test_commands_stay_in_their_block(text: str) -> None:
    assume(pastable((text,)))
    page, other = pages(shell_block(("echo", text)) + "\n\nafter")
    assert page.tags == other.tags == {"pre", "code", "p"}


@pytest.mark.parametrize("text", ["npm install '\u202etxt'", "echo \x1b[31m", "a\tb", "a\rb", "zero\u200bwidth"])
def test_commands_that_hide_something_are_not_offered(text: str) -> None:
    assert not pastable((text,))
    assert pastable(("cat <<EOF\nplain text of any länguage\nEOF",))


def test_only_plain_web_addresses_become_links() -> None:
    assert link("x", "https://example.com/a b)c") == "[x](https://example.com/a%20b%29c)"
    assert pages(link("x", "https://example.com/?a=1&copy;=2"))[0].links == ["https://example.com/?a=1&copy;=2"]
    for address in ("javascript:alert(1)", "//example.com", "https://", "https://a@example.com", "http://[", None, ""):
        assert link("x", address) == "x"


def test_long_words_are_cut_before_they_are_escaped() -> None:
    assert_inert(phrase(say("{} {}", "`" * 5_000, "|" * 5_000)), INLINE)
    assert len(phrase(("*" * 9_000,))) < 4_000


def squeezed(text: str) -> str:
    """Without white space, which HTML folds, and without our word for an empty name."""
    return "".join(text.replace("(empty)", "").split())
