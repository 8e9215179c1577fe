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
#: Bytes of all payloads that are in hand at the same time. Nobody has signed yet what is being received.
MAX_HELD = 4 * MAX_BODY
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
        self.held = 0
        """Bytes of payloads that are in hand now."""

    async def receive(self, request: Request) -> Response:
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(MAX_SECONDS):
                await self._read(request, chunks)
            return await self._verified(request, b"".join(chunks))
        except _Refusal as refusal:
            return _refused(refusal.status, refusal.reason)
        except TimeoutError:
            return _refused(408, f"a payload has at most {MAX_SECONDS:.0f} seconds")
        finally:
            self.held -= sum(map(len, chunks))

    async def _read(self, request: Request, chunks: list[bytes]) -> None:
        """Add the raw body, read no further than the caps."""
        size = 0
        declared = request.headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()) or int(declared) > MAX_BODY:
            raise _too_large()
        async for chunk in request.stream():
            size += len(chunk)
            self.held += len(chunk)
            chunks.append(chunk)
            if size > MAX_BODY:
                raise _too_large()
            if self.held > MAX_HELD:
                raise _Refusal(503, "too much arrives at the same time: deliver it again")

    async def _verified(self, request: Request, body: bytes) -> Response:
        if not signed(body, _only(request, "x-hub-signature-256"), self.secrets):
            return _refused(401, "the X-Hub-Signature-256 header is missing or wrong")
        target, app_id = request.headers.get("x-github-hook-installation-target-id"), self.ours.app_id
        if target is not None and app_id is not None and target != str(app_id):
            return _refused(400, "it is for another GitHub App")
        return await self._store(request, body)

    async def _store(self, request: Request, body: bytes) -> Response:
        id_, event = _only(request, "x-github-delivery"), _only(request, "x-github-event")
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


class _Refusal(Exception):
    """Why a payload is read no further."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def _too_large() -> _Refusal:
    return _Refusal(413, f"a payload has at most {MAX_BODY} bytes")


def _only(request: Request, name: str) -> str | None:
    """A header that was sent once: of two, whatever stands before us may have looked at the other."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else None


def _refused(status: int, reason: str) -> Response:
    """Short: GitHub keeps answers in its delivery log."""
    return _answer(status, {"status": "refused", "reason": reason})


def _answer(status: int, document: dict[str, str]) -> Response:
    return Response(json.dumps(document), status, media_type="application/json")
