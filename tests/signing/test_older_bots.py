"""Pull requests on which another bot asked for signatures: its comment stays its own, and a line says which counts."""

import pytest

from tests.signing.stage import PHRASE, Signing

OLD = "**CLA Assistant Lite bot:** <br/>**1** out of **2** committers have signed the CLA."


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (OLD, "the CLA action"),
        ("[![CLA assistant check](https://x.example/y)](https://x.example) please sign", "cla-assistant"),
        ("<!-- ospo-gate agreements -->\n\nBefore it can be merged, somebody has to sign.", "the Action `ospo-gate`"),
    ],
)
def test_the_first_comment_of_the_service_says_that_the_older_one_counts_no_more(
    stage: Signing, body: str, name: str
) -> None:
    word = name.rsplit(" ", 1)[-1].strip("`")
    first, second = (stage.sim.create_user(f"{word}-{n}", email=f"{word}-{n}@example.com") for n in (1, 2))
    bot = stage.sim.create_user(f"old-{word}[bot]", type="Bot")
    pull = stage.pull(first)
    assert stage.conclusion(pull) == "action_required"
    stage.comment(pull)
    stage.sim.comment(pull.repository, pull.number, first, PHRASE)
    stage.becomes(pull, "success")
    other = stage.pull(first)  # of somebody who has signed: the service is silent
    stage.becomes(other, "success")
    assert stage.own_comments(other) == []
    theirs = stage.sim.comment(other.repository, other.number, bot, body)
    stage.sim.comment(other.repository, other.number, first, body)
    other.repository.commit(other.head_ref, {f"{word}.txt": "y\n"}, "More", second)
    stage.becomes(other, "action_required")
    line = f"The comment of {name} on this pull request is not renewed any more: who has to sign stands here."
    assert line in stage.comment(other)
    assert line not in stage.comment(pull)
    assert theirs.body == body, "nobody writes over the words of others"
    stage.sim.comment(other.repository, other.number, second, PHRASE)
    stage.becomes(other, "success")
    stage.until(lambda: "Everything is in order" in stage.comment(other), "the comment is renewed")
    assert line in stage.comment(other), "and remembers it"


def test_who_only_quotes_an_older_bot_is_none(stage: Signing) -> None:
    first, second = (stage.sim.create_user(f"quoting-{n}", email=f"quoting-{n}@example.com") for n in (1, 2))
    pull = stage.pull(first)
    stage.conclusion(pull)
    stage.sim.comment(pull.repository, pull.number, first, PHRASE)
    stage.becomes(pull, "success")
    other = stage.pull(first)
    stage.becomes(other, "success")
    stage.sim.comment(other.repository, other.number, second, OLD)
    other.repository.commit(other.head_ref, {"quoted.txt": "y\n"}, "More", second)
    stage.becomes(other, "action_required")
    assert "not renewed any more" not in stage.comment(other)
