"""The tokens of the API: what each may do, and that nothing else may."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import logs
from app.api_tokens import ApiToken, Callers, Grant
from app.doctor.tokens import tokens
from app.service_settings import ServiceSettings
from app.settings import fact_settings, service_settings
from app.wiring import Service
from checks.model.errors import UsageError
from tests.github.hub import pem
from tests.security.test_routes import TOKEN, WHO_HAS_THE_TOKEN, Caller, filled, listed, service

#: By the beginning of the route.
NEEDED = {
    "GET /api/v1/policy/": Grant.POLICY,
    "POST /api/v1/policy/": Grant.POLICY,
    "GET /api/v1/requests": Grant.REQUESTS,
    "POST /api/v1/requests/": Grant.DECIDE,
    "GET /api/v1/agreements/": Grant.AGREEMENTS,
    "GET /metrics": Grant.METRICS,
}


def needed(route: str) -> Grant:
    return next((grant for begin, grant in NEEDED.items() if route.startswith(begin)), Grant.READ)


def secret(name: str) -> str:
    return f"secret-of-{name}-0123456789"


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A service with one token for each scope, and one that may do all of them."""
    folder = tmp_path_factory.mktemp("tokens")
    tokens = tuple(ApiToken.parse(f"{grant}-only:{grant}={secret(grant)}") for grant in Grant)
    found = Caller(service(folder, api_tokens=(*tokens, ApiToken.parse(f"every:all={secret('every')}"))), folder)
    yield found
    found.close()


@pytest.mark.parametrize("route", sorted(listed(WHO_HAS_THE_TOKEN)))
def test_a_route_answers_the_tokens_with_its_scope_alone(caller: Caller, route: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        method, path = filled(route)
        for given_ in (*Grant, "every"):
            answer = await client.request(method, path, headers={"Authorization": f"Bearer {secret(given_)}"})
            if given_ in (needed(route), "every"):
                assert answer.status_code in (200, 400, 404)
            else:
                reason = f"the token {given_}-only has no scope '{needed(route)}'; it has {given_}"
                assert (answer.status_code, answer.json()) == (403, {"status": "refused", "reason": reason})
        old = await client.request(method, path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert old.status_code in (200, 400, 404)

    caller.tells(story)


def test_every_scope_guards_a_route() -> None:
    assert {needed(route) for route in listed(WHO_HAS_THE_TOKEN)} == set(Grant)


ENVIRONMENT = {"OSPO_GATE_APP_ID": "1", "OSPO_GATE_WEBHOOK_SECRET": "s" * 16, "OSPO_GATE_PRIVATE_KEY": pem()}


def test_tokens_stand_on_the_lines_of_a_file_and_two_share_a_name_while_one_replaces_the_other(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"ci:read={secret('old')}\nci:read,policy={secret('new')}\n")
    callers = service_settings({**ENVIRONMENT, "OSPO_GATE_API_TOKENS_FILE": str(file)}).callers
    for name, scope, fault in (
        ("old", Grant.READ, None),
        ("old", Grant.POLICY, 403),
        ("new", Grant.POLICY, None),
        ("gone", Grant.READ, 401),
    ):
        refused = callers.refuses(f"Bearer {secret(name)}", scope)
        assert (refused[0] if refused else None) == fault, (name, scope)


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        ("ci", "is not a name, its scopes and its token"),
        (f":read={'x' * 16}", "is not a name, its scopes and its token"),
        (f"ci:red={'x' * 16}", "gives a scope that there is not; scopes: read, policy, requests, decide"),
        (f"ci={'x' * 16}", "gives a scope that there is not"),
        (f"ci:read:2027-13-01={'x' * 16}", "has a last day that is none"),
        (f"ci:read:={'x' * 16}", "has a last day that is none"),
        ("ci:read=hunter2", "is shorter than 16 characters"),
        (f"ci:read={'x' * 16} web:read={'x' * 16}", "has the same token twice"),
        (f"ci:read={'é' * 16}", "is not a name, its scopes and its token"),
    ],
)
def test_a_token_that_cannot_be_one_is_refused_at_the_start_without_being_shown(tokens: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        service_settings({**ENVIRONMENT, "OSPO_GATE_API_TOKENS": tokens})
    assert f"OSPO_GATE_API_TOKENS: {said}" in str(error.value)
    assert not any(part in str(error.value) for part in ("hunter2", "x" * 16, "é"))


def test_the_one_token_of_older_settings_is_not_given_twice() -> None:
    given_ = {"OSPO_GATE_API_TOKEN": "y" * 16, "OSPO_GATE_API_TOKENS": f"ci:read={'y' * 16}"}
    with pytest.raises(UsageError, match="has the same token twice"):
        service_settings({**ENVIRONMENT, **given_})


def test_no_token_is_shown_by_the_settings_and_all_are_redacted(tmp_path: Path) -> None:
    given_: dict[str, Any] = {"app_id": 1, "webhook_secret": "s" * 16, "private_key": pem()}
    settings = ServiceSettings(**given_, api_tokens=(ApiToken.parse(f"ci:read={secret('ci')}"),))
    assert secret("ci") not in repr(settings) + repr(settings.callers)
    assert secret("ci") in set(logs.secrets_of(settings))
    database = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"
    alone = ServiceSettings(**given_, database=database, api_tokens=settings.api_tokens)
    assert any("/api/" in str(route) for route in _paths(Service(alone, fact_settings({}))))


def _paths(running: Service) -> list[str]:
    from tests.security.test_routes import routes

    return list(routes(running.application().routes))


@given(st.text(), st.sampled_from(Grant))
def test_no_other_header_is_taken(header: str, grant: Grant) -> None:
    token = ApiToken.parse(f"ci:all={secret('ci')}")
    refused = Callers.of(None, [token]).refuses(header, grant)
    assert refused == (401, "the Authorization header is missing or wrong")
    assert Callers().refuses(header, grant) == refused


def test_a_token_ends_with_its_last_day() -> None:
    token = ApiToken.parse(f"ci:read:2027-06-30={secret('ci')}")
    for at, said in (
        (datetime(2027, 6, 30, 23, 59, 59, tzinfo=UTC), None),
        (datetime(2027, 7, 1, tzinfo=UTC), (401, "the token ci ended with 2027-06-30")),
    ):
        assert Callers.of(None, [token], at.timestamp).refuses(f"Bearer {secret('ci')}", Grant.READ) == said
    assert ApiToken.parse(f"ci:read={'1:2:3=' * 4}").last_day is None, "what stands in the token is no day"


def test_the_doctor_tells_of_tokens_before_they_end() -> None:
    given_ = [
        ApiToken.parse(f"{name}:read{day}={secret(name)}")
        for name, day in (("old", ":2026-11-19"), ("soon", ":2026-11-30"), ("far", ":2027-11-30"), ("never", ""))
    ]
    today = date(2026, 11, 20)
    assert [(line.level, line.what) for line in tokens(given_, today)] == [
        ("warning", "tokens of the API have ended: old with 2026-11-19"),
        ("warning", "tokens of the API end soon: soon with 2026-11-30"),
    ]
    assert [line.level for line in tokens(given_[2:], today)] == ["ok"]
    assert list(tokens(given_[3:], today)) == []
