"""Sends spans to a collector (OTLP over HTTP); needs the extra `telemetry`."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from app.version import VERSION

#: Seconds for one attempt to send.
TIMEOUT = 5


@contextmanager
def exporting(endpoint: str, process: str) -> Iterator[None]:
    """Spans that end within the block are sent, in the background; what the collector does not take is lost."""
    resource = Resource({"service.name": "ospo-gate", "service.version": VERSION, "ospo_gate.process": process})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=TIMEOUT)))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()
