"""The organization's policy in a repository of its own: a push brings it into force, over real webhooks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.examples import CLEAN, COPYLEFT, SIGNED, pull
from tests.end_to_end.stage import Stage
from tests.simulator import Repository

STRICT = "version: 1\nlicenses:\n  allow: [permissive]\n"
WAIVER = """\
id: W-2026-020
rules: [license-not-allowed]
package: pkg:npm/glyph-core
reason: It is a tool of our own.
approved_by: "@grace"
created: 2026-11-20
expires: 2027-03-31
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


def test_a_waiver_that_is_merged_sets_pull_requests_free_and_nothing_is_read_again(stage: Stage) -> None:
    central = policy(stage, {"policy.yaml": STRICT})
    changes = [pull(stage, web(stage, f"web-{number}"), COPYLEFT) for number in range(3)]
    assert {stage.verdict(c.repository, c.head_sha)["conclusion"] for c in changes} == {"failure"}
    stage.settle()
    stage.sim.reset_counts()
    central.commit("main", {"waivers/W-2026-020.yaml": WAIVER}, f"Grant it\n\n{SIGNED}", stage.ada)
    for change in changes:
        stage.until(
            lambda change=change: stage.verdict(change.repository, change.head_sha)["conclusion"] == "success", "green"
        )
    stage.settle()
    said = of_policy(stage, central)
    assert said["conclusion"] == "success"
    assert "waivers added: `W-2026-020`" in said["output"]["summary"]
    about = [f"/repos/{change.repository.full_name}/" for change in changes]
    print("\n".join(stage.counted()))
    read = [line for line in stage.counted() if any(path in line for path in about)]
    assert read == [], "what they are was stored when they were judged"
