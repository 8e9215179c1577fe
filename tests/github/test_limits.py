"""GitHub's limits: whoever meets one learns when to come back, and nobody asks in the meantime."""

import asyncio
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.github.client import GitHubError, Installation, RateLimited
from app.github.limits import VERDICT, Cost, Limits
from app.github.windows import Window
from tests.github.hub import Hub

SECONDARY = {"message": "You have exceeded a secondary rate limit."}


async def later(client: Installation, call: Any = None) -> float:
    """In how many seconds the call may be made; 0: it was made."""
    try:
        await (call or client.request("GET", "/x"))
    except RateLimited as limited:
        return round(limited.retry_at - client.app.clock(), 1)
    return 0.0


def primary(remaining: int, reset: float, resource: str = "core") -> dict[str, str]:
    names = {"limit": 5000, "remaining": remaining, "reset": int(reset), "resource": resource}
    return {f"x-ratelimit-{name}": str(value) for name, value in names.items()}


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {"retry-after": "90"}, {"message": "slow down"}, 90),
        (429, {"retry-after": "90", **primary(0, 0)}, {}, 90),
        (403, primary(0, 1_795_132_900.0), {"message": "API rate limit exceeded"}, 100),
        (403, {}, SECONDARY, 60),
        (429, {}, {}, 60),
        (403, {"retry-after": "0"}, {}, 1),
        (403, {"retry-after": "99999999999"}, {}, 7200),
        (403, {"retry-after": "-5"}, {}, 60),
        (403, {"retry-after": "٣"}, {}, 60),
        (403, primary(0, 0), {}, 1),
    ],
)
def test_what_github_says_counts_in_its_order(status: int, headers: Any, body: Any, seconds: float) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    hub = Hub(lambda r: httpx.Response(status, json=body, headers=encoded) if r.method == "GET" else None)
    hub.now = 1_795_132_800.0

    async def story(client: Installation) -> tuple[float, float]:
        return await later(client), await later(client)

    assert hub.told(story) == (seconds, seconds)
    assert len(hub.asked()) == 1, "while the limit holds nothing is asked"


@pytest.mark.parametrize("graphql", [False, True])
def test_an_unnamed_limit_doubles_until_an_answer_comes(graphql: bool) -> None:
    limited = True
    answer = (200, {"errors": [SECONDARY]}) if graphql else (403, SECONDARY)

    def answering(request: httpx.Request) -> httpx.Response | None:
        token = request.url.path.endswith("/access_tokens")
        return httpx.Response(answer[0], json=answer[1]) if limited and not token else None

    def call(client: Installation) -> Any:
        return client.graphql("query { x }", {}) if graphql else client.request("GET", "/x")

    hub = Hub(answering)

    async def story(client: Installation) -> list[float]:
        nonlocal limited
        waits = []
        for _ in range(8):
            waits.append(await later(client, call(client)))
            hub.now += waits[-1]
        limited = False
        waits.append(await later(client, call(client)))
        limited = True
        return [*waits, await later(client, call(client))]

    assert hub.told(story) == [60, 120, 240, 480, 960, 1920, 3600, 3600, 0, 60]


def test_requests_that_met_one_limit_together_count_once() -> None:
    async def story(client: Installation) -> list[float]:
        return await asyncio.gather(*(later(client) for _ in range(20)))

    assert set(Hub(lambda r: httpx.Response(403, json=SECONDARY) if r.method == "GET" else None).told(story)) == {60}


def test_what_is_used_up_is_not_asked_for_and_other_resources_go_on() -> None:
    def answering(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("graphql"):
            return httpx.Response(200, json={"data": {}}, headers=primary(7, hub.now + 50, "graphql"))
        return httpx.Response(200, json={}, headers=primary(0, hub.now + 50)) if request.method == "GET" else None

    hub = Hub(answering)

    async def story(client: Installation) -> list[float]:
        first = [await later(client), await later(client), await later(client, client.graphql("query { x }", {}))]
        assert [(b.installation_id, b.resource, b.remaining, b.limit) for b in client.app.budget()] == [
            (7, "core", 0, 5000), (7, "graphql", 7, 5000),
        ]  # fmt: skip
        assert [b.held_until for b in client.app.budget()] == [hub.now + 50, None]
        hub.now += 51
        return [*first, await later(client)]

    assert hub.told(story) == [0, 50, 0, 0]


def test_another_installation_is_not_held() -> None:
    hub = Hub(lambda r: httpx.Response(403, json=SECONDARY) if r.url.path.endswith("/x") else None)

    async def story(client: Installation) -> float:
        await later(client)
        other = client.app.installation(8, [12])
        return await later(other, other.request("GET", "/y"))

    assert hub.told(story) == 0


@pytest.mark.parametrize(
    "error",
    [
        {"type": "RATE_LIMITED", "message": "API rate limit exceeded"},
        {"type": "RATE_LIMIT", "message": "API rate limit already exceeded"},
        {"message": "You have exceeded a secondary rate limit and have been temporarily blocked"},
        {"message": "was submitted too quickly"},
    ],
)
def test_a_limit_of_graphql_has_status_200(error: Any) -> None:
    hub = Hub(lambda r: httpx.Response(200, json={"errors": [error]}) if r.url.path.endswith("graphql") else None)
    assert hub.told(lambda client: later(client, client.graphql("query { x }", {}))) == 60


def test_a_refusal_is_no_limit() -> None:
    hub = Hub(lambda r: httpx.Response(403, json={"message": "Must have admin rights"}) if r.method == "GET" else None)
    with pytest.raises(GitHubError) as caught:
        hub.told(later)
    assert not isinstance(caught.value, RateLimited)


def test_a_clock_that_is_wrong_does_not_move_the_reset() -> None:
    """The reset is GitHub's time: a machine that is ten minutes ahead waits for the same seconds."""
    date = "Fri, 20 Nov 2026 00:00:00 GMT"
    hub = Hub()
    theirs, hub.now = hub.now, hub.now + 600
    headers = {**primary(0, theirs + 50), "date": date}
    hub.answering = lambda r: httpx.Response(200, json={}, headers=headers) if r.method == "GET" else None

    async def story(client: Installation) -> tuple[float, float]:
        return await later(client), await later(client)

    assert hub.told(story) == (0, 50)


class Paced:
    """Limits with a clock that a test moves."""

    def __init__(self, **given: Any) -> None:
        self.now = 1_000.0
        self.limits = Limits(clock=lambda: self.now, **given)

    def sent(self, count: int, cost: Cost) -> int:
        """How many of `count` requests may be sent now."""

        async def send() -> int:
            for index in range(count):
                try:
                    async with self.limits.turn(7, cost):
                        pass
                except RateLimited:
                    return index
            return count

        return asyncio.run(send())


def test_points_a_minute() -> None:
    paced = Paced()
    assert paced.sent(1000, Cost("core", 1)) == 900
    assert paced.sent(1000, Cost("graphql", 5)) == 400
    paced.now += 60
    assert paced.sent(1000, Cost("core", 5)) == 180


def test_contents_a_minute_and_an_hour() -> None:
    paced = Paced()
    in_an_hour = []
    for _ in range(60):
        in_an_hour.append(paced.sent(200, VERDICT))
        paced.now += 60
    assert in_an_hour[:8] == [80, 80, 80, 80, 80, 80, 20, 0]
    assert sum(in_an_hour) == 500


def test_several_processes_share_and_enterprise_servers_have_no_limits() -> None:
    assert Paced(processes=4).sent(1000, VERDICT) == 20
    assert Paced(processes=4).limits.at_once == 25
    assert Paced(paced=False).sent(1000, VERDICT) == 1000


def test_details_leave_room_for_verdicts_and_comments_for_details() -> None:
    paced = Paced()
    assert [paced.limits.rest_at(7, 0, comment=True) is None for _ in range(50)].count(True) == 40
    details = [paced.limits.rest_at(7, 1, comment=False) is None and paced.sent(1, VERDICT) for _ in range(70)]
    assert details.count(1) == 60
    assert paced.sent(100, VERDICT) == 20


def test_those_who_wait_are_told_to_come_one_after_the_other() -> None:
    paced = Paced()
    paced.sent(80, VERDICT)
    told = []
    for _ in range(100):
        with pytest.raises(RateLimited) as caught:
            paced.limits.check(7, VERDICT)
        told.append(caught.value.retry_at - paced.now)
    assert told[0] >= 60
    assert all(0.7 < after - before < 0.8 for before, after in pairwise(told))


def test_nightly_work_leaves_a_tenth_to_people() -> None:
    paced = Paced()
    paced.limits.told(7, primary(600, 2_000), 0)
    paced.limits.check_spare(7)
    paced.limits.told(7, primary(400, 2_000), 0)
    with pytest.raises(RateLimited):
        paced.limits.check_spare(7)
    paced.limits.check(7, VERDICT)
    paced.now = 2_001
    paced.limits.check_spare(7)


@pytest.mark.parametrize("value", ["", "-1", "1e3", "NaN", "٣", "9" * 13, "0x10", " 5"])
def test_odd_headers_are_nothing(value: str) -> None:
    paced = Paced()
    for name in ("limit", "remaining", "reset"):
        paced.limits.told(7, {**primary(0, 2_000), f"x-ratelimit-{name}": value}, 0)
    assert paced.limits.budget() == ()
    for number in range(100):
        paced.limits.told(7, primary(1, 2_000, f"resource-{number}"), 0)
    assert len(paced.limits.budget()) == 20


def test_one_installation_takes_no_more_than_its_share_at_once() -> None:
    limits, at_once, most = Limits(at_once=3), 0, 0

    async def one() -> None:
        nonlocal at_once, most
        async with limits.turn(7, Cost()):
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0)
            at_once -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(all_of_them())
    assert most == 3


def test_an_installation_that_comes_back_is_still_limited() -> None:
    paced = Paced()
    paced.limits.refused(7, "core", {"retry-after": "50"}, 0)
    paced.limits.forget(7)
    with pytest.raises(RateLimited):
        paced.limits.check(7, Cost())
    paced.now += 51
    paced.limits.forget(7)
    paced.limits.check(7, Cost())


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=60), st.integers(1, 12))
def test_no_window_of_a_minute_ever_has_more_than_its_limit(steps: list[tuple[int, int]], most: int) -> None:
    window, now, spent = Window(60, most), 0.0, []
    for seconds, amount in steps:
        now += seconds
        amount = min(amount, most)
        if window.room(now, amount):
            window.spend(now, amount)
            spent.append((now, amount))
        else:
            assert Window.promise(window, now, amount) > now
    for end, _ in spent:
        assert sum(n for at, n in spent if end - 60 < at <= end) <= most


@given(st.lists(st.floats(0, 20), min_size=1, max_size=30))
def test_who_comes_at_the_promised_time_finds_room_if_nobody_else_came(gaps: list[float]) -> None:
    window, now = Window(60, 4), 0.0
    for gap in gaps:
        now += gap
        if not window.room(now, 1):
            now = window.promise(now, 1)
            assert window.room(now, 1)
        window.spend(now, 1)
