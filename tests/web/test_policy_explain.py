"""The API behind `ospo-gate policy explain --server` and `policy hygiene --server`: with the token alone."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.api_tokens import Callers
from app.facts.indexed import IndexedLicenses
from app.facts.lookup import FactChain
from app.inventories import parse_here
from app.jobs.recorded import Records
from app.policies import load_policies
from app.policy_answers import PolicyAnswers
from app.store.database import Database
from app.store.inventories import InventoryStore
from app.store.policies import PolicyStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.sightings import SightingStore
from app.store.snapshots import SnapshotStore
from app.verdict_trees import VerdictTrees
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

    async def pages() -> dict[str, str]:
        return {"license-missing": "https://gate.example/policy#license-missing"}

    def chain(repository: RepositoryFacts, checks: frozenset[str]) -> FactChain:
        return FactChain(Facts(repository=repository), (), (), checks)

    async def asked() -> httpx.Response:
        database = Database(url)
        inventories, indexed = InventoryStore(database), IndexedLicenses(database)
        kept = Records(SnapshotStore(database)).of_head
        trees = VerdictTrees(
            PolicyStore(database), kept, inventories, SightingStore(database), indexed, indexed, policies,
            parse_here, pages=pages,
        )  # fmt: skip
        answers = PolicyAnswers(database, policies, chain, lambda: datetime(2026, 11, 20, 12, tzinfo=UTC), trees)
        app = FastAPI()
        app.include_router(router(Callers.of(TOKEN), answers.explain, answers.hygiene))
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


def test_the_rules_are_linked_to_the_page_of_the_policy(url: str) -> None:
    place = "https://gate.example/policy#license-missing"
    document = get(url, "/api/v1/policy/explain?package=npm:left-pad@1.3.0").json()
    assert document["pages"] == {"license-missing": place}
    lines = text(document, (), 400).splitlines()
    speaks = next(number for number, line in enumerate(lines) if line.startswith("  → license-missing"))
    assert lines[speaks + 1].strip() == place
    assert place in text(get(url, "/api/v1/policy/explain?rule=license-missing").json(), (), 100)


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
        ("explain?package=npm:x&pull=7", BEARER, 400, "repository and package are needed with it"),
        ("explain?package=npm:x&repository=example/web&pull=0", BEARER, 400, "pull is the number of a pull request"),
        ("explain?package=npm:x&repository=example/web&pull=7", BEARER, 400, "no verdict on pull request 7"),
        ("explain?color=red", BEARER, 400, "there are only the parameters repository, package"),
        ("hygiene?fail=1", BEARER, 400, "there are only the parameters tickets"),
    ],
)
def test_every_refusal_says_why(url: str, path: str, authorization: str | None, status: int, said: str) -> None:
    answer = get(url, f"/api/v1/policy/{path}", authorization)
    assert (answer.status_code, answer.json()["status"]) == (status, "refused")
    assert said in answer.json()["reason"]
