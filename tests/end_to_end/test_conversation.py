"""Requests as a conversation, over HTTP: asked on a pull request, decided on the policy repository or on a page, and
told to everybody who asked."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.end_to_end.examples import CLEAN, COPYLEFT
from tests.end_to_end.requesting import EMPTY, TOKEN, Office
from tests.end_to_end.stage import CONNECTIONS


class Channel:
    """What a webhook of the OSPO is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.refuses = 0
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                refused, told.refuses = told.refuses > 0, max(0, told.refuses - 1)
                if not refused:
                    told.told.append(json.loads(body))
                self.send_response(500 if refused else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://:s3cret@127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture(scope="module")
def channel() -> Channel:
    return Channel()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, channel: Channel) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("office"), OSPO_GATE_NOTIFY_URLS=channel.url) as running:
        yield running
    assert "s3cret" not in running.log.read_text()


class Elsewhere(Office):
    """With a second App, which alone may write to the policy repository; that is public."""

    def prepare(self) -> None:
        super().prepare()
        may = {"contents": "write", "pull_requests": "write", "metadata": "read"}
        writer = self.sim.create_app("policy-bot", permissions=may)
        key = self.folder / "second.pem"
        key.write_text(writer.private_key_pem)
        self.settings |= {
            "OSPO_GATE_POLICY_APP_ID": str(writer.id),
            "OSPO_GATE_POLICY_PRIVATE_KEY_FILE": str(key),
        }
        self.sim.install(writer, "example", ["policy"])
        self.may_write(False)
        self.policy.set_visibility("public")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, postgres_database: Callable[[], str]) -> Iterator[Elsewhere]:
    with Elsewhere(tmp_path_factory.mktemp("elsewhere"), OSPO_GATE_DATABASE=postgres_database()) as running:
        yield running


@pytest.fixture(autouse=True)
def tidy(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing is left open that the next request would join."""
    yield
    office = request.getfixturevalue("elsewhere" if "elsewhere" in request.fixturenames else "office")
    office.sim.faults.clear()
    for repository in list(office.sim.world.repositories.values()):
        for one in [one for one in repository.pulls.values() if one.state == "open"]:
            one.close(office.grace)
    office.settle()
    office.may_write(not isinstance(office, Elsewhere))


def csrf(page: httpx.Response) -> str:
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


# -- granted ---------------------------------------------------------------------------------------------------------


def test_asked_approved_merged_and_green(office: Office, channel: Channel) -> None:
    change, id_, found = office.asked()
    path, text = office.file(found)
    assert path.startswith("waivers/W-")
    for line in (
        "package: pkg:npm/glyph-core",
        'versions: "2.1.0"',
        'requested_by: "@ada"',
        'approved_by: "@example/legal"',
    ):
        assert line in text
    for words in (
        "chart-kit 4.2.0",
        "GPL-3.0-only",
        "npm uninstall",
        "`@example/legal` approves it",
        "GNU GENERAL PUBLIC",
    ):
        assert words in (found.body or "")
    assert office.said(change, "It is decided on").count(f"/pull/{found.number}") == 1
    office.until(lambda: any(id_ in one["title"] for one in channel.told), "the OSPO is told")
    assert found.requested == ["legal"]
    office.decided(found, "action_required", "`@example/legal`")
    found.review(office.grace)
    office.decided(found, "success")
    found.merge(office.grace)
    office.becomes(change, "success")
    assert re.search(r"until \d+ \w+ 20\d\d\*\* by `grace`", office.said(change, "was granted"))
    office.settle()
    assert office.conclusion(change) == "success"


def test_who_asks_for_the_same_joins_and_one_merge_answers_all(office: Office) -> None:
    change, id_, found = office.asked()
    other, same = office.blocked()
    assert same == id_
    office.ask(other, f"/ospo-gate waive {id_} we need it, too")
    office.until(lambda: other.repository.full_name in office.file(found)[1], "the file covers both")
    office.until(lambda: [c for c in found.comments if "we need it, too" in c.body], "it is told")
    assert len([p for p in office.policy.pulls.values() if p.state == "open"]) == 1
    found.review(office.grace)
    found.merge(office.grace)
    for one in (change, other):
        office.becomes(one, "success")
        office.said(one, "was granted")


def test_on_a_public_repository_nothing_of_reason_or_approver_is_shown(office: Office) -> None:
    change, _, found = office.asked(private=False)
    assert "dynamically" in office.file(found)[1]  # the policy repository is private
    found.review(office.grace)
    found.merge(office.grace)
    office.becomes(change, "success")
    office.said(change, "was granted")
    shown = "".join(comment["body"] for comment in office.own_comments(change))
    for words in ("dynamically", "grace", "legal", "example/policy"):
        assert words not in shown


def test_an_amendment_is_a_file_too(office: Office) -> None:
    change, _, found = office.asked(word="allow")
    assert "exceptions_also:" in office.file(found)[1]
    found.review(office.grace)
    office.decided(found, "success")
    found.merge(office.grace)
    office.becomes(change, "success")
    office.said(change, "The policy was changed")
    office.policy.commit("main", {office.file(found)[0]: None}, "Back", office.grace)
    office.settle()


def test_what_is_right_is_filled_in_by_who_approves_on_the_page(office: Office) -> None:
    change, id_ = office.blocked()
    office.ask(change, f"/ospo-gate wrong {id_} it is MIT, see LICENSE")
    (row,) = office.until(lambda: [one for one in office.requests() if one["pull"]], "there is a pull request for it")
    found = office.policy.pulls[row["pull"]]
    text = office.file(found)[1]
    assert "  license: MIT\n  evidence: LICENSE\n  sha256:  #" in text
    found.review(office.grace)
    assert "there is no value" in office.decided(found, "failure")
    page = f"/requests/{row['id']}"
    with office.browser("grace") as grace:
        shown = grace.get(page)
        assert 'name="license" maxlength="500" value="MIT"' in shown.text
        form = {"csrf": csrf(shown), "decision": "approve", "license": "MIT", "evidence": "LICENSE", "reason": ""}
        assert "are all needed" in grace.post(f"{page}/decision", data=form).text
        wrong = grace.post(f"{page}/decision", data={**form, "license": "MTI", "sha256": "ab" * 32})
        assert "The policy does not take it" in wrong.text
        assert 'value="MTI"' in wrong.text
        assert grace.post(f"{page}/decision", data={**form, "sha256": "ab" * 32}).status_code == 303
    office.becomes(change, "success")
    office.said(change, "was set right")
    office.until(lambda: found.state == "closed", "its pull request is closed")
    other = text.replace("glyph-core", "another").replace("sha256:", f'sha256: "{"0" * 64}"')
    office.policy.commit("main", {office.file(found)[0]: other}, "What the file says counts", office.grace)
    office.becomes(change, "failure")


def test_what_is_right_is_filled_in_on_the_pull_request(office: Office) -> None:
    change, _, found = office.asked(word="wrong")
    path, text = office.file(found)
    right = {"license": "MIT", "evidence": "LICENSE", "sha256": '"' + "0" * 64 + '"'}
    for key, value in right.items():
        text = re.sub(rf"  {key}: .*", f"  {key}: {value}", text)
    found.push({path: text}, "Fill it in", office.eve)
    found.review(office.grace)
    office.decided(found, "success")
    found.merge(office.grace)
    office.becomes(change, "success")
    office.said(change, "was set right")
    office.policy.commit("main", {path: None}, "Back", office.grace)
    office.settle()


def test_a_waiver_that_ends_soon_is_renewed(office: Office) -> None:
    change, id_ = office.blocked()
    end = datetime.now(UTC).date() + timedelta(days=5)
    path = "waivers/W-old.yaml"
    old = (
        "id: W-old\nrules: [license-not-allowed]\npackage: pkg:npm/glyph-core\nreason: until then\n"
        f'approved_by: "@example/legal"\ncreated: {end - timedelta(days=30)}\nexpires: {end}\n'
    )
    office.policy.commit("main", {path: old}, "Old", office.grace)
    office.becomes(change, "success")
    known = set(office.policy.pulls)
    office.ask(change, f"/ospo-gate waive {id_} we are not done yet")
    (number,) = office.until(lambda: set(office.policy.pulls) - known, "a pull request on the policy repository")
    found = office.policy.pulls[number]
    assert "renewal_of: W-old" in office.file(found)[1]
    assert "this one would take its place" in (found.body or "")
    found.review(office.grace)
    office.decided(found, "success")
    office.policy.commit("main", {path: None}, "Back", office.grace)
    office.becomes(change, "action_required")


# -- refused ---------------------------------------------------------------------------------------------------------


def test_nobody_else_and_nobody_for_themselves(office: Office, channel: Channel) -> None:
    """A wrong person, and the very one who asked, though of the right team; merged all the same, the owner is told."""
    _, _, found = office.asked()
    found.review(office.eve)
    office.decided(found, "failure")
    found.review(office.ada)
    office.decided(found, "failure")
    found.review(office.eve, "DISMISSED")
    office.decided(found, "failure", "Nobody but who asked")
    count = len(channel.told)
    found.merge(office.eve)
    office.until(
        lambda: any("without the approval" in one["title"] for one in channel.told[count:]), "the OSPO is told"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (r"expires: .*", "expires: 2099-01-01", "it lasts"),
        (r"rules: .*", "rules: [malicious-package]", "cannot be waived"),
        (r"rules: .*", "rules: [", ""),
        (r"approved_by: .*", 'approved_by: "@eve"', "@eve"),
        (r"approved_by: .*", 'approved_by: "@who-approves"', "nobody has approved it yet"),
    ],
)
def test_what_the_policy_does_not_take_is_not_approved(office: Office, old: str, new: str, words: str) -> None:
    _, _, found = office.asked()
    path, text = office.file(found)
    found.push({path: re.sub(old, new, text)}, "Change the decision", office.grace)
    found.review(office.grace)
    assert words in office.decided(found, "failure")


def test_an_approval_of_an_older_version_does_not_count(office: Office) -> None:
    _, _, found = office.asked()
    found.review(office.grace)
    office.decided(found, "success")
    path, text = office.file(found)
    found.push({path: re.sub("expires: .*", f"expires: {office.last_day()}", text)}, "Another day", office.ada)
    office.decided(found, "action_required")


def test_declined_by_closing_it_and_the_reason_goes_back(office: Office) -> None:
    change, id_, found = office.asked()
    office.sim.comment(office.policy, found.number, office.grace, "Use @other/kit instead.")
    found.close(office.grace)
    office.becomes(change, "failure")
    assert "Use `@other/kit` instead." in office.said(change, "was declined")
    known = set(office.policy.pulls)
    office.ask(change, f"/ospo-gate waive {id_} there is no other kit")
    office.until(lambda: set(office.policy.pulls) - known, "asked again, it is another matter")


# -- time ------------------------------------------------------------------------------------------------------------


def test_late_it_is_told_once_each_time(office: Office, channel: Channel) -> None:
    _, _, found = office.asked()
    office.settle()
    office.sql(f"UPDATE matter SET due_at = 1 WHERE pull = {found.number}")
    found.review(office.eve, "COMMENTED")  # an event on it: it is looked at
    (told,) = office.until(lambda: [c.body for c in found.comments if "⏰" in c.body], "it is late")
    assert "@example/ospo and @example/board" in told
    office.until(lambda: any(one["title"].startswith("Unanswered") for one in channel.told), "the OSPO is told")
    found.review(office.eve, "COMMENTED")
    office.settle()
    assert len([c for c in found.comments if "⏰" in c.body]) == 1


def test_what_nobody_needs_any_more_is_said(office: Office) -> None:
    change, _, found = office.asked()
    change.force_push({**EMPTY, **CLEAN}, "Do without it\n\nSigned-off-by: Ada Lovelace <ada@example.com>")
    office.until(lambda: [c for c in found.comments if "No open pull request asks" in c.body], "it is said")
    assert found.state == "open"
    change.force_push(COPYLEFT, "With it\n\nSigned-off-by: Ada Lovelace <ada@example.com>")
    office.until(lambda: [c for c in found.comments if "asked for again" in c.body], "it is said")


# -- what fails ------------------------------------------------------------------------------------------------------


def test_killed_at_any_point_it_goes_on_where_it_was(office: Office) -> None:
    """The branch stands, the file stands, the pull request stands, and the process ends before it knows."""
    change, id_ = office.blocked()
    known, holds = set(office.policy.pulls), []
    for word, request in (
        ("waive", "POST /repos/*/git/refs"),
        ("wrong", "PUT /repos/*/contents/*"),
        ("allow", "POST /repos/*/pulls"),
    ):
        holds.append(office.sim.hold(request))
        office.ask(change, f"/ospo-gate {word} {id_} killed in the middle")
        assert holds[-1].wait_until_reached()
    office.stop_service(kill=True)
    for hold in holds:
        hold.release()
    office.start_service()
    office.until(lambda: len([c for c in office.own_comments(change) if "It is decided on" in c["body"]]) == 3, "told")
    office.settle()
    made = set(office.policy.pulls) - known
    assert len(made) == 3
    for number in made:
        assert "killed in the middle" in office.file(office.policy.pulls[number])[1]


def test_without_the_right_to_write_it_is_decided_on_the_page(office: Office, channel: Channel) -> None:
    office.may_write(False)
    change, id_ = office.blocked()
    known = set(office.policy.pulls)
    office.ask(change, f"/ospo-gate waive {id_} linked dynamically")
    answer = office.said(change, "its page")
    assert "/new/main/waivers?filename=W-" in answer
    assert set(office.policy.pulls) == known
    page = answer.partition("`its page`](")[2].partition(")")[0].partition(str(office.port))[2]
    with office.browser("eve") as eve, office.browser("grace") as grace, office.browser("ada") as ada:
        for who in (eve, ada):
            shown = who.get(page)
            assert "linked dynamically" in shown.text
            assert '<h2 id="decide">' not in shown.text
            refused = who.post(f"{page}/decision", data={"csrf": csrf(shown), "decision": "approve"})
            assert refused.status_code == 409
        mine = grace.get("/requests")
        assert page in mine.text
        assert page not in eve.get("/requests").text
        assert page in eve.get("/requests?show=all").text
        shown = grace.get(page)
        last = office.last_day()
        form = {"csrf": csrf(shown), "decision": "approve", "until": last, "reason": ""}
        assert grace.post(f"{page}/decision", data={**form, "csrf": "x"}).status_code == 403
        assert (
            "The policy does not take it" in grace.post(f"{page}/decision", data={**form, "until": "2099-01-31"}).text
        )
        assert grace.post(f"{page}/decision", data=form).status_code == 303
        office.becomes(change, "success")
        day = datetime.fromisoformat(last)
        assert f"until {day.day} {day:%b %Y}** by `grace`" in office.said(change, "was granted")
        assert "decided already" in grace.post(f"{page}/decision", data=form).text
    (row,) = office.sql("SELECT granted, place, login FROM decision ORDER BY id DESC LIMIT 1")
    assert row == (1, "page", "grace")


def test_the_api_lists_and_decides(office: Office) -> None:
    change, _, found = office.asked()
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    (row,) = [one for one in office.requests() if one["pull"] == found.number]
    with httpx.Client(base_url=f"http://127.0.0.1:{office.port}", headers=bearer, **CONNECTIONS) as client:
        assert row["requests"][0]["reason"] == "linked *dynamically* @grace"
        place = f"/api/v1/requests/{row['id']}/decision"
        assert client.post(place, json={"decision": "decline", "by": "eve", "reason": "no"}).status_code == 409
        assert client.post(place, json={"decision": "maybe", "by": "grace"}).status_code == 400
        assert client.post(place, json={"decision": "decline", "by": "grace"}).status_code == 409  # without a reason
        done = client.post(place, json={"decision": "decline", "by": "@grace", "reason": "There is another one."})
        assert done.json()["state"] == "declined"
    office.until(lambda: found.state == "closed", "its pull request is closed")
    office.becomes(change, "failure")
    assert "There is another one." in office.said(change, "was declined")


def test_somebody_asks_on_the_page_of_the_verdict(office: Office) -> None:
    change, id_ = office.blocked()
    change.repository.collaborators["ada"] = "write"
    known = set(office.policy.pulls)
    path = f"/r/{change.repository.full_name}/pull/{change.number}"
    with office.browser("ada") as ada, office.browser("eve") as eve:
        shown = ada.get(path)
        last = office.last_day()
        form = {"csrf": csrf(shown), "finding": id_, "kind": "waive", "reason": "said on a page", "until": last}
        assert ada.post(f"{path}/requests", data=form).status_code == 303
        assert ada.post(f"{path}/requests", data=form).status_code == 303  # sent twice, asked once
        assert ada.post(f"{path}/requests", data={**form, "reason": ""}).status_code == 403
        assert eve.post(f"{path}/requests", data={**form, "csrf": csrf(eve.get("/account"))}).status_code == 403
    (number,) = office.until(lambda: set(office.policy.pulls) - known, "a pull request on the policy repository")
    text = office.file(office.policy.pulls[number])[1]
    assert "said on a page" in text
    assert f"expires: {last}" in text
    assert office.sql("SELECT count(*) FROM request WHERE reason = 'said on a page'") == [(1,)]


def test_a_check_is_set_to_pass_on_the_page_of_the_verdict(office: Office) -> None:
    change, _ = office.blocked()
    for login in ("ada", "eve", "grace"):
        change.repository.collaborators[login] = "read"
    path = f"/r/{change.repository.full_name}/pull/{change.number}"
    with office.browser("eve") as eve, office.browser("grace") as grace:
        shown = eve.get(path)
        assert "This is for people with write access here and those whom the policy names." in shown.text
        form = {"csrf": csrf(shown), "check": "licenses", "head": change.head_sha, "reason": "looked at by hand"}
        for refused in (
            grace.post(f"{path}/overrides", data={**form, "csrf": csrf(grace.get(path))}),
            eve.post(f"{path}/overrides", data={**form, "csrf": "x"}),
            eve.post(f"{path}/overrides", data={**form, "reason": " "}),
            eve.post(f"{path}/overrides", data={**form, "head": "0" * 40}),
            eve.post(f"{path}/overrides", data={**form, "check": "<b>nothing"}),
        ):
            assert refused.status_code == 403
            assert "<b>" not in refused.text
        assert office.conclusion(change) == "failure"
        assert eve.post(f"{path}/overrides", data=form).status_code == 303
        office.becomes(change, "success")
        shown = grace.get(path)
        assert "@eve, who set the check to pass" in shown.text
        assert "Set to pass: licenses by @eve" in shown.text
        assert "looked at by hand" in shown.text
        assert 'id="pass"' not in shown.text


def test_a_merge_in_spite_of_the_gate_is_told(office: Office, channel: Channel) -> None:
    change, _ = office.blocked()
    channel.refuses = 1
    change.merge(office.ada)
    name = change.repository.full_name
    office.until(lambda: any(f"{name} #1 was merged in spite" in one["title"] for one in channel.told), "told")
    office.settle()
    assert len([one for one in channel.told if f"{name} #1 was merged" in one["title"]]) == 1


# -- a second App, a public policy repository, PostgreSQL -------------------------------------------------------------


def test_a_second_app_on_the_policy_repository_alone_writes(elsewhere: Elsewhere) -> None:
    change, _, found = elsewhere.asked(private=False)
    assert found.user.login == "policy-bot[bot]"
    found.review(elsewhere.eve)
    elsewhere.decided(found, "failure")
    found.review(elsewhere.grace)
    elsewhere.decided(found, "success")
    found.merge(elsewhere.grace)
    elsewhere.becomes(change, "success")
    assert "grace" not in elsewhere.said(change, "was granted")


def test_a_private_name_never_goes_to_a_public_policy_repository(elsewhere: Elsewhere) -> None:
    change, id_ = elsewhere.blocked()
    known = set(elsewhere.policy.pulls)
    elsewhere.ask(change, f"/ospo-gate waive {id_} secret customer")
    elsewhere.said(change, "its page")
    elsewhere.settle()
    assert set(elsewhere.policy.pulls) == known
    open_, same = elsewhere.blocked(private=False)
    elsewhere.ask(open_, f"/ospo-gate allow {same} secret customer")
    (number,) = elsewhere.until(lambda: set(elsewhere.policy.pulls) - known, "of a public repository there is one")
    found = elsewhere.policy.pulls[number]
    shown = f"{found.body}{elsewhere.file(found)[1]}"
    assert "secret customer" not in shown
    assert change.repository.full_name not in shown
