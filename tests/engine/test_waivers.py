"""Waivers in the verdict: what one covers does not count, and nothing else changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.commit import Commit, Person
from checks.model.dependency import Inventory, Location, Problem
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Finding
from checks.model.project import Lock, Project, Requirement
from checks.model.report import Conclusion, Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot
from checks.policy.schema import Policy
from checks.rules import CHECKS
from tests.engine.examples import dep, inventory, pair

SHA = "9f2c1ab34d5e6f708192a3b4c5d6e7f801234567"
COMMIT = Commit(SHA, Person("Ada", "ada@example.com"), Person("Ada", "ada@example.com"), "Add a thing", ("b" * 40,))
GPL = dep("glyph@2.1.0", license="GPL-3.0-only", direct=True)
NOON = "2026-11-20 12:00"


def policy(covers: str = "package: pkg:npm/glyph", *, rules: str = "license-not-allowed", days: str = "") -> str:
    days = days or "expires: 2027-03-31"
    return f"""
licenses: {{}}
signoff: {{}}
waivers:
  - {{id: W-1, rules: [{rules}], {covers}, reason: reviewed, approved_by: "@grace", {days}}}
"""


def judge(
    text: str,
    *pairs: ManifestPair,
    at: str = NOON,
    commits: tuple[Commit, ...] = (),
    repository: str | None = "example/web-shop",
    base: str = "b" * 40,
) -> Report:
    return evaluated(
        load_policy(f"version: 1\n{text}".encode(), "policy.yaml"),
        *pairs,
        at=at,
        commits=commits,
        repository=repository,
        base=base,
    )


def evaluated(
    loaded: Policy,
    *pairs: ManifestPair,
    at: str = NOON,
    commits: tuple[Commit, ...] = (),
    repository: str | None = "example/web-shop",
    base: str = "b" * 40,
) -> Report:
    files = tuple(ChangedFile(p.path, FileStatus.MODIFIED) for p in pairs)
    snapshot = Snapshot(Listing(base, "a" * 40, files, commits, target="main"), pairs or (brings(),))
    facts = Facts(repository=RepositoryFacts(repository), accounts_known=True)
    return evaluate(Plan(snapshot), facts, loaded, datetime.fromisoformat(at).replace(tzinfo=UTC))


def brings(path: str = "package-lock.json", version: str = "2.1.0") -> ManifestPair:
    """The lock file that the change brings `glyph` into, under GPL-3.0-only."""
    glyph = dep(f"glyph@{version}", path=path, license="GPL-3.0-only", direct=True)
    return pair(inventory(path=path), inventory(glyph, path=path))


def only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


def covered(report: Report) -> bool:
    """Whether the waiver, and not something else, makes the one finding not count."""
    finding = only(report)
    assert (finding.waiver is not None) is not finding.counts
    assert (report.conclusion is Conclusion.PASSED) is not finding.counts
    return finding.waiver is not None


def test_a_live_waiver_lets_the_change_pass_and_is_shown_with_the_finding() -> None:
    report = judge(policy())
    finding = only(report)
    assert report.conclusion is Conclusion.PASSED
    assert (report.blocking, report.before, report.waived) == ((), (), (finding,))
    assert finding.waiver is not None
    assert (finding.waiver.id, finding.waiver.approved_by, finding.waiver.reason) == ("W-1", "@grace", "reviewed")


def test_the_finding_keeps_its_id_its_level_and_its_place_under_a_waiver() -> None:
    waived, plain = only(judge(policy())), only(judge(policy("package: pkg:npm/other")))
    assert plain.waiver is None
    assert replace(waived, waiver=None, counts=True) == plain


@pytest.mark.parametrize(
    ("at", "holds"),
    [("2027-03-31 23:59:59", True), ("2027-04-01 00:00:00", False), ("2027-04-01 00:00:01", False)],
)
def test_the_finding_returns_at_midnight_after_the_last_day(at: str, holds: bool) -> None:
    assert covered(judge(policy(), at=at)) is holds


def test_the_report_says_when_it_must_be_judged_again() -> None:
    assert judge(policy()).judge_again_at == datetime(2027, 3, 18, tzinfo=UTC), "14 days before, people are reminded"
    assert judge(policy(), at="2027-03-18 00:00").judge_again_at == datetime(2027, 4, 1, tzinfo=UTC)
    assert judge(policy(), at="2027-04-01 00:00").judge_again_at is None
    assert judge(policy("package: pkg:npm/other")).judge_again_at is None, (
        "a waiver that covers nothing changes nothing"
    )


def test_the_first_of_several_ends_decides_when_it_is_judged_again() -> None:
    text = policy() + policy(days="expires: 2026-12-31").partition("waivers:\n")[2].replace("W-1", "W-2").replace(
        "glyph", "g*"
    )
    report = judge(text, pair(None, inventory(GPL, dep("gnu@1.0.0", line=2, license="GPL-3.0-only", direct=True))))
    assert report.conclusion is Conclusion.PASSED
    assert report.judge_again_at == datetime(2026, 12, 18, tzinfo=UTC)


def test_at_each_moment_that_the_report_names_a_fresh_one_differs() -> None:
    report, conclusions = judge(policy()), []
    while report.judge_again_at is not None:
        before, moment = report, report.judge_again_at
        assert judge(policy(), at=(moment - timedelta(microseconds=1)).replace(tzinfo=None).isoformat()) == before
        report = judge(policy(), at=moment.replace(tzinfo=None).isoformat())
        assert report.findings != before.findings
        conclusions.append(report.conclusion)
    assert conclusions == [Conclusion.PASSED, Conclusion.BLOCKED]


@pytest.mark.parametrize(("at", "holds"), [("2026-11-20 23:59:59", False), ("2026-11-21 00:00:00", True)])
def test_a_waiver_does_not_hold_before_it_was_created(at: str, holds: bool) -> None:
    assert covered(judge(policy(days="created: 2026-11-21, expires: 2027-03-31"), at=at)) is holds


def test_a_waiver_that_begins_changes_the_report_by_time_alone() -> None:
    report = judge(policy(days="created: 2026-11-21, expires: 2027-03-31"))
    assert report.judge_again_at == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(("version", "holds"), [("2.0.9", True), ("2.1.0", False), ("nonsense", False)])
def test_a_range_covers_its_versions_only(version: str, holds: bool) -> None:
    assert covered(judge(policy("package: pkg:npm/glyph, versions: '<2.1'"), brings(version=version))) is holds


@pytest.mark.parametrize(
    ("pattern", "repository", "holds"),
    [
        ("web-*", "example/web-shop", True),
        ("example/*", "example/web-shop", True),
        ("other/web-*", "example/web-shop", False),
        ("web-*", "example/api", False),
        ("web-*", None, False),
    ],
)
def test_a_repository_pattern_covers_its_repositories_only(pattern: str, repository: str | None, holds: bool) -> None:
    assert (
        covered(judge(policy(f"package: pkg:npm/glyph, repositories: ['{pattern}']"), repository=repository)) is holds
    )


def test_a_waiver_by_path_must_cover_every_place_of_the_finding() -> None:
    text = policy("package: pkg:npm/glyph, paths: [web/*]")
    web, api = brings("web/package-lock.json"), brings("api/package-lock.json")
    assert covered(judge(text, web))
    assert not covered(judge(text, web, api)), "one finding, two places, one of them elsewhere"
    assert not covered(judge(text, api))


def test_a_waiver_for_a_file_covers_what_could_not_be_read_in_it() -> None:
    broken = Inventory(
        "old/package-lock.json", "npm-lock", problems=(Problem("unreadable", "x", Location("old/package-lock.json")),)
    )
    text = policy("paths: [old/*]", rules="manifest-unreadable")
    assert covered(judge(text, pair(None, broken)))
    elsewhere = replace(
        broken, path="new/package-lock.json", problems=(Problem("unreadable", "x", Location("new/package-lock.json")),)
    )
    assert not covered(judge(text, pair(None, elsewhere)))


def test_a_waiver_by_commit_covers_that_commit() -> None:
    text = policy(f"commits: [{SHA.upper()}]", rules="signoff-missing")
    nothing = pair(inventory(), inventory())
    assert covered(judge(text, nothing, commits=(COMMIT,)))
    assert not covered(judge(text, nothing, commits=(COMMIT._replace(sha="0" * 40),)))


def test_a_waiver_of_another_rule_covers_nothing() -> None:
    assert not covered(judge(policy(rules="license-unknown")))
    assert covered(judge(policy(rules="license-unknown, license-not-allowed")))


def test_a_rule_that_cannot_be_waived_counts_in_spite_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that names one does not load; one that was loaded before is no way around it."""
    assert covered(judge(policy()))
    loaded = load_policy(f"version: 1\n{policy()}".encode(), "policy.yaml")
    strict = replace(loaded, root=replace(loaded.root, unwaivable=("license-not-allowed",)))
    assert not covered(evaluated(strict))
    none = {check.id: replace(check, rules=tuple(replace(r, waivable=False) for r in check.rules)) for check in CHECKS}
    monkeypatch.setattr(CHECKS, "named", none.__getitem__)
    assert not covered(evaluated(loaded))


def test_one_waived_finding_does_not_excuse_another() -> None:
    gnu = dep("gnu@1.0.0", line=9, license="GPL-3.0-only", direct=True)
    report = judge(policy(), pair(None, inventory(GPL, gnu)))
    assert report.conclusion is Conclusion.BLOCKED
    assert [finding.subject.purl for finding in report.blocking] == ["pkg:npm/gnu"]
    assert [finding.subject.purl for finding in report.waived] == ["pkg:npm/glyph"]


def test_a_waiver_for_all_that_is_judged_covers_what_was_there_before() -> None:
    text = policy().replace("licenses: {}", "licenses: {judge: everything}")
    assert covered(judge(text, pair(inventory(GPL), inventory(GPL))))


def test_a_waiver_for_one_manifest_covers_no_other_that_the_same_finding_speaks_of() -> None:
    """`lock-outdated` about one package is one finding for all manifests that ask for it."""
    lock = inventory(path="package-lock.json")
    asked = Requirement("pkg:npm/glyph", "glyph", "^2", "npm", 3, 3)
    members = tuple(Project(f"{m}/package.json", (), (asked,), (Lock(lock.path, lock, lock),)) for m in ("web", "api"))
    text = policy("paths: [web/package.json, package-lock.json]", rules="lock-outdated")
    snapshot = Snapshot(Listing("b" * 40, "a" * 40), projects=members)
    loaded = load_policy(f"version: 1\n{text}".encode(), "policy.yaml")
    report = evaluate(Plan(snapshot), Facts(), loaded, datetime(2026, 11, 20, tzinfo=UTC))
    assert [finding.rule for finding in report.warnings] == ["lock-outdated"]
