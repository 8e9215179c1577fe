"""GitHub never delivers again by itself: what failed is asked for, once and again, until it arrives or is refused."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.github.deliveries import Attempt
from app.jobs import redeliver
from app.jobs.redeliver import lost
from tests.github.hub import pem
from tests.jobs.office import Office
from tests.simulator import Simulator, User


@dataclass
class Receiver:
    """Where the webhooks go; it answers with `status`."""

    status: int = 202
    guids: list[str] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if state.status < 300:
                state.guids.append(self.headers["x-github-delivery"])
            self.send_response(state.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield state, f"http://127.0.0.1:{server.server_port}/webhook"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def github(receiver: tuple[Receiver, str]) -> Iterator[tuple[Simulator, Any, int, User]]:
    with Simulator() as sim:
        app = sim.create_app(private_key_pem=pem(), webhook_url=receiver[1], webhook_secret="s" * 16)
        sim.create_org("example")
        yield (
            sim,
            app,
            sim.install(app, "example"),
            sim.create_user("ada", name="Ada Lovelace", email="ada@example.com"),
        )


async def looked(office: Office, later: float = redeliver.EVERY) -> list[str]:
    """The GUIDs that were asked for in one look, `later` seconds after the last one."""
    office.sim.wait_idle()
    office.clock.passes(seconds=later)
    before = len(office.sim.deliveries)
    await office.service.subjects.schedule(redeliver.KEY, 0.0)
    claim = await office.service.subjects.claim(60, redeliver.KEY)
    assert claim is not None
    await office.service._handle(claim)
    office.sim.wait_idle()
    return [one.guid for one in office.sim.deliveries[before:]]


def test_what_failed_while_nobody_answered_is_delivered_when_somebody_does(
    run: Any, receiver: tuple[Receiver, str]
) -> None:
    async def story(office: Office) -> None:
        office.sim.dispatcher.outage = True
        office.pull({"a.txt": "1"})
        office.sim.wait_idle()
        office.sim.dispatcher.outage = False
        failed = {one.guid for one in office.sim.deliveries if one.status != "OK"}
        assert set(await looked(office)) == failed
        assert failed <= set(receiver[0].guids)
        assert await looked(office) == []

    run(story)


@pytest.mark.parametrize(("status", "again"), [(503, True), (401, True), (400, False)])
def test_what_fails_again_is_asked_for_again_within_the_hour_unless_it_was_refused(
    run: Any, receiver: tuple[Receiver, str], status: int, again: bool
) -> None:
    async def story(office: Office) -> None:
        await looked(office)
        receiver[0].status = status
        office.pull({"a.txt": "1"})
        first = await looked(office)
        assert first
        assert await looked(office) == []
        assert set(await looked(office, redeliver.AGAIN)) == (set(first) if again else set())

    run(story)


def test_a_limit_in_the_middle_loses_nothing(run: Any, receiver: tuple[Receiver, str]) -> None:
    async def story(office: Office) -> None:
        await looked(office)
        receiver[0].status = 503
        office.pull({"a.txt": "1"})
        office.sim.wait_idle()
        receiver[0].status = 202
        failed = [one.guid for one in office.sim.deliveries if one.status_code == 503]
        assert len(failed) > 1
        office.sim.fail_next("POST /app/hook/deliveries/*", 429, headers={"retry-after": "30"}, times=1)
        assert await looked(office) == []
        office.service.github.limits._accounts.clear()  # the limit is over
        assert set(await looked(office)) == set(failed)

    run(story)


def test_github_that_does_not_answer_is_asked_again_later(run: Any) -> None:
    async def story(office: Office) -> None:
        office.sim.fail_next("GET /app/hook/deliveries", 502)
        office.sim.dispatcher.outage = True
        office.pull({"a.txt": "1"})
        office.sim.wait_idle()
        office.sim.dispatcher.outage = False
        assert await looked(office) == []
        assert await looked(office)

    run(story)


def test_one_that_github_has_forgotten_holds_up_no_other(run: Any) -> None:
    async def story(office: Office) -> None:
        await looked(office)
        office.sim.dispatcher.outage = True
        office.pull({"a.txt": "1"})
        office.sim.wait_idle()
        office.sim.dispatcher.outage = False
        failed = {one.guid for one in office.sim.deliveries if one.status != "OK"}
        office.sim.fail_next("POST /app/hook/deliveries/*", 404)
        assert len(set(await looked(office)) & failed) == len(failed) - 1

    run(story)


def test_repair_that_was_turned_off_ends_what_was_scheduled_before(run: Any) -> None:
    async def story(office: Office) -> None:
        office.sim.reset_counts()
        await office.service.subjects.schedule(redeliver.KEY, 0.0)
        claim = await office.service.subjects.claim(60, redeliver.KEY)
        assert claim is not None
        await office.service._handle(claim)
        await office.service.repairs.schedule()
        office.clock.passes(days=1)
        assert await office.service.subjects.claim(60) is None
        assert office.sim.requests == []

    run(story, repair=False)


def attempt(ok: bool = False, code: int = 0, redelivery: bool = False, pending: bool = False) -> Attempt:
    return Attempt(1, "g", "push", 1.0, ok, "OK" if ok else "timed out", code, redelivery, pending)


@pytest.mark.parametrize(
    ("group", "hourly", "wanted"),
    [
        ([attempt()], False, True),
        ([attempt(ok=True, redelivery=True), attempt()], True, False),
        ([attempt(), attempt(ok=True)], True, False),
        ([attempt(pending=True, redelivery=True), attempt()], True, False),
        ([attempt(redelivery=True), attempt()], False, False),
        ([attempt(redelivery=True), attempt()], True, True),
        ([attempt(code=413, redelivery=True), attempt()], True, False),
        ([attempt(code=429, redelivery=True), attempt(code=413)], True, True),
    ],
)
def test_an_event_is_lost_when_no_attempt_arrived(group: list[Attempt], hourly: bool, wanted: bool) -> None:
    assert lost(group, hourly) == wanted


def test_what_happened_first_is_asked_for_first(run: Any, receiver: tuple[Receiver, str]) -> None:
    """Of an installation that was suspended and is not any more the last word counts."""

    async def story(office: Office) -> None:
        receiver[0].status = 503
        for suspended in (True, False):
            office.sim.suspend(office.installation, suspended)
            office.sim.wait_idle()
        receiver[0].status = 202
        assert len(await looked(office)) >= 2
        asked = [int(seen.path.split("/")[-2]) for seen in office.sim.requests if seen.path.endswith("/attempts")]
        assert asked == sorted(asked)

    run(story)
