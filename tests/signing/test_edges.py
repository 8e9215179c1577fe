"""What happens to people and pull requests in between: queues, two accounts, names that change, companies that end."""

from collections.abc import Iterator

import pytest

from tests.signing.stage import FILES, PHRASE, POLICY, Signing, form, sign
from tests.simulator import Repository

CLOSED = POLICY.replace("agreements:\n", "agreements:\n  override: {who: writers, reason: optional}\n")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    with Signing(tmp_path_factory.mktemp("edges"), {**FILES, "policy.yaml": CLOSED}) as running:
        running.conclusion(running.pull(running.ada))  # the policy is read with the first change
        yield running


def queued(stage: Signing, name: str) -> Repository:
    repo = stage.sim.create_repository("example", name, files={"readme.md": "x\n"})
    repo.require_checks("ospo-gate", app=stage.app)
    repo.require_queue(method="SQUASH")
    return repo


def test_a_missing_signature_is_set_to_pass_by_nobody_and_the_answer_says_why(stage: Signing) -> None:
    repo, author = queued(stage, "set-to-pass"), stage.sim.create_user("unsigned", email="unsigned@example.com")
    pull = stage.pull(author, repository=repo)
    assert stage.conclusion(pull) == "action_required"
    repo.collaborators["grace"] = "write"
    stage.sim.comment(repo, pull.number, stage.grace, "/ospo-gate pass agreements Signed on paper")
    words = "or nobody may accept what blocks it"
    stage.until(lambda: any(words in one["body"] for one in stage.own_comments(pull)), "an answer")
    assert stage.conclusion(pull) == "action_required"


def test_a_signature_that_is_revoked_while_the_queue_runs_was_given_before(stage: Signing) -> None:
    """What is in the queue was contributed while the signature stood; what comes later needs another one."""
    repo, author = queued(stage, "revoked"), stage.sim.create_user("revokes", email="revokes@example.com")
    pull = stage.pull(author, repository=repo)
    assert stage.conclusion(pull) == "action_required"
    with stage.signed_in("revokes") as browser:
        receipt = sign(browser).headers["location"]
        stage.becomes(pull, "success")
        head = pull.enqueue(stage.ada)
        sent = {**form(browser.get(receipt).text, f"{receipt}/revoke"), "sure": "on"}
        assert browser.post(f"{receipt}/revoke", data=sent).status_code == 303
    stage.becomes(pull, "action_required")
    assert stage.verdict(repo, head)["conclusion"] == "success"
    assert repo.queue().process() == [f"merged #{pull.number}"]
    later = stage.pull(author, repository=repo)
    assert stage.conclusion(later) == "action_required"


def test_who_signs_with_another_account_than_that_of_the_commits_is_told(stage: Signing) -> None:
    work, home = (stage.sim.create_user(name, email=f"{name}@example.com") for name in ("at-work", "at-home"))
    pull = stage.pull(work)
    assert stage.conclusion(pull) == "action_required"
    comment = stage.sim.comment(pull.repository, pull.number, home, PHRASE)
    words = "no commit of this pull request waits for a signature of this account"
    stage.until(lambda: any(words in one["body"] for one in stage.own_comments(pull)), "an answer")
    stage.until(lambda: [one["content"] for one in comment.reactions] == ["+1"], "a reaction")
    assert stage.conclusion(pull) == "action_required"
    stage.sim.comment(pull.repository, pull.number, work, PHRASE)
    stage.becomes(pull, "success")


def test_a_phrase_that_is_taken_back_in_the_same_breath_gets_an_answer(stage: Signing) -> None:
    author = stage.sim.create_user("unwilling", email="unwilling@example.com")
    pull = stage.pull(author)
    assert stage.conclusion(pull) == "action_required"
    before = stage.stored()
    comment = stage.sim.comment(pull.repository, pull.number, author, f"I will never say:\n{PHRASE}")
    stage.until(lambda: any("Nothing was signed" in one["body"] for one in stage.own_comments(pull)), "an answer")
    stage.until(lambda: [one["content"] for one in comment.reactions] == ["confused"], "a reaction")
    assert stage.stored() == before


def test_an_address_in_another_case_and_a_co_author_whom_nobody_knows(stage: Signing) -> None:
    author = stage.sim.create_user("cased", email="Cased@Example.com")
    other = stage.sim.create_user("other-case", email="other.case@example.com")
    pull = stage.pull(author, "Change\n\nCo-authored-by: Other <OTHER.Case@Example.COM>")
    assert stage.conclusion(pull) == "action_required"
    for person in (author, other):
        stage.sim.comment(pull.repository, pull.number, person, PHRASE)
    stage.becomes(pull, "success")
    ghost = stage.pull(author, "Change\n\nCo-authored-by: Ghost <ghost@nowhere.example>")
    assert stage.conclusion(ghost) == "failure", "not for want of a signature alone: the commit or the account changes"
    body = stage.comment(ghost)
    assert "ghost@nowhere.example" in body
    assert "name the co-author by an address of their account" in body
