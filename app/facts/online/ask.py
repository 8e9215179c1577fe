"""One question to one source: sent, answered, understood; or `Unavailable`."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from app.facts.online.client import Client, Endpoint
from app.facts.online.unavailable import Unavailable
from checks.facts.exchange import Form, Request, UnreadableAnswer

T = TypeVar("T")
#: Parsing an answer beyond this would keep the event loop from everything else (bytes).
_LARGE = 200_000
#: After how long asking again may help where the source did not say so itself.
AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Asker:
    """A source as it can be asked."""

    client: Client
    endpoint: Endpoint
    seconds: float
    """For one lookup, with all its pages and attempts."""
    whole: bool = False
    """Whether it has one document for all: then "not found" means that the address is wrong."""

    def deadline(self) -> float:
        """When a lookup that begins now ends, on the monotonic clock."""
        return self.client.timing.monotonic() + self.seconds

    async def ask(self, request: Request, read: Callable[[Request, object, datetime], T], deadline: float) -> T | None:
        """What `read` makes of the answer; None where the source does not know the one thing that was asked for.
        Raises `Unavailable` that says when to ask again."""
        try:
            return await self._ask(request, read, deadline)
        except Unavailable as problem:
            retry_at = problem.retry_at or self.client.timing.now() + AGAIN
            raise Unavailable(problem.reason, retry_at, problem.status) from None

    async def _ask(self, request: Request, read: Callable[[Request, object, datetime], T], deadline: float) -> T | None:
        body = await self.client.fetch(self.endpoint, request, deadline)
        if body is None:
            if _about_one(request) and not self.whole:
                return None
            raise Unavailable("there is no such service at its address (HTTP 404)", status=404)
        as_of = self.client.timing.now()
        if len(body) > _LARGE:
            return await asyncio.to_thread(_understood, request, body, read, as_of)
        return _understood(request, body, read, as_of)


def _understood(request: Request, body: bytes, read: Callable[[Request, object, datetime], T], as_of: datetime) -> T:
    try:
        document = json.loads(body) if request.form is Form.JSON else body.decode("utf-8")
        return read(request, document, as_of)
    except UnreadableAnswer as error:
        raise Unavailable(f"its answer cannot be read: {error}") from None
    except (ValueError, RecursionError):
        raise Unavailable(f"its answer cannot be read: it is not {request.form.upper()}") from None


def _about_one(request: Request) -> bool:
    """Whether "not found" can be an answer: of a batch it means that the address is wrong."""
    things = set(request.subjects) or {purl for purl, _ in request.keys}
    return request.method == "GET" and len(things) == 1
