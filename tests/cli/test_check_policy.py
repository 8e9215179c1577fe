"""Where the policy comes from: the merge base, a file, another repository; never the branch under judgment."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.cli import remote
from tests.cli.checkout import CLEAN, COPYLEFT, POLICY, Checkout, change
from tests.cli.conftest import Run

BASE = {"policy.yaml": POLICY, **CLEAN}
OFF = "version: 1\nmode: off\n"


class Server(ThreadingHTTPServer):
    """GitHub's contents API as far as `--policy owner/repo@ref` needs it: the path decides what happens."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str | None]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        token = self.headers.get("Authorization")
        self.server.requests.append((self.path, token))
        repository = self.path.split("/")[3]
        if repository == "private" and token != "Bearer right":
            return self._answer(404, b'{"message": "Not Found"}')
        if repository == "broken":
            return self._answer(500, b"::error::oops")
        if "/contents/waivers?" in self.path or "/waivers?" in self.path:
            return self._answer(404, b"{}")  # no decisions beside it
        if repository in ("moved", "elsewhere"):
            target = (
                "/repositories/7/x/private/contents/policy.yaml" if repository == "moved" else "http://127.0.0.1:9/"
            )
            return self._answer(301, b"", Location=target)
        if repository == "silent":
            self.server.released.wait(20)
            return None
        if repository == "slow":
            return self._drip()
        if repository == "huge":
            return self._answer(200, b"# " + b"x" * 5_000_000)
        if repository == "invalid":
            return self._answer(200, b"version: 1\nlicences: {}\n")
        return self._answer(200, OFF.encode() if repository != "strict" else POLICY.encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # the command does not read more than a policy may have
            self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.released.wait(0.05):
                self.wfile.write(b"#")
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def topic(tmp_path: Path) -> Checkout:
    return change(tmp_path / "web", BASE, dict(COPYLEFT))


def test_the_merge_base_decides_and_not_the_head(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", BASE, {**COPYLEFT, "policy.yaml": OFF})
    done = run(checkout.path, "check", "--format=json")
    assert (done.code, done.json["policy"]["revision"]) == (1, checkout.git("rev-parse", "main"))
    assert any("policy.yaml" in notice for notice in done.json["notices"])


def test_the_merge_base_decides_and_not_the_tip_of_the_base(run: Run, topic: Checkout) -> None:
    topic.git("checkout", "-q", "main")
    topic.commit({"policy.yaml": OFF})
    topic.git("checkout", "-q", "topic")
    assert run(topic.path, "check", "--format=json").conclusion == "blocked"


def test_what_lies_in_the_working_tree_decides_nothing(run: Run, topic: Checkout) -> None:
    topic.write({"policy.yaml": OFF})
    assert run(topic.path, "check").code == 1


def test_a_policy_that_the_branch_brings_first_counts_after_the_merge(run: Run, tmp_path: Path) -> None:
    checkout = change(tmp_path / "web", CLEAN, {**COPYLEFT, "policy.yaml": OFF})
    done = run(checkout.path, "check", "--format=json")
    assert (done.conclusion, done.json["policy"]["built_in"]) == ("would-block", True)


def test_the_whole_tree_is_judged_by_its_own_policy(run: Run, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", {"policy.yaml": OFF, **COPYLEFT})
    assert run(checkout.path, "check", "--all", "--format=json").conclusion == "off"


def test_a_file_that_somebody_names_at_a_terminal_is_read_as_it_is(run: Run, topic: Checkout) -> None:
    """To try a policy before it is proposed."""
    topic.write({"policy.yaml": OFF})
    assert run(topic.path, "check", "--policy=policy.yaml", "--format=json").conclusion == "off"


def test_a_file_with_too_much_in_it(run: Run, topic: Checkout, tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"version: 1 #" + b"x" * 10_000_000)
    done = run(topic.path, "check", f"--policy={tmp_path / 'big.yaml'}")
    assert done.code == 2
    assert "big.yaml:1:1" in done.err


def test_another_repository(run: Run, topic: Checkout, server: Server) -> None:
    done = run(topic.path, "check", "--policy=example/policy@main", "--format=json")
    assert (done.conclusion, done.json["policy"]["source"]) == ("off", "example/policy/policy.yaml@main")
    run(topic.path, "check", "--policy=example/strict/teams/web policy.yaml@feature/x?y")
    assert [path for path, _ in server.requests] == [
        "/repos/example/policy/contents/policy.yaml?ref=main",
        "/repos/example/policy/contents/waivers?ref=main",
        "/repos/example/strict/contents/teams/web%20policy.yaml?ref=feature%2Fx%3Fy",
        "/repos/example/strict/contents/teams/waivers?ref=feature%2Fx%3Fy",
    ]


def test_a_private_repository_and_its_token(
    run: Run, topic: Checkout, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(topic.path, "check", "--policy=example/private@main")
    assert done.code == 2
    assert done.err.splitlines() == [
        "ospo-gate: --policy: GitHub answered 404 for example/private@main",
        "  A private repository needs GITHUB_TOKEN (or GH_TOKEN) with read access to its contents.",
    ]
    monkeypatch.setenv("GH_TOKEN", "wrong")
    assert "what the token may read" in run(topic.path, "check", "--policy=example/private@main").err
    monkeypatch.setenv("GITHUB_TOKEN", "right\n")
    assert run(topic.path, "check", "--policy=example/private@main").code == 0


def test_a_repository_that_was_renamed(
    run: Run, topic: Checkout, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "right")
    assert run(topic.path, "check", "--policy=example/moved@main").code == 0
    assert [token for _, token in server.requests] == ["Bearer right"] * 3, (
        "GitHub redirects, and asks for the token again"
    )


def test_a_redirect_to_another_host_is_refused(
    run: Run, topic: Checkout, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "right")
    done = run(topic.path, "check", "--policy=example/elsewhere@main")
    assert done.code == 2
    assert "redirects to another host" in done.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("example/broken@main", "GitHub answered 500 for example/broken@main"),
        ("example/huge@main", "huge"),
        ("example/invalid@main", "example/invalid/policy.yaml@main:2:1"),
        ("example/policy/../../x@main", "expected owner/repo[/path]@ref"),
        ("example@main", "expected owner/repo[/path]@ref"),
        ("exa mple/policy@main", "expected owner/repo[/path]@ref"),
        ("example/policy@", "expected owner/repo[/path]@ref"),
        ("example/policy", "there is no such file: example/policy"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_had_is_no_pass(
    run: Run, topic: Checkout, server: Server, name: str, words: str
) -> None:
    done = run(topic.path, "check", "--policy", name)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "oops" not in done.err


@pytest.mark.parametrize("repository", ["silent", "slow"])
def test_a_server_that_does_not_end_is_given_up(
    run: Run, topic: Checkout, server: Server, monkeypatch: pytest.MonkeyPatch, repository: str
) -> None:
    monkeypatch.setattr(remote, "TIMEOUT", 0.3)
    begin = time.monotonic()
    done = run(topic.path, "check", f"--policy=example/{repository}@main")
    assert done.code == 2
    assert "timed out" in done.err
    assert time.monotonic() - begin < 15, "and not when the server likes"


def test_a_server_that_is_not_there(run: Run, topic: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    done = run(topic.path, "check", "--policy=example/policy@main")
    assert done.code == 2
    assert "could not be read from http://127.0.0.1:9" in done.err
    monkeypatch.setenv("GITHUB_API_URL", "file:///etc")
    assert run(topic.path, "check", "--policy=example/policy@main").code == 2
