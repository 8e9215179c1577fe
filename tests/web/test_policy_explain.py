"""The API behind `ospo-gate policy explain --server` and `policy hygiene --server`: with the token alone."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.facts.lookup import FactChain
from app.policies import load_policies
from app.policy_answers import PolicyAnswers
from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from app.web.policy_explain import router
from checks.model.facts import Facts, RepositoryFacts
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.render.explained import text, value_lines
from checks.render.hygiene import text as hygiene_text

TOKEN = "a-token-that-only-the-tests-know"
BEARER = f"Bearer {TOKEN}"
POLICY = b"""\
version: 1
owner: {team: "@example/ospo"}
licenses: {levels: {license-missing: block}}
overrides:
  - {match: {properties: {tier: firmware}}, licenses: {levels: {license-missing: note}}}
  - {match: {repositories: "gone-*"}, mode: evaluate}
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that knows two repositories."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        rows = [
            RepositoryRow(1, 11, "example/web", visibility="private", properties={"tier": "firmware"}, topics=()),
            RepositoryRow(2, 11, "example/api", visibility="private", properties={}, topics=()),
        ]
        await RepositoryStore(database).seen(rows)
        await database.close()

    asyncio.run(filled())
    return url


def get(url: str, path: str, authorization: str | None = BEARER) -> httpx.Response:
    async def policies() -> PolicySet:
        return load_policies(PolicyFiles(POLICY, "example/policy/policy.yaml@main"))

    def chain(repository: RepositoryFacts, checks: frozenset[str]) -> FactChain:
        return FactChain(Facts(repository=repository), (), (), checks)

    async def asked() -> httpx.Response:
        database = Database(url)
        answers = PolicyAnswers(database, policies, chain, lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
        app = FastAPI()
        app.include_router(router(TOKEN, answers.explain, answers.hygiene))
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gate.example") as client:
                return await client.get(path, headers={"Authorization": authorization} if authorization else {})
        finally:
            await database.close()

    return asyncio.run(asked())


@pytest.mark.parametrize(("name", "conclusion"), [("example/web", "passed"), ("example/API", "cannot-judge")])
def test_the_stored_properties_of_the_repository_decide(url: str, name: str, conclusion: str) -> None:
    document = get(url, f"/api/v1/policy/explain?package=npm:left-pad@1.3.0&repository={name}").json()
    assert document["package"]["conclusion"] == conclusion
    holds = {"passed": "yes", "cannot-judge": "no"}[conclusion]
    assert document["layers"][0]["mark"] == holds
    assert "left-pad 1.3.0" in text(document, (), 100).splitlines()[0]


def test_without_a_package_it_is_the_values_with_their_places(url: str) -> None:
    document = get(url, "/api/v1/policy/explain?repository=example/web").json()
    assert document["package"] is None
    level = "licenses.levels.license-missing: note  [example/policy/policy.yaml@main:5 (override 1)]"
    assert level in text(document, tuple(value_lines(document["values"])), 100)


def test_hygiene_looks_at_the_repositories_that_are_known(url: str) -> None:
    document = get(url, "/api/v1/policy/hygiene").json()
    assert [point["topic"] for point in document["points"]] == ["override-unreachable"]
    assert "override 2 holds for none of 2 known repositories" in hygiene_text(document, 200).replace("O", "o", 1)


@pytest.mark.parametrize(
    ("path", "authorization", "status", "said"),
    [
        ("explain", None, 401, "Authorization"),
        ("hygiene", "Bearer wrong", 401, "Authorization"),
        ("explain?repository=example/none", BEARER, 400, "no repository example/none is known"),
        ("explain?package=%00", BEARER, 400, "printable"),
        ("explain?package=" + "a" * 501, BEARER, 400, "500 characters"),
        ("explain?package=left-pad", BEARER, 400, "could be a package of any kind"),
        ("explain?package=npm:x&scope=all", BEARER, 400, "scope: expected runtime"),
        ("explain?rule=license-misssing", BEARER, 400, "Did you mean license-missing?"),
        ("explain?color=red", BEARER, 400, "there are only the parameters repository, package"),
        ("hygiene?fail=1", BEARER, 400, "there are only the parameters tickets"),
    ],
)
def test_every_refusal_says_why(url: str, path: str, authorization: str | None, status: int, said: str) -> None:
    answer = get(url, f"/api/v1/policy/{path}", authorization)
    assert (answer.status_code, answer.json()["status"]) == (status, "refused")
    assert said in answer.json()["reason"]
