"""`GET /api/v1/where`: which repositories use it? What one repository uses and used, and which licenses are in use."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from app.store.in_use import in_use
from app.store.places import Way
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.where import LARGEST, PAGE, WhereStore
from app.web.refusing import Turns, refused, turned_away
from checks.engine.fitting import Used
from checks.engine.where import question
from checks.model.errors import UsageError
from checks.policy.owners import Owners
from checks.render.where import place_json, to_json

#: How many questions are answered at the same time; what comes beyond is told to come again.
AT_ONCE = 8
_PAGE = ("limit", "cursor")
_PACKAGE = ("package", "version_range")


def router(
    callers: Callers, where: WhereStore, repositories: RepositoryStore, owners: Callable[[], Awaitable[Owners]]
) -> APIRouter:
    """The routes; `callers` send their token as `Authorization: Bearer …`, `owners` what the policy says of them."""
    routes = APIRouter()
    turns = Turns(AT_ONCE, f"{AT_ONCE} questions are being answered")

    async def answered(request: Request, names: Collection[str], work: Callable[[], Awaitable[Response]]) -> Response:
        if (away := turned_away(request, callers, Grant.READ)) is not None:
            return away
        if request.query_params.keys() - set(names):
            return refused(400, "there are only the parameters " + ", ".join(names))
        return await turns.answer(work)

    @routes.get("/api/v1/where")
    async def where_used(request: Request) -> Response:
        async def work() -> Response:
            asked = question(*(request.query_params.get(name) for name in (*_PACKAGE, "license", "advisory")))
            answer = await where.ask(asked, await owners(), *_page(request))
            return JSONResponse(to_json(answer))

        return await answered(request, (*_PACKAGE, "license", "advisory", *_PAGE), work)

    @routes.get("/api/v1/licenses")
    async def licenses(request: Request) -> Response:
        async def work() -> Response:
            return JSONResponse(_licenses(await in_use(where.database), *_page(request)))

        return await answered(request, _PAGE, work)

    @routes.get("/api/v1/repositories/{owner}/{name}/components")
    async def components(request: Request, owner: str, name: str) -> Response:
        async def work() -> Response:
            row = await repositories.named(f"{owner}/{name}")
            if row is None:
                return refused(404, "no such repository is known")
            places, following = await where.has(row.id, await owners(), *_page(request))
            return JSONResponse({**_about(row), "components": [*map(place_json, places)], "next": following})

        return await answered(request, _PAGE, work)

    @routes.get("/api/v1/repositories/{owner}/{name}/history")
    async def history(request: Request, owner: str, name: str) -> Response:
        async def work() -> Response:
            row = await repositories.named(f"{owner}/{name}")
            asked = question(*(request.query_params.get(name) for name in _PACKAGE))
            if row is None:
                return refused(404, "no such repository is known")
            story = await where.history(row.id, asked, await owners())
            ways = await where.ways(row.id, story)
            return JSONResponse({**_about(row), "places": [*map(place_json, story)], "ways": [*map(_way, ways)]})

        return await answered(request, _PACKAGE, work)

    return routes


def _licenses(uses: Sequence[Used], cursor: str | None, limit: int) -> dict[str, Any]:
    """A page by license; the cursor is the place of the last one, in hexadecimal because a license is any text."""
    rows = sorted(uses, key=_place)
    try:
        after = bytes.fromhex(cursor or "").decode("utf-8", "surrogatepass")
    except ValueError:
        raise UsageError("the cursor is not one that an answer gave") from None
    left = [used for used in rows if _place(used) > after]
    return {
        "licenses": [used._asdict() for used in left[:limit]],
        "next": _place(left[limit - 1]).encode("utf-8", "surrogatepass").hex() if len(left) > limit else None,
    }


def _place(used: Used) -> str:
    """Nothing that is declared comes first."""
    license_ = "" if used.license is None else f"={used.license}"
    return f"{license_}\0{int(used.shipped)}"


def _way(way: Way) -> dict[str, Any]:
    direct = [{"package": purl, "version": version} for purl, version in way.direct]
    return {"manifest": way.manifest, "package": way.purl, "version": way.version, "direct": direct}


def _about(row: RepositoryRow) -> dict[str, Any]:
    gone = row.gone_at is not None
    return {"repository": row.name, "repository_id": row.id, "archived": bool(row.archived), "gone": gone}


def _page(request: Request) -> tuple[str | None, int]:
    """The cursor and the limit. Raises `UsageError`."""
    limit = request.query_params.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= LARGEST):
        raise UsageError(f"limit: expected 1 to {LARGEST}")
    return request.query_params.get("cursor"), int(limit)
