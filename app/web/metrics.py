"""`GET /metrics`: for Prometheus."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.web.ask import known, refused


def router(text: Callable[[], Awaitable[bytes]], token: str | None) -> APIRouter:
    """The route. `token` is what must be sent as `Authorization: Bearer …`; None: whoever reaches it may read it."""
    routes = APIRouter()

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if token is not None and not known(request.headers.get("authorization", ""), token):
            return refused(401, "the Authorization header is missing or wrong", {"WWW-Authenticate": "Bearer"})
        return Response(await text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes
