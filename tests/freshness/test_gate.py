"""The check inside the gate: what it looks at, where it stands, what is asked and what a lock file's dates become."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.fixes import propose
from checks.engine.plan import Plan
from checks.manifests import read, recognize
from checks.model.dependency import Dependency, Inventory, Location
from checks.model.facts import Facts, PackageKey, SourceState, Want
from checks.model.finding import Move
from checks.model.packages import Known, PackageFacts, VersionFacts
from checks.model.phrase import plain
from checks.model.report import Conclusion, Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot
from checks.render.english import moment
from tests.engine.trees import findings
from tests.freshness.examples import NOW, at, published

POLICY = "version: 1\nfreshness: {levels: {publication-date-missing: off}}\n"
OLD = Dependency("pkg:npm/old", "old", "1.0.0", Location("package-lock.json", 7), direct=True)
NEW = Dependency("pkg:npm/new", "new", "2.0.0", Location("package-lock.json", 9), direct=True)
FACTS = Facts(
    versions={(item.purl, item.version): published("2026-11-19") for item in (OLD, NEW)},
    sources=(SourceState("deps.dev", NOW),),
)


def plan(base: tuple[Dependency, ...] | None, *head: Dependency) -> Plan:
    sides = [None if side is None else Inventory("package-lock.json", "npm-lock", side) for side in (base, head)]
    listing = Listing("" if base is None else "b" * 40, "a" * 40, (ChangedFile("package.json", FileStatus.MODIFIED),))
    return Plan(Snapshot(listing, (ManifestPair("package-lock.json", *sides),)))


def judge(what: Plan, facts: Facts = FACTS, policy: str = POLICY) -> Report:
    loaded = load_policy(policy.encode(), "policy.yaml")
    return propose(evaluate(what, facts, loaded, NOW), what, facts, loaded, NOW)


def asked(what: Plan, policy: str = POLICY) -> set[str]:
    return {purl for purl, _ in what.questions(load_policy(policy.encode(), "policy.yaml"), frozenset({"freshness"}))}


def test_only_what_the_change_brings_is_looked_at_and_asked_for() -> None:
    """A lock file of thousands of packages costs what its change costs."""
    change = plan((OLD,), OLD, NEW)
    report = judge(change)
    assert [found.subject.name for found in report.findings] == ["new"]
    assert [(outcome.check, outcome.judged) for outcome in report.outcomes] == [("freshness", 1), ("inventory", 1)]
    assert asked(change) == {"pkg:npm/new"}


@pytest.mark.parametrize(("base", "more"), [(None, ""), ((OLD, NEW), "judge: everything, ")])
def test_everything_is_looked_at_where_everything_counts(base: tuple[Dependency, ...] | None, more: str) -> None:
    policy = POLICY.replace("{levels", f"{{{more}levels")
    change = plan(base, OLD, NEW)
    assert [found.subject.name for found in judge(change, policy=policy).blocking] == ["old", "new"]
    assert asked(change, policy) == {"pkg:npm/new", "pkg:npm/old"}


def test_what_is_removed_is_not_judged() -> None:
    assert judge(plan((OLD, NEW), OLD)).findings == ()
    assert asked(plan((OLD, NEW), OLD)) == set()


def test_a_bots_pull_request_waits_and_has_nothing_to_do() -> None:
    """Blocked until the named moment, when the gate judges again by itself; no command would undo the update."""
    before = Dependency("pkg:npm/new", "new", "1.0.0", Location("package-lock.json", 9), direct=True)
    report = judge(plan((before,), NEW))
    (found,) = report.blocking
    assert (report.conclusion, found.move, found.fix, report.repair) == (Conclusion.BLOCKED, Move.CLOCK, None, ())
    assert report.judge_again_at == found.clears_at == at("2026-11-22")
    later = evaluate(plan((before,), NEW), FACTS, load_policy(POLICY.encode(), "policy.yaml"), at("2026-11-22"))
    assert later.conclusion is Conclusion.PASSED


def test_a_finding_stands_on_the_line_of_the_runtime() -> None:
    tree = {"Dockerfile": "FROM python:latest\n", ".github/workflows/ci.yml": "jobs:\n  a:\n    uses: a/b/c.yml@main\n"}
    places = [(found.rule, found.location) for found in findings(None, tree, POLICY)]
    assert places == [
        ("action-unpinned", Location(".github/workflows/ci.yml", 3, 3)),
        ("image-unpinned", Location("Dockerfile", 1, 1)),
    ]


def test_nobody_is_asked_for_the_license_or_the_date_of_a_runtime() -> None:
    tree = {".python-version": "3.12\n", ".tool-versions": "nodejs 22.1.0\n", ".go-version": "1.22.3\n"}
    assert findings(None, tree, "version: 1\nlicenses: {}\nfreshness: {behind: {major: 1}}\n") == ()


def test_that_no_source_is_asked_is_said_once() -> None:
    said = [plain(text) for outcome in judge(plan(None, OLD), Facts()).outcomes for text in outcome.not_judged_here]
    assert said == [
        "versions that were withdrawn or deprecated, archived packages and ends of support, because no source of facts "
        "is asked"
    ]
    for report in (judge(plan(None, OLD)), judge(plan((OLD,), OLD), Facts())):
        assert [outcome.not_judged_here for outcome in report.outcomes] == [(), ()]


def test_where_time_ends_what_a_source_could_not_answer() -> None:
    """More facts end it too, and never bring what is too new past the gate."""
    known = Facts(FACTS.versions, {"pkg:npm/new": PackageFacts(archived=Known(True, "ecosyste.ms"))})
    assert [f.rule for f in judge(plan((), NEW), known).blocking] == ["version-too-new"]
    assert [f.rule for f in judge(plan((), NEW), Facts(FACTS.versions)).blocking] == ["version-too-new"]


LOCKS = {
    "uv.lock": 'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = {registry = "https://registry.example"}\n'
    'sdist = { url = "https://registry.example/a", hash = "sha256:aa", upload-time = "%s" }\n',
    "pylock.toml": 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "1"\n'
    '[packages.sdist]\nname = "a-1.tar.gz"\nupload-time = "%s"\n',
    "composer.lock": '{"packages": [{"name": "a/a", "version": "1.0", "time": "%s"}]}',
    "pnpm-lock.yaml": "lockfileVersion: 5.4\ndependencies: {a: 1.0.0}\npackages:\n  /a/1.0.0:\n    resolution: "
    "{integrity: sha512-x}\ntime:\n  /a/1.0.0: '%s'\n",
}
TIMES = (
    "2026-11-19T18:05:00Z",
    "2026-11-19T18:05:00.123+02:00",
    "2026-11-19 18:05:00",
    "2026-11-19",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-02-30T00:00:00Z",
    "-1",
    "1e9",
    "",
)


@given(st.sampled_from(sorted(LOCKS)), st.one_of(st.sampled_from(TIMES), st.text("0123456789-:+.TZ ", max_size=30)))
def test_a_date_of_a_lock_file_is_in_utc_or_none(path: str, time: str) -> None:
    format_ = recognize(path)
    assert format_ is not None
    for dependency in read(format_, path, (LOCKS[path] % time).encode()).dependencies:
        if dependency.published is not None:
            assert dependency.published.utcoffset() == at("2026-11-20").utcoffset()
            assert moment(dependency.published).endswith("UTC")


@pytest.mark.parametrize("path", sorted(LOCKS))
def test_every_lock_file_with_dates_is_read_with_them(path: str) -> None:
    format_ = recognize(path)
    assert format_ is not None
    (dependency,) = read(format_, path, (LOCKS[path] % TIMES[0]).encode()).dependencies
    assert dependency.published == at("2026-11-19 18:05")


def test_advisories_are_asked_of_both_versions_of_an_update() -> None:
    before = Dependency("pkg:npm/new", "new", "1.0.0", Location("package-lock.json", 9))
    questions = plan((before,), NEW).questions(load_policy(POLICY.encode(), "policy.yaml"), frozenset({"freshness"}))
    assert questions["pkg:npm/new", "1.0.0"] == Want.ADVISORIES
    assert Want.ADVISORIES in questions["pkg:npm/new", "2.0.0"]
    new = replace(FACTS.versions[NEW.purl, "2.0.0"], advisories=Known((), "OSV"))
    old = VersionFacts(advisories=Known(("GHSA-1",), "OSV"))
    fixing: dict[PackageKey, VersionFacts] = {(NEW.purl, "1.0.0"): old, (NEW.purl, "2.0.0"): new}
    assert judge(plan((before,), NEW), Facts(fixing)).blocking == ()
    assert judge(plan((before,), NEW), Facts(FACTS.versions)).blocking != ()
