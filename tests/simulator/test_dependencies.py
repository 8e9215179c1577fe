"""The dependency graph that submissions make, and Dependabot's alerts."""

from typing import Any

import pytest

from .alerts import Advisory
from .conftest import Place, Receiver

ADVISORY = Advisory("GHSA-aaaa-bbbb-cccc", "left-pad", severity="critical", cve_id="CVE-2026-0001")


def office(place: Place, **permissions: str) -> Any:
    """A client of an App that was granted these permissions."""
    app = place.sim.create_app("other", permissions=permissions)
    return place.with_token(place.token_of(app, place.sim.install(app, "example")))


def snapshot(place: Place, **changed: Any) -> dict[str, Any]:
    pad = {"package_url": "pkg:npm/left-pad@1.0.0", "relationship": "direct", "scope": "runtime"}
    return {
        "version": 0,
        "job": {"id": "1", "correlator": "gate"},
        "sha": place.repo.head(),
        "ref": "refs/heads/main",
        "detector": {"name": "ospo-gate", "version": "1.0.0", "url": "https://gate.example"},
        "scanned": "2026-11-20T10:00:00Z",
        "manifests": {"package.json": {"name": "package.json", "resolved": {"left-pad": pad}}},
        **changed,
    }


def test_the_latest_snapshot_of_a_correlator_and_detector_counts(place: Place) -> None:
    path = f"{place.path}/dependency-graph/snapshots"
    with office(place, contents="write") as api:
        first = api.post(path, json=snapshot(place))
        assert (first.status_code, first.json()["result"]) == (201, "SUCCESS")
        assert first.json().keys() == {"id", "created_at", "result", "message"}
        assert [p["package_url"] for p in place.sim.dependencies(place.repo)] == ["pkg:npm/left-pad@1.0.0"]
        other = {"name": "other", "version": "1", "url": "https://other.example"}
        api.post(path, json=snapshot(place, detector=other))
        assert len(place.sim.dependencies(place.repo)) == 2
        api.post(path, json=snapshot(place, manifests={}))
    assert len(place.sim.dependencies(place.repo)) == 1


def test_another_branch_is_accepted_and_does_not_count(place: Place) -> None:
    sha = place.repo.commit("feature", {"a": "1"}, "One")
    with office(place, contents="write") as api:
        answer = api.post(f"{place.path}/dependency-graph/snapshots", json=snapshot(place, sha=sha))
    assert (answer.status_code, answer.json()["result"]) == (201, "ACCEPTED")
    assert place.sim.dependencies(place.repo) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"sha": "0" * 40},
        {"manifests": {"m": {"name": "m", "resolved": {"x": {"package_url": "left-pad@1.0.0"}}}}},
        {"manifests": {"m": {"name": "m", "resolved": {"x": {"dependencies": ["pkg:npm"]}}}}},
    ],
)
def test_wrong_contents_are_invalid(place: Place, changed: dict[str, Any]) -> None:
    with office(place, contents="write") as api:
        answer = api.post(f"{place.path}/dependency-graph/snapshots", json=snapshot(place, **changed))
    assert (answer.status_code, answer.json()["result"]) == (201, "INVALID")
    assert place.sim.dependencies(place.repo) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"job": {"id": "1"}}, '"job.correlator" wasn\'t supplied'),
        ({"version": "0"}, '"version" is not of type int'),
        ({"sha": "main"}, '"sha" does not match'),
        ({"ref": "main"}, '"ref" does not match'),
        ({"scanned": "today"}, '"scanned" is not a date-time'),
        ({"detector": None}, '"detector" wasn\'t supplied'),
        ({"metadata": {str(n): n for n in range(9)}}, "at most 8 keys"),
        ({"metadata": {"a": []}}, "no scalar"),
        ({"manifests": []}, '"manifests" is not an object'),
        ({"manifests": {"m": {}}}, '"manifests.m.name" wasn\'t supplied'),
        ({"manifests": {"m": {"name": "m", "resolved": {"x": {"scope": "test"}}}}}, "is not one of runtime"),
        ({"manifests": {"m": {"name": "m", "resolved": {"x": 1}}}}, '"manifests.m.x" is not an object'),
    ],
)
def test_a_wrong_shape_is_refused(place: Place, changed: dict[str, Any], words: str) -> None:
    with office(place, contents="write") as api:
        answer = api.post(f"{place.path}/dependency-graph/snapshots", json=snapshot(place, **changed))
    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_submitting_needs_a_permission_and_has_a_limit_of_its_own(place: Place) -> None:
    path = f"{place.path}/dependency-graph/snapshots"
    refused = place.api.post(path, json=snapshot(place))
    assert (refused.status_code, refused.headers["x-accepted-github-permissions"]) == (403, "contents=write")
    with office(place, contents="write") as api:
        answers = [api.post(path, json=snapshot(place)) for _ in range(101)]
        assert answers[0].headers["x-ratelimit-resource"] == "dependency_snapshots"
        assert [a.status_code for a in answers] == [201] * 100 + [403]
        assert api.get(place.path).status_code == 200
        place.sim.advance(61)
        assert api.post(path, json=snapshot(place)).status_code == 201


def test_the_life_of_an_alert(place: Place, receiver: Receiver) -> None:
    permissions = {"vulnerability_alerts": "read"}
    place.sim.ask_permissions(place.app, permissions, ["dependabot_alert"])
    place.app.webhook_url = receiver.url
    place.repo.alert(ADVISORY)
    place.sim.accept_permissions(place.installation)
    alert = place.repo.alert(ADVISORY)
    alert.fix()
    alert.reintroduce()
    alert.dismiss(place.ada, "tolerable_risk", "Not reachable")
    alert.reopen(place.ada)
    alert.auto_dismiss()
    alert.reopen()
    place.sim.wait_idle()
    told = [d.json for d in place.sim.deliveries if d.event == "dependabot_alert"]
    assert [t["action"] for t in told] == [
        "created", "fixed", "reintroduced", "dismissed", "reopened", "auto_dismissed", "auto_reopened",
    ]  # fmt: skip
    assert told[0]["alert"]["number"] == 2
    assert told[0]["alert"]["security_advisory"]["cve_id"] == "CVE-2026-0001"
    assert told[1]["alert"]["fixed_at"] is not None
    assert (told[3]["alert"]["dismissed_by"]["login"], told[3]["sender"]["login"]) == ("ada", "ada")
    with pytest.raises(ValueError, match="no such dismissal"):
        alert.dismiss(place.ada, "because")


def test_alerts_are_listed_with_filters_and_a_cursor(place: Place) -> None:
    for number in range(5):
        place.repo.alert(Advisory(f"GHSA-{number}", f"package-{number}"))
    place.repo.alerts[0].fix()
    assert place.api.get(f"{place.path}/dependabot/alerts").status_code == 403
    with office(place, vulnerability_alerts="read") as api:
        path: str | None = f"{place.path}/dependabot/alerts?per_page=2&state=open,dismissed"
        seen: list[int] = []
        while path:
            answer = api.get(path)
            seen += [alert["number"] for alert in answer.json()]
            path = answer.links.get("next", {}).get("url")
        assert seen == [5, 4, 3, 2]
        (fixed,) = api.get(f"{place.path}/dependabot/alerts?state=fixed").json()
        assert fixed["security_advisory"].keys() >= {"cvss", "cvss_severities"}
        newer = {"x-github-api-version": "2026-03-10"}
        one = api.get(f"{place.path}/dependabot/alerts/1", headers=newer).json()
        assert "cvss" not in one["security_advisory"]
        assert api.get(f"{place.path}/dependabot/alerts/9").status_code == 404
        assert api.get(f"{place.path}/dependabot/alerts?after=x").status_code == 422
        everywhere = api.get("/orgs/example/dependabot/alerts?package=package-3").json()
        assert [(a["number"], a["repository"]["full_name"]) for a in everywhere] == [(4, "example/web-shop")]
