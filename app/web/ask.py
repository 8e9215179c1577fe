"""`GET /api/v1/ask`: may this package be used? For other programs of the organization, with a token."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from checks.engine.ask import read
from checks.model.answer import Asked
from checks.model.dependency import Scope
from checks.model.errors import UsageError

#: How many questions are answered at the same time; what comes beyond is told to come again.
AT_ONCE = 8

#: Answers a question as the JSON of `checks.render.asked`.
Answering = Callable[[Asked], Awaitable[dict[str, Any]]]


def router(callers: Callers, answering: Answering) -> APIRouter:
    """The route; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()
    free = asyncio.Semaphore(AT_ONCE)

    @routes.get("/api/v1/ask")
    async def ask(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.READ)) is not None:
            return away
        try:
            asked = _asked(request)
        except UsageError as error:
            return refused(400, f"{error}. {error.hint}".strip())
        if free.locked():
            return refused(429, f"{AT_ONCE} questions are being answered", {"Retry-After": "1"})
        async with free:
            return JSONResponse(await answering(asked))

    return routes


def turned_away(request: Request, callers: Callers, scope: Grant) -> Response | None:
    """What somebody is answered whose token is missing, wrong, or not for this; None for all others."""
    fault = callers.refuses(request.headers.get("authorization", ""), scope)
    if fault is None:
        return None
    return refused(*fault, {"WWW-Authenticate": "Bearer"} if fault[0] == 401 else None)


def _asked(request: Request) -> Asked:
    """The question of the query `package` and `scope`. Raises `UsageError`."""
    unknown = sorted(request.query_params.keys() - {"package", "scope"})
    if unknown:
        raise UsageError("there are only the parameters 'package' and 'scope'")
    asked = read(request.query_params.get("package", ""))
    scope = request.query_params.get("scope", Scope.RUNTIME.value)
    known = [str(item) for item in Scope]
    if scope not in known:
        raise UsageError("scope: expected " + ", ".join(known))
    return Asked(asked.purl, asked.name, asked.version, Scope(scope))


def refused(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"status": "refused", "reason": reason}, status, headers)
