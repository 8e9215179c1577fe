"""What the author of a pull request sees: check runs, annotations, one comment."""

from tests.end_to_end.examples import CLEAN, COPYLEFT, POLICY, SIGNED, npm, pull, repository
from tests.end_to_end.stage import Stage


def test_a_clean_pull_request_gets_one_green_run_and_no_comment(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, npm(tiny=("1.0.1", "MIT", []), small=("2.0.0", "ISC", [])))
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "success"
    stage.settle()
    assert set(stage.runs(repo, change.head_sha)) == {"ospo-gate"}
    assert stage.sim.comments(repo, change.number) == []


def test_copyleft_three_levels_deep_is_blocked_on_the_line_that_asks_for_it(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, COPYLEFT)
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    assert verdict["output"]["title"] == "1 to fix"
    licenses = stage.runs(repo, change.head_sha)["ospo-gate / licenses"]
    (annotation,) = licenses["output"]["annotations"]
    line = COPYLEFT["package.json"].splitlines().index('    "chart-kit": "4.2.0"') + 1
    assert (annotation["path"], annotation["start_line"]) == ("package.json", line)
    assert "package-lock.json, line" in annotation["message"]
    assert "chart-kit 4.2.0 → svg-mill 1.8.0 → glyph-core 2.1.0" in annotation["message"]
    (comment,) = stage.until(lambda: stage.sim.comments(repo, change.number), "a comment")
    assert "npm uninstall --package-lock-only --ignore-scripts chart-kit" in comment["body"]


def test_a_missing_signoff_names_the_commit_and_the_missing_line(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, {"readme.txt": "hello"}, message="Say hello")
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    (comment,) = stage.until(lambda: stage.sim.comments(repo, change.number), "a comment")
    assert SIGNED in comment["body"]
    assert "git commit --amend --signoff --no-edit" in comment["body"]


def test_an_unreadable_lock_file_blocks_because_it_could_hide_anything(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, {"package-lock.json": CLEAN["package-lock.json"][:-20]})
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    assert verdict["output"]["title"].startswith("could not judge")


def test_a_waived_finding_is_accepted_until_its_end(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, npm(tiny=("1.0.0", "MIT", []), left_grid=("1.3.0", "LGPL-2.1-only", [])))
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "success"
    assert "W-2026-014" in verdict["output"]["summary"]


def test_a_fixed_pull_request_turns_green_and_its_one_comment_says_so(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, COPYLEFT)
    stage.verdict(repo, change.head_sha)
    stage.until(lambda: stage.sim.comments(repo, change.number), "a comment")
    change.push(CLEAN, f"Take it out\n\n{SIGNED}", stage.ada)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "success"
    stage.until(
        lambda: "Everything is in order" in stage.sim.comments(repo, change.number)[0]["body"],
        "the comment's good news",
    )
    assert len(stage.sim.comments(repo, change.number)) == 1


def test_what_was_there_before_does_not_block(stage: Stage) -> None:
    repo = repository(stage, {"policy.yaml": "version: 1\nlicenses: {}\n", **COPYLEFT})
    more = {
        **COPYLEFT,
        "package-lock.json": COPYLEFT["package-lock.json"].replace(
            '"node_modules/tiny": {\n      "version": "1.0.0"', '"node_modules/tiny": {\n      "version": "1.0.1"'
        ),
    }
    change = pull(stage, repo, more)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "success"


def test_a_change_of_the_policy_is_judged_by_the_old_one_and_told_so(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, {**COPYLEFT, "policy.yaml": "version: 1\nmode: off\n"})
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    assert "`policy.yaml`" in verdict["output"]["summary"]


def test_without_any_policy_one_neutral_run_says_how_to_begin(stage: Stage) -> None:
    repo = repository(stage, CLEAN)
    change = pull(stage, repo, COPYLEFT)
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "neutral"
    assert "ospo-gate policy init" in verdict["output"]["summary"]


def test_an_invalid_policy_fails_closed_with_its_line(stage: Stage) -> None:
    repo = repository(stage, {**CLEAN, "policy.yaml": "version: 1\nlicences: {}\n"})
    change = pull(stage, repo, COPYLEFT)
    verdict = stage.verdict(repo, change.head_sha)
    assert verdict["conclusion"] == "failure"
    assert "policy.yaml:2:1" in verdict["output"]["summary"]
    assert "licenses" in verdict["output"]["summary"]


def test_the_same_delivery_twice_is_judged_once(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, COPYLEFT)
    stage.verdict(repo, change.head_sha)
    stage.settle()
    delivery = next(d for d in reversed(stage.sim.deliveries) if d.event == "pull_request")
    stage.sim.reset_counts()
    stage.sim.redeliver(delivery.guid)
    stage.settle()
    assert stage.counted() == []


def test_rerun_posts_a_new_run_on_the_same_head(stage: Stage) -> None:
    repo = repository(stage)
    change = pull(stage, repo, COPYLEFT)
    first = stage.verdict(repo, change.head_sha)
    stage.sim.rerequest_check_run(first["id"])
    second = stage.until(
        lambda: (run := stage.verdict(repo, change.head_sha))["id"] != first["id"] and run, "a second verdict"
    )
    assert second["conclusion"] == "failure"
    stage.settle()
    assert len(stage.sim.comments(repo, change.number)) == 1


def test_a_base_change_is_judged_again_by_the_policy_of_the_new_base(stage: Stage) -> None:
    repo = repository(stage)
    evaluate = POLICY.replace("version: 1\n", "version: 1\nmode: evaluate\n")
    release = repo.commit("release", {"policy.yaml": evaluate}, f"Release\n\n{SIGNED}", stage.ada)
    repo.commit("charts", COPYLEFT, f"Add charts\n\n{SIGNED}", stage.ada, parent=release)
    change = repo.open_pull(head="charts", base="main", title="Add charts", author=stage.ada)
    assert stage.verdict(repo, change.head_sha)["conclusion"] == "failure"
    change.change_base("release")
    stage.until(lambda: stage.verdict(repo, change.head_sha)["conclusion"] == "neutral", "the verdict of the new base")
