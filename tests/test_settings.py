"""The settings of the service: every fault at once, in a sentence that says what to do; secrets are not shown."""

import pytest

from app.settings import service_settings
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
        ("WORKERS", "0", "must be 1 to 100"),
        ("LEASE_SECONDS", "0", "must be 1 to 3600"),
        ("RETRY_SECONDS", "-1", ""),
        ("REFRESH_HOUR", "24", "must be 0 to 23"),
        ("ONLINE", "maybe", ""),
        ("FACTS", "http://facts.example/facts.db", "expected an address that begins with https://"),
        ("PORT", "70000", "must be 0 to 65535"),
        ("LOG_LEVEL", "loud", "expected 'debug', 'info' or 'warning'"),
        ("WORKRES", "4", "did you mean 'workers'?"),
    ],
)
def test_what_would_not_work_stops_the_start(name: str, value: str, says: str) -> None:
    message = refused(**{name: value})
    assert f"OSPO_GATE_{name}: " in message
    assert says in message


def test_secrets_are_not_shown() -> None:
    assert "secret-of" not in repr(service_settings(GOOD))
    assert "BEGIN" not in repr(service_settings(GOOD))
