"""Spans of OpenTelemetry: nothing at all, not even an import, unless `app.telemetry` sends them somewhere."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from app.subject import Claim, Delivery
from app.version import VERSION

_EXPORTER = "app.telemetry"
_NOTHING: AbstractContextManager[None] = nullcontext()


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """A span with attributes, which are ids and nothing else: what leaves this process is no secret."""
    if _EXPORTER not in sys.modules:
        return _NOTHING
    from opentelemetry import trace

    return trace.get_tracer("ospo-gate", VERSION).start_as_current_span(name, attributes=_ours(attributes))


def ended(name: str, began: int, **attributes: str | int) -> None:
    """A span that ends now, of what began at `began` (nanoseconds since 1970)."""
    if _EXPORTER in sys.modules:
        from opentelemetry import trace

        tracer = trace.get_tracer("ospo-gate", VERSION)
        tracer.start_span(name, start_time=began, attributes=_ours(attributes)).end()


def of_claim(claim: Claim) -> dict[str, str | int]:
    """What a span says of the work in hand."""
    return {"subject": claim.key, "installation": claim.installation_id, "attempt": claim.attempts + 1}


def of_delivery(delivery: Delivery) -> dict[str, str | int]:
    return {"delivery": delivery.id, "event": delivery.event}


def _ours(attributes: dict[str, str | int]) -> dict[str, str | int]:
    return {f"ospo_gate.{key}": value for key, value in attributes.items()}
