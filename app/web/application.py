"""The FastAPI application. A webhook is verified, turned into a command, stored durably and answered; nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from app.subject import Delivery
from app.version import VERSION
from app.web.commands import Ours
from app.web.events import Malformed, heard
from app.web.signature import signed

#: GitHub's own cap for a payload (bytes).
MAX_BODY = 25 * 1024 * 1024
#: Seconds for a whole body. GitHub itself gives up after ten; nobody else may hold a connection for longer.
MAX_SECONDS = 30.0

log = structlog.get_logger()

Accept = Callable[[Delivery], Awaitable[bool]]
"""Stores a delivery durably and wakes the worker; False: it was known already."""


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

    @app.post("/webhook")
    async def webhook(request: Request) -> Response:
        try:
            async with asyncio.timeout(MAX_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return _refused(408, f"a payload has at most {MAX_SECONDS:.0f} seconds")
        if body is None:
            return _refused(413, f"a payload has at most {MAX_BODY} bytes")
        if not signed(body, request.headers.get("x-hub-signature-256"), secrets):
            return _refused(401, "the X-Hub-Signature-256 header is missing or wrong")
        return await _receive(request, body, accept, ours or Ours())

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


async def _body(request: Request) -> bytes | None:
    """The raw body, read no further than the cap; None when it is larger."""
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()) or int(declared) > MAX_BODY:
        return None
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


async def _receive(request: Request, body: bytes, accept: Accept, ours: Ours) -> Response:
    id_, event = request.headers.get("x-github-delivery", ""), request.headers.get("x-github-event", "")
    if not id_ or not event or len(id_) > 64 or len(event) > 64:
        return _refused(400, "the X-GitHub-Delivery or X-GitHub-Event header is missing")
    logger = log.bind(delivery=id_, event=event)
    try:
        said = heard(event, body, ours)
    except Malformed as error:
        logger.warning("malformed", error=str(error))
        return _refused(400, "the payload lacks a field that is needed")
    if said.command is None:
        return JSONResponse({"status": "ignored"}, 202)
    fresh = await accept(Delivery(id_, event, said.action, said.command, said.also, said.told))
    logger.info("accepted" if fresh else "known")
    return JSONResponse({"status": "accepted" if fresh else "known"}, 202)


def _refused(status: int, reason: str) -> Response:
    """Short: GitHub keeps answers in its delivery log."""
    return JSONResponse({"status": "refused", "reason": reason}, status)
