"""Repositories that govern themselves: each has its own pages, and what is signed there counts for it alone."""

from collections.abc import Iterator

import pytest

from tests.signing.stage import PHRASE, TEXT, Signing, form, sign

POLICY = """\
version: 1
agreements:
  documents:
    - {name: Own CLA, version: "1", text: cla.md}
    - name: Own form
      version: "1"
      text: form.md
      phrase: I fill in what the form asks for
      fields: [{name: country, label: Country, type: country, required: true}]
      repositories: ["formal"]
"""
FILES = {"policy.yaml": POLICY, "cla.md": TEXT, "form.md": "# A form\n"}


class Apart(Signing):
    """Without a policy of the organization."""

    def _prepare(self) -> None:
        super()._prepare()
        del self.settings["OSPO_GATE_POLICY"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with Apart(tmp_path_factory.mktemp("apart")) as running:
        yield running


def test_signing_on_the_page_of_a_repository_counts_there_and_nowhere_else(stage: Apart) -> None:
    one, two = (stage.sim.create_repository("example", name, files=FILES) for name in ("one", "two"))
    author = stage.sim.create_user("apart", email="apart@example.com")
    here, there = stage.pull(author, repository=one), stage.pull(author, repository=two)
    assert [stage.conclusion(pull) for pull in (here, there)] == ["action_required"] * 2
    assert f"{stage.url}/agreements/repositories/example/one" in stage.comment(here)
    at = "/agreements/repositories/example/one"
    with stage.signed_in("apart") as browser:
        assert "Here each repository has its own policy" in browser.get("/agreements").text
        page = browser.get(at).text
        assert "Agreements of example/one" in page
        assert "Own CLA, version 1" in page
        answer = sign(browser, f"{at}/documents/Own%20CLA")
        receipt = answer.headers["location"]
        assert receipt.startswith(f"{at}/receipts/")
        stage.becomes(here, "success")
        assert stage.conclusion(there) == "action_required"
        assert "not signed" in browser.get("/agreements/repositories/example/two").text
        for elsewhere in (receipt.replace("/one/", "/two/"), receipt.replace("/repositories/example/one", "")):
            assert browser.get(elsewhere).status_code == 404
        assert browser.get(f"{receipt}/document.txt").text == TEXT
        sent = {**form(browser.get(receipt).text, f"{receipt}/revoke"), "sure": "on"}
        assert browser.post(f"{receipt}/revoke", data=sent).status_code == 303
    stage.becomes(here, "action_required")


def test_where_a_form_asks_for_more_a_comment_is_led_to_the_page(stage: Apart) -> None:
    formal = stage.sim.create_repository("example", "formal", files=FILES)
    author = stage.sim.create_user("formal", email="formal@example.com")
    pull = stage.pull(author, repository=formal)
    assert stage.conclusion(pull) == "action_required"
    stage.sim.comment(formal, pull.number, author, PHRASE)
    comment = stage.sim.comment(formal, pull.number, author, "I fill in what the form asks for")
    at = f"{stage.url}/agreements/repositories/example/formal"
    stage.until(lambda: any(at in one["body"] and "more than" in one["body"] for one in stage.own_comments(pull)), at)
    stage.until(lambda: [one["content"] for one in comment.reactions] == ["confused"], "a reaction")
    with stage.signed_in("formal") as browser:
        path = "/agreements/repositories/example/formal/documents/Own%20form"
        assert sign(browser, path).status_code == 422
        assert sign(browser, path, **{"f-country": "Norway"}).status_code == 303
    stage.becomes(pull, "success")


def test_a_private_repository_shows_its_documents_to_who_can_read_it(stage: Apart) -> None:
    shop = stage.sim.create_repository("example", "secret-shop", visibility="private", files=FILES)
    stage.conclusion(stage.pull(stage.ada, repository=shop))
    stage.sim.create_user("stranger")
    at = "/agreements/repositories/example"
    with stage.signed_in("stranger") as browser:
        found, missing = browser.get(f"{at}/secret-shop"), browser.get(f"{at}/secret-shoq")
        assert (found.status_code, missing.status_code) == (404, 404)
        assert found.text.replace("secret-shop", "secret-shoq") == missing.text
    with stage.signed_in("ada") as browser:
        assert "Own CLA" in browser.get(f"{at}/secret-shop").text


def test_a_repository_without_a_policy_says_so(stage: Apart) -> None:
    bare = stage.sim.create_repository("example", "bare", files={"readme.md": "x\n"})
    stage.conclusion(stage.pull(stage.ada, repository=bare))
    with stage.signed_in("ada") as browser:
        assert "has no policy that can be read" in browser.get("/agreements/repositories/example/bare").text
