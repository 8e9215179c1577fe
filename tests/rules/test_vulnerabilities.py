"""The check `vulnerabilities` through its own door: which rule speaks, and what people are told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from checks.model.advisory import Advisory, Likelihood
from checks.model.change import ChangeKind
from checks.model.dependency import Origin
from checks.model.errors import PolicyError
from checks.model.facts import Facts, SourceState, Want
from checks.model.finding import Level, Move
from checks.model.packages import Gap, Known, VersionFacts
from checks.model.phrase import Foreign, plain
from checks.rules.vulnerabilities import CHECK
from tests.vulnerabilities.examples import (
    NOW,
    SHAPE,
    advisory,
    exploited,
    facts,
    likely,
    observe,
    package,
    present,
    rules,
    said,
    section,
)

LATER = datetime(2026, 11, 20, 13, tzinfo=UTC)


def test_levels() -> None:
    """What stops a merge, what warns and what informs; malware is beyond waivers, and counts wherever it is."""
    assert {level: [rule for rule in SHAPE.levels if SHAPE.levels[rule] is level] for level in Level} == {
        Level.BLOCK: [
            "malicious-package",
            "vulnerability-exploited",
            "vulnerable",
            "vulnerability-likely",
            "vulnerability-overdue",
            "track-violation",
            "severity-unknown",
        ],
        Level.WARN: ["advisories-unknown", "advisory-version-unknown", "exploitation-unknown"],
        Level.NOTE: [
            "vulnerability-due",
            "vulnerable-below-threshold",
            "vulnerability-fixed",
            "vulnerability-accepted",
            "vex-ignored",
        ],
        Level.OFF: [],
    }
    assert [rule.id for rule in CHECK.rules if not rule.waivable] == ["malicious-package"]
    assert [rule.id for rule in CHECK.rules if rule.everywhere] == ["malicious-package", "vulnerability-exploited"]


def test_a_package_without_advisories_is_silent() -> None:
    change = package()
    assert observe(change, facts(change)) == []


@pytest.mark.parametrize(
    ("severity", "policy", "rule"),
    [
        ("critical", "{}", "vulnerable"),
        ("high", "{}", "vulnerable"),
        ("moderate", "{}", "vulnerable-below-threshold"),
        ("low", "{}", "vulnerable-below-threshold"),
        ("low", "{block_from: low}", "vulnerable"),
        ("high", "{block_from: critical}", "vulnerable-below-threshold"),
        (None, "{block_from: critical}", "severity-unknown"),
    ],
)
def test_the_threshold(severity: str | None, policy: str, rule: str) -> None:
    change = package()
    assert rules(change, facts(change, advisory(1, severity)), policy) == [rule]


def test_one_vulnerability() -> None:
    change = package()
    known = facts(change, advisory(1, "high", summary="Command injection."))
    assert said(change, known) == [
        "vulnerable: thing 1.2.0 has CVE-2026-1 (high 7.5: Command injection); update to 1.9.0, which fixes it."
    ]
    (found,) = observe(change, known)
    assert plain(found.headline) == "thing 1.2.0: CVE-2026-1 (high)"
    assert found.policy_key == ("vulnerabilities", "block_from")
    assert (found.subject.purl, found.subject.version) == ("pkg:npm/thing", "1.2.0")
    assert [(item.what, plain(item.actual), plain(item.source)) for item in found.evidence] == [
        ("block_from", "high", ""),
        (
            "high 7.5, CVSS 3.1",
            "CVE-2026-1 (also GHSA-1): Command injection; fixed in 1.9.0",
            "https://github.com/advisories/GHSA-1",
        ),
        ("advisories", "1 named for this version", "OSV, 2026-11-20"),
    ]


def test_a_package_version_is_one_line_however_many_it_has() -> None:
    change = package()
    many = [advisory(number, "high" if number < 30 else "critical", fix=f"1.{number}.0") for number in range(3, 31)]
    known = facts(change, *many, advisory(99, "low", fix=None))
    assert said(change, known) == [
        "vulnerable: thing 1.2.0 has 28 vulnerabilities: CVE-2026-30 (critical 9.8), CVE-2026-10 (high 7.5), "
        "CVE-2026-11 (high 7.5) and 25 more; update to 1.30.0, which fixes all of them.",
        "vulnerable-below-threshold: thing 1.2.0 has CVE-2026-99 (low 1.8); no version is known that fixes it.",
    ]
    assert plain(observe(change, known)[0].headline) == "thing 1.2.0: 28 vulnerabilities (critical)"


def test_two_are_both_fixed_by_one_version() -> None:
    change = package()
    known = facts(change, advisory(1, "high", fix="1.3.0"), advisory(2, "high", fix="1.4.0"))
    assert said(change, known)[0].endswith("; update to 1.4.0, which fixes both.")


def test_what_is_listed_is_bounded() -> None:
    change = package()
    known = facts(change, *(advisory(number, "high") for number in range(1, 101)))
    (found,) = observe(change, known)
    assert len(found.evidence) == 43  # the threshold, 40 vulnerabilities, how many more, the source
    assert ("not listed", "60 more") in [(item.what, plain(item.actual)) for item in found.evidence]


def test_aliases_are_one_vulnerability_of_the_worst_severity() -> None:
    change = package()
    known = facts(change, advisory(1, "low"), advisory(2, "critical", id="PYSEC-2", aliases=["CVE-2026-1"]))
    assert said(change, known) == [
        "vulnerable: thing 1.2.0 has CVE-2026-1 (critical 9.8); update to 1.9.0, which fixes it."
    ]


def test_withdrawn_advisories_say_nothing() -> None:
    change = package()
    assert observe(change, facts(change, advisory(1, "critical", withdrawn="2026-01-01T00:00:00Z"))) == []


def test_the_record_decides_whom_a_source_names() -> None:
    change = package("1.9.0")
    assert observe(change, facts(change, advisory(1, "critical", fix="1.9.0"))) == []


def test_a_record_that_does_not_speak_of_the_package_leaves_it_to_the_source() -> None:
    change = package()
    known = facts(change, replace(advisory(1, "critical"), affected=()))
    assert rules(change, known) == ["vulnerable"]


def test_a_named_advisory_whose_record_could_not_be_read() -> None:
    change = package()
    gap = Gap("OSV", "it answered 500", LATER, Want.ADVISORIES)
    named = VersionFacts(advisories=Known(("GHSA-1", "GHSA-2"), "OSV", NOW), gaps=(gap,))
    known = Facts(versions={(change.purl, change.version): named})
    (found,) = observe(change, known)
    assert plain(found.message) == (
        "thing 1.2.0 has 2 vulnerabilities, GHSA-1 and GHSA-2, whose records could not be read; "
        "no version is known that fixes both: use another package, or ask for a waiver."
    )
    assert (found.rule, found.move, found.clears_at) == ("severity-unknown", Move.SERVICE, LATER)


def test_no_version_is_said_to_fix_what_no_record_speaks_of() -> None:
    change = package()
    known = facts(change, advisory(1, "high"), replace(advisory(2, "high"), affected=()))
    assert said(change, known)[0].endswith(
        "; no version is known that fixes both: use another package, or ask for a waiver."
    )
    assert "CVE-2026-2 (also GHSA-2); no fix is known" in [
        plain(line.actual) for line in observe(change, known)[0].evidence
    ]


def test_malware() -> None:
    change = package()
    known = facts(change, advisory(1, id="MAL-2026-1", aliases=[], fix=None), advisory(2, "high"))
    assert said(change, known) == [
        "malicious-package: thing 1.2.0 is malicious (MAL-2026-1); remove it, and replace every secret that it could "
        "read.",
        "vulnerable: thing 1.2.0 has CVE-2026-2 (high 7.5); update to 1.9.0, which fixes it.",
    ]


@pytest.mark.parametrize("named", [VersionFacts(advisories=Known(("MAL-2026-1",), "OSV", NOW))])
def test_malware_whose_record_could_not_be_read_is_malware(named: VersionFacts) -> None:
    change = package()
    assert rules(change, Facts(versions={(change.purl, change.version): named})) == ["malicious-package"]


@pytest.mark.parametrize("severity", ["low", None, "critical"])
def test_exploitation_counts_whatever_the_severity(severity: str | None) -> None:
    change = present()
    known = facts(change, advisory(1, severity), exploited=exploited("CVE-2026-1"))
    assert rules(change, known)[0] == "vulnerability-exploited"
    (found, *_) = observe(change, known)
    assert plain(found.evidence[0].actual) == (
        "CVE-2026-1 in the catalog since 2026-11-01, due 2026-12-24, used by ransomware"
    )


def test_exploitation_in_words() -> None:
    change = package()
    known = facts(change, advisory(1, "critical"), exploited=exploited("CVE-2026-1"))
    assert said(change, known) == [
        "vulnerability-exploited: thing 1.2.0 has CVE-2026-1 (critical 9.8), which is being exploited; "
        "update to 1.9.0, which fixes it.",
        "vulnerable: thing 1.2.0 has CVE-2026-1 (critical 9.8); update to 1.9.0, which fixes it.",
    ]


@pytest.mark.parametrize(("threshold", "speaks"), [("0.7", True), ("70%", True), ("0.71", False), ("71%", False)])
def test_the_probability_of_exploitation(threshold: str, speaks: bool) -> None:
    change = package()
    known = facts(change, advisory(1, "low"), likelihoods=likely(CVE_2026_1=0.7))
    assert ("vulnerability-likely" in rules(change, known, f"{{epss: {{block_from: {threshold}}}}}")) is speaks


def test_the_probability_in_words() -> None:
    change = package()
    known = facts(change, advisory(1, "low"), likelihoods=likely(CVE_2026_1=0.7))
    found = observe(change, known, "{epss: {block_from: 50%}}")[0]
    assert plain(found.message) == (
        "thing 1.2.0 has CVE-2026-1 (low 1.8), likely to be exploited within 30 days (70%); update to 1.9.0, "
        "which fixes it."
    )
    assert plain(found.evidence[0].actual) == "CVE-2026-1: 70.0%, and the policy takes less than 50%"
    assert rules(change, known) == ["vulnerable-below-threshold"]


def test_of_several_probabilities_the_highest_counts() -> None:
    change = package()
    known = facts(
        change,
        advisory(1, "low", aliases=["CVE-2026-1", "CVE-2026-2"]),
        likelihoods={**likely(CVE_2026_1=0.6), "CVE-2026-2": Known(Likelihood(0.1, 0.99), "EPSS", NOW)},
    )
    assert "(60%)" in said(change, known, "{epss: {block_from: 0.5}}")[0]


def test_a_record_that_is_no_vulnerability_is_below_every_threshold() -> None:
    entry = {"package": {"ecosystem": "npm", "name": "thing"}, "database_specific": {"informational": "unmaintained"},
             "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}  # fmt: skip
    change = package()
    known = facts(
        change, advisory(1, id="RUSTSEC-2026-1", aliases=[], affected=[entry], summary="thing is unmaintained")
    )
    assert said(change, known, "{block_from: low}") == [
        "vulnerable-below-threshold: thing 1.2.0 has RUSTSEC-2026-1 (informational: thing is unmaintained); "
        "no version is known that fixes it."
    ]


def test_what_an_update_fixes() -> None:
    change = package("1.9.0", "1.2.0", "1.3.0")
    known = facts(change, advisory(1, "high"), advisory(2, "low", fix="1.1.0"), advisory(3, "critical", fix="2.0.0"))
    assert said(change, known) == [
        "vulnerable: thing 1.9.0 has CVE-2026-3 (critical 9.8); update to 2.0.0, which fixes it.",
        "vulnerability-fixed: thing 1.9.0 no longer has CVE-2026-1 (high 7.5), which 1.2.0 and 1.3.0 had.",
    ]


def test_nothing_is_called_fixed_that_is_not_known_of_the_new_version() -> None:
    change = package("1.9.0", "1.2.0")
    known = facts(change, advisory(1, "high"))
    unknown = replace(known, versions={key: value for key, value in known.versions.items() if key[1] != "1.9.0"})
    assert rules(change, unknown) == ["advisories-unknown"]


def test_no_source_could_answer() -> None:
    change = package()
    gaps = (Gap("OSV", "it answered 500", LATER), Gap("deps.dev", "it did not answer", about=Want.ADVISORIES))
    known = Facts(
        versions={(change.purl, change.version): VersionFacts(gaps=(*gaps, Gap("x", "y", about=Want.LICENSE)))}
    )
    (found,) = observe(change, known)
    assert plain(found.message) == (
        "Whether thing 1.2.0 has vulnerabilities is not known: OSV and deps.dev could not answer."
    )
    assert (found.rule, found.move, found.clears_at) == ("advisories-unknown", Move.SERVICE, LATER)
    assert [plain(item.actual) for item in found.evidence] == ["it answered 500", "it did not answer"]


def test_a_gap_beside_an_answer_does_not_matter() -> None:
    change = package()
    known = VersionFacts(advisories=Known((), "OSV", NOW), gaps=(Gap("deps.dev", "it did not answer"),))
    assert observe(change, Facts(versions={(change.purl, change.version): known})) == []


def test_nobody_was_asked() -> None:
    (found,) = observe(package(), Facts())
    assert plain(found.message) == (
        "Whether thing 1.2.0 has vulnerabilities is not known: no source of advisories was asked."
    )
    assert (found.rule, found.move) == ("advisories-unknown", Move.OWNER)


def test_what_nobody_publishes_advisories_for_is_not_asked_about() -> None:
    image = package("1.27", purl="pkg:docker/nginx", name="nginx")
    assert observe(image, Facts()) == []
    assert list(CHECK.wants(image, section())) == []  # type: ignore[misc]


def test_own_packages_are_not_judged() -> None:
    own = package(origin=Origin.PATH)
    assert observe(own, facts(own, advisory(1, "critical"))) == []
    assert list(CHECK.wants(own, section())) == []  # type: ignore[misc]


def test_what_is_asked() -> None:
    assert list(CHECK.wants(package("2.0.0", "1.0.0", "1.0.0", "1.1.0"), section())) == [  # type: ignore[misc]
        (("pkg:npm/thing", "2.0.0"), Want.ADVISORIES),
        (("pkg:npm/thing", "1.0.0"), Want.ADVISORIES),
        (("pkg:npm/thing", "1.1.0"), Want.ADVISORIES),
    ]


def test_a_package_without_an_exact_version() -> None:
    change = package(None)
    assert said(change, Facts()) == [
        "advisory-version-unknown: thing has no exact version here, so no advisory can be compared with it; lock it."
    ]
    assert said(change, facts(change, advisory(1, "high"), advisory(2, "low"))) == [
        "advisory-version-unknown: Whether thing has CVE-2026-1 (high 7.5) is not known, because it has no exact "
        "version here; use an exact release, or compare it with the advisory."
    ]
    assert rules(change, facts(change, advisory(1, fix=None, id="MAL-2026-1"))) == ["malicious-package"]


@pytest.mark.parametrize("version", ["v1", "main", "11bd71901bbe5b1630ceea73d27597364c9af683"])
def test_a_version_that_cannot_be_compared(version: str) -> None:
    change = package(version, purl="pkg:github/example/thing", name="example/thing")
    known = facts(change, advisory(1, "high", ecosystem="GitHub Actions", name="example/thing"))
    assert rules(change, known) == ["advisory-version-unknown"]
    assert "its version cannot be compared" in said(change, known)[0]


def test_uncertain_advisories_below_the_threshold_are_not_worth_a_warning() -> None:
    change = package("main", purl="pkg:github/example/thing")
    low = advisory(1, "low", ecosystem="GitHub Actions", name="example/thing")
    assert rules(change, facts(change, low)) == []
    unrated = advisory(1, ecosystem="GitHub Actions", name="example/thing")
    assert rules(change, facts(change, unrated)) == ["advisory-version-unknown"]
    assert rules(change, facts(change, low, exploited=exploited("CVE-2026-1"))) == ["advisory-version-unknown"]


@pytest.mark.parametrize(
    ("policy", "state", "speaks"),
    [
        ("{}", SourceState("KEV", trouble="it answered 503"), True),
        ("{}", SourceState("KEV", NOW, trouble="it answered 503"), False),  # an older reading of it serves
        ("{}", SourceState("KEV", NOW), False),
        ("{}", SourceState("EPSS", trouble="it answered 503"), False),
        ("{epss: {block_from: 0.5}}", SourceState("EPSS", trouble="it answered 503"), True),
    ],
)
def test_a_silent_source_of_exploitation_is_said(policy: str, state: SourceState, speaks: bool) -> None:
    change = package()
    known = facts(change, advisory(1, "low"), sources=(state,))
    assert ("exploitation-unknown" in rules(change, known, policy)) is speaks
    assert rules(change, facts(change, sources=(state,)), policy) == []


def test_exploitation_that_is_not_known_in_words() -> None:
    change = package()
    known = facts(change, advisory(1, "low"), sources=(SourceState("KEV", trouble="it answered 503"),))
    assert said(change, known)[1] == (
        "exploitation-unknown: Whether CVE-2026-1 of thing 1.2.0 is exploited is not known: KEV could not answer."
    )


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ("{block_from: none}", "expected 'low', 'moderate', 'high' or 'critical', not 'none'"),
        ("{block_from: medium}", "expected 'low', 'moderate', 'high' or 'critical', not 'medium'"),
        ("{fix_within: {critical: soon}}", "expected a duration such as '3 days'"),
        ("{fix_within: {severe: 3 days}}", "unknown key"),
        ("{fix_within: {critical: 7 days}}", "critical ones have 7 days, and high ones, which block, have none"),
        ("{fix_within: {critical: 9 days, high: 1 week}}", "critical ones have 9 days, and high ones only 1 week"),
        (
            "{fix_within: {critical: 6 working days, high: 8 days}}",
            "critical ones have 6 working days, and high ones only",
        ),
        ("{clock: now}", "expected 'first-detected' or 'fix-available', not 'now'"),
        ("{epss: {}}", "'block_from' is missing"),
        ("{epss: {block_from: 0}}", "expected a probability such as '0.5' or '50%'"),
        ("{epss: {block_from: 1.01}}", "expected a probability such as '0.5' or '50%'"),
        ("{epss: {block_from: 101%}}", "expected a probability such as '0.5' or '50%'"),
        ("{epss: {block_from: half}}", "expected a probability such as '0.5' or '50%'"),
        ('{vex: {files: [".vex/*.json"], authors: ["*"]}}', "expected the path of one file"),
        ("{vex: {files: [../a.json], authors: [a]}}", "expected the path of one file"),
        ("{vex: {files: [], authors: [a]}}", "no file is named"),
        ("{vex: {files: [a.json], authors: []}}", "nobody is trusted"),
        ("{vex: {files: [a.json]}}", "'authors' is missing"),
        ("{ignore: [CVE-2026-1]}", "unknown key"),
    ],
)
def test_a_policy_that_cannot_be_meant(policy: str, fault: str) -> None:
    with pytest.raises(PolicyError) as caught:
        section(policy)
    assert fault in caught.value.issues[0].at("")


@pytest.mark.parametrize(
    "text", ["", " ", ".", "x" * 5_000, "\x1b[31m\n::error::", "`@org/team`", "\ud800", "{}", "{0}"]
)
@pytest.mark.parametrize("severity", ["high", None])
def test_hostile_words(text: str, severity: str | None) -> None:
    """Foreign text stays marked as such, is cut, and never becomes a word of ours."""
    change = package(text or "1.0.0", name=text or "x")
    record = Advisory("GHSA-1", (f"CVE-{text}",), summary=text, rating=severity, url=text, source=text)
    known = facts(change, record, exploited=exploited("CVE-1"))
    found = observe(change, known, "{epss: {block_from: 0.1}}")
    assert [item.rule for item in found] == ["vulnerable" if severity else "severity-unknown"]
    (item,) = found
    ours = "".join(part for part in (*item.message, *item.headline) if not isinstance(part, Foreign))
    assert not text.strip(" .") or text not in ours
    assert len(plain(item.headline)) <= 80 or len(text) < 80
    assert plain(item.message).endswith(".")
    for line in item.evidence:
        assert all(len(part) <= 300 or part == text for part in (*line.actual, *line.source))


def test_long_names_fit_a_headline() -> None:
    change = package("1.2.3-" + "a" * 100, name="@scope/" + "b" * 200)
    known = facts(
        change, advisory(1, "critical"), exploited=exploited("CVE-2026-1"), likelihoods=likely(CVE_2026_1=1.0)
    )
    for found in observe(change, known, "{epss: {block_from: 0.1}}"):
        assert len(plain(found.headline)) <= 80
    assert plain(observe(change, known)[0].headline).endswith("…: CVE-2026-1 exploited")


def test_a_moved_package_is_judged_as_new() -> None:
    change = package(kind=ChangeKind.MOVED)
    assert rules(change, facts(change, advisory(1, "high")), "{fix_within: {high: 30 days}}") == ["vulnerable"]
