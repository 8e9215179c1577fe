"""`GET /api/v1/ask`: may this package be used? For other programs of the organization, with a token."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from app.web.refusing import Turns, turned_away, unusable
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
    turns = Turns(AT_ONCE, f"{AT_ONCE} questions are being answered")

    @routes.get("/api/v1/ask")
    async def ask(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.READ)) is not None:
            return away
        try:
            asked = _asked(request)
        except UsageError as error:
            return unusable(error)

        async def work() -> Response:
            return JSONResponse(await answering(asked))

        return await turns.answer(work)

    return routes


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
