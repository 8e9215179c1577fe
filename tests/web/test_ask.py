"""The API behind `ospo-gate ask`: only with the token, and every refusal says why."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.api_tokens import Callers
from app.web.application import application
from app.web.ask import AT_ONCE, router
from checks.model.answer import Asked
from checks.model.dependency import Scope

TOKEN = "a-token-that-only-the-tests-know"


class Desk:
    """The application with somebody who answers."""

    def __init__(self, token: str | None = TOKEN) -> None:
        self.asked: list[Asked] = []
        self.open = asyncio.Event()
        self.open.set()
        self.busy = asyncio.Event()
        self.token = token

    async def answer(self, asked: Asked) -> dict[str, Any]:
        self.asked.append(asked)
        if len(self.asked) == AT_ONCE:
            self.busy.set()
        await self.open.wait()
        return {"verdict": "yes"}

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        async def accept(_: object) -> bool:
            return True

        async def ready() -> dict[str, object] | None:
            return {}

        @asynccontextmanager
        async def running() -> AsyncIterator[None]:
            yield

        routers = [router(Callers.of(self.token), self.answer)] if self.token else []
        app = application(["x" * 16], accept, ready, running, routers)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gate.example") as client:
            yield client

    def get(self, query: str, authorization: str | None = f"Bearer {TOKEN}") -> httpx.Response:
        async def asked() -> httpx.Response:
            async with self.client() as client:
                headers = {} if authorization is None else {"Authorization": authorization}
                return await client.get(f"/api/v1/ask{query}", headers=headers)

        return asyncio.run(asked())


def test_a_question_is_answered() -> None:
    desk = Desk()
    answer = desk.get("?package=npm:left-pad@1.3.0&scope=development")
    assert (answer.status_code, answer.json()) == (200, {"verdict": "yes"})
    assert desk.asked == [Asked("pkg:npm/left-pad", "left-pad", "1.3.0", Scope.DEVELOPMENT)]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}"])
def test_nobody_is_answered_without_the_token(authorization: str | None) -> None:
    desk = Desk()
    answer = desk.get("?package=npm:left-pad", authorization)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not desk.asked


def test_without_a_token_in_the_settings_there_is_no_such_page() -> None:
    assert Desk(token=None).get("?package=npm:left-pad").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "is not a package"),
        ("?package=left-pad", "could be a package of any kind"),
        ("?package=npm:left-pad&scope=none", "scope: expected"),
        ("?package=npm:left-pad&policy=mine", "only the parameters"),
    ],
)
def test_what_is_not_a_question_is_refused_with_the_reason(query: str, said: str) -> None:
    answer = Desk().get(query)
    assert answer.status_code == 400
    assert said in answer.json()["reason"]


def test_beyond_what_is_answered_at_once_callers_come_again() -> None:
    async def crowd() -> list[int]:
        desk = Desk()
        desk.open.clear()
        async with desk.client() as client:
            url, headers = "/api/v1/ask?package=npm:left-pad", {"Authorization": f"Bearer {TOKEN}"}
            waiting = [asyncio.create_task(client.get(url, headers=headers)) for _ in range(AT_ONCE)]
            await desk.busy.wait()
            late = await client.get(url, headers=headers)
            desk.open.set()
            return [late.status_code, *(answer.status_code for answer in await asyncio.gather(*waiting))]

    assert asyncio.run(crowd()) == [429, *[200] * AT_ONCE]
