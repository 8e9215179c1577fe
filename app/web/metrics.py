"""`GET /metrics`: for Prometheus."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from app.web.ask import known, refused

#: Prometheus' text format.
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def router(text: Callable[[], Awaitable[bytes]], token: str | None) -> APIRouter:
    """The route. `token` is what must be sent as `Authorization: Bearer …`; None: whoever reaches it may read it."""
    routes = APIRouter()

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if token is not None and not known(request.headers.get("authorization", ""), token):
            return refused(401, "the Authorization header is missing or wrong", {"WWW-Authenticate": "Bearer"})
        return Response(await text(), media_type=TEXT)

    return routes
