"""The HTTP client against a real server that misbehaves in every way that we know of."""

import asyncio
import gzip
import ssl
import threading
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from app.address import Address
from app.facts.online.body import Body
from app.facts.online.client import Client, Endpoint, Limits
from app.facts.online.unavailable import Unavailable
from checks.facts.exchange import Form, Request
from tests.online.timed import Clock
from tests.standins import Fault, Standin

TLS = ssl.create_default_context()


def asked(
    server: Standin,
    *requests: Request,
    clock: Clock | None = None,
    seconds: float = 60.0,
    read: float = 30.0,
    **endpoint: Any,
) -> Any:
    """The answers, one after the other; the reason where there was none. `read`: seconds of the real clock."""

    async def run() -> list[object]:
        timing = (clock or Clock()).timing
        limits = Limits(connect=30.0, read=read)
        async with Client("ospo-gate/1 (ospo@example.com)", TLS, limits, timing) as client:
            answers: list[object] = []
            for request in requests:
                try:
                    place = Endpoint(Address.parse(server.url), **endpoint)
                    answers.append(await client.fetch(place, request, timing.monotonic() + seconds))
                except Unavailable as problem:
                    answers.append(problem)
            return answers

    answers = asyncio.run(run())
    return answers[0] if len(answers) == 1 else answers


@pytest.fixture
def server() -> Any:
    with Standin(lambda call: {"path": call.path}) as running:
        yield running


GET = Request("v1/thing")


def test_a_question_says_who_asks(server: Standin) -> None:
    assert asked(server, GET) == b'{"path": "/v1/thing"}'
    (call,) = server.calls
    assert call.headers["user-agent"] == "ospo-gate/1 (ospo@example.com)"
    assert call.headers["accept"] == "application/json"
    assert "authorization" not in call.headers
    assert "cookie" not in call.headers


def test_what_is_not_there_is_no_error(server: Standin) -> None:
    with server.behaving(Fault(status=404)):
        assert asked(server, GET) is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(status=500), "it answered with an error (HTTP 500)"),
        (Fault(status=429), "it asks to be left alone for now"),
        (Fault(status=403), "it refused the request (HTTP 403)"),
        (Fault(status=304), "it refused the request (HTTP 304)"),
        (Fault(half=True), "its answer was cut off or is not HTTP"),
        (Fault(silent=True), "it did not answer in time"),
        (Fault(content_type="text/html"), "it answered with a web page"),
        (Fault(content_type="application/zip"), "it answered with something that is not JSON"),
        (Fault(body=b"x" * 200_001), "its answer is larger than 0.2 MB"),
        (Fault(packed_zeros=200_001), "its answer is larger than 0.2 MB"),
        (Fault(headers={"Content-Length": "9" * 30}), "its answer was cut off or is not HTTP"),
        (Fault(headers={"Content-Encoding": "br"}), "its answer is packed in a way that was not asked for"),
        (Fault(headers={"Content-Encoding": "gzip"}), "its answer cannot be unpacked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_a_server_does_becomes_a_reason(server: Standin, fault: Fault, reason: str) -> None:
    with server.behaving(fault):
        problem = asked(server, Request("v1/thing", limit_bytes=200_000), read=0.2 if fault.silent else 30.0)
    assert isinstance(problem, Unavailable)
    assert problem.reason == reason


def test_nobody_there_is_a_reason() -> None:
    with Standin() as server:
        pass
    assert asked(server, GET).reason == "no connection"


def test_what_is_not_http_is_a_reason(server: Standin) -> None:
    assert asked(server, GET, proxy=server.url.replace("http", "https")).reason == "no connection"


def test_failures_that_may_pass_are_tried_again_with_growing_pauses(server: Standin) -> None:
    clock = Clock()
    with server.behaving(Fault(status=503, times=2)):
        assert asked(server, GET, clock=clock) == b'{"path": "/v1/thing"}'
    assert len(server.calls) == 3
    assert clock.slept == [0.5, 1.0]


def test_refusals_are_not_tried_again(server: Standin) -> None:
    with server.behaving(Fault(status=400)):
        assert asked(server, GET).status == 400
    assert len(server.calls) == 1


@pytest.mark.parametrize("wait", ["7", "Fri, 20 Nov 2026 12:00:07 GMT"])
def test_a_server_that_says_when_is_left_alone_until_then(server: Standin, wait: str) -> None:
    clock = Clock()
    with server.behaving(Fault(status=429, headers={"Retry-After": wait}, times=1)):
        assert asked(server, GET, clock=clock) == b'{"path": "/v1/thing"}'
    assert clock.slept == [7.0]


def test_nobody_waits_longer_than_there_is_time(server: Standin) -> None:
    clock = Clock()
    with server.behaving(Fault(status=429, headers={"Retry-After": "100"})):
        problem = asked(server, GET, clock=clock, seconds=60)
    assert clock.slept == []
    assert problem.retry_at == clock.now().replace(minute=1, second=40)


def test_a_pause_counts_for_all_who_ask_the_host(server: Standin) -> None:
    clock = Clock()
    with server.behaving(Fault(status=429, headers={"Retry-After": "100"}, path="/v1/thing")):
        first, second = asked(server, GET, Request("v1/other"), clock=clock)
    assert first.reason == second.reason == "it asks to be left alone for now"
    assert second.retry_at == first.retry_at
    assert server.paths == ["/v1/thing"]


@pytest.mark.parametrize("wait", ["", "soon", "-5", "1e9", "９", "Fri, 99 Nov 2026 12:00:07 GMT", "x" * 10_000])
def test_a_retry_after_that_is_none_is_ignored(server: Standin, wait: str) -> None:
    clock = Clock()
    header = wait.encode("utf-8").decode("latin-1")
    with server.behaving(Fault(status=503, headers={"Retry-After": header}, times=1)):
        asked(server, GET, clock=clock)
    assert clock.slept == [0.5]


def test_a_host_that_fails_again_and_again_is_left_alone_and_then_tried_once(server: Standin) -> None:
    clock = Clock()
    with server.behaving(Fault(status=500)):
        problems = asked(server, GET, GET, GET, GET, clock=clock)
        assert len(server.calls) == 5  # three attempts, two, and then none
        assert problems[-1].reason == "it failed 5 times in a row and is left alone for now"
        assert problems[-1].retry_at is not None


def test_after_its_rest_a_host_gets_one_trial() -> None:
    clock = Clock()

    async def run(server: Standin) -> list[int]:
        timing, counts = replace(clock.timing, jitter=lambda: 1e6), []  # nobody waits that long to ask again
        async with Client("ospo-gate", TLS, Limits(), timing) as client:
            place = Endpoint(Address.parse(server.url))

            async def ask() -> None:
                try:
                    await client.fetch(place, GET, timing.monotonic() + 60)
                except Unavailable:
                    return

            with server.behaving(Fault(status=500)):
                for _ in range(7):
                    await ask()
                counts.append(len(server.calls))
                clock.passes(seconds=61)
                await asyncio.gather(ask(), ask(), ask())
                counts.append(len(server.calls))
            clock.passes(seconds=61)
            await ask()
            await asyncio.gather(ask(), ask(), ask())
            counts.append(len(server.calls))
        return counts

    with Standin(lambda call: {}) as server:
        assert asyncio.run(run(server)) == [5, 6, 10]


def test_a_slow_drip_ends_with_the_budget(server: Standin) -> None:
    """With the real clock: every byte comes in time, the answer never does."""

    async def run() -> str:
        async with Client("ospo-gate", TLS, Limits(read=5)) as client:
            try:
                await client.fetch(Endpoint(Address.parse(server.url)), GET, client.timing.monotonic() + 0.3)
            except Unavailable as problem:
                return problem.reason
        return ""

    with server.behaving(Fault(slow=0.1)):
        assert asyncio.run(run()) == "it did not answer in time"


def test_at_most_so_many_requests_reach_a_host_at_a_time() -> None:
    running: list[int] = []
    peak = []
    moment = threading.Event()

    def answer(call: Any) -> dict[str, str]:
        running.append(1)
        peak.append(len(running))
        moment.wait(0.02)
        running.pop()
        return {}

    async def run(server: Standin) -> None:
        async with Client("ospo-gate", TLS, Limits(concurrency=3)) as client:
            place = Endpoint(Address.parse(server.url))
            end = client.timing.monotonic() + 30
            await asyncio.gather(*(client.fetch(place, Request(f"v1/{n}"), end) for n in range(20)))

    with Standin(answer) as busy:
        asyncio.run(run(busy))
    assert len(peak) == 20
    assert max(peak) <= 3


def test_an_answer_that_did_not_change_is_not_sent_again(server: Standin) -> None:
    first, second = asked(server, GET, GET)
    assert first == second == b'{"path": "/v1/thing"}'
    assert server.calls[1].headers["if-none-match"]


def test_a_redirect_on_the_same_host_is_followed(server: Standin) -> None:
    with server.behaving(Fault(status=301, headers={"Location": "/v2/thing"}, path="/v1")):
        assert asked(server, GET, authorization="Bearer secret") == b'{"path": "/v2/thing"}'
    assert server.calls[1].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    "location",
    ["https://elsewhere.example/", "//elsewhere.example/", "http://127.0.0.1:1/", "", "/a/%2e%2e/b", "http://["],
)
def test_a_redirect_to_elsewhere_is_not_followed(server: Standin, location: str) -> None:
    with server.behaving(Fault(status=302, headers={"Location": location})):
        assert asked(server, GET).reason == "it redirects to another place"
    assert len(server.calls) == 1


def test_a_redirect_in_circles_ends(server: Standin) -> None:
    with server.behaving(Fault(status=302, headers={"Location": "/v1/thing"})):
        assert asked(server, GET).reason == "it redirects in circles"


def test_a_question_with_a_body_is_not_redirected(server: Standin) -> None:
    with server.behaving(Fault(status=307, headers={"Location": "/v2/thing"})):
        assert asked(server, Request("v1/thing", method="POST", body=b"{}")).reason == "it redirects to another place"


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a/../b", "a b", "é", "a\nb", "a\\b", "x" * 9_000])
def test_no_name_leads_out_of_the_base_address(server: Standin, name: str) -> None:
    assert asked(server, Request(f"v1/packages/{name}")).reason == "its name cannot be asked for"
    assert server.calls == []


def test_text_is_taken_where_text_is_expected(server: Standin) -> None:
    with server.behaving(Fault(body=b"<metadata/>", content_type="application/xml")):
        assert asked(server, Request("v1/thing", form=Form.TEXT)) == b"<metadata/>"


def test_a_packed_answer_is_unpacked(server: Standin) -> None:
    with server.behaving(Fault(packed_zeros=5)):
        assert asked(server, GET) == bytes(5)


def test_what_is_packed_takes_no_more_room_than_was_agreed() -> None:
    bomb = gzip.compress(bytes(50_000_000))

    async def packed() -> AsyncIterator[bytes]:
        yield bomb

    async def read() -> str:
        try:
            await Body(1_000, "gzip").read(packed())
        except Unavailable as problem:
            return problem.reason
        return ""

    tracemalloc.start()
    reason = asyncio.run(read())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reason == "its answer is larger than 0.001 MB"
    assert peak < 2_000_000


def test_secrets_are_in_no_reason_and_no_repr(server: Standin) -> None:
    secret = "s3cr3t"
    place: dict[str, Any] = {"authorization": f"Bearer {secret}", "proxy": f"http://user:{secret}@127.0.0.1:1"}
    problem = asked(server, GET, **place)
    assert secret not in repr(problem) + str(problem.__cause__) + str(problem.__context__)
    assert secret not in repr(Endpoint(Address.parse(server.url), **place))


def test_a_proxy_gets_the_whole_address() -> None:
    with Standin(lambda call: {}) as proxy, Standin() as server:
        assert asked(server, GET, proxy=proxy.url) == b"{}"
    assert server.calls == []
    assert proxy.calls[0].path == "/v1/thing"
