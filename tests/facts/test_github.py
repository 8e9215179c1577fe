"""GitHub's advisory database."""

import pytest

from checks.facts import github
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Likelihood, RangeKind, Vector
from checks.model.facts import Facts, PackageKey, Want, joined
from tests.facts.conversation import AS_OF, asked, at, said

ENTRY = {
    "ghsa_id": "GHSA-aaaa-bbbb-cccc",
    "cve_id": "CVE-2026-0001",
    "summary": "Prototype pollution",
    "severity": "medium",
    "type": "reviewed",
    "html_url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
    "published_at": "2026-01-02T03:04:05Z",
    "updated_at": "2026-01-03T03:04:05Z",
    "withdrawn_at": None,
    "cvss_severities": {"cvss_v3": {"vector_string": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:L", "score": 6.5}},
    "epss": [{"percentage": 0.01, "percentile": 0.7}],
    "vulnerabilities": [
        {
            "package": {"ecosystem": "npm", "name": "@example/ui"},
            "vulnerable_version_range": ">= 1.0.0, < 1.2.0",
            "first_patched_version": "1.2.0",
        },
        {"package": {"ecosystem": "unheard", "name": "a"}, "vulnerable_version_range": "< 1"},
    ],
}


UI: PackageKey = ("pkg:npm/%40example/ui", "1.0.0")


def github_says(*entries: object, key: PackageKey = UI) -> Facts:
    """What the database's reviewed entries say about one version."""
    (reviewed,) = asked(github, key)
    answer = github.read(reviewed, list(entries), AS_OF)
    facts = answer.facts
    for malware in answer.more:
        facts = joined(facts, github.read(malware, [], AS_OF).facts)
    return facts


def test_advisories_are_asked_by_ecosystem_reviewed_ones_before_malware() -> None:
    npm, pip = asked(github, UI, ("pkg:npm/a", "2"), ("pkg:pypi/b", "3"))
    affects = "per_page=100&affects=%40example%2Fui%401.0.0%2Ca%402"
    assert npm.path == f"advisories?ecosystem=npm&type=reviewed&{affects}"
    assert pip.path == "advisories?ecosystem=pip&type=reviewed&per_page=100&affects=b%403"
    (malware,) = github.read(npm, [], AS_OF).more
    assert malware.path == f"advisories?ecosystem=npm&type=malware&{affects}"


def test_an_address_has_at_most_a_hundred_packages_and_is_not_too_long() -> None:
    short: list[PackageKey] = [(f"pkg:npm/a{number}", "1.0.0") for number in range(150)]
    assert [len(request.keys) for request in asked(github, *short)] == [100, 50]
    long: list[PackageKey] = [(f"pkg:npm/%40example/{'a' * 200}{number}", "1.0.0") for number in range(60)]
    requests = asked(github, *long)
    assert sorted(key for request in requests for key in request.keys) == sorted(long)
    assert all(len(request.path) < 6_500 for request in requests)


def test_the_records_tell_which_version_they_hit() -> None:
    key, other = ("pkg:npm/%40example/ui", "1.2.0"), ("pkg:npm/a", "2")
    (reviewed,) = asked(github, UI, key, other)
    (malware,) = github.read(reviewed, [ENTRY], AS_OF).more
    taken = {"ghsa_id": "GHSA-mmmm", "type": "malware", "vulnerabilities": [
        {"package": {"ecosystem": "npm", "name": "a"}, "vulnerable_version_range": ">= 0"}]}  # fmt: skip
    facts = github.read(malware, [taken], AS_OF).facts
    assert said(facts.version(*UI)) == {"advisories": ("GHSA-aaaa-bbbb-cccc",)}
    assert said(facts.version(*key)) == {"advisories": ()}
    assert said(facts.version(*other)) == {"advisories": ("GHSA-mmmm",)}
    assert facts.advisories["GHSA-mmmm"].malicious


def test_a_record_of_github() -> None:
    found = github_says(ENTRY)
    assert found.advisories == {
        "GHSA-aaaa-bbbb-cccc": Advisory(
            "GHSA-aaaa-bbbb-cccc",
            aliases=("CVE-2026-0001",),
            summary="Prototype pollution",
            published=at("2026-01-02T03:04:05"),
            modified=at("2026-01-03T03:04:05"),
            severities=(Vector("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:L"),),
            rating="moderate",
            affected=(
                Affected(
                    "pkg:npm/%40example/ui",
                    ranges=(
                        AffectedRange(RangeKind.ECOSYSTEM, (Event("introduced", "1.0.0"), Event("fixed", "1.2.0"))),
                    ),
                ),
            ),
            url="https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
            source="GitHub",
            as_of=AS_OF,
        )
    }
    assert found.likelihoods["CVE-2026-0001"].value == Likelihood(0.01, 0.7)


@pytest.mark.parametrize(
    ("written", "patched", "events", "exact"),
    [
        ("< 1.2", "1.2", [("introduced", "0"), ("fixed", "1.2")], []),
        (">= 1.0, < 1.2", "1.2", [("introduced", "1.0"), ("fixed", "1.2")], []),
        ("<= 1.2", None, [("introduced", "0"), ("last_affected", "1.2")], []),
        ("<= 1.2", "1.3", [("introduced", "0"), ("fixed", "1.3")], []),
        (">= 4.0", None, [("introduced", "4.0")], []),
        ("= 0.2.0", None, [], ["0.2.0"]),
    ],
)
def test_ranges_of_github(written: str, patched: str | None, events: list[tuple[str, str]], exact: list[str]) -> None:
    (affected,) = github_says(entry(written, patched)).advisories["GHSA-1"].affected
    assert [(event.kind, event.version) for range_ in affected.ranges for event in range_.events] == events
    assert affected.versions == frozenset(exact)


def entry(written: str, patched: str | None = None) -> object:
    package = {"ecosystem": "npm", "name": "@example/ui"}
    hit = {"package": package, "vulnerable_version_range": written, "first_patched_version": patched}
    return {"ghsa_id": "GHSA-1", "vulnerabilities": [hit]}


def test_a_range_that_cannot_be_read_rules_nothing_out() -> None:
    other = ("pkg:npm/a", "1.0.0")
    (reviewed,) = asked(github, UI, other)
    answer = github.read(reviewed, [entry("every other version")], AS_OF)
    (malware,) = answer.more
    facts = joined(answer.facts, github.read(malware, [], AS_OF).facts)
    assert said(facts.version(*UI)) == {"advisories": ("GHSA-1",)}
    assert said(facts.version(*other)) == {"advisories": ()}
    (affected,) = facts.advisories["GHSA-1"].affected
    assert affected.ranges == (AffectedRange(RangeKind.UNREADABLE, ()),)


@pytest.mark.parametrize("bad", [7, {"summary": "no id"}, {"ghsa_id": ["GHSA-1"]}])
def test_an_entry_that_cannot_be_read_is_a_gap_and_not_no_advisory(bad: object) -> None:
    facts = github_says(ENTRY, bad)
    assert facts.version(*UI).advisories is None
    assert facts.version(*UI).silent(Want.ADVISORIES)


def test_a_full_page_is_asked_for_in_halves_and_one_version_with_too_many_is_a_gap() -> None:
    keys: list[PackageKey] = [("pkg:npm/a", "1"), ("pkg:npm/b", "2"), ("pkg:npm/c", "3")]
    full: list[object] = [{"ghsa_id": f"GHSA-{number}"} for number in range(100)]
    (request,) = asked(github, *keys)
    halves = github.read(request, full, AS_OF)
    assert not halves.facts.advisories
    assert [half.keys for half in halves.more] == [(keys[0],), (keys[1], keys[2])]
    assert "affects=b%402%2Cc%403" in halves.more[1].path
    assert "type=reviewed" in halves.more[1].path
    single = github.read(halves.more[0], full, AS_OF)
    assert single.facts.version("pkg:npm/a", "1").silent(Want.ADVISORIES)
    assert not single.more
