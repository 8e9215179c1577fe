"""Secrets planted wherever they can get in; nothing that the service writes or answers has one of them."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.examples import COPYLEFT, SIGNED, pull, repository
from tests.end_to_end.stage import PATIENCE, SECRET, Stage

#: By where it is planted.
PLANTED = {
    "setting": "canary-previous-webhook-secret",
    "api token": "canary-api-token-0123456789",
    "client secret": "canary-client-secret-0123456789",
    "database": "canary-database-password",
    "environment": "canary-token-of-npm-0123",
    "answer": "ghs_123456_eyJjYW5hcnkiOjF9.eyJjYW5hcnkiOjJ9.canary-of-an-answer" + "x" * 400,
    "payload": "github_pat_11CANARY0payload_abcdefghijklmnop",
    "header": "ghp_canaryInAHeader0123456789",
    "title": "ghu_canaryInATitle0123456789",
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    settings = {
        "OSPO_GATE_WEBHOOK_SECRET_PREVIOUS": PLANTED["setting"],
        "OSPO_GATE_API_TOKEN": PLANTED["api token"],
        "OSPO_GATE_PUBLIC_URL": "https://gate.example",
        "OSPO_GATE_CLIENT_ID": "Iv1.0123456789abcdef",
        "OSPO_GATE_CLIENT_SECRET": PLANTED["client secret"],
        "OSPO_GATE_LOG_LEVEL": "debug",
        "OSPO_GATE_RETRY_SECONDS": "1",
        "NPM_TOKEN": PLANTED["environment"],
        "PYTHONASYNCIODEBUG": "1",
    }
    with Stage(tmp_path_factory.mktemp("watched"), "github.com", **settings) as running:
        yield running
        running.sim.faults.clear()


def lines(stage: Stage) -> list[dict[str, Any]]:
    """The log; every line has to be a JSON object."""
    found = [json.loads(line) for line in stage.log.read_text().splitlines()]
    assert all(isinstance(line, dict) for line in found)
    return found


def secrets(stage: Stage) -> list[str]:
    """All that must be nowhere: what was planted, and what was given out while the service ran."""
    given = list(stage.sim.server.authenticator.tokens)
    key = [line for line in stage.app.private_key_pem.splitlines() if len(line) > 40]
    return [*PLANTED.values(), SECRET, *given, *key]


def send(stage: Stage, path: str, body: bytes, headers: dict[str, str]) -> str:
    """The whole answer to a request, headers and all."""
    request = urllib.request.Request(f"http://127.0.0.1:{stage.port}{path}", data=body or None, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return f"{answer.headers}{answer.read().decode('utf-8', 'replace')}"
    except urllib.error.HTTPError as refused:
        return f"{refused.headers}{refused.read().decode('utf-8', 'replace')}"


def test_nothing_that_is_written_or_answered_has_a_secret(watched: Stage) -> None:
    sim, answers = watched.sim, []
    repo = repository(watched)
    echoed = {"message": f"not allowed for {PLANTED['answer']}", "documentation_url": PLANTED["answer"]}
    # An answer that passes, one that ends the judgment, and one that breaks what we expect of it.
    sim.fail_next(f"GET /repos/{repo.full_name}/compare/*", 502, body=echoed, headers={"x-canary": PLANTED["answer"]})
    sim.fail_next(f"GET /repos/{repo.full_name}/compare/*", 422, body=echoed)
    change = pull(watched, repo, COPYLEFT)
    assert watched.verdict(repo, change.head_sha)["conclusion"] == "failure"
    sim.fail_next(f"GET /repos/{repo.full_name}/compare/*", 200, body={"token": PLANTED["answer"]})
    change.push({"more.txt": "1"}, f"More {PLANTED['title']}\n\n{SIGNED}", watched.ada)
    watched.until(lambda: "internal-error" in watched.log.read_text(), "a fault of ours with its traceback")
    # Signed payloads that are malformed around a secret, unsigned ones, and wrong tokens.
    for body in (b'{"action": "opened", "number": "%s"}', b'{"pull_request": %s}', b"%s"):
        sim.send_raw("pull_request", body.replace(b"%s", PLANTED["payload"].encode()))
    headers = {"Authorization": f"Bearer {PLANTED['header']}", "X-Hub-Signature-256": PLANTED["header"],
               "X-GitHub-Delivery": PLANTED["header"], "X-GitHub-Event": PLANTED["header"]}  # fmt: skip
    for path in ("/webhook", "/readyz", "/healthz", f"/{PLANTED['header']}", "/api/v1/ask?purl=pkg:npm/a@1"):
        answers.append(send(watched, path, b"{}" if path == "/webhook" else b"", headers))
    sim.wait_idle()
    watched.stop_service()

    log = lines(watched)
    text = json.dumps(log)
    said = json.dumps([sim.check_runs(repo), sim.comments(repo, change.number), answers])
    for secret in secrets(watched):
        assert secret not in text
        assert secret not in said
    assert "canary-of-an-answer" not in text + said
    assert "[redacted]" in text
    traceback = [line for line in log if line["event"] == "internal-error"]
    assert traceback
    assert "Traceback" in traceback[0]["exception"]
    judged = [line for line in log if line["event"] == "published"]
    assert all(line["subject"] == f"{repo.id}/pull/{change.number}" for line in judged)
    assert {line["delivery"] for line in log if line["event"] == "accepted"} <= {d.guid for d in sim.deliveries}


def test_a_database_that_is_not_there_is_told_of_without_its_password(watched: Stage) -> None:
    watched.stop_service()
    watched.log.write_bytes(b"")
    url = f"postgresql+psycopg://gate:{PLANTED['database']}@127.0.0.1:1/gate"
    watched.settings["OSPO_GATE_DATABASE"] = url
    try:
        with pytest.raises(AssertionError, match="the service ended"):
            watched.start_service()
    finally:
        del watched.settings["OSPO_GATE_DATABASE"]
    assert PLANTED["database"] not in json.dumps(lines(watched))
