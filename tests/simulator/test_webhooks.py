"""Deliveries: who gets what, signatures, payloads, failures and redelivery."""

import json

from .conftest import Place, Receiver
from .webhooks import signatures


def connect(place: Place, receiver: Receiver) -> None:
    place.app.webhook_url = receiver.url


def test_a_delivery_is_signed_over_its_raw_bytes(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.repo.commit("feature", {"a": "1"}, "Grüße", place.ada, notify=False)
    place.repo.open_pull("feature", title="Überraschung 🎁", author=place.ada)
    assert place.sim.wait_idle()
    ((headers, body),) = receiver.received
    assert place.app.webhook_secret is not None
    assert headers["x-hub-signature-256"] == signatures(place.app.webhook_secret, body)["X-Hub-Signature-256"]
    assert headers["x-hub-signature"].startswith("sha1=")
    assert headers["x-github-event"] == "pull_request"
    assert headers["user-agent"].startswith("GitHub-Hookshot/")
    assert headers["x-github-hook-installation-target-type"] == "integration"
    assert headers["x-github-hook-installation-target-id"] == str(place.app.id)
    data = json.loads(body)
    assert data["action"] == "opened"
    assert data["installation"]["id"] == place.installation
    assert data["pull_request"]["title"] == "Überraschung 🎁"
    assert data["repository"]["custom_properties"] == {}
    assert data["organization"]["login"] == "example"
    (delivery,) = place.sim.deliveries
    assert (delivery.status, delivery.status_code, delivery.guid) == ("OK", 202, headers["x-github-delivery"])


def test_the_life_of_a_pull_request(place: Place, receiver: Receiver) -> None:
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    place.repo.commit("release", {"r": "1"}, "Release")
    connect(place, receiver)
    place.app.events = ["pull_request"]
    pull = place.repo.open_pull("feature", author=place.ada, draft=True)
    first = pull.head_sha
    pull.ready_for_review()
    second = pull.push({"a": "2"}, "Two", place.ada)
    third = pull.force_push({"a": "3"}, "Three", place.ada)
    pull.change_base("release")
    pull.close()
    pull.reopen()
    pull.merge(place.ada)
    place.sim.wait_idle()
    payloads = [d.json for d in place.sim.deliveries if d.event == "pull_request"]
    assert [p["action"] for p in payloads] == [
        "opened", "ready_for_review", "synchronize", "synchronize", "edited", "closed", "reopened", "closed",
    ]  # fmt: skip
    assert [(p["before"], p["after"]) for p in payloads if "before" in p] == [(first, second), (second, third)]
    assert payloads[3]["pull_request"]["commits"] == 1
    assert payloads[4]["changes"]["base"]["ref"] == {"from": "main"}
    assert payloads[-1]["pull_request"]["merged"] is True


def test_a_push_requests_a_check_suite_but_not_in_a_fork(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.app.events = ["push"]
    sha = place.repo.commit("main", {"policy.yaml": "version: 1\n"}, "Policy", place.ada)
    place.sim.wait_idle()
    assert sorted(receiver.events()) == ["check_suite", "push"]
    push = next(d.json for d in place.sim.deliveries if d.event == "push")
    assert (push["ref"], push["after"], push["commits"][0]["added"]) == ("refs/heads/main", sha, ["policy.yaml"])
    fork = place.repo.fork(place.sim.create_user("grace"))
    fork.commit("patch", {"a": "1"}, "One")
    place.sim.wait_idle()
    assert len(receiver.received) == 2


def test_reruns_and_buttons_go_to_the_owning_app(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.app.events = []
    checks = {"checks": "write"}
    other = place.sim.create_app("other", webhook_url=receiver.url, events=["check_run"], permissions=checks)
    place.sim.install(other, "example")
    place.sim.wait_idle()
    receiver.received.clear()
    button = {"label": "Check again", "description": "Judge once more", "identifier": "again"}
    run = place.check_run(conclusion="failure", actions=[button]).json()
    place.sim.rerequest_check_run(run["id"], place.ada)
    place.sim.request_action(run["id"], "again", place.ada)
    place.sim.rerequest_check_suite(place.repo, place.repo.head())
    place.sim.wait_idle()
    seen = [(d.app.slug, d.event, d.action) for d in place.sim.deliveries if d.event.startswith("check_")]
    assert seen == [
        ("other", "check_run", "created"),
        ("other", "check_run", "completed"),
        ("ospo-gate", "check_run", "rerequested"),
        ("ospo-gate", "check_run", "requested_action"),
        ("ospo-gate", "check_suite", "rerequested"),
    ]
    clicked = next(d.json for d in place.sim.deliveries if d.action == "requested_action")
    assert clicked["requested_action"] == {"identifier": "again"}
    assert clicked["sender"]["login"] == "ada"


def test_a_merge_group(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    pull = place.repo.open_pull("feature", author=place.ada)
    sha = pull.enqueue()
    pull.dequeue("merged")
    place.sim.wait_idle()
    groups = [d.json for d in place.sim.deliveries if d.event == "merge_group"]
    assert [(g["action"], g.get("reason")) for g in groups] == [("checks_requested", None), ("destroyed", "merged")]
    assert groups[0]["merge_group"]["head_sha"] == sha
    assert groups[0]["merge_group"]["head_ref"].startswith("refs/heads/gh-readonly-queue/main/pr-1-")
    assert place.check_run(sha).status_code == 201


def test_failures_are_kept_and_redelivered_with_the_same_guid(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.app.events = ["pull_request"]
    receiver.status = 500
    place.repo.commit("feature", {"a": "1"}, "One", notify=False)
    place.repo.open_pull("feature")
    place.sim.wait_idle()
    (failed,) = place.as_app("GET", "/app/hook/deliveries", params={"status": "failure"}).json()
    assert (failed["status_code"], failed["redelivery"], failed["action"]) == (500, False, "opened")
    shown = place.as_app("GET", f"/app/hook/deliveries/{failed['id']}").json()
    assert shown["request"]["payload"]["number"] == 1
    receiver.status = 202
    assert place.as_app("POST", f"/app/hook/deliveries/{failed['id']}/attempts").status_code == 202
    place.sim.wait_idle()
    newest, oldest = place.as_app("GET", "/app/hook/deliveries").json()
    assert (newest["guid"], newest["status"], newest["redelivery"]) == (oldest["guid"], "OK", True)
    assert receiver.received[0][1] == receiver.received[1][1]
    place.sim.redeliver(oldest["guid"])
    place.sim.wait_idle()
    assert {headers["x-github-delivery"] for headers, _ in receiver.received} == {oldest["guid"]}


def test_an_outage_is_no_http_failure(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.app.events = ["push"]
    place.app.permissions.pop("checks")
    place.sim.dispatcher.outage = True
    for number in range(3):
        place.repo.commit("main", {"a": str(number)}, "Change")
        place.sim.wait_idle()
    pushes = place.as_app("GET", "/app/hook/deliveries", params={"per_page": 100}).json()
    assert {d["status_code"] for d in pushes} == {0}
    assert place.as_app("GET", "/app/hook/deliveries", params={"status": "failure"}).json() == []
    seen: list[int] = []
    path: str | None = "/app/hook/deliveries?per_page=2"
    while path:
        answer = place.as_app("GET", path)
        seen += [d["id"] for d in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert seen == [d["id"] for d in pushes]
    place.sim.advance(3 * 86_400 + 1)
    assert place.as_app("GET", "/app/hook/deliveries").json() == []


def test_wrong_and_missing_signatures_can_be_sent(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.sim.send_raw("ping", {"zen": "Anything."}, {"X-Hub-Signature-256": "sha256=00"})
    place.sim.send_raw("ping", b"{not json", {"X-Hub-Signature-256": None})
    place.sim.wait_idle()
    by_body = {body: headers for headers, body in receiver.received}
    assert by_body[b'{"zen": "Anything."}']["x-hub-signature-256"] == "sha256=00"
    assert "x-hub-signature-256" not in by_body[b"{not json"]
    assert "x-hub-signature" in by_body[b"{not json"]


def test_nobody_listening_is_a_failed_delivery(place: Place) -> None:
    place.app.webhook_url = "http://127.0.0.1:9/webhook"
    delivery = place.sim.send_raw("ping", {})
    place.sim.wait_idle()
    assert delivery.status_code == 0
    assert delivery.status.startswith("failed to connect")


def test_each_delivery_can_come_twice(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.sim.dispatcher.duplicate = True
    place.repo.commit("feature", {"a": "1"}, "One", notify=False)
    place.repo.open_pull("feature")
    place.sim.wait_idle()
    assert len(receiver.received) == 2
    assert len({headers["x-github-delivery"] for headers, _ in receiver.received}) == 1


def test_what_an_installation_goes_through(place: Place, receiver: Receiver) -> None:
    app = place.sim.create_app("quiet", webhook_url=receiver.url, events=[], permissions={"checks": "read"})
    number = place.sim.install(app, "example", ["web-shop"])
    place.sim.suspend(number)
    place.sim.suspend(number, False)
    place.sim.ask_permissions(app, {"checks": "write"}, ["push"])
    assert place.sim.world.installations[number].permissions["checks"] == "read"
    place.sim.accept_permissions(number)
    place.sim.create_repository("example", "second")
    place.sim.select_all(number)
    place.sim.uninstall(number)
    place.sim.wait_idle()
    told = [d.json for d in place.sim.deliveries]
    assert [t["action"] for t in told] == [
        "created", "suspend", "unsuspend", "new_permissions_accepted", "added", "deleted",
    ]  # fmt: skip
    assert told[3]["installation"]["permissions"] == {"metadata": "read", "checks": "write"}
    assert told[4]["repository_selection"] == "all"
    assert [r["full_name"] for r in told[4]["repositories_added"]] == ["example/second"]


def test_installation_events_need_no_subscription(place: Place, receiver: Receiver) -> None:
    app = place.sim.create_app("quiet", webhook_url=receiver.url, events=[])
    number = place.sim.install(app, "example", ["web-shop"])
    place.sim.create_repository("example", "second")
    place.sim.add_repositories(number, ["second"])
    place.sim.uninstall(number)
    place.sim.wait_idle()
    seen = [(d.event, d.action) for d in place.sim.deliveries]
    assert seen == [("installation", "created"), ("installation_repositories", "added"), ("installation", "deleted")]
    assert place.sim.deliveries[0].status_code == 202
