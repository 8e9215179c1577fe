"""What Dependency-Track reports: `track-violation`, and findings beside the advisories of other sources."""

from datetime import UTC, datetime

import pytest

from checks.model.advisory import Advisory, Violation
from checks.model.facts import Facts, joined
from checks.model.phrase import plain
from checks.rules.check import Context
from checks.rules.vulnerabilities import CHECK
from tests.vulnerabilities.examples import NOW, advisory, facts, package, section

AT = datetime(2026, 11, 20, tzinfo=UTC)
KEY = ("pkg:npm/thing", "1.2.0")
GPL, OLD = Violation("No GPL", "FAIL", "LICENSE", "It is GPL", AT), Violation("Fresh", "INFO", "OPERATIONAL", "", AT)


def said(known: Facts, terms: str = "{dependency_track: {violations: info}}") -> dict[str, str]:
    """The message of each rule that speaks."""
    judged = CHECK.judge_dependency
    assert judged is not None
    observations = judged(package("1.2.0"), known, section(terms), Context(now=NOW))
    return {item.rule: plain(item.message) for item in observations}


@pytest.mark.parametrize(
    ("violations", "policies"),
    [("none", []), ("fail", ["No GPL"]), ("warn", ["No GPL"]), ("info", ["No GPL", "Fresh"])],
)
def test_track_violation_speaks_from_a_state_on(violations: str, policies: list[str]) -> None:
    known = joined(facts(package()), Facts(violations={KEY: (GPL, OLD)}))
    message = said(known, f"{{dependency_track: {{violations: {violations}}}}}").get("track-violation", "")
    assert [name for name in ("No GPL", "Fresh") if f'"{name}"' in message] == policies


def test_a_state_that_nobody_knows_counts_as_the_worst() -> None:
    known = joined(facts(package()), Facts(violations={KEY: (Violation("x", "DOOM", ""),)}))
    assert "track-violation" in said(known, "{dependency_track: {violations: fail}}")
    assert "track-violation" not in said(known, "{}")


def test_what_others_know_too_is_said_once() -> None:
    mine = advisory(1, "high")
    reported = Advisory("INTERNAL-9", aliases=(mine.id,), rating="low", source="Dependency-Track", as_of=AT)
    both = said(joined(facts(package(), mine), Facts(reported={KEY: (reported,)})))
    assert "which Dependency-Track reports" not in both["vulnerable"]
    alone = said(
        joined(
            facts(package()), Facts(reported={KEY: (Advisory("CVE-2026-7", rating="high", source="Dependency-Track"),)})
        )
    )
    assert "CVE-2026-7" in alone["vulnerable"]
    assert "which Dependency-Track reports" in alone["vulnerable"]
