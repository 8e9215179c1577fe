"""What operates the service: two listeners, health, metrics, and an end in order."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from app.metrics import METRICS, Kind
from tests.end_to_end.examples import COPYLEFT, pull, repository
from tests.end_to_end.stage import PATIENCE, Stage, free_port


def get(port: int, path: str, token: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def value(text: str, sample: str) -> float:
    """Of one sample, given with its labels."""
    (found,) = re.findall(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    return float(found)


def test_every_metric_is_exported_by_a_run(tmp_path: Path) -> None:
    inner = free_port()
    with Stage(tmp_path, OSPO_GATE_INTERNAL_PORT=str(inner), OSPO_GATE_WORKERS="3") as stage:
        change = pull(stage, repository(stage), COPYLEFT)
        stage.verdict(change.repository, change.head_sha)
        stage.settle()
        status, text = get(inner, "/metrics")
    assert status == 200
    for metric in METRICS:
        assert f"# TYPE {metric.name} {metric.kind.value}\n" in text, metric.name
        assert f"# HELP {metric.name} " in text
    named = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    assert {name for name in named if not name.startswith("process_")} == {metric.name for metric in METRICS}
    assert value(text, 'ospo_gate_deliveries_total{event="pull_request",outcome="accepted"}') == 1
    assert value(text, "ospo_gate_acknowledgement_seconds_count") >= 1
    assert value(text, 'ospo_gate_verdict_latency_seconds_count{kind="pull"}') == 1
    assert value(text, 'ospo_gate_verdict_latency_seconds_bucket{kind="pull",le="+Inf"}') == 1
    assert value(text, 'ospo_gate_verdicts_total{conclusion="blocked",kind="pull"}') == 1
    assert value(text, 'ospo_gate_github_requests_total{outcome="2xx",resource="graphql"}') >= 2
    assert value(text, "ospo_gate_workers") == 3
    assert value(text, "ospo_gate_workers_busy") == 0
    assert value(text, 'ospo_gate_queue_depth{kind="pull"}') == 0
    assert value(text, 'ospo_gate_outbox_waiting{state="sending"}') == 0
    assert value(text, "ospo_gate_subjects_failed") == 0
    assert value(text, "ospo_gate_database_up") == 1
    assert value(text, "ospo_gate_database_size_bytes") > 10_000
    assert value(text, "process_resident_memory_bytes") > 10_000_000
    samples = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    without = {metric.name for metric in METRICS if metric.kind is not Kind.HISTOGRAM} - samples
    assert without == {
        "ospo_gate_engine_processes",  # PostgreSQL alone
        "ospo_gate_facts",
        "ospo_gate_uploads_waiting",
        "ospo_gate_facts_oldest_seconds",
        "ospo_gate_source_answer_timestamp_seconds",  # nothing is looked up
        "ospo_gate_github_limits_met_total",
        "ospo_gate_publishing_failures_total",  # nothing failed
        "ospo_gate_signatures_total",  # nobody signed
    }


def test_the_webhook_stands_alone_on_the_listener_that_anybody_reaches(tmp_path: Path) -> None:
    inner, token = free_port(), "a-token-for-the-tests"
    settings = {"OSPO_GATE_INTERNAL_PORT": str(inner), "OSPO_GATE_API_TOKEN": token}
    with Stage(tmp_path, "github.com", OSPO_GATE_PUBLIC_URL="http://127.0.0.1", **settings) as stage:
        change = pull(stage, repository(stage), COPYLEFT)
        stage.verdict(change.repository, change.head_sha)
        page = f"/r/{change.repository.full_name}/pull/{change.number}"
        for path in ("/metrics", "/readyz", page, "/api/v1/ask?package=pkg:npm/a@1"):
            assert get(stage.port, path, token)[0] == 404, path
            assert get(inner, path, token)[0] == 200, path
        assert get(stage.port, "/healthz")[0] == get(inner, "/healthz")[0] == 200
        assert get(inner, "/api/v1/ask?package=pkg:npm/a@1")[0] == 401, "the API wants its token there, too"
        assert get(inner, "/webhook")[0] == 404


def test_on_one_listener_the_metrics_want_the_token_of_the_api(tmp_path: Path) -> None:
    with Stage(tmp_path, OSPO_GATE_API_TOKEN="a-token-for-the-tests") as stage:
        assert get(stage.port, "/metrics")[0] == 401
        assert get(stage.port, "/metrics", "another-token-for-the-tests")[0] == 401
        status, text = get(stage.port, "/metrics", "a-token-for-the-tests")
        assert (status, value(text, "ospo_gate_database_up")) == (200, 1)
    with Stage(tmp_path) as stage:
        assert get(stage.port, "/metrics")[0] == 404


def test_it_is_not_ready_any_more_before_it_ends_and_answers_until_it_has_ended(tmp_path: Path) -> None:
    inner = free_port()
    with Stage(tmp_path, OSPO_GATE_INTERNAL_PORT=str(inner)) as stage:
        repo = repository(stage)
        hold = stage.sim.hold("headRefOid")
        change = pull(stage, repo, COPYLEFT)
        assert hold.wait_until_reached()
        assert stage.process is not None
        assert json.loads(get(inner, "/readyz")[1]) == {
            "status": "ready", "waiting": 1, "failed": 0, "schema": "current", "workers": 4,
        }  # fmt: skip
        stage.process.send_signal(signal.SIGTERM)
        stage.until(lambda: get(inner, "/readyz")[0] == 503, "it says that it ends")
        stage.until(lambda: not stage.listens(), "nobody new is let in")
        assert get(inner, "/healthz")[0] == 200, "nobody needs to kill it"
        assert value(get(inner, "/metrics")[1], "ospo_gate_workers_busy") == 1
        hold.release()
        assert stage.process.wait(timeout=PATIENCE) in (0, -signal.SIGTERM)
        stage.process = None
        assert stage.runs(repo, change.head_sha)["ospo-gate"]["conclusion"] == "failure"


def test_workers_alone_answer_for_themselves(tmp_path: Path) -> None:
    inner = free_port()

    def ready() -> bool:
        try:
            return get(inner, "/readyz")[0] == 200
        except OSError:
            return False

    own = {"OSPO_GATE_WORKERS": "2", "OSPO_GATE_INTERNAL_PORT": str(inner)}
    with Stage(tmp_path, OSPO_GATE_WORKERS="0") as stage, stage.worker(**own) as worker:
        stage.until(ready, "the worker is ready")
        assert value(get(inner, "/metrics")[1], "ospo_gate_workers") == 2
        assert get(inner, "/r/example/a/pull/1")[0] == get(inner, "/webhook")[0] == 404
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=PATIENCE) == 0


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with Stage(tmp_path, OSPO_GATE_WORKERS="0") as stage:
            with stage.worker(OSPO_GATE_WORKERS="1", OSPO_GATE_INTERNAL_PORT=port) as worker:
                assert worker.wait(timeout=PATIENCE) == 2
            assert f"127.0.0.1:{port} cannot be listened on" in stage.log.read_text()
            serve = [str(Path(sys.executable).with_name("ospo-gate")), "serve"]
            environment = {**stage.environment, "OSPO_GATE_PORT": "0", "OSPO_GATE_INTERNAL_PORT": port}
            done = subprocess.run(serve, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
            assert done.returncode == 2
            assert (
                done.stderr.splitlines()[-2]
                == f"ospo-gate: 127.0.0.1:{port} cannot be listened on: Address already in use"
            )
