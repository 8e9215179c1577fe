"""Spans, as a collector gets them."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.stage import SECRET, Stage


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and what it got."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def spans(body: bytes) -> Iterator[Span]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            if scope.scope.name == "ospo-gate":
                yield from scope.spans


def said(span: Span) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in span.attributes}


def test_the_way_of_a_delivery_to_its_verdict(tmp_path: Path) -> None:
    with collector() as (address, got), Stage(tmp_path, OSPO_GATE_TRACES=address) as stage:
        repo = repository(stage)
        change = pull(stage, repo, COPYLEFT)
        stage.verdict(repo, change.head_sha)
        stage.settle()
        urllib.request.urlopen(f"http://127.0.0.1:{stage.port}/healthz?code=of-somebody-who-signs-in").close()
        delivered = {delivery.guid for delivery in stage.sim.deliveries}
        stage.stop_service()  # what waits is sent
        found = [span for body in got for span in spans(body)]
        key = (tmp_path / "app.pem").read_text()
    assert {"accept", "claim", "judge", "read", "evaluate", "save", "publish"} <= {span.name for span in found}
    accepted = {said(span)["ospo_gate.delivery"] for span in found if span.name == "accept"}
    assert accepted
    assert accepted <= delivered
    judged = [span for span in found if span.name == "judge"]
    (whole,) = [span for span in judged if said(span)["ospo_gate.subject"] == f"{repo.id}/pull/{change.number}"]
    inside = {span.name for span in found if span.parent_span_id == whole.span_id}
    assert inside >= {"read", "save", "publish"}
    everything = b"".join(got)
    for secret in (SECRET, "of-somebody-who-signs-in", "Authorization", "ghs_", *key.splitlines()[1:3]):
        assert secret.encode() not in everything


def test_a_collector_that_is_away_holds_up_nobody(tmp_path: Path) -> None:
    with Stage(tmp_path, OSPO_GATE_TRACES="http://127.0.0.1:1/v1/traces") as stage:
        repo = repository(stage)
        change = pull(stage, repo, COPYLEFT)
        assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
        stage.stop_service()
        for line in stage.log.read_text().splitlines():
            json.loads(line)
