"""The same server through githubkit, whose generated models check the shape of what comes back."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub
from githubkit.exception import GraphQLFailed, RequestFailed

from . import manifests, oauth
from .alerts import Advisory
from .conftest import Place

VERSION = "2026-03-10"


@pytest.fixture
def github(place: Place) -> Iterator[GitHub[AppInstallationAuthStrategy]]:
    auth = AppInstallationAuthStrategy(place.app.id, place.app.private_key_pem, place.installation)
    with GitHub(auth, base_url=place.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as made:
        yield made


def test_reading_a_pull_request(place: Place, github: GitHub[AppInstallationAuthStrategy]) -> None:
    place.repo.commit("feature", {"a.txt": "1\n"}, "One", place.ada, verified=True)
    pull = place.repo.open_pull("feature", author=place.ada)
    here = ("example", "web-shop")
    rest = github.rest
    assert rest.repos.get(*here).parsed_data.full_name == "example/web-shop"
    assert rest.pulls.get(*here, 1).parsed_data.head.sha == pull.head_sha
    assert [p.number for p in rest.pulls.list(*here, state="open").parsed_data] == [1]
    assert [f.filename for f in rest.pulls.list_files(*here, 1).parsed_data] == ["a.txt"]
    assert rest.pulls.list_commits(*here, 1).parsed_data[0].commit.message == "One"
    compared = rest.repos.compare_commits(*here, f"{pull.base_sha}...{pull.head_sha}").parsed_data
    assert compared.merge_base_commit.sha == pull.base_sha
    assert rest.git.get_tree(*here, pull.head_sha, recursive="1").parsed_data.truncated is False
    assert rest.repos.get_commit(*here, "feature").parsed_data.sha == pull.head_sha
    assert rest.apps.list_repos_accessible_to_installation().parsed_data.total_count == 1
    assert rest.repos.get_collaborator_permission_level(*here, "ada").parsed_data.permission == "read"
    assert rest.orgs.get_membership_for_user("example", "ada").parsed_data.state == "active"


def test_writing_a_verdict(place: Place, github: GitHub[AppInstallationAuthStrategy]) -> None:
    place.repo.commit("feature", {"a.txt": "1\n"}, "One", place.ada)
    pull = place.repo.open_pull("feature", author=place.ada)
    here = ("example", "web-shop")
    note = {"path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "Look"}
    output = {"title": "t", "summary": "s", "annotations": [note]}
    body = {"name": "ospo-gate", "head_sha": pull.head_sha, "conclusion": "failure", "output": output}
    run = github.rest.checks.create(*here, data=body).parsed_data
    assert run.conclusion == "failure"
    listed = github.rest.checks.list_for_ref(*here, pull.head_sha).parsed_data
    assert [r.id for r in listed.check_runs] == [run.id]
    assert github.rest.checks.list_annotations(*here, run.id).parsed_data[0].message == "Look"
    suite = github.rest.checks.create_suite(*here, head_sha=pull.head_sha).parsed_data
    assert suite.conclusion == "failure"
    comment = github.rest.issues.create_comment(*here, 1, body="Hello").parsed_data
    assert [c.id for c in github.rest.issues.list_comments(*here, 1).parsed_data] == [comment.id]
    with pytest.raises(RequestFailed) as refused:
        github.rest.issues.create_comment(*here, 1, body="x" * 65_537)
    assert refused.value.response.status_code == 422


def test_graphql(place: Place, github: GitHub[AppInstallationAuthStrategy]) -> None:
    assert github.graphql("{ viewer { login } }")["viewer"]["login"] == "ospo-gate[bot]"
    with pytest.raises(GraphQLFailed):
        github.graphql('{ repository(owner: "example", name: "nope") { id } }')


def test_an_expired_token_is_refused(place: Place, github: GitHub[AppInstallationAuthStrategy]) -> None:
    assert github.rest.repos.get("example", "web-shop").status_code == 200
    place.sim.expire_tokens()
    with pytest.raises(RequestFailed) as refused:
        github.rest.repos.get("example", "web-shop")
    assert refused.value.response.status_code == 401


def test_the_app_itself(place: Place) -> None:
    auth = AppAuthStrategy(place.app.client_id, place.app.private_key_pem)
    with GitHub(auth, base_url=place.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as app:
        found = app.rest.apps.get_authenticated().parsed_data
        assert found is not None
        assert found.slug == "ospo-gate"
        assert app.rest.apps.list_installations().parsed_data[0].id == place.installation
        assert app.rest.apps.get_repo_installation("example", "web-shop").parsed_data.app_slug == "ospo-gate"
        place.app.webhook_url = "http://127.0.0.1:9/webhook"
        place.sim.send_raw("ping", {"zen": "Anything."})
        place.sim.wait_idle()
        (delivery,) = app.rest.apps.list_webhook_deliveries().parsed_data
        assert delivery.status_code == 0
        assert app.rest.apps.get_webhook_delivery(delivery.id).parsed_data.guid == delivery.guid


def test_enterprise_server(ghes: Place) -> None:
    auth = AppInstallationAuthStrategy(ghes.app.id, ghes.app.private_key_pem, ghes.installation)
    with GitHub(auth, base_url=ghes.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as github:
        with pytest.raises(RequestFailed) as refused:  # the newer API version, which githubkit asks for
            github.rest.repos.get("example", "web-shop")
        assert refused.value.response.status_code == 400
        older = {"X-GitHub-Api-Version": "2022-11-28"}
        assert github.request("GET", "/repos/example/web-shop", headers=older).json()["id"] == ghes.repo.id
        assert github.graphql("{ viewer { login } }")["viewer"]["login"] == "ospo-gate[bot]"


def test_people_rules_and_dependencies(place: Place) -> None:
    permissions = {"contents": "write", "pull_requests": "write", "members": "read", "vulnerability_alerts": "read"}
    app = place.sim.create_app("other", permissions=permissions)
    auth = AppInstallationAuthStrategy(app.id, app.private_key_pem, place.sim.install(app, "example"))
    place.repo.require_checks("ospo-gate", app=place.app)
    place.repo.require_queue()
    place.repo.alert(Advisory("GHSA-aaaa-bbbb-cccc", "left-pad"))
    place.repo.commit("feature", {"a.txt": "1\n"}, "One", place.ada)
    comment = place.sim.comment(place.repo, place.repo.open_pull("feature", author=place.ada).number, place.ada, "Hi")
    place.org.create_team("legal", [place.ada])
    here = ("example", "web-shop")
    with GitHub(auth, base_url=place.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as github:
        rest = github.rest
        rules = rest.repos.get_branch_rules(*here, "main").parsed_data
        assert [rule.type for rule in rules] == ["required_status_checks", "merge_queue"]
        assert rest.reactions.create_for_issue_comment(*here, comment.id, content="eyes").parsed_data.content == "eyes"
        assert rest.teams.get_membership_for_user_in_org("example", "legal", "ada").parsed_data.state == "active"
        assert rest.dependabot.list_alerts_for_repo(*here).parsed_data[0].number == 1
        assert rest.dependabot.list_alerts_for_org("example").parsed_data[0].repository.full_name == "example/web-shop"
        sent = rest.dependency_graph.create_repository_snapshot(
            *here, version=0, job={"id": "1", "correlator": "gate"}, sha=place.repo.head(), ref="refs/heads/main",
            detector={"name": "d", "version": "1", "url": "https://d.example"}, scanned=datetime.now(UTC),
        )  # fmt: skip
        assert sent.parsed_data.result == "SUCCESS"
        assert rest.rate_limit.get().parsed_data.resources.core.limit == 5_000
        assert rest.meta.get().parsed_data.hooks


def test_with_the_token_of_a_person(place: Place) -> None:
    token = oauth.issue(place.sim.world, place.app, place.ada).value
    with GitHub(token, base_url=place.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as github:
        assert github.rest.users.get_authenticated().parsed_data.login == "ada"
        listed = github.rest.apps.list_installations_for_authenticated_user().parsed_data
        assert [installation.id for installation in listed.installations] == [place.installation]
        seen = github.rest.apps.list_installation_repos_for_authenticated_user(place.installation).parsed_data
        assert [repository.full_name for repository in seen.repositories] == ["example/web-shop"]


def test_an_app_from_a_manifest(place: Place) -> None:
    manifest = {"url": "https://gate.example", "hook_attributes": {"url": "http://127.0.0.1:9/webhook"}}
    code = manifests.create(place.sim.world, place.org, manifest, "Our gate")
    with GitHub(base_url=place.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as nobody:
        made = nobody.rest.apps.create_from_manifest(code).parsed_data
    auth = AppAuthStrategy(made.client_id, made.pem)
    with GitHub(auth, base_url=place.sim.api_url, http_cache=False, auto_retry=False, trust_env=False) as app:
        assert app.rest.apps.get_webhook_config_for_app().parsed_data.url == "http://127.0.0.1:9/webhook"
        url = "http://127.0.0.1:9/other"
        assert app.rest.apps.update_webhook_config_for_app(url=url).parsed_data.url == url
        place.sim.wait_idle()
        (ping,) = app.rest.apps.list_webhook_deliveries().parsed_data
        assert (ping.event, ping.status_code) == ("ping", 0)
        assert app.rest.apps.redeliver_webhook_delivery(ping.id).status_code == 202
