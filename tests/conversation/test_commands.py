"""Which lines of a comment are commands: those that their author says, and nothing that is quoted or shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checks.conversation.commands import REASON, CommentCommand, Word, command, maybe_command

WAIVE = CommentCommand(Word.WAIVE, "lic-4k7", "linked dynamically")
RECHECK = CommentCommand(Word.RECHECK)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("/ospo-gate waive lic-4k7 linked dynamically", WAIVE),
        ("/OSPO-Gate  Waive\t`LIC-4K7`   linked   dynamically \r\n", WAIVE),
        ("   /ospo-gate waive lic-4k7 linked dynamically", WAIVE),
        ("Dear all,\n/ospo-gate waive lic-4k7 linked dynamically\nthank you", WAIVE),
        ("> Need an exception?\n\n/ospo-gate waive lic-4k7 linked dynamically", WAIVE),
        ("1. first\n\n/ospo-gate recheck", RECHECK),
        ("- a list that the line runs on from\n/ospo-gate recheck", RECHECK),
        ("/ospo-gate recheck\n-- \nAda", RECHECK),
        ("/ospo-gate recheck\n/ospo-gate waive lic-4k7 two are too many", RECHECK),
        ("a ` that never ends\n/ospo-gate recheck", RECHECK),
        ("a <!-- that never ends\n/ospo-gate recheck", RECHECK),
        ("`one` <!-- two -->\n/ospo-gate recheck `three`", RECHECK),
        ("```\ncode\n```\n/ospo-gate recheck", RECHECK),
        ("/ospo-gate", CommentCommand(Word.HELP)),
        ("/ospo-gate explain", CommentCommand(Word.EXPLAIN)),
        ("/ospo-gate explain dco-9f2", CommentCommand(Word.EXPLAIN, "dco-9f2")),
        ("/ospo-gate dance", CommentCommand(None)),
        ("/ospo-gate waive", CommentCommand(Word.WAIVE)),
        ("/ospo-gate waive please", CommentCommand(Word.WAIVE)),
        ("/ospo-gate waive lic-4k7 why", CommentCommand(Word.WAIVE, "lic-4k7")),
        ("/ospo-gate wrong lic-4k7 what is right", CommentCommand(Word.WRONG, "lic-4k7")),
        ("/ospo-gate waive lic-4k7 " + "x" * 9_000, CommentCommand(Word.WAIVE, "lic-4k7", "x" * REASON)),
    ],
)
def test_what_a_person_says_is_heard(body: str, expected: CommentCommand) -> None:
    assert command(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "", "recheck", "please /ospo-gate recheck", "/ospo-gatekeeper recheck", "/ospo-gate-x recheck", "//ospo-gate",
        "> /ospo-gate recheck",
        "> Comment this:\n/ospo-gate recheck",
        "> > deep\n> /ospo-gate recheck",
        "- > quoted in a list\n  /ospo-gate recheck",
        "    /ospo-gate recheck",
        "\t/ospo-gate recheck",
        "text\n    /ospo-gate recheck",
        "```\n/ospo-gate recheck\n```",
        "~~~~ sh\n/ospo-gate recheck\n~~~\n",
        "```\nnever closed\n\n/ospo-gate recheck",
        "<!--\n/ospo-gate recheck\n-->",
        "text <!-- hidden\n/ospo-gate recheck\n--> text",
        "a `code span\n/ospo-gate recheck\nthat goes on` here",
        "<pre>\n/ospo-gate recheck\n</pre>",
        "<blockquote>\n/ospo-gate recheck\n</blockquote>",
        "- /ospo-gate recheck",
        "# /ospo-gate recheck",
        "**/ospo-gate recheck**",
    ],
)  # fmt: skip
def test_what_is_quoted_shown_or_hidden_is_not(body: str) -> None:
    assert command(body) is None


@pytest.mark.parametrize(
    "body",
    [
        ">" * 65_000, "- " * 32_000, "`" * 65_000, "<!--" * 16_000, "".join("`" * n + " " for n in range(350)),
        "[" * 65_000, "[a]: b\n" * 9_000, "> a\n" * 16_000, "\n" * 65_000, "a\n" * 32_000, "<!-- -->" * 8_000,
    ],
    ids=lambda body: body[:6],
)  # fmt: skip
def test_no_comment_is_too_much(body: str) -> None:
    """All of these end at once; what grew with the square of their length would take minutes."""
    assert command(f"/ospo-gate recheck\n\n{body}") == RECHECK
    command(f"{body}\n/ospo-gate recheck")


_PIECES = st.sampled_from(
    [
        "/ospo-gate recheck",
        "> ",
        "`",
        "``",
        "```",
        "<!--",
        "-->",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "word",
        " ",
        "<pre>",
        "---",
    ]
)


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_a_reader_sees_every_command_as_plain_text(body: str) -> None:
    """Where a command is heard, the rendered comment shows its line in no quotation, no code and no comment."""
    if command(body) is None:
        return
    assert maybe_command(body)
    visible = "".join(_texts(MarkdownIt("commonmark").parse(body)))
    assert "/ospo-gate recheck" in visible


def _texts(tokens: list[Any]) -> Any:
    quoted = 0
    for token in tokens:
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        for child in (token.children or []) if not quoted else []:
            yield child.content if child.type == "text" else "\n"
