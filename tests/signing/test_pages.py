"""Who may do what on the pages for agreements, over HTTP: nothing is signed by accident, by others, or twice."""

import threading
from typing import Any

import httpx
import pytest

from tests.end_to_end.stage import CONNECTIONS, PATIENCE
from tests.signing.stage import BEARER, CLA, COMPANY, PHRASE, Signing, form, sign


def test_a_form_that_is_not_from_a_page_of_this_session_signs_nothing(stage: Signing) -> None:
    before = stage.stored()
    with stage.signed_in("ada") as ada, stage.signed_in("grace") as grace:
        hers = {**form(ada.get(CLA).text, CLA), "read": "on"}
        assert grace.post(CLA, data=hers).status_code == 403
        assert ada.post(CLA, data={**hers, "csrf": ""}).status_code == 403
        assert ada.post(CLA, data={"read": "on"}).status_code == 403
        assert ada.post(CLA, json=hers).status_code == 415
        assert httpx.post(f"{stage.url}{CLA}", data=hers, timeout=PATIENCE).status_code == 403
    assert stage.stored() == before


def test_the_way_back_from_github_is_taken_once(stage: Signing) -> None:
    with httpx.Client(base_url=stage.url, headers={"Accept": "text/html"}, **CONNECTIONS) as client:
        there = client.get("/signin", params={"to": "/agreements"}).headers["location"]
        back = httpx.post(there, data={"login": "ada"}, timeout=PATIENCE).headers["location"]
        assert httpx.get(back, timeout=PATIENCE).status_code == 400, "another browser"
        assert client.get(back).status_code == 303
        assert client.get(back).status_code == 400, "a replay"


def test_the_same_form_twice_gives_the_same_receipt(stage: Signing) -> None:
    stage.sim.create_user("hasty")
    before = stage.stored()
    with stage.signed_in("hasty") as client:
        sent = {**form(client.get(CLA).text, CLA), "read": "on"}
        found: list[str] = []
        presses = [
            threading.Thread(target=lambda: found.append(client.post(CLA, data=sent).headers["location"]))
            for _ in range(5)
        ]
        for press in presses:
            press.start()
        for press in presses:
            press.join()
        other = sign_again(client)
    assert len({*found, other}) == 1
    assert len(found) == 5
    assert stage.stored() == before + 1


def sign_again(client: httpx.Client) -> str:
    """With a fresh page: what stands already is the answer."""
    page = client.get("/agreements").text
    csrf = form(page, "/signout")["csrf"]
    text = client.get(CLA).text
    digest = text.partition("SHA-256 of the text: <code>")[2].partition("<")[0]
    sent = {"csrf": csrf, "form": "x" * 32, "version": "2", "digest": digest, "read": "on"}
    return str(client.post(CLA, data=sent).headers["location"])


def test_two_people_sign_at_the_same_instant(stage: Signing) -> None:
    names = [f"instant-{n}" for n in range(6)]
    for name in names:
        stage.sim.create_user(name)
    before = stage.stored()
    gate, answers = threading.Barrier(len(names)), list[int]()

    def press(name: str) -> None:
        with stage.signed_in(name) as client:
            sent = {**form(client.get(CLA).text, CLA), "read": "on"}
            gate.wait()
            answers.append(client.post(CLA, data=sent).status_code)

    people = [threading.Thread(target=press, args=(name,)) for name in names]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert answers == [303] * len(names)
    assert stage.stored() == before + len(names)


def test_what_is_signed_is_the_text_that_was_read(stage: Signing) -> None:
    before = stage.stored()
    with stage.signed_in("ada") as client:
        assert sign(client, digest="0" * 64).status_code == 409
        assert sign(client, version="1").status_code == 409
        assert sign(client, read="").status_code == 422
        assert sign(client, form="short").status_code == 422
        assert client.post("/agreements/documents/Nothing", data=form(client.get(CLA).text, CLA)).status_code == 404
        corporate = {**form(client.get(CLA).text, CLA), "read": "on"}
        assert client.post(COMPANY, data=corporate).status_code == 404, "people cannot sign it"
    assert stage.stored() == before


def test_a_receipt_is_for_its_signer_and_can_be_kept(stage: Signing) -> None:
    stage.sim.create_user("keeper")
    with stage.signed_in("keeper") as mine:
        path = sign(mine).headers["location"]
        text = mine.get(f"{path}/receipt.txt")
        assert mine.get(f"{path}/receipt.txt").content == text.content
        assert text.headers["content-disposition"].startswith("attachment")
        found = mine.get(f"{path}/receipt.json").json()
        assert found["document"], found["version"] == ("Example CLA", "2")
        assert (found["signer"]["login"], found["how"], found["receipt"]) == ("keeper", "page", path.split("/")[-1])
        signed = mine.get(f"{path}/document.txt")
        assert found["sha256"] in text.text
        assert signed.content.startswith(b"# Example Contributor License Agreement")
        assert mine.get(f"{path}/../../x").status_code == 404
    with stage.signed_in("ada") as other:
        for name in ("", "/receipt.json", "/receipt.txt", "/document.txt"):
            assert other.get(f"{path}{name}").status_code == 404
        page = other.get("/agreements").text
        sent = {"csrf": form(page, "/signout")["csrf"], "form": "y" * 32, "sure": "on"}
        assert other.post(f"{path}/revoke", data=sent).status_code == 404
    assert httpx.get(f"{stage.url}{path}", headers={"Accept": "text/html"}, timeout=PATIENCE).status_code == 403
    with stage.signed_in("grace") as office:
        assert office.get(path).status_code == 200, "the owner of the policy sees all"


def test_the_export_has_every_record(stage: Signing) -> None:
    stage.sim.create_user("exported")
    with stage.signed_in("exported") as client:
        path = sign(client).headers["location"]
    for name in ("signatures.json", "signatures.csv"):
        url = f"{stage.url}/api/v1/agreements/{name}"
        assert httpx.get(url, timeout=PATIENCE).status_code == 401
        answer = httpx.get(url, headers=BEARER, timeout=PATIENCE)
        assert path.split("/")[-1] in answer.text
    rows = answer.text.strip().split("\r\n")
    assert len(rows) == stage.stored() + 1


def company(stage: Signing, client: httpx.Client, **filled: str) -> httpx.Response:
    path = f"{COMPANY}/company"
    usual = {"company": "Acme", "address": "1 Main St", "person": "Lin", "role": "CTO", "f-country": "France"}
    return client.post(path, data={**form(client.get(path).text, path), **usual, "read": "on", **filled})


def act(client: httpx.Client, path: str, what: str, **filled: str) -> httpx.Response:
    return client.post(path, data={**form(client.get(path).text, path), "act": what, **filled})


def test_a_company_signs_for_its_people_until_they_leave(stage: Signing) -> None:
    worker = stage.sim.create_user("worker", email="worker@example.com")
    pull = stage.pull(worker)
    assert stage.conclusion(pull) == "action_required"
    with stage.signed_in("lin") as manager, stage.signed_in("grace") as office, stage.signed_in("worker") as employee:
        path = company(stage, manager).headers["location"]
        assert act(manager, path, "add", kind="account", **{"add-account": "worker"}).status_code == 303
        assert act(manager, path, "approve").status_code == 404, "only the office approves"
        assert employee.get(path).status_code == 404
        assert "contribute for Acme" not in employee.get("/agreements").text
        assert act(office, path, "approve").status_code == 303
        page = employee.get("/agreements").text
        assert "contribute for Acme" in page
        acknowledging = f"{path}/acknowledge"
        assert employee.post(acknowledging, data=form(page, acknowledging)).status_code == 303
        stage.becomes(pull, "success")
        entry = {"kind": "account", "value": str(worker.id)}
        assert act(manager, path, "remove", **entry).status_code == 303
        stage.becomes(pull, "action_required")
        trail = manager.get(path).text
        for said in (
            "asked Acme, by lin",
            "account added worker, by lin",
            "approved, by grace",
            "account removed worker",
        ):
            assert said in trail


def test_a_company_that_ends_signs_for_nobody(stage: Signing) -> None:
    worker = stage.sim.create_user("orphan", email="orphan@example.com")
    pull = stage.pull(worker)
    with stage.signed_in("lin") as manager, stage.signed_in("grace") as office, stage.signed_in("orphan") as employee:
        path = company(stage, manager, company="Bemol").headers["location"]
        act(manager, path, "add", kind="account", **{"add-account": "orphan"})
        act(office, path, "approve")
        acknowledging = f"{path}/acknowledge"
        employee.post(acknowledging, data=form(employee.get("/agreements").text, acknowledging))
        stage.becomes(pull, "success")
        assert act(manager, path, "end").status_code == 422, "it says what it means first"
        assert act(manager, path, "end", sure="on").status_code == 303
        stage.becomes(pull, "action_required")
        assert "has ended" in manager.get(path).text


def test_what_a_manager_adds_for_everybody_waits_for_the_office(stage: Signing) -> None:
    with stage.signed_in("lin") as manager, stage.signed_in("grace") as office, stage.signed_in("ada") as other:
        path = company(stage, manager, company="Cesar").headers["location"]
        act(office, path, "approve")
        assert act(manager, path, "add", kind="domain", **{"add-domain": "MAIL.example"}).status_code == 303
        assert "waits for approval" in manager.get(path).text
        assert "Cesar" not in other.get("/agreements", params={"company": "mail.example"}).text
        assert act(manager, path, "approve-entry", kind="domain", value="mail.example").status_code == 404
        assert act(office, path, "approve-entry", kind="domain", value="mail.example").status_code == 303
        assert "Cesar" in other.get("/agreements", params={"company": "Mail.Example"}).text
        assert act(manager, path, "add", kind="account", **{"add-account": "no-such-login"}).status_code == 422
        assert act(manager, path, "add", kind="domain", **{"add-domain": "not a domain"}).status_code == 422
        assert act(manager, path, "remove", kind="manager", value=str(stage.lin.id)).status_code == 422
        assert act(manager, path, "nonsense").status_code == 404
        assert other.post(path, data={**form(manager.get(path).text, path), "act": "end"}).status_code == 403


def test_who_declines_says_why(stage: Signing) -> None:
    with stage.signed_in("lin") as manager, stage.signed_in("grace") as office:
        path = company(stage, manager, company="Delta").headers["location"]
        assert act(office, path, "decline").status_code == 422
        assert act(office, path, "decline", reason="No such company").status_code == 303
        page = manager.get(path).text
        assert "It was declined." in page
        assert "No such company" in page


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eevil", "x" * 301, "a\x00b"]
)
def test_hostile_words_are_words(stage: Signing, hostile: str) -> None:
    with stage.signed_in("lin") as manager:
        answer = company(stage, manager, company=hostile)
        if answer.status_code == 303:
            page = manager.get(answer.headers["location"]).text
            assert "<script>" not in page
        else:
            assert answer.status_code == 422
            assert "Not taken" in answer.text
        csv = httpx.get(f"{stage.url}/api/v1/agreements/signatures.csv", headers=BEARER, timeout=PATIENCE).text
        assert ",=cmd" not in csv


def test_a_comment_is_not_enough_where_a_form_asks_for_more(tmp_path: Any) -> None:
    policy = """\
version: 1
agreements:
  documents:
    - {name: CLA, version: "1", text: cla.md, fields: [{name: country, label: Country, required: true}]}
    - {name: Lost, version: "1", text: lost.md, phrase: I have read what is lost and agree}
"""
    with Signing(tmp_path, {"policy.yaml": policy, "cla.md": "Text\n", "lost.md": b"\xff"}) as stage:
        author = stage.sim.create_user("formal", email="formal@example.com")
        pull = stage.pull(author)
        stage.conclusion(pull)
        stage.sim.comment(pull.repository, pull.number, author, PHRASE)

        def answers() -> list[str]:
            return [c["body"] for c in stage.own_comments(pull) if "reply signing" in c["body"]]

        (said,) = stage.until(answers, "an answer")
        assert f"Sign it on the page: {stage.url}/agreements" in said
        stage.sim.comment(pull.repository, pull.number, author, "I have read what is lost and agree")
        stage.until(lambda: len(answers()) == 2, "another answer")
        assert "Lost, version 1, cannot be signed now" in answers()[1]
        assert stage.stored() == 0
        with stage.signed_in("formal") as client:
            path = "/agreements/documents/CLA"
            assert sign(client, path).status_code == 422
            assert sign(client, path, **{"f-country": "France"}).status_code == 303
            assert "Nobody can sign this now" in client.get("/agreements/documents/Lost").text
        (found,) = stage.records()
        assert found["fields"] == {"country": "France"}
