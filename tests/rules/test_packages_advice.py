"""Advice: adopt, trial, hold and avoid, for whom each of them speaks, and what it says."""

from datetime import timedelta

import pytest

from checks.model.errors import PolicyError
from checks.model.finding import Level, Move
from checks.model.phrase import plain
from tests.rules.locked import found, judge, lock, rows, rules, said

EMPTY = lock("lodash@4.17.21")


def advice(*entries: str) -> str:
    return f"{{advice: [{', '.join(f'{{{entry}}}' for entry in entries)}]}}"


HOLD = advice("package: pkg:npm/moment, advice: hold, instead: pkg:npm/luxon, reason: In maintenance mode.")
AVOID = advice(
    "package: pkg:npm/request, advice: avoid, instead: [pkg:npm/undici, 'pkg:npm/@sindresorhus/got'], reason: no fixes"
)


def test_a_package_on_hold_gets_no_new_uses() -> None:
    (finding,) = found(EMPTY, lock("lodash@4.17.21", "moment@2.30.1"), HOLD)
    assert (finding.rule, finding.level) == ("package-hold", Level.WARN)
    assert plain(finding.message) == (
        "moment 2.30.1 is on hold (In maintenance mode), so it gets no new uses: use luxon instead."
    )
    assert plain(finding.headline) == "moment 2.30.1 is on hold"
    assert finding.fix is not None
    assert plain(finding.fix.summary) == "use luxon instead of moment"
    assert finding.policy_line == 2
    assert finding.location is not None
    assert finding.location.path == "package-lock.json"


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (lock("moment@2.29.0"), lock("moment@2.30.1")),
        (lock("moment@2.30.1"), lock("moment@2.30.1", "lodash@4.17.21")),
        (lock("moment@2.30.1"), EMPTY),
        (EMPTY | {"old/package-lock.json": lock("moment@2.29.0")["package-lock.json"]}, lock("moment@2.30.1")),
    ],
    ids=["updated", "kept", "removed", "moved to another file"],
)
def test_hold_is_silent_about_what_was_there(base: dict[str, str], head: dict[str, str]) -> None:
    assert found(base, head, HOLD) == ()


def test_hold_is_silent_about_a_second_version_beside_the_first() -> None:
    second = lock("moment@2.29.0", "chart@1.0.0")
    nested = second["package-lock.json"].replace(
        '"node_modules/chart": {',
        '"node_modules/chart/node_modules/moment": {"version": "2.30.1"}, "node_modules/chart": {',
    )
    assert found(lock("moment@2.29.0"), {"package-lock.json": nested}, HOLD) == ()
    assert rules(EMPTY, {"package-lock.json": nested}, HOLD) == ["package-hold", "package-hold"]


def test_what_comes_with_another_package_has_no_replacement_as_its_fix() -> None:
    (finding,) = found(EMPTY, lock("chart@1.0.0", ">moment@2.30.1"), HOLD)
    assert finding.fix is None
    assert finding.why == ("chart 1.0.0", "moment 2.30.1")


def test_what_is_to_be_avoided_blocks() -> None:
    (finding,) = found(EMPTY, lock("lodash@4.17.21", "request@2.88.2"), AVOID)
    assert (finding.rule, finding.blocks) == ("package-avoid", True)
    assert plain(finding.message) == (
        "request 2.88.2 is to be avoided (no fixes): use undici or @sindresorhus/got instead."
    )
    assert rows(finding)[0] == ("advice", "avoid for pkg:npm/request", "")


def test_an_update_of_what_was_to_be_avoided_before_does_not_count() -> None:
    """Else nobody could take a security fix on the way out."""
    (finding,) = found(lock("request@2.88.0"), lock("request@2.88.2"), AVOID)
    assert (finding.rule, finding.introduced, finding.counts) == ("package-avoid", False, False)


def test_an_update_into_the_versions_to_be_avoided_counts() -> None:
    policy = advice("package: pkg:npm/left-pad, advice: avoid, versions: '>=1.3', reason: broken")
    assert said(lock("left-pad@1.2.0"), lock("left-pad@1.3.0"), policy) == [
        "package-avoid: left-pad 1.3.0 is to be avoided (broken)."
    ]
    assert found(lock("left-pad@1.3.0"), lock("left-pad@1.2.0"), policy) == ()


def test_everything_to_be_avoided_is_found_without_a_base_and_where_everything_is_judged() -> None:
    there = lock("request@2.88.2", "moment@2.30.1")
    assert rules(None, there, AVOID) == ["package-avoid"]
    assert rules(None, there, HOLD) == []
    assert rules(there, there | lock("request@2.88.2"), AVOID.replace("{advice", "{judge: everything, advice")) == [
        "package-avoid"
    ]


def test_a_package_on_trial_is_a_note_that_names_the_preferred_one() -> None:
    policy = advice(
        "package: pkg:npm/solid-js, advice: trial, reason: until June",
        "package: pkg:npm/preact, advice: trial, instead: pkg:npm/react",
    )
    assert said(EMPTY, lock("lodash@4.17.21", "solid-js@1.9.0", "preact@10.0.0"), policy) == [
        "package-trial: solid-js 1.9.0 is on trial (until June).",
        "package-trial: preact 10.0.0 is on trial, and the preferred package is react.",
    ]
    assert judge(EMPTY, lock("solid-js@1.9.0"), policy).findings[0].level is Level.NOTE


def test_a_preferred_package_is_never_found() -> None:
    policy = advice("package: pkg:npm/lodahs, advice: adopt", "package: 'pkg:npm/*', advice: trial")
    assert rules(EMPTY, lock("lodash@4.17.21", "lodahs@1.0.0"), advice("package: pkg:npm/lodahs, advice: adopt")) == []
    assert rules(EMPTY, lock("lodash@4.17.21", "lodahs@1.0.0"), policy) == ["package-trial"]


def test_of_several_entries_the_strictest_counts() -> None:
    policy = advice(
        "package: 'pkg:npm/left-*', advice: trial",
        "package: pkg:npm/left-pad, advice: avoid, versions: 'vers:npm/<1.3', reason: broken",
        "package: pkg:npm/left-pad, advice: hold, reason: tiny",
    )
    assert rules(EMPTY, lock("lodash@4.17.21", "left-pad@1.2.0"), policy) == ["package-avoid"]
    assert rules(EMPTY, lock("lodash@4.17.21", "left-pad@1.3.0"), policy) == ["package-hold"]
    assert rules(EMPTY, lock("lodash@4.17.21", "left-over@1.3.0"), policy) == ["package-trial"]


UNPINNED = {"requirements.txt": "left-pad\n"}


def test_advice_for_some_versions_and_no_version() -> None:
    policy = advice("package: pkg:pypi/left-pad, advice: avoid, versions: '<1.4', reason: broken")
    assert said({"requirements.txt": ""}, UNPINNED, policy) == [
        "advice-version-unknown: left-pad may be one of the versions to avoid (<1.4): its exact version is not known "
        "here."
    ]
    assert said({"requirements.txt": ""}, {"requirements.txt": "left-pad==odd\n"}, policy)[0].startswith(
        "advice-version-unknown: left-pad odd may be one of the versions to avoid"
    )
    assert rules({"requirements.txt": ""}, {"requirements.txt": "left-pad==2.0\n"}, policy) == []
    whole = policy.replace(", versions: '<1.4'", "")
    assert rules({"requirements.txt": ""}, UNPINNED, whole) == ["package-avoid"]
    assert rules({"requirements.txt": ""}, UNPINNED, policy.replace("avoid", "adopt")) == []


REVIEWED = advice(
    "package: pkg:npm/moment, advice: hold, reason: old, decided: 2025-01-02, review_by: 2026-11-19, "
    "owner: '@example/web', link: https://example.com/radar"
)


def test_advice_that_is_due_for_review_is_a_note_for_its_owner() -> None:
    findings = found(EMPTY, lock("lodash@4.17.21", "moment@2.30.1"), REVIEWED)
    assert [item.rule for item in findings] == ["package-hold", "advice-review-due"]
    due = findings[1]
    assert (due.level, due.move, due.fix) == (Level.NOTE, Move.OWNER, None)
    assert plain(due.message) == (
        "moment 2.30.1 was judged by advice (hold for pkg:npm/moment) that was to be reviewed by 2026-11-19."
    )
    assert rules(lock("moment@2.29.0"), lock("moment@2.30.1"), REVIEWED) == ["advice-review-due"]
    assert rules(lock("moment@2.30.1"), lock("moment@2.30.1", "lodash@4.17.21"), REVIEWED) == []


def test_the_day_of_the_review_is_when_the_verdict_is_looked_at_again() -> None:
    policy = REVIEWED.replace("2026-11-19", "2026-11-25")
    report = judge(EMPTY, lock("lodash@4.17.21", "moment@2.30.1"), policy)
    again = report.judge_again_at
    assert [item.rule for item in report.findings] == ["package-hold"]
    assert again is not None
    assert again.isoformat() == "2026-11-26T00:00:00+00:00"
    later = [
        rules(EMPTY, lock("moment@2.30.1"), policy, now=again + step) for step in (timedelta(seconds=-1), timedelta())
    ]
    assert later == [["package-hold"], ["package-hold", "advice-review-due"]]


@pytest.mark.parametrize(
    ("visibility", "private"), [("public", False), (None, False), ("private", True), ("internal", True)]
)
def test_owner_and_link_are_not_shown_on_public_repositories(visibility: str | None, private: bool) -> None:
    (finding, _) = found(EMPTY, lock("moment@2.30.1"), REVIEWED, visibility=visibility)
    shown = rows(finding)
    assert ("decided", "2025-01-02", "") in shown
    assert (("owner", "@example/web", "") in shown) is private
    assert (("more", "https://example.com/radar", "") in shown) is private


def test_a_hostile_reason_stays_on_its_line() -> None:
    policy = advice('package: pkg:npm/moment, advice: avoid, reason: "a\\n::error::b\\u202E."')
    (sentence,) = said(EMPTY, lock("moment@2.30.1"), policy)
    assert sentence == r"package-avoid: moment 2.30.1 is to be avoided (a\x0a::error::b\u202e)."


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["package: pkg:npm/a, advice: hold"], "'reason' is missing"),
        (["package: pkg:npm/a, advice: avoid"], "'reason' is missing"),
        (["package: pkg:npm/a, advice: adopt, instead: pkg:npm/b"], "what is preferred needs no replacement"),
        (["package: pkg:npm/a, advice: avoid, reason: r, instead: pkg:npm/a"], "it is its own replacement"),
        (["package: 'pkg:npm/a*', advice: avoid, reason: r, instead: pkg:npm/ab"], "it is its own replacement"),
        (["package: pkg:npm/a, advice: avoid, reason: r, instead: 'pkg:npm/b*'"], "expected one package"),
        (["package: pkg:npm/a, advice: avoid, reason: r, instead: luxon"], "expected a package URL"),
        (["package: pkg:npm/a, advice: avoid, reason: r, versions: '<<'"], ""),
        (["package: pkg:npm/a, advice: trial, decided: 2026-02-01, review_by: 2026-01-01"], "before the day"),
        (
            ["package: pkg:npm/a, advice: adopt", "package: pkg:npm/a, advice: trial"],
            "'adopt' and 'trial' are said of pkg:npm/a",
        ),
        (
            [
                "package: pkg:npm/a, advice: hold, reason: r, versions: '<2'",
                "package: pkg:npm/A, advice: avoid, reason: r, versions: '<2'",
            ],
            None,
        ),
        (
            [
                "package: pkg:npm/a, advice: hold, reason: r, instead: pkg:npm/b",
                "package: pkg:npm/b, advice: avoid, reason: r",
            ],
            "pkg:npm/b is to replace pkg:npm/a, and is on 'avoid' itself",
        ),
    ],
)
def test_what_is_no_advice(entries: list[str], message: str | None) -> None:
    if message is None:
        assert found(EMPTY, EMPTY, advice(*entries)) == ()  # npm tells the case of names apart
        return
    with pytest.raises(PolicyError) as caught:
        found(EMPTY, EMPTY, advice(*entries))
    assert message in caught.value.issues[0].message
    assert caught.value.issues[0].line == 2


def test_narrower_versions_of_one_package_are_no_contradiction() -> None:
    policy = advice(
        "package: pkg:npm/a, advice: adopt",
        "package: pkg:npm/a, advice: avoid, versions: '<2', reason: r, instead: pkg:npm/b",
    )
    assert rules(EMPTY, lock("a@1.0.0"), policy) == ["package-avoid"]
    assert rules(EMPTY, lock("a@2.0.0"), policy) == []
