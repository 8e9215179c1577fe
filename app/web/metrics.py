"""`GET /metrics`: for Prometheus."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from app.api_tokens import Callers, Grant
from app.web.refusing import turned_away

#: Prometheus' text format.
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def router(text: Callable[[], Awaitable[bytes]], callers: Callers | None) -> APIRouter:
    """The route. `callers` send their token as `Authorization: Bearer …`; None: whoever reaches it may read it."""
    routes = APIRouter()

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if callers is not None and (away := turned_away(request, callers, Grant.METRICS)) is not None:
            return away
        return Response(await text(), media_type=TEXT)

    return routes
