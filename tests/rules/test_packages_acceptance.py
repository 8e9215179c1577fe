"""What a package must have that is new here: each criterion by itself, what nobody knows, and time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies import load_policy
from checks.model.change import Change, ChangeKind, Place
from checks.model.errors import PolicyError
from checks.model.facts import Want
from checks.model.finding import Level, Move
from checks.model.packages import EVERYBODY, PRIVATE, Gap, Known, PackageFacts, Release, Score, Scorecard
from checks.model.phrase import plain
from checks.rules.packages import CHECK
from tests.engine.examples import dep
from tests.rules.locked import NOW, found, judge, lock, rows, rules, said
from tests.rules.test_packages_sources import OURS

BASE = lock("lodash@4.17.21")
HEAD = lock("lodash@4.17.21", "tiny@1.0.0")
ALL = (
    "{accept: {scorecard: {minimum: {Maintained: 3, Code-Review: 5}}, maintainers: 2, released_within: 2 years, "
    "license_history: stable, age: 90 days, dependents: 10}}"
)


def known(value: object) -> Known:  # type: ignore[type-arg]
    return Known(value, "deps.dev", datetime(2026, 11, 19, tzinfo=UTC))


def released(*rows: str) -> Known[tuple[Release, ...]]:
    """`1.0.0 2020-01-31 MIT`; date and license may be `-`."""
    found = []
    for row in rows:
        version, day, license_, *yanked = row.split()
        at = None if day == "-" else datetime.fromisoformat(day).replace(tzinfo=UTC)
        found.append(Release(version, at, None, yanked[0] if yanked else None, None if license_ == "-" else license_))
    return known(tuple(found))


GOOD = PackageFacts(
    releases=released("1.0.0 2020-01-31 MIT", "2.0.0 2026-06-01 MIT"),
    scorecard=known(Scorecard(7.0, (Score("Maintained", 10.0), Score("Code-Review", 5.0), Score("SAST", 0.0)))),
    maintainers=known(2),
    dependents=known(10),
)


def tiny(**facts: object) -> dict[str, PackageFacts]:
    from dataclasses import replace

    return {"pkg:npm/tiny": replace(GOOD, **facts)}  # type: ignore[arg-type]


def test_what_has_everything_is_accepted() -> None:
    assert found(BASE, HEAD, ALL, packages=tiny()) == ()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"scorecard": known(Scorecard(None, (Score("Maintained", 0.0), Score("Code-Review", 4.5))))},
            "acceptance-scorecard: tiny 1.0.0 is below the Scorecard that is asked for: Maintained is 0 of 10 (asked "
            "for: 3) and Code-Review is 4.5 of 10 (asked for: 5).",
        ),
        ({"maintainers": known(1)}, "acceptance-maintainers: tiny 1.0.0 has 1 maintainer, and 2 are asked for."),
        (
            {"releases": released("1.0.0 2020-01-31 MIT", "1.1.0 2024-11-19 MIT")},
            "acceptance-release: tiny 1.0.0 had its last release on 19 Nov 2024, and one within 2 years is asked for.",
        ),
        (
            {"releases": released("1.0.0 2020-01-31 MIT", "1.1.0 2026-01-01 mit", "2.0.0 2026-06-01 BUSL-1.1")},
            "acceptance-license-history: tiny 1.0.0 has changed its license (MIT, then BUSL-1.1 from 2.0.0 on), and a "
            "stable one is asked for.",
        ),
        (
            {"releases": released("1.0.0 2026-11-02 MIT")},
            "acceptance-age: tiny 1.0.0 exists since 2 Nov 2026, and packages must exist for 90 days.",
        ),
        ({"dependents": known(0)}, "acceptance-dependents: tiny 1.0.0 is used by 0 packages, and 10 are asked for."),
    ],
    ids=["scorecard", "maintainers", "release", "license history", "age", "dependents"],
)
def test_each_criterion_is_a_rule(facts: dict[str, object], message: str) -> None:
    (finding,) = found(BASE, HEAD, ALL, packages=tiny(**facts))
    assert f"{finding.rule}: {plain(finding.message)}" == message
    assert finding.level is Level.WARN
    assert finding.policy_line == 2
    assert all(source == "deps.dev, 2026-11-19" for _, _, source in rows(finding))


def test_the_evidence_has_both_numbers() -> None:
    (finding,) = found(BASE, HEAD, ALL, packages=tiny(maintainers=known(1)))
    assert rows(finding) == [("maintainers", "1, minimum 2", "deps.dev, 2026-11-19")]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (lock("lodash@4.17.21", "tiny@0.9.0"), HEAD),
        (HEAD, lock("lodash@4.17.20", "tiny@1.0.0")),
        (None, HEAD),
        (BASE, lock("lodash@4.17.21", ">tiny@1.0.0")),
        (BASE | {"old/package-lock.json": lock("tiny@0.9.0")["package-lock.json"]}, HEAD),
        (
            BASE,
            lock(
                "lodash@4.17.21",
                "tiny@1.0.0 git+https://code.example/tiny.git#0123456789abcdef0123456789abcdef01234567",
            ),
        ),
    ],
    ids=["an update", "it was there", "no base", "it comes with another", "moved to another file", "git"],
)
def test_only_what_is_new_and_asked_for_is_judged(base: dict[str, str] | None, head: dict[str, str]) -> None:
    assert rules(base, head, ALL, packages={}) == []


def test_what_comes_with_others_is_judged_where_the_policy_says_so() -> None:
    policy = ALL.replace("dependents: 10", "dependents: 10, transitive: true")
    assert rules(BASE, lock("lodash@4.17.21", ">tiny@1.0.0"), policy, packages=tiny(maintainers=known(1))) == [
        "acceptance-maintainers"
    ]


@pytest.mark.parametrize("advice", ["adopt", "trial"])
def test_what_people_have_decided_is_not_judged_by_figures(advice: str) -> None:
    policy = ALL.replace("{accept", f"{{advice: [{{package: pkg:npm/tiny, advice: {advice}}}], accept")
    assert "acceptance-unknown" not in rules(BASE, HEAD, policy)


def test_nobody_is_asked_about_your_own_packages() -> None:
    policy = OURS.replace("{internal", ALL.removesuffix("}") + ", internal", 1)
    own = "@example/ui@1.0.0 https://npm.example.com/@example/ui/-/ui-1.0.0.tgz"
    other = "tiny@1.0.0 https://npm.example.com/tiny/-/tiny-1.0.0.tgz"
    assert rules(BASE, lock("lodash@4.17.21", own, other), policy) == []


# -- what nobody knows -----------------------------------------------------------------------------------------------


def test_what_nobody_knows_is_said_at_once() -> None:
    (finding,) = found(BASE, HEAD, ALL)
    assert (finding.rule, finding.level, finding.could_not_tell) == ("acceptance-unknown", Level.WARN, True)
    assert plain(finding.message) == (
        "tiny 1.0.0 is new here, and nobody could tell its score for Maintained, its score for Code-Review, how many "
        "maintainers it has, when it was last released, under which licenses it was released, since when it exists and "
        "how many packages use it: no source knows it."
    )
    assert (finding.move, finding.clears_at) == (Move.OWNER, None)


def test_a_source_that_is_silent_is_named_and_asked_again() -> None:
    again = NOW + timedelta(hours=1)
    gap = Gap("deps.dev", "it answered 503", again, Want.HEALTH)
    (finding,) = found(BASE, HEAD, "{accept: {maintainers: 2}}", packages={"pkg:npm/tiny": PackageFacts(gaps=(gap,))})
    assert plain(finding.message) == (
        "tiny 1.0.0 is new here, and nobody could tell how many maintainers it has: deps.dev could not answer."
    )
    assert (finding.move, finding.clears_at) == (Move.SERVICE, again)
    assert rows(finding) == [("asked", "it answered 503", "deps.dev")]


def test_what_nobody_outside_is_asked_is_for_those_who_know_the_package() -> None:
    gap = Gap(EVERYBODY, PRIVATE, None, Want.HEALTH)
    (finding,) = found(BASE, HEAD, "{accept: {maintainers: 2}}", packages={"pkg:npm/tiny": PackageFacts(gaps=(gap,))})
    assert plain(finding.message) == (
        "tiny 1.0.0 is new here, and nobody could tell how many maintainers it has: it is private, so nobody outside "
        "is asked; connect its registry, or name it in packages.sources.internal."
    )
    assert (finding.move, finding.clears_at) == (Move.OWNER, None)


@pytest.mark.parametrize(
    "facts",
    [
        {"scorecard": known(Scorecard(9.9, (Score("Maintained", None), Score("Code-Review", 10.0))))},
        {"scorecard": known(Scorecard(9.9, (Score("Code-Review", 10.0),)))},
        {"scorecard": None},
        {"releases": released("1.0.0 - MIT")},
        {"releases": known(())},
        {"releases": released("1.0.0 2020-01-31 -", "2.0.0 2026-06-01 -")},
        {"releases": released("1.0.0 2026-06-01 MIT broken")},
    ],
    ids=["did not run", "not among them", "none", "no dates", "no releases", "no licenses", "all withdrawn"],
)
def test_half_an_answer_is_no_pass(facts: dict[str, object]) -> None:
    assert "acceptance-unknown" in rules(BASE, HEAD, ALL, packages=tiny(**facts))


def test_what_is_not_asked_need_not_be_known() -> None:
    assert rules(BASE, HEAD, "{}") == []
    assert rules(BASE, HEAD, "{accept: {}}") == []


def wanted(policy: str, kind: ChangeKind = ChangeKind.ADDED) -> list[Want]:
    section = load_policy(f"version: 1\npackages: {policy}\n".encode(), "policy.yaml").sections["packages"]
    one = dep("tiny@1.0.0", direct=True)
    assert CHECK.wants is not None
    return [
        want for _, want in CHECK.wants(Change(kind, one.purl, one.name, one.version, (Place(one, (one,)),)), section)
    ]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("maintainers: 0", [Want.HEALTH]),
        ("dependents: 1", [Want.HEALTH]),
        ("scorecard: {minimum: {SAST: 1}}", [Want.HEALTH]),
        ("age: 1 day", [Want.RELEASES]),
        ("released_within: 1 day", [Want.RELEASES]),
        ("license_history: stable", [Want.RELEASES]),
        ("license_history: any", []),
        ("age: 1 day, maintainers: 1", [Want.HEALTH | Want.RELEASES]),
        ("transitive: true", []),
    ],
)
def test_only_what_a_criterion_needs_is_asked(criterion: str, expected: list[Want]) -> None:
    assert wanted(f"{{accept: {{{criterion}}}}}") == expected
    assert wanted(f"{{accept: {{{criterion}}}}}", ChangeKind.UPDATED) == []


# -- time ------------------------------------------------------------------------------------------------------------


def test_a_young_package_clears_by_itself() -> None:
    facts = tiny(releases=released("1.0.0 2026-11-02 MIT"))
    (finding,) = found(BASE, HEAD, ALL, packages=facts)
    assert (finding.move, finding.clears_at) == (Move.CLOCK, datetime(2027, 1, 31, tzinfo=UTC))
    assert rules(BASE, HEAD, ALL, packages=facts, now=datetime(2027, 1, 31, tzinfo=UTC)) == []


AGES = st.timedeltas(timedelta(0), timedelta(days=1400)).map(lambda age: NOW - age)


@given(AGES, AGES)
def test_until_it_is_looked_at_again_nothing_changes(one: datetime, other: datetime) -> None:
    releases = known((Release("1.0.0", one, license="MIT"), Release("2.0.0", other, license="MIT")))
    packages = tiny(releases=releases)
    report = judge(BASE, HEAD, ALL, packages=packages)
    again = report.judge_again_at
    if again is None:
        assert rules(BASE, HEAD, ALL, packages=packages, now=NOW + timedelta(days=3650)) == [
            f.rule for f in report.findings
        ]
    else:
        before = judge(BASE, HEAD, ALL, packages=packages, now=again - timedelta(microseconds=1))
        assert before.findings == report.findings
        assert rules(BASE, HEAD, ALL, packages=packages, now=again) != [f.rule for f in report.findings]


def test_a_review_that_is_overdue_does_not_hide_what_comes_later() -> None:
    hold = "{advice: [{package: pkg:npm/tiny, advice: hold, reason: r, review_by: 2026-01-31}], accept"
    report = judge(BASE, HEAD, ALL.replace("{accept", hold, 1), packages=tiny())
    assert [item.rule for item in report.findings] == ["package-hold", "advice-review-due"]
    assert report.judge_again_at == datetime(2028, 5, 31, tzinfo=UTC)


def test_dates_without_a_zone_are_utc() -> None:
    releases = known((Release("1.0.0", datetime(2020, 1, 31), license="MIT"), Release("2.0.0", NOW, license="MIT")))  # noqa: DTZ001
    assert rules(BASE, HEAD, ALL, packages=tiny(releases=releases)) == []


def test_a_license_that_goes_back_and_forth_is_told_in_part() -> None:
    rows_ = [f"{n}.0.0 2026-01-{n:02} {'MIT' if n % 2 else 'x' * 300}" for n in range(1, 29)]
    (finding,) = found(BASE, HEAD, "{accept: {license_history: stable}}", packages=tiny(releases=released(*rows_)))
    assert len(plain(finding.message)) < 400


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("scorecard: {minimum: {Maintaned: 3}}", "perhaps 'Maintained'"),
        ("scorecard: {minimum: {Aggregate: 3}}", "expected a check of the Scorecard"),
        ("scorecard: {minimum: {SAST: 11}}", "scores go from 0 to 10"),
        ("scorecard: {}", "'minimum' is missing"),
        ("maintainers: two", "expected a whole number"),
        ("age: 2 working days", "expected hours, days, weeks, months or years"),
        ("released_within: soon", "expected a duration"),
        ("license_history: yes", "expected 'stable' or 'any'"),
    ],
)
def test_what_is_no_criterion(terms: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        said(BASE, HEAD, f"{{accept: {{{terms}}}}}")
    assert message in caught.value.issues[0].message
