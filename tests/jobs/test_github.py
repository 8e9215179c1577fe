"""One judgment with each version of GitHub's API, under a new name of the repository, and asked for again."""

from dataclasses import replace

import pytest

from app.service_settings import ApiVersion
from app.subject import Delivery, Lost
from tests.end_to_end.examples import COPYLEFT, SIGNED
from tests.jobs.office import Office, Run


@pytest.mark.parametrize("version", list(ApiVersion))
@pytest.mark.parametrize("graphql", [True, False])
def test_answers_of_both_versions_are_read(run: Run, version: ApiVersion, graphql: bool) -> None:
    async def story(office: Office) -> None:
        office.sim.graphql_available = graphql
        try:
            pull = office.pull(COPYLEFT)
            await office.want(pull)
            await office.work()
        finally:
            office.sim.graphql_available = True
        assert office.titles(pull) == ["1 to fix"]

    run(story, github_api_version=version)


def test_a_repository_that_is_renamed_between_the_event_and_the_judgment(run: Run) -> None:
    """By REST its old name redirects to its id, whatever the method; GraphQL knows the old name, too."""

    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        pull.repository.rename(f"{pull.repository.name}-anew")
        office.sim.graphql_available = False
        try:
            await office.work()
        finally:
            office.sim.graphql_available = True
        assert office.titles(pull) == ["1 to fix"]

    run(story)


def test_what_is_asked_for_again_costs_nothing_of_the_limit(run: Run) -> None:
    """The comparison did not change: GitHub says so, and counts nothing."""

    async def story(office: Office) -> None:
        pull = office.pull(COPYLEFT)
        for _ in range(3):
            await office.want(pull)
            await office.work()
        compared = [
            request.status for request in office.sim.requests if f"/{pull.repository.name}/compare/" in request.path
        ]
        assert compared == [200, 304, 304]
        spent = {b.resource: b.limit - b.remaining for b in office.service.github.budget() if b.installation_id}
        pull.push({"more.txt": "1"}, f"More\n\n{SIGNED}", office.ada)
        await office.want(pull)
        await office.work()
        after = {b.resource: b.limit - b.remaining for b in office.service.github.budget() if b.installation_id}
        assert after["core"] == spent["core"] + 1

    run(story)


def test_the_central_policy_is_read_by_a_token_that_can_publish_nothing(run: Run) -> None:
    async def story(office: Office) -> None:
        from app.github.pull import CentralPolicy

        central = office.repository()
        place = CentralPolicy(central.full_name, "policy.yaml", "main")
        office.service.judge = replace(office.service.judge, central=place)
        pull = office.pull(COPYLEFT)
        await office.want(pull)
        await office.work()
        assert office.titles(pull) == ["1 to fix"]
        by_id = {
            token.repositories and frozenset(token.repositories): token
            for token in office.sim.server.authenticator.tokens.values()
        }
        reading = by_id[frozenset({central.id, pull.repository.id})]
        publishing = by_id[frozenset({pull.repository.id})]
        assert set(reading.permissions.values()) == {"read"}
        assert (publishing.permissions["checks"], "contents" in publishing.permissions) == ("write", False)

    run(story)


def test_what_an_installation_allowed_is_forgotten_with_it(run: Run) -> None:
    async def story(office: Office) -> None:
        client = office.service.github.installation(office.installation, [office.repository().id])
        await client.app.token(client.key)
        office.sim.reset_counts()
        await client.app.token(client.key)
        assert office.sim.requests == []
        await office.service._accept(
            Delivery("gone", "installation", "deleted", Lost(office.installation, "It is gone."))
        )
        await client.app.token(client.key)
        assert [request.kind for request in office.sim.requests] == ["token"]

    run(story)
