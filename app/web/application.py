"""The FastAPI applications: the webhook, whether the service lives and can work, and further routes; on one listener,
or the webhook apart from all the rest."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

from app.tally import Tally
from app.version import VERSION
from app.web.commands import Ours
from app.web.counted import counted
from app.web.webhook import Accept, Webhook

#: FastAPI's own spans and logs hold whole addresses: that of a sign-in has a code in it.
_SILENT: TelemetryConfig = {
    "tracing": False,
    "operation_spans": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}

Ready = Callable[[], Awaitable[dict[str, object] | None]]
"""Details when it can work; None when it can not."""
Running = Callable[[], AbstractAsyncContextManager[None]]
"""Spans the life of an application."""


def application(
    secrets: Sequence[str],
    accept: Accept,
    ready: Ready,
    running: Running,
    routers: Sequence[APIRouter] = (),
    ours: Ours | None = None,
    tally: Tally | None = None,
) -> FastAPI:
    """Everything on one listener. `routers` are further routes; `ours` is what is ours among all that GitHub tells."""
    app = webhook_alone(secrets, accept, running, ours, tally)
    _add(app, ready, routers)
    return app


def webhook_alone(
    secrets: Sequence[str], accept: Accept, running: Running, ours: Ours | None = None, tally: Tally | None = None
) -> FastAPI:
    """What anybody may reach: the webhook, and that the process lives."""
    app = bare(running)
    hook = Webhook(secrets, accept, ours or Ours())
    app.router.routes.append(Route("/webhook", counted(hook.receive, tally or Tally()), methods=["POST"]))
    return app


def all_the_rest(ready: Ready, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """What people, other programs and the platform reach."""
    app = bare()
    _add(app, ready, routers)
    return app


def bare(running: Running | None = None) -> FastAPI:
    """What every one of them is, before it has further routes."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        assert running is not None
        async with running():
            yield

    app = FastAPI(
        title="ospo-gate",
        version=VERSION,
        lifespan=lifespan if running else None,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # such a redirect leads to whatever host the request names
        telemetry=_SILENT,
    )
    app.add_exception_handler(ClientDisconnect, _broken_off)

    @app.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"status": "alive", "version": VERSION})

    return app


def _add(app: FastAPI, ready: Ready, routers: Sequence[APIRouter]) -> None:
    @app.get("/readyz")
    async def readyz() -> Response:
        details = await ready()
        status = "ready" if details is not None else "not ready"
        return JSONResponse({"status": status, **(details or {})}, 200 if details is not None else 503)

    for router in routers:
        app.include_router(router)


async def _broken_off(_request: Request, _error: Exception) -> Response:
    """Whoever breaks off in the middle of a body is told nothing, and fills no log."""
    return Response(status_code=400)
