"""The webhook route: only what GitHub signed is read, and only what is stored is acknowledged."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.store.acceptance import Unavailable
from app.subject import Again, Delivery, Wanted
from app.web.application import application
from app.web.webhook import MAX_BODY

SECRET = "a-secret-that-only-the-tests-know"
REPOSITORY = {
    "id": 7, "node_id": "R_7", "full_name": "example/web", "private": True,
    "owner": {"login": "example", "type": "Organization"},
}  # fmt: skip
PULL: dict[str, Any] = {
    "action": "synchronize",
    "pull_request": {
        "number": 1, "node_id": "PR_1", "updated_at": "2026-11-20T10:00:00Z", "user": None,
        "head": {"sha": "a" * 40, "repo": None}, "base": {"ref": "main", "sha": "b" * 40},
    },
    "repository": REPOSITORY, "installation": {"id": 11}, "sender": {"login": "ospo-gate[bot]", "type": "Bot"},
}  # fmt: skip
CHECK: dict[str, Any] = {
    "action": "rerequested", "check_run": {"head_sha": "a" * 40}, "repository": REPOSITORY, "installation": {"id": 11},
}  # fmt: skip
PUSH: dict[str, Any] = {
    "ref": "refs/heads/main", "before": "b" * 40, "after": "a" * 40, "created": False, "deleted": False, "commits": [],
    "repository": {**REPOSITORY, "default_branch": "main", "pushed_at": 1_795_000_000}, "installation": {"id": 11},
}  # fmt: skip


@dataclass
class Receiver:
    """The application with a store in memory."""

    secrets: Sequence[str] = (SECRET,)
    stored: dict[str, Delivery] = field(default_factory=dict)

    async def accept(self, delivery: Delivery) -> bool:
        fresh = delivery.id not in self.stored
        self.stored.setdefault(delivery.id, delivery)
        return fresh

    def post(self, body: Any, **headers: str | None) -> httpx.Response:
        """Send a delivery; headers by name with `_` for `-`, None leaves one out."""

        async def ready() -> dict[str, object] | None:
            return {}

        @asynccontextmanager
        async def running() -> AsyncIterator[None]:
            yield

        raw = body if isinstance(body, bytes) or hasattr(body, "__aiter__") else json.dumps(body).encode()
        sent: dict[str, str | None] = {
            "X-GitHub-Delivery": "d1", "X-GitHub-Event": "pull_request",
            "X-Hub-Signature-256": signature(raw) if isinstance(raw, bytes) else "sha256=0",
        }  # fmt: skip
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(application(self.secrets, self.accept, ready, running))
            async with httpx.AsyncClient(transport=transport, base_url="http://gate.example") as client:
                given = {name: value for name, value in sent.items() if value is not None}
                return await client.post("/webhook", content=raw, headers=given)

        return asyncio.run(call())


def signature(body: bytes, secret: str = SECRET, algorithm: str = "sha256") -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


def test_a_signed_delivery_is_stored_and_answered() -> None:
    receiver = Receiver()
    answer = receiver.post(PULL)
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    command = receiver.stored["d1"].command
    assert isinstance(command, Wanted)
    assert (command.key, command.head, command.about.base, command.about.base_ref, command.about.visibility) == (
        "7/pull/1",
        "a" * 40,
        "b" * 40,
        "main",
        "private",
    )


def test_a_push_to_the_default_branch_wants_its_head() -> None:
    receiver = Receiver()
    assert receiver.post(PUSH, X_GitHub_Event="push").json() == {"status": "accepted"}
    command = receiver.stored["d1"].command
    assert isinstance(command, Wanted)
    assert (command.key, command.head, command.head_at) == ("7/branch/HEAD", "a" * 40, 1_795_000_000.0)
    assert (command.about.repository, command.about.visibility, command.about.pull_node) == (
        "example/web",
        "private",
        "",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": "refs/heads/topic"},
        {"ref": "refs/tags/main"},
        {"ref": "refs/heads/feature/refs/heads/main"},
        {"after": "0" * 40, "deleted": True},
        {"repository": {**PUSH["repository"], "default_branch": None}},
    ],
    ids=["another branch", "a tag", "a branch that ends alike", "deleted", "no default branch"],
)
def test_other_pushes_want_nothing(changes: dict[str, Any]) -> None:
    receiver = Receiver()
    assert receiver.post({**PUSH, **changes}, X_GitHub_Event="push").json() == {"status": "ignored"}
    assert receiver.stored == {}


def test_the_same_delivery_twice_is_known() -> None:
    receiver = Receiver()
    receiver.post(PULL)
    assert receiver.post(PULL).json() == {"status": "known"}


BODY = json.dumps(PULL).encode()


@pytest.mark.parametrize(
    "given",
    [
        None, "", "sha256=", "sha256=" + "0" * 64, signature(BODY)[:-1], signature(BODY + b" "),
        signature(BODY, "x" * 20),
        signature(BODY).removeprefix("sha256="), signature(BODY, algorithm="sha1"), "sha256=\u00e9",
    ],
    ids=["missing", "empty", "no digest", "wrong", "cut", "other body", "other secret", "bare", "SHA-1", "not ASCII"],
)  # fmt: skip
def test_a_wrong_signature_is_refused_before_anything_is_read(given: str | None) -> None:
    receiver = Receiver()
    header = given if given is None or given.isascii() else None
    answer = receiver.post(BODY, X_Hub_Signature_256=header, X_Hub_Signature="sha1=" + hashlib.sha1(BODY).hexdigest())
    assert answer.status_code == 401
    assert receiver.stored == {}


def test_both_secrets_count_during_a_rotation() -> None:
    receiver = Receiver(secrets=("the-new-secret-of-tests", SECRET))
    assert receiver.post(PULL).status_code == 202


@pytest.mark.parametrize("header", ["X_GitHub_Delivery", "X_GitHub_Event"])
@pytest.mark.parametrize("value", [None, "", "x" * 65])
def test_a_delivery_without_id_or_event_is_refused(header: str, value: str | None) -> None:
    assert Receiver().post(PULL, **{header: value}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not json", b"[]", b"null", b'{"action": "opened"}', b"\xff\xfe", b"[" * 100_000,
        b'{"action": "opened", "pull_request": 5}',
        json.dumps({**PULL, "installation": None}).encode(),
        json.dumps({**PULL, "pull_request": {**PULL["pull_request"], "head": None}}).encode(),
    ],
    ids=["empty", "text", "list", "null", "fields missing", "not UTF-8", "nested", "number", "no installation",
         "no head"],
)  # fmt: skip
def test_a_payload_that_cannot_be_understood_is_refused(body: bytes) -> None:
    receiver = Receiver()
    assert receiver.post(body).status_code == 400
    assert receiver.stored == {}


def test_a_body_over_the_cap_is_refused_by_its_length() -> None:
    assert Receiver().post(b"x", Content_Length=str(MAX_BODY + 1)).status_code == 413


def test_a_body_over_the_cap_without_a_length_is_read_no_further() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000_000
            assert sent <= MAX_BODY + 2_000_000
            yield b"x" * 1_000_000

    assert Receiver().post(endless()).status_code == 413


def test_a_body_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    monkeypatch.setattr("app.web.webhook.MAX_SECONDS", 0.05)
    assert Receiver().post(trickle()).status_code == 408


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("star", "created"), ("issue_comment", "edited"), ("issue_comment", "deleted"),
        ("pull_request", "labeled"), ("pull_request", "edited"),
        ("pull_request", "a-new-action"), ("check_run", "created"), ("check_run", "completed"),
        ("check_suite", "requested"),
        ("ping", None),
    ],
)  # fmt: skip
def test_what_needs_no_work_is_acknowledged(event: str, action: str | None) -> None:
    """Our own bot's events are among these: a check run that we create asks for nothing."""
    receiver = Receiver()
    body = {**PULL, **CHECK, "check_suite": {"head_sha": "a" * 40}, "action": action}
    answer = receiver.post(body, X_GitHub_Event=event)
    assert (answer.status_code, answer.json()) == (202, {"status": "ignored"})
    assert receiver.stored == {}


def test_a_new_base_is_work() -> None:
    receiver = Receiver()
    receiver.post({**PULL, "action": "edited", "changes": {"base": {"ref": {"from": "old"}}}})
    assert isinstance(receiver.stored["d1"].command, Wanted)


@pytest.mark.parametrize(
    ("license_", "expected"), [({"key": "mit", "spdx_id": "MIT"}, "MIT"), ({"key": "other"}, None), (None, None)]
)
def test_the_license_that_github_recognized_is_kept(license_: object, expected: str | None) -> None:
    receiver = Receiver()
    receiver.post({**PULL, "repository": {**REPOSITORY, "license": license_}})
    command = receiver.stored["d1"].command
    assert isinstance(command, Wanted)
    assert command.about.license == expected


def test_a_rerun_is_work() -> None:
    receiver = Receiver()
    receiver.post(CHECK, X_GitHub_Event="check_run")
    assert receiver.stored["d1"].command == Again(11, 7, "a" * 40)


def test_what_cannot_be_stored_is_not_acknowledged() -> None:
    class Full(Receiver):
        async def accept(self, delivery: Delivery) -> bool:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):  # the server answers 500
        Full().post(PULL)


def test_what_the_database_does_not_take_now_is_to_be_delivered_again() -> None:
    class Busy(Receiver):
        async def accept(self, delivery: Delivery) -> bool:
            raise Unavailable("the database was busy")

    assert Busy().post(PULL).status_code == 503
