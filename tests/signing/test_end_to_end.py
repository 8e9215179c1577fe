"""Signing by page and by comment, and what it does to pull requests, over HTTP."""

from tests.signing.stage import PHRASE, Signing, sign


def test_signing_on_the_page_turns_every_pull_request_of_the_person_green(stage: Signing) -> None:
    ada, eve = (stage.sim.create_user(f"page-{n}", email=f"page-{n}@example.com") for n in (1, 2))
    first, second = stage.pull(ada), stage.pull(ada)
    together = stage.pull(eve, f"Change\n\nCo-authored-by: Page <{ada.email}>")
    assert [stage.conclusion(pull) for pull in (first, second, together)] == ["action_required"] * 3
    with stage.signed_in("page-1") as browser:
        assert sign(browser).status_code == 303
    stage.becomes(first, "success")
    stage.becomes(second, "success")
    stage.settle()
    assert stage.conclusion(together) == "action_required", "one of the two has not signed"
    with stage.signed_in("page-2") as browser:
        assert sign(browser).status_code == 303
    stage.becomes(together, "success")


def test_a_comment_signs_and_a_reaction_is_the_receipt(stage: Signing) -> None:
    author = stage.sim.create_user("commenter", email="commenter@example.com")
    pull, other = stage.pull(author), stage.pull(author)
    assert stage.conclusion(pull) == "action_required"
    before = stage.stored()
    comment = stage.sim.comment(pull.repository, pull.number, author, f"Sure.\n\n{PHRASE}.")
    stage.becomes(pull, "success")
    stage.becomes(other, "success")
    stage.settle()
    assert [reaction["content"] for reaction in comment.reactions] == ["+1"]
    assert stage.stored() == before + 1
    assert not [c for c in stage.own_comments(pull) if "reply" in c["body"]], "no words where all is well"


def test_what_is_not_a_signature_signs_nothing(stage: Signing) -> None:
    author = stage.sim.create_user("careful", email="careful@example.com")
    pull = stage.pull(author)
    before = stage.stored()
    for body in (f"> {PHRASE}", f"```\n{PHRASE}\n```", f"I do not say that {PHRASE}", f"<!-- {PHRASE} -->", "LGTM"):
        stage.sim.comment(pull.repository, pull.number, author, body)
    stage.settle()
    assert stage.stored() == before
    assert stage.conclusion(pull) == "action_required"


def test_a_comment_that_is_delivered_twice_signs_once(stage: Signing) -> None:
    author = stage.sim.create_user("twice", email="twice@example.com")
    pull = stage.pull(author)
    before = stage.stored()
    stage.sim.comment(pull.repository, pull.number, author, PHRASE)
    stage.becomes(pull, "success")
    stage.sim.comment(pull.repository, pull.number, author, PHRASE)
    delivery = next(one for one in reversed(stage.sim.deliveries) if one.event == "issue_comment")
    stage.sim.redeliver(delivery.guid)
    stage.settle()
    assert stage.stored() == before + 1


def test_recheck_in_the_words_of_other_bots(stage: Signing) -> None:
    author = stage.sim.create_user("patient", email="patient@example.com")
    pull = stage.pull(author)
    run = stage.verdict(pull.repository, pull.head_sha)
    stage.sim.comment(pull.repository, pull.number, author, "recheck")
    stage.until(lambda: stage.verdict(pull.repository, pull.head_sha)["id"] != run["id"], "another verdict")
