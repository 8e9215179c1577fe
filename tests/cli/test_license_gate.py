"""Where GitHub's own license gate is active, the command reports licenses once, unless somebody wants both."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.action.runner import pull_request
from tests.cli.checkout import CLEAN, COPYLEFT, Checkout, Ran, change, command

RULE = {"type": "license_compliance_scanning", "ruleset_id": 7}
LICENSES = "version: 1\nlicenses: {KEYS}\n"


class Rules(BaseHTTPRequestHandler):
    """GitHub's endpoint for the active rules of a branch: only `main` of `example/web` has the gate."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer right"
        gated = self.path.startswith("/repos/example/web/rules/branches/main?")
        body = json.dumps([{"type": "deletion"}, *([RULE] if gated else [])]).encode() if known else b"{}"
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Rules) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def judge(
    path: Path, api: str, *options: str, token: str = "right", keys: str = "", branch: str = "main", **properties: str
) -> Ran:
    """A pull request that brings GPL-3.0-only, judged in a workflow."""
    policy = LICENSES.replace("KEYS", keys)
    checkout: Checkout = change(path / "web", {**CLEAN, "policy.yaml": policy}, dict(COPYLEFT))
    event = pull_request(checkout.git("rev-parse", "main"), checkout.head)
    event["pull_request"]["base"]["ref"] = branch
    event["repository"]["custom_properties"] = properties
    path.mkdir(exist_ok=True)
    (path / "event.json").write_text(json.dumps(event))
    environ = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path / "event.json"),
        "GITHUB_REPOSITORY": "example/web", "GITHUB_API_URL": api, "GITHUB_TOKEN": token,
    }  # fmt: skip
    return command(["check", "--format", "json", *options], checkout.path, environ)


def test_with_a_token_the_gate_is_seen_and_licenses_are_left_to_it(tmp_path: Path, api: str) -> None:
    done = judge(tmp_path, api)
    assert (done.code, done.json["findings"]) == (0, [])
    (outcome,) = [outcome for outcome in done.json["outcomes"] if outcome["check"] == "licenses"]
    assert "GitHub's own license gate is active" in outcome["not_judged_here"][0]


@pytest.mark.parametrize(
    ("options", "keys"), [(["--github-license-gate", "both"], ""), ([], "github_gate: both")], ids=["option", "policy"]
)
def test_both_report_if_somebody_wants_it(tmp_path: Path, api: str, options: list[str], keys: str) -> None:
    assert judge(tmp_path, api, *options, keys=keys).code == 1


def test_another_branch_has_no_gate(tmp_path: Path, api: str) -> None:
    assert judge(tmp_path, api, branch="release/1").code == 1


def test_who_cannot_see_the_gate_judges_licenses(tmp_path: Path, api: str) -> None:
    assert judge(tmp_path / "a", api, token="").code == 1
    assert judge(tmp_path / "b", api, token="wrong").code == 1


def test_who_asks_for_it_must_be_able_to_see_it(tmp_path: Path, api: str) -> None:
    without = judge(tmp_path / "a", api, "--github-license-gate", "report-once", token="")
    assert (without.code, "report-once needs GITHUB_TOKEN" in without.err) == (2, True)
    wrong = judge(tmp_path / "b", api, "--github-license-gate", "report-once", token="wrong")
    assert (wrong.code, "GitHub answered 403 for the rules of main" in wrong.err) == (2, True)


def test_a_custom_property_tells_it_without_a_token(tmp_path: Path, api: str) -> None:
    keys = "github_gate_property: license-gate"
    staged = {"license-gate": "evaluate"}
    assert judge(tmp_path / "a", api, token="", keys=keys, **{"license-gate": "Active"}).code == 0
    assert judge(tmp_path / "b", api, token="", keys=keys, **staged).code == 1
    assert judge(tmp_path / "c", api, token="", **{"license-gate": "active"}).code == 1, "no key reads it"
