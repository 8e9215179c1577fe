"""The settings of the service: every fault at once, in a sentence that says what to do; secrets are not shown."""

from pathlib import Path

import pytest

from app.settings import database_url, service_settings
from checks.model.errors import UsageError

GOOD = {
    "OSPO_GATE_APP_ID": "7",
    "OSPO_GATE_WEBHOOK_SECRET": "a-secret-of-the-tests",
    "OSPO_GATE_PRIVATE_KEY": "-----BEGIN KEY-----",
}


def refused(**changes: str | None) -> str:
    given = {**GOOD, **{f"OSPO_GATE_{name}": value for name, value in changes.items()}}
    with pytest.raises(UsageError) as caught:
        service_settings({name: value for name, value in given.items() if value is not None})
    return caught.value.message


def test_the_defaults_serve() -> None:
    settings = service_settings({**GOOD, "OSPO_GATE_POLICY": ""})
    assert (settings.app_id, settings.port, settings.policy) == (7, 8080, None)


def test_all_that_is_missing_is_named_at_once() -> None:
    message = refused(APP_ID=None, WEBHOOK_SECRET=None, PRIVATE_KEY=None)
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:]] == [
        "OSPO_GATE_APP_ID",
        "OSPO_GATE_WEBHOOK_SECRET",
        "OSPO_GATE_PRIVATE_KEY_FILE",
    ]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WEBHOOK_SECRET", "short", "is shorter than 16 characters"),
        ("WEBHOOK_SECRET_PREVIOUS", "short", "is shorter than 16 characters"),
        ("WORKERS", "101", "must be 0 to 100"),
        ("LEASE_SECONDS", "0", "must be 1 to 3600"),
        ("RETRY_SECONDS", "-1", ""),
        ("REFRESH_HOUR", "24", "must be 0 to 23"),
        ("ONLINE", "maybe", ""),
        ("FACTS", "http://facts.example/facts.db", "expected an address that begins with https://"),
        ("PORT", "70000", "must be 0 to 65535"),
        ("LOG_LEVEL", "loud", "expected 'debug', 'info' or 'warning'"),
        ("PUBLIC_URL", "http://gate.example", "expected an address that begins with https://"),
        ("PUBLIC_URL", "https://gate.example/gate", "has a path"),
        ("SESSION_SECRET", "short", "is shorter than 16 characters"),
        ("WORKRES", "4", "did you mean 'workers'?"),
    ],
)
def test_what_would_not_work_stops_the_start(name: str, value: str, says: str) -> None:
    message = refused(**{name: value})
    assert f"OSPO_GATE_{name}: " in message
    assert says in message


def test_signing_in_needs_all_of_its_settings() -> None:
    message = refused(CLIENT_ID="Iv23li")
    assert "OSPO_GATE_CLIENT_SECRET: is needed with client_id" in message
    assert "OSPO_GATE_PUBLIC_URL: is needed with client_id" in message
    assert "OSPO_GATE_CLIENT_ID: is needed with client_secret" in refused(CLIENT_SECRET="s" * 40)
    assert "OSPO_GATE_GITHUB_URL: expected" in refused(CLIENT_ID="Iv23li", GITHUB_URL="http://github.example")


def test_secrets_are_not_shown() -> None:
    assert "secret-of" not in repr(service_settings(GOOD))
    assert "BEGIN" not in repr(service_settings(GOOD))


def test_a_setting_may_stand_in_a_file(tmp_path: Path) -> None:
    """As secrets are mounted."""
    secret, url = tmp_path / "secret", tmp_path / "url"
    secret.write_text("a-secret-in-a-file-of-its-own\n")
    url.write_text("postgresql+psycopg://host/db")
    given = {name: value for name, value in GOOD.items() if name != "OSPO_GATE_WEBHOOK_SECRET"}
    files = {"OSPO_GATE_WEBHOOK_SECRET_FILE": str(secret), "OSPO_GATE_DATABASE_FILE": str(url)}
    settings = service_settings({**given, **files, "OSPO_GATE_API_TOKEN_FILE": ""})
    assert settings.webhook_secret == "a-secret-in-a-file-of-its-own"
    assert settings.database == "postgresql+psycopg://host/db" == database_url(files)
    assert settings.api_token is None


def test_a_file_that_says_nothing_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "short").write_text("short\n")
    assert "nowhere cannot be read: No such file" in refused(API_TOKEN_FILE=str(tmp_path / "nowhere"))
    assert "binary cannot be read: no text" in refused(API_TOKEN_FILE=str(tmp_path / "binary"))
    assert "is shorter than 16 characters" in refused(API_TOKEN_FILE=str(tmp_path / "short"))
    assert "is set together with OSPO_GATE_WEBHOOK_SECRET" in refused(WEBHOOK_SECRET_FILE=str(tmp_path / "short"))
    assert "unknown" in refused(WEBHOK_SECRET_FILE="x") or "did you mean" in refused(WEBHOK_SECRET_FILE="x")
