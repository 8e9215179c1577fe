"""A GitHub of one function: what it is asked is kept, what it answers a test says. No network."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.github.client import GitHubApp, Installation
from app.github.limits import Limits

API = "https://github.example/api/v3"
Answer = httpx.Response | Exception
Answering = Callable[[httpx.Request], Answer | None]
Story = Callable[[Installation], Awaitable[Any]]


@cache
def pem(number: int = 1) -> str:
    """The private key of this number."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


class Hub:
    """Grants tokens that live for an hour; everything else is `answering`'s, and 200 with `{}` without it."""

    def __init__(self, answering: Answering = lambda _: None) -> None:
        self.answering = answering
        self.requests: list[httpx.Request] = []
        self.tokens = 0
        self.now = datetime(2026, 11, 20, tzinfo=UTC).timestamp()

    def clock(self) -> float:
        return self.now

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answering(request)
        if isinstance(found, Exception):
            raise found
        if found is not None:
            return found
        if request.url.path.endswith("/access_tokens"):
            self.tokens += 1
            expires = datetime.fromtimestamp(self.now, UTC) + timedelta(hours=1)
            granted = {"token": f"ghs_{self.tokens}_x", "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}
            return httpx.Response(201, json=granted)
        return httpx.Response(200, json={})

    def app(self, key: Any = None, **given: Any) -> GitHubApp:
        given.setdefault("limits", Limits(clock=self.clock))
        return GitHubApp(1, key or pem(), API, httpx.MockTransport(self.answer), clock=self.clock, **given)

    def told(self, story: Story, **given: Any) -> Any:
        """What a story tells of installation 7 and its repository 11."""

        async def tell() -> Any:
            app = self.app(**given)
            try:
                return await story(app.installation(7, [11]))
            finally:
                await app.close()

        return asyncio.run(tell())

    def bodies(self, end: str) -> list[Any]:
        """What was sent to paths that end like this."""
        return [json.loads(r.content) for r in self.requests if r.url.path.endswith(end)]

    def asked(self) -> list[str]:
        """Method and path of the requests that were not for tokens."""
        found = [(r.method, r.url.path.removeprefix("/api/v3")) for r in self.requests]
        return [f"{method} {path}" for method, path in found if not path.endswith("/access_tokens")]
