"""With the clock advanced and no event, every verdict equals a fresh one: until the moment that the report names."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory, Location, Origin, Scope
from checks.model.facts import Facts, Want
from checks.model.packages import Cycle, Gap, Known, PackageFacts, Release, Standing, Status, VersionFacts
from checks.model.report import Report
from checks.model.snapshot import ChangedFile, FileStatus, Listing, ManifestPair, Snapshot

START = datetime(2024, 2, 27, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PURLS = ("pkg:npm/http-lite", "pkg:pypi/requests", "pkg:generic/python", "pkg:docker/node")
VERSIONS = ("1.0.0", "1.1.0", "1.2.0-rc.1", "2.0.0", "3.0.0", "4.0.0")

# Hours, so that moments often meet; around a leap day.
moments = st.integers(-20_000, 20_000).map(lambda hours: START + timedelta(hours=hours))
near = st.integers(-400, 400).map(lambda hours: START + timedelta(hours=hours))
dates = st.one_of(near, moments)
days = st.one_of(st.none(), dates.map(datetime.date))
maybe = partial(st.one_of, st.none())

policies = st.sampled_from(
    (
        "{}",
        "{minimum_age: {default: 2 working days, major: 14 days}, behind: {major: 0, minor: 0}}",
        "{maximum_age: 100 days, unmaintained_after: 1 year, libyears: {total: 1 year, worst: 100 days}}",
        "{behind: {major: 1}, libyears: {}, end_of_life: {notify: 10 days}, judge: everything}",
        "{minimum_age: 0 days, unmaintained_after: 30 days, levels: {version-too-new: off}, behind: {minor: 0}}",
    )
)
entries = st.builds(
    lambda purl, version, published, direct: Dependency(
        purl, purl[8:], version, Location("lock", 7), Scope.RUNTIME, direct, Origin.REGISTRY, published=published
    ),
    st.sampled_from(PURLS),
    st.sampled_from(VERSIONS),
    maybe(dates),
    st.sampled_from((True, False, None)),
)
inventories = st.lists(entries, max_size=4, unique_by=lambda item: (item.purl, item.version)).map(
    lambda found: Inventory("lock", "npm-lock", tuple(found))
)
gaps = st.lists(
    st.builds(Gap, st.just("deps.dev"), st.just("down"), maybe(near), st.sampled_from(list(Want))), max_size=2
).map(tuple)
version_facts = st.builds(
    lambda published, advisories, yanked, silent: VersionFacts(
        published=published and Known(published, "deps.dev"),
        advisories=None if advisories is None else Known(advisories, "OSV"),
        yanked=Known("", "registry") if yanked else None,
        gaps=silent,
    ),
    maybe(dates),
    maybe(st.sampled_from(((), ("A",), ("A", "B")))),
    st.booleans(),
    gaps,
)
releases = st.lists(
    st.builds(Release, st.sampled_from(VERSIONS), maybe(dates), deprecated=maybe(st.just("old"))), max_size=6
).map(tuple)
cycles = st.lists(st.builds(Cycle, st.sampled_from("1234"), days, days, maybe(st.booleans())), max_size=4).map(tuple)
package_facts = st.builds(
    lambda listed, latest, cycle, standing, silent: PackageFacts(
        releases=None if listed is None else Known(listed, "deps.dev"),
        latest=latest and Known(latest, "deps.dev"),
        cycles=Known(cycle, "endoflife.date"),
        status=standing and Known(Status(standing), "registry"),
        gaps=silent,
    ),
    maybe(releases),
    maybe(st.sampled_from(VERSIONS)),
    cycles,
    maybe(st.sampled_from(Standing)),
    gaps,
)
known = st.builds(
    Facts,
    st.dictionaries(st.tuples(st.sampled_from(PURLS), st.sampled_from(VERSIONS)), version_facts, max_size=8),
    st.dictionaries(st.sampled_from(PURLS), package_facts, max_size=4),
)


def judge(base: Inventory | None, head: Inventory, facts: Facts, policy: str, now: datetime) -> Report:
    listing = Listing("b" * 40 if base else "", "a" * 40, (ChangedFile("lock", FileStatus.MODIFIED),))
    plan = Plan(Snapshot(listing, (ManifestPair("lock", base, head),)))
    loaded = load_policy(f"version: 1\nfreshness: {policy}\n".encode(), "policy.yaml")
    return evaluate(plan, facts, loaded, now, frozenset({"freshness"}))


@settings(max_examples=300)
@given(maybe(inventories), inventories, known, policies, near, st.floats(0, 1))
def test_nothing_changes_before_the_moment_that_is_named(
    base: Inventory | None, head: Inventory, facts: Facts, policy: str, now: datetime, share: float
) -> None:
    report = judge(base, head, facts, policy, now)
    end = report.judge_again_at or now + timedelta(days=40_000)
    assert end > now
    for later in (end - SECOND, now + (end - now) * share - SECOND):
        if later > now:
            assert judge(base, head, facts, policy, later) == report


@settings(max_examples=200)
@given(maybe(inventories), inventories, known, policies, near, st.integers(0, 60_000))
def test_waiting_never_makes_a_version_newer(
    base: Inventory | None, head: Inventory, facts: Facts, policy: str, now: datetime, hours: int
) -> None:
    """What is too new later is too new now, and waits until the same moment."""
    first, second = (
        {(found.subject, found.clears_at) for found in report.findings if found.rule == "version-too-new"}
        for report in (judge(base, head, facts, policy, moment) for moment in (now, now + timedelta(hours=hours)))
    )
    assert second <= first


@settings(max_examples=200)
@given(maybe(inventories), inventories, known, policies, near)
def test_at_the_named_moment_a_new_version_has_waited(
    base: Inventory | None, head: Inventory, facts: Facts, policy: str, now: datetime
) -> None:
    for found in judge(base, head, facts, policy, now).findings:
        if found.rule == "version-too-new":
            assert found.clears_at is not None
            later = judge(base, head, facts, policy, found.clears_at)
            assert not [item for item in later.findings if (item.rule, item.subject) == (found.rule, found.subject)]


def test_the_end_of_a_runtime_is_named_before_it_comes() -> None:
    head = Inventory("lock", "npm-lock", (Dependency(PURLS[2], "python", "3.0.0", Location("lock", 1)),))
    ends = Facts(packages={PURLS[2]: PackageFacts(cycles=Known((Cycle("3", None, date(2025, 1, 1)),), "x"))})
    report = judge(None, head, ends, "{}", START)
    assert (report.findings, report.judge_again_at) == ((), datetime(2024, 7, 5, tzinfo=UTC))
