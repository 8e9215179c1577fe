"""Spans of OpenTelemetry. Without its SDK (the extra `telemetry`) and a place to send them they are nothing at all: the
API, which comes with FastAPI, makes none."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace

from app.subject import Claim, Delivery
from app.version import VERSION

#: A proxy: whether there is an SDK is asked when a span begins.
_TRACER = trace.get_tracer("ospo-gate", VERSION)


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """A span with attributes, which are ids and nothing else: what leaves this process is no secret."""
    with _TRACER.start_as_current_span(name, attributes=_ours(attributes)):
        yield


def ended(name: str, began: int, **attributes: str | int) -> None:
    """A span that ends now, of what began at `began` (nanoseconds since 1970)."""
    _TRACER.start_span(name, start_time=began, attributes=_ours(attributes)).end()


def of_claim(claim: Claim) -> dict[str, str | int]:
    """What a span says of the work in hand."""
    return {"subject": claim.key, "installation": claim.installation_id, "attempt": claim.attempts + 1}


def of_delivery(delivery: Delivery) -> dict[str, str | int]:
    return {"delivery": delivery.id, "event": delivery.event}


def _ours(attributes: dict[str, str | int]) -> dict[str, str | int]:
    return {f"ospo_gate.{key}": value for key, value in attributes.items()}
