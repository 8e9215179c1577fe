"""What administrators do: names, owners, visibility, branches, properties, and who hears of it."""

from .conftest import Place, Receiver


def connect(place: Place, receiver: Receiver) -> None:
    place.app.webhook_url = receiver.url
    place.app.events = ["repository", "custom_property_values", "push"]


def actions(place: Place, event: str = "repository") -> list[str | None]:
    place.sim.wait_idle()
    return [delivery.action for delivery in place.sim.deliveries if delivery.event == event]


def test_each_change_is_told_with_what_it_was_before(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.repo.commit("next", {"a": "1"}, "One", notify=False)
    place.repo.rename("shop", place.ada)
    place.repo.archive()
    place.repo.unarchive()
    place.repo.set_visibility("internal")
    place.repo.set_visibility("public")
    place.repo.set_default_branch("next")
    place.sim.create_repository("example", "new", announce=True)
    place.repo.delete()
    assert actions(place) == [
        "renamed", "archived", "unarchived", "privatized", "publicized", "edited", "created", "deleted",
    ]  # fmt: skip
    assert actions(place, "installation_repositories") == ["added"]
    told = [delivery.json for delivery in place.sim.deliveries]
    assert told[0]["changes"] == {"repository": {"name": {"from": "web-shop"}}}
    assert (told[0]["repository"]["full_name"], told[0]["sender"]["login"]) == ("example/shop", "ada")
    assert (told[3]["repository"]["visibility"], told[3]["repository"]["private"]) == ("internal", True)
    assert told[5]["changes"] == {"default_branch": {"from": "main"}}
    assert told[5]["repository"]["default_branch"] == "next"


def test_an_old_name_redirects(place: Place) -> None:
    place.repo.rename("shop")
    answer = place.api.get(f"{place.path}/pulls?state=all")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{place.sim.api_url}/repositories/{place.repo.id}/pulls?state=all"
    assert place.api.get(answer.headers["location"]).status_code == 200


def test_a_transfer_is_told_to_the_new_owner_alone(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    elsewhere = place.sim.create_org("elsewhere")
    new = place.sim.install(place.app, "elsewhere")
    place.repo.transfer(elsewhere, place.ada)
    place.sim.wait_idle()
    (told,) = [delivery.json for delivery in place.sim.deliveries if delivery.event == "repository"]
    assert (told["action"], told["installation"]["id"]) == ("transferred", new)
    assert told["changes"]["owner"]["from"]["organization"]["login"] == "example"
    assert told["repository"]["full_name"] == "elsewhere/web-shop"
    assert place.api.get(place.path, follow_redirects=False).status_code == 301
    assert place.api.get("/repos/elsewhere/web-shop").status_code == 404


def test_a_transfer_takes_a_chosen_repository_away(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    second = place.sim.create_app("second", webhook_url=receiver.url, events=[])
    number = place.sim.install(second, "example", ["web-shop"])
    place.repo.transfer(place.sim.create_org("elsewhere"))
    place.sim.wait_idle()
    (told,) = [delivery.json for delivery in place.sim.deliveries if delivery.event == "installation_repositories"]
    assert (told["installation"]["id"], told["action"]) == (number, "removed")
    assert [repository["full_name"] for repository in told["repositories_removed"]] == ["example/web-shop"]


def test_custom_properties_are_set_and_unset(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.repo.set_custom_properties({"tier": "gold", "team": "shop"})
    place.repo.set_custom_properties({"tier": None})
    assert place.repo.custom_properties == {"team": "shop"}
    assert actions(place, "custom_property_values") == ["updated", "updated"]
    last = place.sim.deliveries[-1].json
    assert last["new_property_values"] == [{"property_name": "tier", "value": None}]
    assert last["old_property_values"] == [{"property_name": "tier", "value": "gold"}]


def test_pushes_of_tags_and_deletions(place: Place, receiver: Receiver) -> None:
    connect(place, receiver)
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    place.repo.tag("v1")
    pull = place.repo.open_pull("feature", author=place.ada)
    place.repo.delete_branch("feature", place.ada)
    place.sim.wait_idle()
    pushes = [delivery.json for delivery in place.sim.deliveries if delivery.event == "push"]
    assert [(p["ref"], p["created"], p["deleted"]) for p in pushes] == [
        ("refs/heads/feature", True, False),
        ("refs/tags/v1", True, False),
        ("refs/heads/feature", False, True),
    ]
    assert pull.state == "closed"


def test_an_archived_repository_takes_no_check_run(place: Place) -> None:
    run = place.check_run().json()
    place.repo.archive()
    assert place.check_run().status_code == 403
    assert place.api.patch(f"{place.path}/check-runs/{run['id']}", json={"status": "queued"}).status_code == 403
    values = {"repositoryId": place.repo.node_id, "headSha": place.repo.head(), "name": "late"}
    document = "mutation ($i: CreateCheckRunInput!) { createCheckRun(input: $i) { checkRun { id } } }"
    (error,) = place.graphql(document, i=values)["errors"]
    assert error["message"] == "Repository was archived so is read-only."


def test_rulesets_and_classic_protection_are_listed(place: Place) -> None:
    place.repo.require_checks("build", app=place.app)
    quiet = {"id": 7, "name": "Soon", "source_type": "Organization", "source": "example", "enforcement": "evaluate"}
    place.repo.waiting_rulesets.append({**quiet, "target": "branch", "rules": [{"type": "deletion"}]})
    path = f"/repos/{place.repo.full_name}"
    found = place.api.get(f"{path}/rulesets").json()
    assert [(item["enforcement"], "rules" in item) for item in found] == [("active", False), ("evaluate", False)]
    assert len(place.api.get(f"{path}/rulesets?includes_parents=false").json()) == 1
    whole = place.api.get(f"{path}/rulesets/{found[0]['id']}").json()
    checks = [{"context": "build", "integration_id": place.app.id}]
    assert whole["rules"][0]["parameters"]["required_status_checks"] == checks
    assert place.api.get(f"{path}/rulesets/1").status_code == 404
    place.repo.commit("old", {"a.txt": "1\n"}, "Old")
    place.repo.commit("free", {"a.txt": "2\n"}, "Free")
    place.repo.protect("old", "build", app=place.app)
    protected = place.api.get(f"{path}/branches?protected=true").json()
    assert [branch["name"] for branch in protected] == ["main", "old"]
    required = protected[1]["protection"]["required_status_checks"]
    assert required["checks"] == [{"context": "build", "app_id": place.app.id}]
    assert "free" in [branch["name"] for branch in place.api.get(f"{path}/branches").json()]
