"""`GET /api/v1/policy/explain` and `/hygiene`: what the organization's policy says, why, and what to tidy up in it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from app.web.refusing import Turns, refused, turned_away
from checks.engine.ask import read
from checks.model.answer import Asked
from checks.model.dependency import Scope
from checks.model.errors import PolicyError, UsageError

#: How many questions are answered at the same time; what comes beyond is told to come again.
AT_ONCE = 4
_MANY = "as many questions as may be at once are being answered"
#: Characters of a parameter.
_LONGEST = 500
_EXPLAIN = ("repository", "package", "scope", "path", "target_branch", "rule", "pull")
_HYGIENE = ("tickets",)

#: Explains: by the package, and the other parameters. Raises `UsageError` and `PolicyError`.
Explaining = Callable[[Asked | None, Mapping[str, str]], Awaitable[dict[str, Any]]]
#: Lists what to tidy up; whether waivers must name a ticket. Raises as `Explaining`.
Tidying = Callable[[bool], Awaitable[dict[str, Any]]]


def router(callers: Callers, explaining: Explaining, tidying: Tidying) -> APIRouter:
    """The routes; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()
    turns, alone = Turns(AT_ONCE, _MANY), Turns(1, _MANY)

    async def answered(
        request: Request,
        names: Collection[str],
        work: Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]],
        turns: Turns = turns,
    ) -> Response:
        if (away := turned_away(request, callers, Grant.POLICY)) is not None:
            return away
        given = dict(request.query_params)
        if given.keys() - set(names):
            return refused(400, "there are only the parameters " + ", ".join(names))
        if any(len(value) > _LONGEST or not value.isprintable() for value in given.values()):
            return refused(400, f"a parameter has at most {_LONGEST} characters, all of them printable")

        async def answer() -> Response:
            try:
                return JSONResponse(await work(given))
            except PolicyError:
                return refused(409, "the organization's policy is not valid for this release, or for this repository")

        return await turns.answer(answer)

    @routes.get("/api/v1/policy/explain")
    async def explain(request: Request) -> Response:
        return await answered(request, _EXPLAIN, lambda given: explaining(_asked(given), given))

    @routes.get("/api/v1/policy/hygiene")
    async def hygiene(request: Request) -> Response:
        """All that is in use is looked at: one at a time."""
        return await answered(request, _HYGIENE, lambda given: tidying(given.get("tickets") == "true"), alone)

    return routes


def _asked(given: Mapping[str, str]) -> Asked | None:
    """The package that is asked about. Raises `UsageError`."""
    scope = given.get("scope", Scope.RUNTIME.value)
    if scope not in [str(item) for item in Scope]:
        raise UsageError("scope: expected " + ", ".join(str(item) for item in Scope))
    if "package" not in given:
        return None
    asked = read(given["package"])
    return Asked(asked.purl, asked.name, asked.version, Scope(scope))
