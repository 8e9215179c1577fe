"""`/policy`: who sees which edition."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.github.people import People
from app.policies import load_policies
from app.store.database import Database
from app.store.repositories import RepositoryStore
from app.web import policy_page
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from tests.pages.site import PRIVATE, PUBLIC, SECRET, Site, World

TEXT = b"version: 1\nowner: {team: '@example/ospo', contact: 'https://example.com/open-source'}\nlicenses: {}\n"


class PolicySite(Site):
    """With the page of a policy that is in `repository`."""

    def __init__(
        self,
        folder: Path,
        world: World,
        repository: str | None = PRIVATE,
        public: bool = True,
        text: bytes | None = TEXT,
    ) -> None:
        super().__init__(folder, world)
        self.repository, self.public, self.text = repository, public, text

    def _application(self) -> Any:
        found = super()._application()
        sim, database = self.world.app, Database(self.url)
        people = People(sim.client_id, sim.client_secret, self.world.sim.url, self.world.sim.api_url)
        sessions = Sessions("a-session-secret", secure=False, clock=self.clock)
        rights = Rights(RepositoryStore(database), people, True, self.clock)
        desk = policy_page.PolicyDesk(
            *(self.policy, self.repository, self.public, Renderer(self.base, sessions), rights, sessions),
            lambda: datetime(2026, 11, 20, tzinfo=UTC),
        )
        found.include_router(policy_page.router(desk))
        return found

    async def policy(self) -> PolicySet | None:
        return load_policies(PolicyFiles(self.text, "policy.yaml")) if self.text is not None else None


@pytest.fixture
def site(tmp_path: Path, world: World) -> Iterator[PolicySite]:
    with PolicySite(tmp_path, world) as site:
        yield site


def edition(text: str) -> str | None:
    return next((name for name in ("public", "internal") if f"{name} edition." in text), None)


def test_everybody_sees_the_public_edition_if_a_setting_says_so(site: PolicySite) -> None:
    answer = site.get("/policy")
    assert (answer.status_code, edition(answer.text)) == (200, "public")
    assert "@example/ospo" not in answer.text
    assert 'id="license-not-allowed"' in answer.text
    assert 'href="https://example.com/open-source"' in answer.text
    assert not site.world.asked


def test_who_may_see_the_repository_of_the_policy_sees_the_internal_edition(site: PolicySite) -> None:
    with site.signed_in("ada") as ada, site.signed_in("eve") as eve:
        assert edition(ada.get("/policy").text) == "internal"
        assert "@example/ospo" in ada.get("/policy").text
        assert edition(eve.get("/policy").text) == "public"


def test_without_the_setting_only_they_see_anything(tmp_path: Path, world: World) -> None:
    with PolicySite(tmp_path, world, public=False) as site:
        answer = site.get("/policy")
        assert answer.status_code == 404
        assert "/signin?to=%2Fpolicy" in answer.text
        with site.signed_in("ada") as ada, site.signed_in("eve") as eve:
            assert ada.get("/policy").status_code == 200
            assert eve.get("/policy").status_code == 404


@pytest.mark.parametrize(("repository", "shown"), [(PUBLIC, "public"), (SECRET, "public")])
def test_a_public_policy_repository_opens_nothing_that_is_not_in_it(
    tmp_path: Path, world: World, repository: str, shown: str
) -> None:
    """Decisions that were made on a page are in no file there."""
    with PolicySite(tmp_path, world, repository) as site, site.signed_in("ada") as ada:
        assert edition(ada.get("/policy").text) == shown


@pytest.mark.parametrize("given", [{"repository": None}, {"text": None}])
def test_without_a_policy_of_the_organization_there_is_no_page(
    tmp_path: Path, world: World, given: dict[str, Any]
) -> None:
    with PolicySite(tmp_path, world, **given) as site:
        assert site.get("/policy").status_code == 404


def test_while_github_cannot_tell_nothing_is_shown(site: PolicySite) -> None:
    with site.signed_in("ada") as ada:
        site.world.sim.fail_next("GET /repositories/*", status=502, times=10)
        answer = ada.get("/policy")
    assert answer.status_code == 503
    assert edition(answer.text) is None
