"""The command that sets a check to pass: how it is read, and what is answered to whoever may not."""

import re

import pytest
from markdown_it import MarkdownIt

from checks.conversation.commands import CommentCommand, Word, command
from checks.conversation.overrides import Refusal, refused
from checks.policy.override import OverrideKeys, Overrider, Reasons
from checks.policy.reader import Reader
from checks.policy.yaml_events import parse


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("/ospo-gate pass signoff Signed on paper", CommentCommand(Word.PASS, "signoff", "Signed on paper")),
        ("/ospo-gate pass sign-off on paper", CommentCommand(Word.PASS, "sign-off", "on paper")),
        ("/ospo-gate PASS `dco-4k7` on paper", CommentCommand(Word.PASS, "dco-4k7", "on paper")),
        ("/ospo-gate pass ai_models why", CommentCommand(Word.PASS, "ai_models", "")),
        ("/ospo-gate pass signoff", CommentCommand(Word.PASS, "signoff")),
        ("/ospo-gate pass", CommentCommand(Word.PASS)),
        ("/ospo-gate pass ../../etc why", CommentCommand(Word.PASS)),
        ("/ospo-gate waive signoff because", CommentCommand(Word.WAIVE)),
        ("> /ospo-gate pass signoff paper", None),
    ],
)
def test_it_names_a_check_or_a_finding(body: str, read: CommentCommand | None) -> None:
    assert command(body) == read


@pytest.mark.parametrize("why", list(Refusal))
def test_nothing_that_others_wrote_is_active_in_an_answer(why: Refusal) -> None:
    hostile = "@everyone `code` [x](http://evil.example) <img>"
    said = refused(why, hostile, ["@example/secret-team", "writers"])
    assert said.endswith(".")
    assert "secret-team" not in said
    outside = re.sub(r"<code>.*?</code>", "", MarkdownIt().render(said))
    assert not any(word in outside for word in ("everyone", "evil", "<a", "<img"))


def keys(text: str) -> OverrideKeys | list[str]:
    reader = Reader()
    value = reader.read(parse(text, "policy.yaml"), OverrideKeys, ("signoff", "override"))
    return value if not reader.issues else [issue.message for issue in reader.issues]


@pytest.mark.parametrize(
    ("text", "who", "reason"),
    [
        ("maintainers", ("maintainers",), "required"),
        ("nobody", ("nobody",), "required"),
        ("'@ada'", ("@ada",), "required"),
        ("{who: writers}", ("writers",), "required"),
        ("{who: writers, reason: optional}", ("writers",), "optional"),
        ("{who: [admins, '@example/ospo']}", ("admins", "@example/ospo"), "required"),
    ],
)
def test_the_policy_says_who(text: str, who: tuple[str, ...], reason: str) -> None:
    assert keys(text) == OverrideKeys(tuple(map(Overrider, who)), Reasons(reason))


@pytest.mark.parametrize(
    "text",
    [
        "everybody", "ada", "'@a b'", "{who: []}", "{who: [nobody, writers]}", "{who: writers, reason: maybe}",
        "[writers]", "{whom: writers}",
    ],
)  # fmt: skip
def test_the_policy_names_nobody_in_particular(text: str) -> None:
    assert isinstance(keys(text), list)


def test_nobody_may_unless_the_policy_says_so() -> None:
    assert not OverrideKeys().allowed
    assert OverrideKeys((Overrider("writers"),)).allowed
