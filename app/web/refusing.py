"""What the API answers whoever it does not serve: without the token, with a question that it cannot answer, or one too
many at once."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from checks.model.errors import UsageError


def refused(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"status": "refused", "reason": reason}, status, headers)


def turned_away(request: Request, callers: Callers, scope: Grant) -> Response | None:
    """What somebody is answered whose token is missing, wrong, or not for this; None for all others."""
    fault = callers.refuses(request.headers.get("authorization", ""), scope)
    if fault is None:
        return None
    return refused(*fault, {"WWW-Authenticate": "Bearer"} if fault[0] == 401 else None)


def unusable(error: UsageError) -> Response:
    """To a question that nobody can answer as it is."""
    return refused(400, f"{error}. {error.hint}".strip())


class Turns:
    """So many are answered at the same time; whoever comes beyond is told to come again, after `later` seconds."""

    def __init__(self, most: int, reason: str, later: str = "1") -> None:
        self._free = asyncio.Semaphore(most)
        self._reason, self._later = reason, later

    async def answer(self, work: Callable[[], Awaitable[Response]]) -> Response:
        """What `work` answers, or why it does not."""
        if self._free.locked():
            return refused(429, self._reason, {"Retry-After": self._later})
        async with self._free:
            try:
                return await work()
            except UsageError as error:
                return unusable(error)
