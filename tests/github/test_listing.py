"""What GitHub lists is read or refused as a whole: half a list would end pull requests that are open."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.github import deliveries, listing
from app.github.client import GitHubError, Installation
from tests.github.hub import Hub

Story = Callable[[Installation], Awaitable[Any]]
NODE = {
    "id": "PR_1", "number": 1, "headRefOid": "a", "baseRefOid": "b", "baseRefName": "main",
    "updatedAt": "2026-11-20T00:00:00Z", "changedFiles": 1, "author": {"__typename": "Bot", "login": "dependabot"},
}  # fmt: skip


def pulls(*nodes: Any, following: str | None = None) -> dict[str, Any]:
    page = {"hasNextPage": following is not None, "endCursor": following}
    return {"id": "R_1", "databaseId": 11, "pullRequests": {"pageInfo": page, "nodes": list(nodes)}}


def hub(*documents: Any) -> Hub:
    """Answers each request that is not for a token with the next document."""
    left = list(documents)

    def answering(request: httpx.Request) -> httpx.Response | None:
        return None if request.url.path.endswith("/access_tokens") else httpx.Response(200, json=left.pop(0))

    return Hub(answering)


async def of_web(client: Installation) -> Any:
    return (await listing.open_pulls(client, ["example/web"])).get("example/web")


def test_a_bot_is_called_as_events_call_it_and_a_ghost_has_no_name() -> None:
    ghost = {**NODE, "number": 2, "author": None, "changedFiles": None}
    found = hub({"data": {"r0": pulls(NODE, ghost)}}).told(of_web)
    assert [(one.author, one.author_is_bot) for one in found.pulls] == [("dependabot[bot]", True), (None, False)]


def test_all_pages_are_read_and_a_list_that_breaks_off_is_none() -> None:
    first, second = {"data": {"r0": pulls(NODE, following="x")}}, {"data": {"r": pulls({**NODE, "number": 2})}}
    assert [one.number for one in hub(first, second).told(of_web).pulls] == [1, 2]
    with pytest.raises(GitHubError, match="and not the others"):
        hub(first, {"data": {"r": None}}).told(of_web)


def test_what_github_does_not_show_is_left_out() -> None:
    hidden = {"type": "NOT_FOUND", "path": ["r0"], "message": "no"}
    assert hub({"data": {"r0": None}, "errors": [hidden]}).told(of_web) is None


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"r0": pulls({**NODE, "headRefOid": None, "updatedAt": None})}},
        {"data": {"r0": pulls(None)}},
        {"data": {"r0": {"id": "R", "databaseId": None, "pullRequests": None}}},
        {"data": {"r0": pulls(NODE)}, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}]},
        {"data": None, "errors": [{"message": "Something went wrong \x1b[31m"}]},
        {"data": {"r0": pulls(NODE)}, "errors": [{"path": ["r0", "pullRequests"], "message": "timeout"}]},
    ],
)
def test_half_an_answer_is_none(document: Any) -> None:
    with pytest.raises(GitHubError) as raised:
        hub(document).told(of_web)
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("rows", [[None], [{}], [{"id": "x"}], [{"id": 1, "permissions": ["x"]}], {"message": "odd"}])
def test_installations_that_cannot_be_read_are_refused(rows: Any) -> None:
    async def ask(client: Installation) -> Any:
        return await listing.installations(client.app)

    with pytest.raises(GitHubError):
        hub(rows).told(ask)


@pytest.mark.parametrize(
    "row", [None, {}, {"id": 1, "guid": "g", "event": "push", "delivered_at": "x", "status": "OK"}]
)
def test_deliveries_that_cannot_be_read_are_refused(row: Any) -> None:
    async def ask(client: Installation) -> Any:
        return [one async for one in deliveries.attempts(client.app, 0.0)]

    with pytest.raises(GitHubError):
        hub([row]).told(ask)


def test_a_list_of_deliveries_that_leads_to_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "PAGES", 3)
    row = {"id": 1, "guid": "g", "event": "push", "delivered_at": "2026-11-20T00:00:00Z", "status": "OK"}
    path = "https://github.example/api/v3/app/hook/deliveries?cursor=x"
    answer = httpx.Response(200, json=[row], headers={"link": f'<{path}>; rel="next"'})
    hub_ = Hub(lambda _: answer)

    async def ask(client: Installation) -> Any:
        return [one async for one in deliveries.attempts(client.app, 0.0)]

    assert len(hub_.told(ask)) == 3


def test_more_requests_are_counted_as_they_are_made() -> None:
    counts = (0, listing.PULLS, listing.PULLS + 1, listing.PULLS + 100, listing.PULLS + 101)
    assert [listing.further_requests(count) for count in counts] == [0, 0, 1, 1, 2]
