"""What the owner of a policy should tidy up."""

from datetime import UTC, datetime
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies import load_policies
from checks.engine.evaluate import evaluate
from checks.engine.hygiene import hygiene, unneeded, unreachable
from checks.engine.plan import Plan
from checks.model.facts import Facts, RepositoryFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.files import PolicyFiles
from checks.policy.hygiene import Point
from checks.policy.layers import PolicySet
from tests.engine.examples import dep, inventory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "version: 1\nowner: {team: '@example/ospo'}\n"


def policies(text: str) -> PolicySet:
    return load_policies(PolicyFiles((HEAD + dedent(text)).encode(), "policy.yaml"))


def found(text: str, topic: str) -> list[Point]:
    return [point for point in hygiene(policies(text), NOW) if point.topic == topic]


def test_a_tidy_policy_has_nothing_to_tidy_up() -> None:
    assert hygiene(policies("licenses: {}\noverrides: [{match: {repositories: a}, mode: evaluate}]\n"), NOW) == ()


def test_an_override_that_a_later_and_wider_one_replaces() -> None:
    (point,) = found(
        """\
        licenses: {}
        overrides:
          - {match: {repositories: web-1, properties: {tier: [a, b]}}, licenses: {allow_also: [MPL-2.0]}}
          - {match: {repositories: "web-*"}, licenses: {allow: [MIT]}, mode: evaluate}
        """,
        "override-overwritten",
    )
    assert (point.line, point.key) == (5, "overrides.0")
    assert (
        point.what == "override 1 never counts: override 2 (line 6) holds wherever it does, and sets all that it sets"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{match: {repositories: web-1}, mode: evaluate}", "{match: {repositories: api-*}, mode: enforce}"),
        ("{match: {repositories: 'web-*'}, mode: evaluate}", "{match: {repositories: web-1}, mode: enforce}"),
        ("{mode: evaluate}", "{match: {branches: main}, mode: enforce}"),
        ("{match: {repositories: web-1}, mode: evaluate}", "{from: 2027-01-01, mode: enforce}"),
        ("{mode: evaluate}", "{match: {properties: {tier: a}}, mode: enforce}"),
        ("{match: {repositories: w}, licenses: {allow: [MIT]}}", "{licenses: {allow_also: [ISC]}}"),
        ("{match: {repositories: w}, licenses: {allow: [MIT], detect: never}}", "{licenses: {allow: [ISC]}}"),
        ("{match: {visibility: [public, private]}, mode: evaluate}", "{match: {visibility: public}, mode: enforce}"),
    ],
)
def test_an_override_that_still_counts_somewhere_is_left_alone(first: str, second: str) -> None:
    text = f"licenses: {{}}\noverrides:\n  - {first}\n  - {second}\n"
    assert found(text, "override-overwritten") == []


_NAMES = ("web-1", "web-2", "api-1", "example/web-1")
_PATTERNS = ("web-*", "*", "web-1", "api-*", "example/*", "*-1", "example/web-1")


@given(st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=2), st.lists(st.sampled_from(_PATTERNS), max_size=2))
def test_what_is_called_overwritten_makes_no_difference_anywhere(first: list[str], second: list[str]) -> None:
    text = "licenses: {}\noverrides:\n" + "".join(
        f"  - {{match: {{repositories: {names}}}, licenses: {{allow: [{license_}]}}}}\n"
        for names, license_ in ((first, "MIT"), (second, "ISC"))
    )
    if not found(text, "override-overwritten"):
        return
    without = policies("\n".join(line for line in text.splitlines() if "MIT" not in line) + "\n")
    for name in _NAMES:
        facts = RepositoryFacts(name if "/" in name else f"example/{name}", properties_known=True)
        one, other = (each.policy_for(facts, "main", NOW).sections for each in (policies(text), without))
        assert one == other, name


def test_overrides_that_no_known_repository_matches() -> None:
    text = """\
        overrides:
          - {match: {repositories: "web-*"}, mode: evaluate}
          - {match: {properties: {tier: firmwear}}, mode: evaluate}
        """
    known = [RepositoryFacts("example/web-1", properties={"tier": "firmware"}, properties_known=True)]
    (point,) = unreachable(policies(text), known)
    assert point.what == "override 2 holds for none of 1 known repositories"
    assert list(unreachable(policies(text), [])) == [], "nothing is known, so nothing is said"
    assert list(unreachable(policies(text), [RepositoryFacts("example/api")])) == [
        point for point in unreachable(policies(text), [RepositoryFacts("example/api")]) if point.key == "overrides.0"
    ], "a property that nobody told may be any"


def test_lists_and_exceptions_that_contradict_each_other() -> None:
    text = """\
        licenses:
          allow: [permissive, JSON, strong-copyleft, MPL-2.0]
          deny: [JSON, strong-copyleft]
          exceptions:
            - {package: pkg:npm/a, allow: [MIT], reason: x}
            - {package: pkg:npm/b, allow: [GPL-3.0-only], reason: x}
            - {package: pkg:npm/c, allow: [EPL-2.0], reason: x}
        """
    assert [point.key for point in found(text, "allow-and-deny")] == ["licenses.allow.1", "licenses.allow.2"]
    assert [point.key for point in found(text, "exception-needless")] == ["licenses.exceptions.0"]
    assert [point.key for point in found(text, "exception-for-denied")] == ["licenses.exceptions.1"]


def test_advice_that_contradicts_itself_or_waits_for_a_review() -> None:
    text = """\
        packages:
          advice:
            - {package: pkg:npm/left-pad, advice: hold, reason: x, review_by: 2026-11-19}
            - {package: "pkg:npm/left-*", advice: adopt}
            - {package: pkg:npm/right-pad, advice: adopt, review_by: 2026-11-20}
            - {package: pkg:npm/moment, advice: avoid, reason: x, versions: "<2"}
            - {package: "pkg:npm/mom*", advice: hold, reason: x, versions: ">=2"}
        """
    (contradiction,) = found(text, "advice-contradicts")
    assert contradiction.key == "packages.advice.0"
    assert contradiction.why == "The stricter one counts: hold. The other one is read and not followed."
    (overdue,) = found(text, "review-overdue")
    assert (overdue.line, overdue.edit) == (5, "look at it again, and set another day")


def test_waivers_that_end_ended_were_renewed_or_do_nothing() -> None:
    text = """\
        licenses: {}
        waivers:
          - {id: W-1, rules: [license-missing], package: pkg:npm/a, reason: x, approved_by: "@g", expires: 2026-11-25}
          - {id: W-2, rules: [license-missing], package: pkg:npm/b, reason: x, approved_by: "@g", expires: 2026-11-19}
          - {id: W-3, rules: [license-missing], package: pkg:npm/b, reason: x, approved_by: "@g", expires: 2027-11-19,
             renewal_of: W-2, ticket: T-1}
          - {id: W-4, rules: [vulnerable], package: pkg:npm/c, reason: x, approved_by: "@g", expires: 2027-11-19}
        """
    points = hygiene(policies(text), NOW, tickets=True)
    assert [(point.topic, point.what) for point in points if point.topic != "waiver-without-ticket"] == [
        ("waiver-ending", "waiver W-1 ends in 5 days, with 2026-11-25"),
        ("waiver-renewed", "waiver W-2 was renewed by W-3"),
        ("waiver-without-effect", "waiver W-4 has no effect: its rules are off"),
    ]
    tickets = [point.key for point in points if point.topic == "waiver-without-ticket"]
    assert tickets == ["waivers.0", "waivers.1", "waivers.3"]
    assert "waiver-without-ticket" not in {point.topic for point in hygiene(policies(text), NOW)}


def test_days_that_are_over() -> None:
    text = """\
        licenses: {levels: {license-missing: {level: block, from: 2026-11-20}, license-unknown: {level: block,
                   from: 2026-11-21}}}
        overrides:
          - {match: {repositories: a}, from: 2026-01-01, mode: evaluate}
        """
    assert [(point.key, point.edit) for point in found(text, "day-over")] == [
        ("licenses.levels.license-missing", "write license-missing: block"),
        ("overrides.0.from", "remove 'from'"),
    ]


def test_rules_that_block_and_nobody_is_named() -> None:
    anonymous = load_policies(PolicyFiles(b"version: 1\nlicenses: {}\n", "policy.yaml"))
    (point,) = hygiene(anonymous, NOW)
    assert point.topic == "rule-without-owner"
    assert point.what.endswith("nobody is named who could except from it: licenses, inventory")


def test_an_acceptance_that_ended() -> None:
    text = """\
        vulnerabilities:
          accept: [{advisory: CVE-2026-1234, reason: x, approved_by: "@g", expires: 2026-11-19}]
        """
    (point,) = found(text, "acceptance-ended")
    assert point.what == "CVE-2026-1234 was accepted until 2026-11-19"


def test_allowances_and_waivers_that_nothing_in_use_needs() -> None:
    text = """\
        licenses:
          allow: [permissive, MPL-2.0]
          exceptions: [{package: pkg:npm/gone, allow: [GPL-3.0-only], reason: x}]
        waivers:
          - {id: W-1, rules: [license-missing], package: pkg:npm/a, reason: x, approved_by: "@g", expires: 2027-11-25}
          - {id: W-2, rules: [license-missing], package: pkg:npm/gone, reason: x, approved_by: "@g",
             expires: 2027-11-25}
        """
    held = policies(text)
    head = inventory(dep("a@1.0.0"), dep("b@1.0.0", license="MPL-2.0"))
    plan = Plan(Snapshot(Listing("", ""), (ManifestPair("package-lock.json", None, head),)))
    report = evaluate(plan, Facts(), held.policy_for(RepositoryFacts("web"), None, NOW), NOW)
    assert [point.what for point in unneeded(held, plan, Facts(), [report], NOW)] == [
        "licenses.exceptions has pkg:npm/gone, and there is no such package here",
        "waiver W-2 covers nothing that is in use",
    ]


def test_foreign_words_cannot_steer_a_reader() -> None:
    text = 'licenses: {exceptions: [{package: "pkg:npm/a\\u202e\\u0007", allow: [MIT], reason: x}]}\n'
    (point,) = found(text, "exception-needless")
    assert point.what.isprintable()
