"""How many requests a verdict costs GitHub; those for tokens and memberships apart."""

from collections.abc import Mapping

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, npm, pull, repository
from tests.end_to_end.stage import Stage


def counted(stage: Stage, before: Mapping[str, str | bytes], change: Mapping[str, str | bytes]) -> list[str]:
    """The requests for the verdict on a first and, what the base is known by then, on a second pull request."""
    repo = repository(stage, {"policy.yaml": POLICY, **before})
    first = pull(stage, repo, {**change, "first.txt": "1"})
    stage.verdict(repo, first.head_sha)
    stage.settle()
    stage.sim.reset_counts()
    second = pull(stage, repo, {**change, "second.txt": "2"})
    stage.verdict(repo, second.head_sha)
    stage.settle()
    return cost(stage)


def cost(stage: Stage) -> list[str]:
    """Without the word that a judgment is in progress: it is said after some seconds, on a busy machine alone."""
    return [line for line in stage.counted() if not line.endswith("/check-runs")]


def test_three_when_no_manifest_changed(stage: Stage) -> None:
    assert len(counted(stage, CLEAN, {"readme.txt": "hello"})) == 3


def test_three_when_one_manifest_changed_and_something_is_to_be_said(stage: Stage) -> None:
    assert len(counted(stage, CLEAN, COPYLEFT)) == 3


def test_three_when_five_manifests_changed(stage: Stage) -> None:
    before = {f"part-{i}/{name}": text for i in range(5) for name, text in CLEAN.items()}
    change = {f"part-{i}/{name}": text for i in range(5) for name, text in npm(tiny=(f"2.0.{i}", "MIT", [])).items()}
    assert len(counted(stage, before, change)) == 3


def test_one_more_for_each_large_file_that_is_not_known(stage: Stage) -> None:
    def lock(count: int, version: str) -> dict[str, str]:
        return npm(**{f"package_number_{i}_of_this_large_file": (version, "MIT", []) for i in range(count)})

    repo = repository(stage, {"policy.yaml": POLICY, **CLEAN})
    large = lock(4_500, "1.0.0")
    assert len(large["package-lock.json"]) > 512_000
    stage.sim.reset_counts()
    change = pull(stage, repo, large)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "success"
    stage.settle()
    requests = cost(stage)
    assert len(requests) == 3 + 1
    assert sum("/git/blobs/" in request for request in requests) == 1
