"""Everything that is delivered has the shape that GitHub publishes, by the models that githubkit makes of it."""

from collections import Counter

from githubkit_schemas.latest import models
from pydantic import BaseModel

from . import manifests, oauth
from .alerts import Advisory
from .conftest import Place, build
from .simulator import Simulator
from .webhooks import PERMISSION, Delivery

PERMISSIONS = {
    "checks": "write", "contents": "write", "members": "read", "merge_queues": "read", "pull_requests": "write",
    "vulnerability_alerts": "read",
}  # fmt: skip
EVENTS = [*PERMISSION, "custom_property_values", "repository"]
NOWHERE = "http://127.0.0.1:9/webhook"


def installations(place: Place) -> None:
    sim = place.sim
    app = sim.create_app("second", webhook_url=NOWHERE, events=[], permissions=PERMISSIONS)
    number = sim.install(app, "example", ["web-shop"])
    sim.create_repository("example", "other", announce=True)
    sim.add_repositories(number, ["other"])
    sim.remove_repositories(number, ["other"])
    sim.suspend(number)
    sim.suspend(number, False)
    sim.accept_permissions(number)
    sim.select_all(number)
    sim.uninstall(number)
    manifests.ping(sim.world, app)
    oauth.issue(sim.world, app, place.ada)
    oauth.revoke(sim.world, app, place.ada)


def pull_request(place: Place) -> None:
    place.repo.require_queue()
    place.repo.require_checks("ospo-gate", app=place.app)
    place.repo.commit("feature", {"a": "1"}, "One", place.ada)
    place.repo.commit("release", {"r": "1"}, "Release")
    pull = place.repo.open_pull("feature", author=place.ada, draft=True)
    pull.ready_for_review()
    pull.convert_to_draft()
    pull.ready_for_review()
    pull.edit("Title", "Body")
    pull.change_base("release")
    pull.change_base("main")
    pull.close()
    pull.reopen()
    pull.push({"b": "1"}, "Two")
    pull.review(place.ada)
    pull.enqueue()
    pull.dequeue()
    button = {"label": "Check again", "description": "Judge once more", "identifier": "again"}
    sha = pull.enqueue()
    run = place.check_run(sha, conclusion="success", actions=[button]).json()["id"]
    place.sim.request_action(run, "again", place.ada)
    place.sim.rerequest_check_run(run, place.ada)
    place.sim.rerequest_check_suite(place.repo, sha, place.ada)
    assert place.repo.queue().process() == ["merged #1"]


def comments_and_alerts(place: Place) -> None:
    comment = place.sim.comment(place.repo, 1, place.ada, "One")
    place.sim.edit_comment(comment, "Two")
    place.sim.delete_comment(comment)
    place.sim.comment_on_issue(place.repo, 7, place.ada, "Three")
    alert = place.repo.alert(Advisory("GHSA-aaaa-bbbb-cccc", "left-pad"))
    alert.fix()
    alert.reintroduce()
    alert.dismiss(place.ada, "not_used")
    alert.reopen(place.ada)
    alert.auto_dismiss()
    alert.reopen()


def administration(place: Place) -> None:
    repo, elsewhere = place.repo, place.sim.create_org("elsewhere")
    place.sim.install(place.app, "elsewhere")
    repo.set_custom_properties({"tier": "gold"}, place.ada)
    repo.tag("v1")
    repo.delete_branch("feature")
    repo.rename("shop")
    repo.archive()
    repo.unarchive()
    repo.set_visibility("private")
    repo.set_visibility("public")
    repo.set_default_branch("release")
    repo.transfer(elsewhere, place.ada)
    repo.delete()


def model(delivery: Delivery) -> type[BaseModel]:
    """By its name, because githubkit's own parsing first builds a model of all actions of an event (2 s for one)."""
    words = f"{delivery.event}_{delivery.action or ''}".split("_")
    found: type[BaseModel] = getattr(models, "Webhook" + "".join(word.capitalize() for word in words))
    return found


def test_every_event_is_one_of_githubs(key: str) -> None:
    with Simulator() as sim:
        place = build(sim, key, permissions=PERMISSIONS, events=EVENTS, webhook_url=NOWHERE)
        for story in (installations, pull_request, comments_and_alerts, administration):
            story(place)
        sim.wait_idle()
        place.api.close()
        for delivery in sim.deliveries:
            model(delivery).model_validate_json(delivery.payload)
        seen = Counter(delivery.event for delivery in sim.deliveries)
    assert seen.keys() == {*EVENTS, "installation", "installation_repositories", "github_app_authorization", "ping"}
