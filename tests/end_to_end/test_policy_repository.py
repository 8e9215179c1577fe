"""The organization's policy in a repository of its own: a push brings it into force, over real webhooks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import examples
from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED, pull
from tests.end_to_end.stage import Stage
from tests.simulator import Pull, Repository

STRICT = "version: 1\nlicenses:\n  allow: [permissive]\n"
WAIVER = """\
id: W-2026-020
rules: [license-not-allowed]
package: pkg:npm/glyph-core
reason: It is a tool of our own.
approved_by: "@grace"
created: 2026-11-20
expires: 2099-03-31
"""
PLACE = "example/policy/policy.yaml@main"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, OSPO_GATE_POLICY=PLACE) as stage:
        yield stage


def policy(stage: Stage, files: dict[str, Any]) -> Repository:
    return stage.sim.create_repository("example", "policy", files=files)


def web(stage: Stage, name: str, files: dict[str, Any] | None = None, **options: Any) -> Repository:
    return stage.sim.create_repository("example", name, files={**CLEAN, **(files or {})}, **options)


def of_policy(stage: Stage, repository: Repository) -> dict[str, Any]:
    """The check run on the newest commit of the policy."""
    sha = repository.head()
    found: dict[str, Any] = stage.until(lambda: stage.runs(repository, sha).get("ospo-gate / policy"), "a check")
    return found


def green(stage: Stage, change: Pull) -> None:
    stage.until(lambda: stage.verdict(change.repository, change.head_sha)["conclusion"] == "success", "green")


def requests_about(stage: Stage, *repositories: Repository) -> list[str]:
    """The REST requests since the counts were reset that name one of the repositories; not the word that a judgment is
    in progress, which is said after some seconds, on a busy machine alone."""
    names = [f"/repos/{repository.full_name}/" for repository in repositories]
    counted = [line for line in stage.counted() if not line.endswith("/check-runs")]
    return [line for line in counted if any(name in line for name in names)]


def test_a_waiver_that_is_merged_sets_pull_requests_free_and_nothing_is_read_again(stage: Stage) -> None:
    central = policy(stage, {"policy.yaml": STRICT})
    changes = [pull(stage, web(stage, f"web-{number}"), COPYLEFT) for number in range(3)]
    assert {stage.verdict(c.repository, c.head_sha)["conclusion"] for c in changes} == {"failure"}
    stage.settle()
    stage.sim.reset_counts()
    central.commit("main", {"waivers/W-2026-020.yaml": WAIVER}, f"Grant it\n\n{SIGNED}", stage.ada)
    for change in changes:
        green(stage, change)
    stage.settle()
    said = of_policy(stage, central)
    assert said["conclusion"] == "success"
    assert "waivers added: `W-2026-020`" in said["output"]["summary"]
    assert requests_about(stage, *(change.repository for change in changes)) == []
    queries = [line for line in stage.counted() if "graphql" in line]
    assert len(queries) == len(changes) + 1, "one publication each, and the one file that is new"


def test_a_broken_push_changes_nothing_and_says_where_on_its_commit(stage: Stage) -> None:
    central = policy(stage, {"policy.yaml": STRICT})
    change = pull(stage, web(stage, "web"), COPYLEFT)
    assert stage.verdict(change.repository, change.head_sha)["output"]["title"] == "1 to fix"
    central.commit("main", {"policy.yaml": f"{STRICT}licences: {{}}\n"}, "Break it", stage.ada)
    said = of_policy(stage, central)
    assert (said["conclusion"], said["output"]["title"]) == ("failure", "The policy is not valid: 1 fault")
    (annotation,) = said["output"]["annotations"]
    assert (annotation["path"], annotation["start_line"]) == ("policy.yaml", 4)
    assert "licenses" in annotation["message"], "the nearest key"
    assert "the last valid version judges" in said["output"]["summary"]
    later = pull(stage, web(stage, "later"), COPYLEFT)
    summary = stage.verdict(later.repository, later.head_sha)["output"]["summary"]
    assert "The newest policy is not valid" in summary

    central.commit("main", {"policy.yaml": STRICT}, "Mend it", stage.ada)
    assert of_policy(stage, central)["conclusion"] == "success"
    stage.until(
        lambda: "not valid" not in stage.verdict(later.repository, later.head_sha)["output"]["summary"], "it is told"
    )
    assert len(stage.runs(change.repository, change.head_sha)) == len(stage.runs(later.repository, later.head_sha))


def test_a_broken_decision_is_shown_in_its_own_file(stage: Stage) -> None:
    central = policy(stage, {"policy.yaml": STRICT})
    pull(stage, web(stage, "web"), CLEAN | {"a.txt": "1"})
    stage.settle()
    central.commit("main", {"waivers/W-1.yaml": WAIVER.replace("rules:", "rulez:")}, "Grant it", stage.ada)
    annotations = of_policy(stage, central)["output"]["annotations"]
    assert {annotation["path"] for annotation in annotations} == {"waivers/W-1.yaml"}
    assert 2 in {annotation["start_line"] for annotation in annotations}


def test_two_thousand_decisions_take_few_requests_and_one_more_takes_three(stage: Stage) -> None:
    many = {
        f"waivers/{n:04}.yaml": WAIVER.replace("W-2026-020", f"W-{n}").replace("glyph", f"n{n}") for n in range(2_000)
    }
    central = policy(stage, {"policy.yaml": STRICT, **many})
    stage.sim.reset_counts()
    change = pull(stage, web(stage, "web"), COPYLEFT)
    assert stage.verdict(change.repository, change.head_sha)["conclusion"] == "failure"
    stage.settle()
    assert len(requests_about(stage, central)) <= 6, "the commit, two folders, and what is said on it"
    assert len([line for line in stage.counted() if "graphql" in line]) <= 14
    stage.sim.reset_counts()
    central.commit("main", {"waivers/W-2026-020.yaml": WAIVER}, "Grant it", stage.ada, notify=False)
    other = pull(stage, web(stage, "other"), COPYLEFT)
    assert stage.verdict(other.repository, other.head_sha)["conclusion"] == "success", "no webhook was needed"
    stage.settle()
    contents = [request for request in stage.sim.requests if request.kind == "graphql"]
    assert len(contents) <= 4, "its own query, the new file, and what is said of two pull requests"


def test_it_extends_a_file_at_a_commit_of_another_repository(stage: Stage) -> None:
    base = stage.sim.create_repository("example", "enterprise", files={"base.yaml": STRICT})
    pinned = f"version: 1\nextends: [example/enterprise/base.yaml@{base.head()}]\n"
    central = policy(stage, {"policy.yaml": pinned})
    change = pull(stage, web(stage, "web"), COPYLEFT)
    assert stage.verdict(change.repository, change.head_sha)["output"]["title"] == "1 to fix"
    stage.settle()
    stage.sim.reset_counts()
    central.commit("main", {"waivers/W-2026-020.yaml": WAIVER}, "Grant it", stage.ada)
    green(stage, change)
    assert requests_about(stage, base) == [], "a commit stays what it is"


def test_a_repository_can_ask_for_more_and_never_for_less(stage: Stage) -> None:
    policy(stage, {"policy.yaml": f"{STRICT}repository_file: {{honor: true}}\n"})
    own = ".github/ospo-gate.yml"
    stricter = web(stage, "stricter", {own: "version: 1\nlicenses: {deny: [MIT]}\n"})
    change = pull(stage, stricter, {"package.json": "{}", **examples.npm(other=("1.0.0", "MIT", []))})
    assert stage.verdict(change.repository, change.head_sha)["conclusion"] == "failure"
    milder = web(stage, "milder", {own: "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"})
    change = pull(stage, milder, COPYLEFT)
    assert stage.verdict(change.repository, change.head_sha)["conclusion"] == "failure"


def test_another_topic_brings_another_verdict(stage: Stage) -> None:
    override = "overrides:\n- {match: {topics: [sandbox]}, mode: evaluate}\n"
    policy(stage, {"policy.yaml": STRICT + override})
    repository = web(stage, "web", topics=["web"])
    change = pull(stage, repository, COPYLEFT)
    assert stage.verdict(repository, change.head_sha)["conclusion"] == "failure"
    stage.settle()
    repository.set_topics(["web", "sandbox"])
    stage.until(lambda: stage.verdict(repository, change.head_sha)["conclusion"] == "neutral", "it only evaluates")


def test_where_nothing_can_be_read_any_more_the_last_valid_version_judges(stage: Stage) -> None:
    central = policy(stage, {"policy.yaml": STRICT, "docs/a.md": ""})
    change = pull(stage, web(stage, "web"), COPYLEFT)
    assert stage.verdict(change.repository, change.head_sha)["output"]["title"] == "1 to fix"
    central.commit("main", {"policy.yaml": None}, "Delete it", stage.ada)
    said = of_policy(stage, central)
    assert "there is no file policy.yaml on main of example/policy" in said["output"]["summary"]
    later = pull(stage, web(stage, "later"), COPYLEFT)
    verdict = stage.verdict(later.repository, later.head_sha)
    assert verdict["conclusion"] == "failure"
    assert "there is no file policy.yaml" in verdict["output"]["summary"]


def test_a_service_that_dies_in_the_middle_goes_on(stage: Stage) -> None:
    central = policy(stage, {"policy.yaml": STRICT})
    changes = [pull(stage, web(stage, f"web-{number}"), COPYLEFT) for number in range(12)]
    for change in changes:
        assert stage.verdict(change.repository, change.head_sha)["conclusion"] == "failure"
    stage.settle()
    last = changes[-1].repository.node_id
    hold = stage.sim.hold(lambda seen: "createCheckRun" in seen.document and last in seen.body.decode())
    central.commit("main", {"waivers/W-2026-020.yaml": WAIVER}, "Grant it", stage.ada)
    stage.until(lambda: [c for c in changes if "success" in conclusions(stage, c)], "one is green")
    assert hold.wait_until_reached()
    stage.stop_service(kill=True)
    hold.release()
    stage.start_service()
    for change in changes:
        green(stage, change)
    stage.settle()
    runs = [run for run in stage.sim.check_runs(central, central.head()) if run["name"] == "ospo-gate / policy"]
    assert len(runs) == 1


def conclusions(stage: Stage, change: Pull) -> list[str]:
    return [run["conclusion"] for run in stage.runs(change.repository, change.head_sha).values()]
