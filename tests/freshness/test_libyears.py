"""Libyears: the arithmetic, and what is said of a whole change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.freshness.libyears import Lag, libyears, total
from checks.model.dependency import Dependency, Inventory, Location, Origin
from checks.model.facts import Facts
from checks.model.finding import Level
from checks.model.phrase import plain
from checks.model.report import Report
from tests.freshness.examples import at, releases
from tests.freshness.test_moments import judge

YEAR = timedelta(days=365)
dates = st.datetimes(timezones=st.just(UTC))


@given(dates, dates)
def test_a_package_is_never_ahead(used: datetime, current: datetime) -> None:
    assert libyears(used, current) >= 0
    assert min(libyears(used, current), libyears(current, used)) == 0


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=20))
def test_the_total(values: list[float | None]) -> None:
    found = total(Lag("x", str(index), value) for index, value in enumerate(values))
    known = [value for value in values if value is not None]
    assert (found.known, found.unknown) == (len(known), len(values) - len(known))
    assert found.together == pytest.approx(sum(known))
    assert found.mean <= (found.worst.libyears or 0 if found.worst else 0) + 1e-9
    assert found.mean * found.known == pytest.approx(found.together)


def entry(name: str, version: str, origin: Origin = Origin.REGISTRY) -> Dependency:
    return Dependency(f"pkg:npm/{name}", name, version, Location("lock", 7), origin=origin)


def lock(*found: Dependency) -> Inventory:
    return Inventory("lock", "npm-lock", found)


#: One is two years behind at 1.0.0 and current at 2.0.0, the other half a year behind.
FACTS = Facts(
    packages={
        "pkg:npm/http-lite": releases("1.0.0 2024-01-01", "2.0.0 2025-12-31"),
        "pkg:npm/left-pad": releases("1.3.0 2025-01-01", "1.3.1 2025-07-02 12:00"),
    }
)
ONLY = "publication-date-missing: off, freshness-unknown: off"


def summary(report: Report) -> list[str]:
    return [f"{f.rule}: {plain(f.message)}" for f in report.findings if f.rule in ("libyears", "libyears-exceeded")]


def of(base: Inventory | None, head: Inventory, limits: str = "{}") -> list[str]:
    policy = f"{{libyears: {limits}, levels: {{{ONLY}}}}}"
    return summary(judge(base, head, FACTS, policy, at("2026-11-20")))


def test_what_a_change_brings_and_what_it_saves() -> None:
    base = lock(entry("http-lite", "1.0.0"), entry("left-pad", "1.3.1"))
    head = lock(entry("http-lite", "2.0.0"), entry("left-pad", "1.3.0"))
    assert of(base, head) == [
        "libyears: The 2 packages that this change brings are 0.5 libyears behind in total and 0.2 on average, most of "
        "all left-pad 1.3.0 with 0.5; with what leaves, this change saves 1.5."
    ]
    assert of(head, base) == [
        "libyears: The 2 packages that this change brings are 2.0 libyears behind in total and 1.0 on average, most of "
        "all http-lite 1.0.0 with 2.0; with what leaves, this change adds 1.5."
    ]


def test_a_whole_tree() -> None:
    tree = lock(entry("http-lite", "1.0.0"), entry("left-pad", "1.3.0"), entry("unknown", "1.0.0"))
    assert of(None, tree) == [
        "libyears: The 2 packages here (not counting 1 without known dates) are 2.5 libyears behind in total and 1.2 "
        "on average, most of all http-lite 1.0.0 with 2.0."
    ]
    assert of(None, lock(entry("http-lite", "2.0.0"))) == ["libyears: The one package here is 0.0 libyears behind."]


def test_a_total_has_a_limit() -> None:
    tree = lock(entry("http-lite", "1.0.0"), entry("left-pad", "1.3.0"))
    assert of(None, tree, "{total: 30 months}") == [
        "libyears-exceeded: The 2 packages here are 2.5 libyears behind in total and 1.2 on average, most of all "
        "http-lite 1.0.0 with 2.0, and all together may be 30 months."
    ]
    assert of(None, tree, "{total: 3 years}")[0].startswith("libyears: ")


def test_without_dates_and_without_the_key_nothing_is_said() -> None:
    assert of(None, lock(entry("unknown", "1.0.0"))) == []
    assert of(None, lock(entry("http-lite", "1.0.0", Origin.GIT))) == []
    report = judge(None, lock(entry("http-lite", "1.0.0")), FACTS, "{}", at("2026-11-20"))
    assert summary(report) == []


def test_it_is_a_note_that_stands_on_the_lock_file_and_every_package_counts_once() -> None:
    tree = lock(entry("http-lite", "1.0.0"), entry("http-lite", "1.0.0"))
    report = judge(None, tree, FACTS, "{libyears: {}}", at("2026-11-20"))
    (note,) = [found for found in report.findings if found.rule == "libyears"]
    assert (note.level, note.location, note.related) == (Level.NOTE, Location("lock"), ())
    assert [(item.what, plain(item.actual)) for item in note.evidence] == [
        ("total", "2.0 libyears"),
        ("mean", "2.0 libyears"),
        ("worst", "http-lite 1.0.0, 2.0 libyears"),
        ("without known dates", "0"),
    ]
    assert [(outcome.check, outcome.judged) for outcome in report.outcomes] == [("freshness", 1), ("inventory", 1)]


def test_the_figure_is_made_anew_when_a_newer_version_has_waited() -> None:
    """Also where only what leaves is behind it."""
    dates = {"pkg:npm/left-pad": releases("1.3.0 2025-01-01", "1.3.1 2026-11-19 18:05")}
    known = Facts(packages={**FACTS.packages, **dates})
    base, head = lock(entry("left-pad", "1.3.0")), lock(entry("http-lite", "2.0.0"))
    report = judge(base, head, known, "{libyears: {}}", at("2026-11-20"))
    assert summary(report)[0].endswith("behind; with what leaves, this change saves 0.0.")
    assert report.judge_again_at == at("2026-11-22 18:05")
    report = judge(base, head, known, "{libyears: {}}", at("2026-11-22 18:05"))
    assert summary(report)[0].endswith("behind; with what leaves, this change saves 1.9.")
