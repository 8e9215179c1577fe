"""No secret leaves through a log: by its shape, or because the settings know it."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app import logs
from app.fact_settings import FactEnvironment, FactSettings, RegistryLogin, SourceProxy
from app.redaction import Redaction, redacted
from app.service_settings import LogLevel, ServiceSettings
from tests.github.hub import pem

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2lnbmF0dXJl-_x"
SHAPED = [
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghp_x1y2",
    "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghu_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghr_1B4a2e77838347a7E420ce178F2E7c6912E1",
    "github_pat_11AAAAAAA0abcdefghij_klmnop",
    f"ghs_123456_{JWT}" + "x" * 600,
    JWT,
]


@pytest.mark.parametrize("secret", SHAPED)
@pytest.mark.parametrize("around", ["{}", "Authorization: token {}", '{{"token": "{}"}}', "x={}&y=1", "[{}]", "\n{}\n"])
def test_tokens_of_any_length(secret: str, around: str) -> None:
    text = redacted(around.format(secret))
    assert secret[:12] not in text
    assert text.count("[redacted]") == 1
    assert text.startswith(around.partition("{}")[0].replace("{{", "{")[:5])


def test_private_keys_whatever_became_of_their_lines() -> None:
    body = pem().splitlines()[3]
    for text in (
        pem(),
        pem().replace("\n", "\\n"),
        pem().replace("\n", "\\\\n"),
        pem()[:200],
        repr(pem()),
        f" {pem()} end",
    ):
        assert body not in redacted(text)
        assert "[redacted]" in redacted(text)
    assert redacted(f"a {pem()} end").endswith("end")


def test_what_signs_in_by_a_header_or_an_address() -> None:
    assert redacted("Authorization: Basic dXNlcjpwYXNzd29yZA==") == "Authorization: Basic [redacted]"
    assert redacted("postgresql+psycopg://gate:p%40ss@db/gate") == "postgresql+psycopg://[redacted]@db/gate"
    assert (
        redacted("http://proxy.example:3128 and user@example.com") == "http://proxy.example:3128 and user@example.com"
    )


@pytest.mark.parametrize("text", ["the token is wrong", "pkg:npm/ghs_x", "tokenizers", "https://example.com/a:b@c"])
def test_ordinary_words_stay(text: str) -> None:
    assert redacted(text) == text


@given(st.text(min_size=8).filter(lambda s: len(s.strip()) >= 8 and "\n" not in s and "\\n" not in s))
def test_a_known_secret_is_nowhere_however_it_is_escaped(secret: str) -> None:
    redaction = Redaction([secret])
    line = json.dumps(redaction.deep({"a": [secret, {"b": (secret.encode("utf-8", "replace"),)}], secret: {secret}}))
    if secret.encode("utf-8", "replace").decode() == secret and secret not in "[redacted]":
        assert secret.strip() not in json.loads(line)["a"][0]
        assert secret.strip() not in str(json.loads(line))


def test_the_secrets_of_settings() -> None:
    settings = ServiceSettings(
        app_id=1,
        webhook_secret="webhook-secret-0",
        webhook_secret_previous="webhook-secret-1",
        private_key="private-key-text",
        api_token="api-token-12345678",
        client_secret="client-secret-12",
        github_proxy="http://user:proxy-password@proxy.example",
        database="postgresql+psycopg://gate:data%62ase@db/gate",
    )
    facts = FactSettings(
        registry_logins=(RegistryLogin("registry.example=user:registry-password"),),
        proxies=(SourceProxy("osv=http://u:osv-password@proxy.example"),),
    )
    variables = {"NPM_TOKEN": "npm-token-1", "HOME": "/home/gate", "HTTPS_PROXY": "http://u:env-password@p"}
    found = set(logs.secrets_of(settings, facts, FactEnvironment(facts, None, variables)))
    assert found >= {
        "webhook-secret-0", "webhook-secret-1", "private-key-text", "api-token-12345678", "client-secret-12",
        "proxy-password", "data%62ase", "database", "user:registry-password", "osv-password", "npm-token-1",
        "env-password",
    }  # fmt: skip
    assert "/home/gate" not in found


@pytest.fixture
def lines() -> Iterator[Any]:
    """What a function logs, line by line, by a configuration that knows one secret."""
    root = logging.getLogger()
    kept = root.handlers[:], root.level

    def logged(write: Any) -> list[dict[str, Any]]:
        with redirect_stderr(io.StringIO()) as output:
            logs.configure(LogLevel.INFO, ["correct-horse"])
            write()
        return [json.loads(line) for line in output.getvalue().splitlines()]

    import sys
    import threading

    hooks = sys.excepthook, threading.excepthook
    yield logged
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:], level = kept
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_every_line_is_json_whoever_writes_it(lines: Any) -> None:
    def write() -> None:
        structlog.get_logger().info("ours", where={"deep": ["correct-horse", {"a": b"correct-horse"}]})
        with structlog.contextvars.bound_contextvars(subject="1/pull/2"):
            logging.getLogger("uvicorn.error").error("password %s", "correct-horse")
            logging.getLogger("asyncio").warning("odd", extra={"object": object(), "secret": "correct-horse"})
        logging.getLogger("sqlalchemy.pool").error("bad %s %s", "one")
        warnings.warn("correct-horse", UserWarning, stacklevel=1)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        found = lines(write)
    assert [line["level"] for line in found] == ["info", "error", "warning", "error", "warning"]
    assert found[0]["where"] == {"deep": ["[redacted]", {"a": "[redacted]"}]}
    assert (found[1]["event"], found[1]["subject"], found[1]["logger"]) == (
        "password [redacted]",
        "1/pull/2",
        "uvicorn.error",
    )
    assert found[3]["event"] == "log-record-broken"
    assert "correct-horse" not in json.dumps(found)


def test_tracebacks_and_what_ends_the_process(lines: Any) -> None:
    import sys

    def write() -> None:
        try:
            raise ValueError("correct-horse and " + SHAPED[6])
        except ValueError as error:
            structlog.get_logger().exception("ours")
            logging.getLogger("asyncio").exception("theirs")
            sys.excepthook(ValueError, error, error.__traceback__)

    found = lines(write)
    assert [line["event"] for line in found] == ["ours", "theirs", "crashed"]
    for line in found:
        assert "ValueError: [redacted] and [redacted]" in line["exception"]
        assert "correct-horse" not in json.dumps(line)


def test_quiet_libraries_stay_quiet(lines: Any) -> None:
    assert lines(lambda: logging.getLogger("httpx2").info("GET https://…")) == []
