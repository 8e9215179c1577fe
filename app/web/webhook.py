"""The webhook's route: a delivery is verified, turned into a command, stored durably and answered; nothing else."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response

from app.store.acceptance import Unavailable
from app.subject import Delivery, Wanted
from app.web.commands import Ours
from app.web.events import Malformed, heard
from app.web.signature import signed

#: GitHub's own cap for a payload (bytes).
MAX_BODY = 25 * 1024 * 1024
#: Seconds for a whole body. GitHub itself gives up after ten; nobody else may hold a connection for longer.
MAX_SECONDS = 30.0

log = structlog.get_logger()

Accept = Callable[[Delivery], Awaitable[bool]]
"""Stores a delivery durably and wakes the worker; False: it was known already. Raises `Unavailable`."""


class Webhook:
    """The endpoint. FastAPI's own would take as long as all the rest together."""

    def __init__(self, secrets: Sequence[str], accept: Accept, ours: Ours) -> None:
        self.secrets = secrets
        self.accept = accept
        self.ours = ours

    async def receive(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(MAX_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return _refused(408, f"a payload has at most {MAX_SECONDS:.0f} seconds")
        if body is None:
            return _refused(413, f"a payload has at most {MAX_BODY} bytes")
        if not signed(body, request.headers.get("x-hub-signature-256"), self.secrets):
            return _refused(401, "the X-Hub-Signature-256 header is missing or wrong")
        return await self._store(request, body)

    async def _store(self, request: Request, body: bytes) -> Response:
        id_, event = request.headers.get("x-github-delivery", ""), request.headers.get("x-github-event", "")
        if not id_ or not event or len(id_) > 64 or len(event) > 64:
            return _refused(400, "the X-GitHub-Delivery or X-GitHub-Event header is missing")
        try:
            said = heard(event, body, self.ours)
        except Malformed as error:
            log.warning("malformed", delivery=id_, kind=event, error=str(error))
            return _refused(400, "the payload lacks a field that is needed")
        if said.command is None:
            return _answer(202, {"status": "ignored"})
        try:
            fresh = await self.accept(Delivery(id_, event, said.action, said.command, said.also, said.told))
        except Unavailable:
            return _refused(503, "it could not be stored: deliver it again")
        status = "accepted" if fresh else "known"
        subject = said.command.key if isinstance(said.command, Wanted) else None
        log.info(status, delivery=id_, kind=event, subject=subject)
        return _answer(202, {"status": status})


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


def _refused(status: int, reason: str) -> Response:
    """Short: GitHub keeps answers in its delivery log."""
    return _answer(status, {"status": "refused", "reason": reason})


def _answer(status: int, document: dict[str, str]) -> Response:
    return Response(json.dumps(document), status, media_type="application/json")
