"""`POST /api/v1/policy/preview`: what would another policy change? With the token of the API, one at a time."""

import json
from datetime import UTC, datetime
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from app.preview_request import MAX_TEXT, read
from app.web.refusing import Turns, refused, turned_away
from checks.model.errors import PolicyError, UsageError
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.values import Day

#: Bytes of a request: JSON may spell a character in six.
MAX_BODY = 2 * MAX_TEXT
#: Seconds after which somebody who was turned away may come again.
LATER = "15"
_KEYS = {"new", "old", "since", "at"}


class Previewing(Protocol):
    """Who compares: `app.previewing`. All raise `PolicyError` and `UsageError`."""

    async def current(self) -> PolicySet: ...

    async def recorded(self, name: str) -> PolicySet: ...

    async def loaded(self, files: PolicyFiles) -> PolicySet: ...

    async def preview(
        self, old: PolicySet, new: PolicySet, now: datetime, since: datetime | None = None
    ) -> dict[str, Any]: ...


def router(callers: Callers, previewing: Previewing) -> APIRouter:
    """The route; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()
    turns = Turns(1, "another preview is being made", LATER)

    @routes.post("/api/v1/policy/preview")
    async def preview(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.POLICY)) is not None:
            return away
        body = await _body(request)
        if body is None:
            return refused(413, f"a request has at most {MAX_BODY:,} bytes")

        async def work() -> Response:
            try:
                return JSONResponse(await _previewed(previewing, body))
            except PolicyError as error:
                return refused(400, "; ".join(issue.at(error.file) for issue in error.issues[:5]))

        return await turns.answer(work)

    return routes


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


async def _previewed(previewing: Previewing, body: bytes) -> dict[str, Any]:
    """Raises `UsageError` and `PolicyError`."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("the request is not JSON") from None
    if not isinstance(asked, dict) or "new" not in asked or asked.keys() - _KEYS:
        raise UsageError("expected an object with 'new', and perhaps 'old', 'since' and 'at'")
    day = _day(asked.get("at"))
    old = await _policy(previewing, asked["old"]) if "old" in asked else await previewing.current()
    new = await _policy(previewing, asked["new"])
    since = _moment(asked.get("since"))
    if day is None:
        return await previewing.preview(old, new, datetime.now(UTC), since)
    from checks.engine.preview_document import on_day

    return on_day(await previewing.preview(old, new.on(day.begins), datetime.now(UTC), since), day)


def _day(given: object) -> Day | None:
    if given is None:
        return None
    try:
        return Day.parse(given if isinstance(given, str) else "")
    except ValueError as error:
        raise UsageError(f"at: {error}") from None


async def _policy(previewing: Previewing, given: object) -> PolicySet:
    """The policy of the files, or the version that a digest names."""
    if isinstance(given, str):
        return await previewing.recorded(given)
    return await previewing.loaded(read(given))


def _moment(given: object) -> datetime | None:
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise UsageError("since: expected a time such as 2026-11-01T00:00:00+00:00") from None
    return found.replace(tzinfo=found.tzinfo or UTC)
