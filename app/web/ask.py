"""`GET /api/v1/ask`: may this package be used? For other programs of the organization, with a token."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from checks.engine.ask import read
from checks.model.answer import Asked
from checks.model.dependency import Scope
from checks.model.errors import UsageError

#: How many questions are answered at the same time; what comes beyond is told to come again.
AT_ONCE = 8

#: Answers a question as the JSON of `checks.render.asked`.
Answering = Callable[[Asked], Awaitable[dict[str, Any]]]


def router(token: str, answering: Answering) -> APIRouter:
    """The route; `token` is what callers send as `Authorization: Bearer …`."""
    routes = APIRouter()
    free = asyncio.Semaphore(AT_ONCE)

    @routes.get("/api/v1/ask")
    async def ask(request: Request) -> Response:
        if not known(request.headers.get("authorization", ""), token):
            return refused(401, "the Authorization header is missing or wrong", {"WWW-Authenticate": "Bearer"})
        try:
            asked = _asked(request)
        except UsageError as error:
            return refused(400, f"{error}. {error.hint}".strip())
        if free.locked():
            return refused(429, f"{AT_ONCE} questions are being answered", {"Retry-After": "1"})
        async with free:
            return JSONResponse(await answering(asked))

    return routes


def known(header: str, token: str) -> bool:
    scheme, _, given = header.partition(" ")
    same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
    return scheme.lower() == "bearer" and same


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
