"""The App's own webhook: its configuration, the list of deliveries, failures of every kind, trying again."""

from .conftest import Place, Receiver


def told(place: Place, receiver: Receiver, times: int = 1) -> None:
    place.app.webhook_url, place.app.events = receiver.url, ["repository"]
    for _ in range(times):
        place.repo.archive()
    place.sim.wait_idle()


def test_the_configuration_is_read_and_changed(place: Place, receiver: Receiver) -> None:
    place.app.webhook_url = None
    assert place.as_app("GET", "/app/hook/config").json() == {
        "content_type": "json", "insecure_ssl": "0", "url": "", "secret": "********",
    }  # fmt: skip
    answer = place.as_app("PATCH", "/app/hook/config", json={"url": receiver.url, "secret": "rotated"})
    assert answer.json()["url"] == receiver.url
    assert place.app.webhook_secret == "rotated"
    assert place.as_app("PATCH", "/app/hook/config", json={"url": 7}).status_code == 422
    assert place.api.get("/app/hook/config").status_code == 401


def test_a_receiver_that_is_too_slow_is_a_failure_without_a_status_code(place: Place, receiver: Receiver) -> None:
    place.sim.dispatcher.deadline_seconds = 0.05
    receiver.delay = 0.3
    told(place, receiver)
    (failed,) = place.as_app("GET", "/app/hook/deliveries").json()
    assert (failed["status"], failed["status_code"]) == ("timed out", 0)
    assert place.as_app("GET", "/app/hook/deliveries?status=failure").json() == []
    receiver.delay = 0
    place.sim.dispatcher.deadline_seconds = 10
    assert place.as_app("POST", f"/app/hook/deliveries/{failed['id']}/attempts").status_code == 202
    place.sim.wait_idle()
    again = place.as_app("GET", "/app/hook/deliveries?status=success").json()[0]
    assert (again["guid"], again["redelivery"], again["id"] != failed["id"]) == (failed["guid"], True, True)


def test_pages_are_newest_first_and_other_apps_see_nothing(place: Place, receiver: Receiver) -> None:
    told(place, receiver, times=5)
    path: str | None = "/app/hook/deliveries?per_page=2"
    seen: list[int] = []
    while path:
        answer = place.as_app("GET", path)
        seen += [delivery["id"] for delivery in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    for query in ("?cursor=%FF", "?cursor=bm9wZQ==", "?status=pending"):
        assert place.as_app("GET", f"/app/hook/deliveries{query}").status_code == 422
    place.sim.deliveries[0].app = place.sim.create_app("other")
    assert place.as_app("GET", f"/app/hook/deliveries/{seen[-1]}").status_code == 404
    assert place.as_app("POST", f"/app/hook/deliveries/{seen[-1]}/attempts").status_code == 404


def test_what_is_too_old_can_neither_be_seen_nor_sent_again(place: Place, ghes: Place, receiver: Receiver) -> None:
    for office, days in ((place, 3), (ghes, 7)):
        told(office, receiver)
        (delivery,) = office.as_app("GET", "/app/hook/deliveries").json()
        office.sim.advance(days * 86_400 - 60)
        assert office.as_app("GET", f"/app/hook/deliveries/{delivery['id']}").status_code == 200
        office.sim.advance(120)
        assert office.as_app("POST", f"/app/hook/deliveries/{delivery['id']}/attempts").status_code == 404


def test_what_was_no_json_is_shown_as_it_was(place: Place, receiver: Receiver) -> None:
    place.app.webhook_url = receiver.url
    sent = place.sim.send_raw("ping", b"{not json")
    place.sim.wait_idle()
    shown = place.as_app("GET", f"/app/hook/deliveries/{sent.id}").json()
    assert shown["request"]["payload"] == "{not json"
    assert shown["request"]["headers"]["X-GitHub-Event"] == "ping"
