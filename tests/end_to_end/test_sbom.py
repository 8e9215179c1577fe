"""A pull request that changes a lock file and leaves the SBOM beside it alone, as people see it on GitHub."""

from tests.cli.checkout import lock
from tests.end_to_end.examples import pull, repository
from tests.end_to_end.stage import Stage
from tests.sboms.bills import bom, component

POLICY = "version: 1\nsbom: {levels: {sbom-outdated: block}}\n"
#: GitHub leaves texts of this size out of what is read at once (characters).
LARGE = 600_000


def test_an_sbom_that_does_not_list_what_the_change_brings(stage: Stage) -> None:
    files = {"policy.yaml": POLICY, "web/package-lock.json": lock(grid="MIT"), "sbom.cdx.json": bom("grid")}
    repo = repository(stage, files)
    change = pull(stage, repo, {"web/package-lock.json": lock(grid="MIT", chart="MIT")})
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    run = stage.until(lambda: stage.runs(repo, change.head_sha).get("ospo-gate / SBOM"), "the check's own run")
    (annotation,) = run["output"]["annotations"]
    assert (annotation["path"], annotation["annotation_level"]) == ("web/package-lock.json", "failure")
    assert "1 package is missing (chart 1.0.0)" in annotation["message"]
    assert "ospo-gate sbom --format cyclonedx-json" in stage.comment(change)


def test_a_large_sbom_is_read_too(stage: Stage) -> None:
    large = bom(component("grid", description="x" * LARGE))
    repo = repository(stage, {"policy.yaml": POLICY, "package-lock.json": lock(grid="MIT"), "sbom.cdx.json": large})
    listed = pull(stage, repo, {"package-lock.json": lock(grid="ISC")})
    assert stage.verdict(repo, listed.head_sha)["conclusion"] == "success"
    change = pull(stage, repo, {"package-lock.json": lock(grid="MIT", chart="MIT")})
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
