"""What GitHub signed is read, and nothing else; and what is signed is still somebody's words."""

import gzip
import hmac
import json
from typing import Any

import pytest

from app.web.signature import signed
from tests.security.door import APP, PULL, SECRET, Door, post, pull, signature, status

NEXT = "the-secret-that-follows-the-other"


@pytest.mark.parametrize("name", ["X-Hub-Signature-256", "X-GitHub-Delivery", "X-GitHub-Event"])
def test_a_header_that_is_sent_twice_is_refused(door: Door, name: str) -> None:
    """Whatever stands before us may have looked at the other one."""
    given = {"X-Hub-Signature-256": signature(pull()), "X-GitHub-Delivery": "d2", "X-GitHub-Event": "push"}
    assert status(door.says(post(pull(), f"{name}: {given[name]}"))) in (400, 401)
    assert not door.stored


def test_both_secrets_count_while_one_follows_the_other() -> None:
    with Door([NEXT, SECRET]).open() as door:
        for secret, expected in ((NEXT, 202), (SECRET, 202), ("one-that-never-counted", 401)):
            lines = ("X-GitHub-Delivery: d1", "X-GitHub-Event: pull_request")
            header = f"X-Hub-Signature-256: {signature(pull(), secret)}"
            assert status(door.says(post(pull(), header, *lines, signed=False))) == expected
    with Door([NEXT]).open() as door:
        assert status(door.says(post(pull()))) == 401


def test_a_delivery_for_another_app_is_refused(door: Door) -> None:
    """Two Apps with one secret, or a webhook of a repository with it."""
    assert status(door.says(post(pull(), f"X-GitHub-Hook-Installation-Target-ID: {APP}"))) == 202
    assert status(door.says(post(pull(), f"X-GitHub-Hook-Installation-Target-ID: {APP + 1}"))) == 400
    assert status(door.says(post(pull(installation=None)))) == 400
    assert len(door.stored) == 1


@pytest.mark.parametrize("changes", [{"installation": {}}, {"repository": None}, {"repository": {"id": "7; DROP"}}])
def test_an_event_says_which_installation_and_repository_it_is_about(door: Door, changes: dict[str, Any]) -> None:
    assert status(door.says(post(pull(**changes)))) == 400
    assert not door.stored


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b'{"action": "opened", "unknown": %s}' % DEEP,
        b'{"changes": %s, %s' % (DEEP, pull()[1:]),
        pull()[:-1] + b', "number": %s}' % (b"9" * 5_000),
        json.dumps({**PULL, "installation": {"id": 10**30}}).encode(),
        pull().replace(b'"node_id": "PR_1"', b'"node_id": "\xff\xfe"'),
        pull().replace(b'"node_id": "PR_1"', b'"node_id": "\\ud800"'),
        pull().replace(b'"number": 1', b'"number": NaN'),
        pull().replace(b'"number": 1', b'"number": 1e400'),
        b"\xef\xbb\xbf\xef\xbb\xbf" + pull(),
    ],
    ids=["nested", "nested in what nobody reads", "nested in what is kept", "5,000 digits", "an id beyond any",
         "no UTF-8", "half a pair", "NaN", "infinite", "marks"],
)  # fmt: skip
def test_hostile_json_is_refused_or_ignored_and_never_an_error_of_ours(door: Door, body: bytes) -> None:
    assert status(door.says(post(body))) in (202, 400)
    assert status(door.says(b"GET /healthz HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n")) == 200


def test_a_packed_body_is_not_unpacked(door: Door) -> None:
    """A few kilobytes would become gigabytes; GitHub sends none."""
    bomb = gzip.compress(b"0" * 10_000_000)
    assert status(door.says(post(bomb, "Content-Encoding: gzip"))) == 400
    assert status(door.says(post(gzip.compress(pull()), "Content-Encoding: gzip"))) == 400
    assert not door.stored


def test_of_a_large_delivery_only_what_is_needed_is_kept(door: Door) -> None:
    assert status(door.says(post(pull(unknown="x" * 20_000_000)))) == 202
    (stored,) = door.stored
    assert len(repr(stored)) < 2_000


def test_answers_repeat_nothing_of_what_was_sent(door: Door) -> None:
    """GitHub keeps answers, and whoever probes us learns nothing."""
    for body in (b'{"action": "<b>canary</b>"}', b'{"pull_request": "canary"}', b"canary", pull(installation="canary")):
        for right in (True, False):
            answer = door.says(post(body, "X-Odd: canary", path="/webhook?canary=1", signed=right))
            assert b"canary" not in answer
            assert b"Traceback" not in answer
            assert b"server:" not in answer.lower()


def test_the_comparison_takes_the_same_time_for_every_wrong_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is `hmac.compare_digest`, for each secret, whichever of them is right."""
    compared: list[tuple[int, int]] = []
    true = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return true(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    for header in (signature(b"{}"), signature(b"{}", NEXT), "sha256=" + "0" * 64):
        signed(b"{}", header, [SECRET, NEXT])
    assert compared == [(64, 64)] * 6
