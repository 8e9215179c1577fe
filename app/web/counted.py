"""Counts deliveries: what they were and how soon they were answered."""

import json
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.tally import OTHER, Tally
from app.web.events import EVENTS

Receive = Callable[[Request], Awaitable[Response]]
#: What the answers of the webhook's route mean; of a 202 its body says it.
_REFUSED = {400: "malformed", 401: "unsigned", 408: "late", 413: "too-large", 503: "unavailable"}
#: Anybody can send these: what they say of themselves is no label.
_ANYBODY = (401, 408, 413)


def counted(receive: Receive, tally: Tally) -> Receive:
    """The same route, counted."""

    async def endpoint(request: Request) -> Response:
        began = time.perf_counter()
        answer = await receive(request)
        tally.took("ospo_gate_acknowledgement_seconds", time.perf_counter() - began)
        event = request.headers.get("x-github-event", "")
        known = event in EVENTS and answer.status_code not in _ANYBODY
        tally.count("ospo_gate_deliveries_total", event if known else OTHER, _outcome(answer))
        return answer

    return endpoint


def _outcome(answer: Response) -> str:
    refused = _REFUSED.get(answer.status_code)
    return refused or str(json.loads(bytes(answer.body))["status"])
