"""The FastAPI application: the webhook, whether it lives and can work, and further routes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from starlette.routing import Route

from app.version import VERSION
from app.web.commands import Ours
from app.web.webhook import Accept, Webhook


def application(
    secrets: Sequence[str],
    accept: Accept,
    ready: Callable[[], Awaitable[dict[str, object] | None]],
    running: Callable[[], AbstractAsyncContextManager[None]],
    routers: Sequence[APIRouter] = (),
    ours: Ours | None = None,
) -> FastAPI:
    """The application. `ready` gives details when it can work and None when it can not; `running` spans its life;
    `routers` are further routes; `ours` is what is ours among all that GitHub tells."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running():
            yield

    app = FastAPI(
        title="ospo-gate", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )

    hook = Webhook(secrets, accept, ours or Ours())
    app.router.routes.append(Route("/webhook", hook.receive, methods=["POST"]))

    @app.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "alive", "version": VERSION})

    @app.get("/readyz")
    async def readyz() -> Response:
        details = await ready()
        status = "ready" if details is not None else "not ready"
        return JSONResponse({"status": status, **(details or {})}, 200 if details is not None else 503)

    for router in routers:
        app.include_router(router)
    return app
