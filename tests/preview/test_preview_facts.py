"""Previews of what needs facts: they are the stored ones, nobody is asked, and what is not stored is said."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.ports import FactKey, FactRecord
from app.store.database import Database
from app.store.facts import FactStore
from checks.engine.impact import Move, moved
from checks.facts.codec import encode_advisory, encode_exploited, encode_package, encode_version
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, Exploited, RangeKind, Vector
from checks.model.dependency import Scope
from checks.model.facts import Want
from checks.model.packages import Known, PackageFacts, Release, VersionFacts
from tests.preview.examples import NOW, blocked, moves, organization, previewed
from tests.store.bills import inventory

Run = Callable[[Callable[[Database], Awaitable[Any]]], Any]
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N"


def advisory(id_: str, purl: str, score: str) -> FactRecord:
    events = (Event("introduced", "0"), Event("fixed", "2.0.0"))
    affected = (Affected(purl, ranges=(AffectedRange(RangeKind.SEMVER, events),)),)
    found = Advisory(id_, severities=(Vector("CVSS_V3", score),), affected=affected, published=NOW - timedelta(days=40))
    return FactRecord(FactKey("advisory", id_, "OSV"), Want.ADVISORIES, encode_advisory(found), NOW)


def named(key: str, *ids: str, at: datetime = NOW) -> FactRecord:
    known = VersionFacts(advisories=Known(ids, "OSV", at))
    return FactRecord(FactKey("advisories", key, "OSV"), Want.ADVISORIES, encode_version(known), at)


def dated(key: str, days: float, source: str = "deps.dev", about: Want = Want.PUBLISHED | Want.STATUS) -> FactRecord:
    known = VersionFacts(published=Known(NOW - timedelta(days=days), source, NOW))
    return FactRecord(FactKey("version", key, source), about, encode_version(known), NOW)


VULNERABLE = [
    advisory("GHSA-1", "pkg:npm/left", CRITICAL),
    advisory("GHSA-2", "pkg:npm/copy", MEDIUM),
    named("pkg:npm/left@1.0.0", "GHSA-1"),
    named("pkg:npm/copy@1.0.0", "GHSA-2"),
    named("pkg:npm/fine@1.0.0"),
]
TREES = {
    "example/web": [inventory({"left@1.0.0": [], "copy@1.0.0": [], "fine@1.0.0": []})],
    "example/api": [inventory({"copy@1.0.0": [], "unasked@1.0.0": []})],
}
QUIET = "levels: {advisories-unknown: 'off', vulnerable-below-threshold: 'off'}"


def test_vulnerabilities_are_judged_by_the_advisories_that_are_stored(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        await FactStore(database).put(VULNERABLE)
        found = await previewed(
            database,
            f"vulnerabilities: {{block_from: critical, {QUIET}}}",
            f"vulnerabilities: {{block_from: moderate, {QUIET}}}",
        )
        names = {id_: item.facts.name or "" for id_, item in found.repositories.items()}
        assert moves(found.impact.packages()) == {"pkg:npm/copy": {"newly_blocked": 2}}
        assert moves(found.impact.repositories(names)) == {
            "example/web": {"newly_blocked": 1},
            "example/api": {"newly_blocked": 1},
        }
        assert (found.lacking, found.left_out, list(found.partly["vulnerabilities"])) == (1, frozenset(), [])

    run(story)


def test_what_is_not_stored_is_lack_of_data(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        await FactStore(database).put(VULNERABLE)
        strict = "vulnerabilities: {block_from: critical, levels: {advisories-unknown: block}}"
        found = await previewed(database, "vulnerabilities: {block_from: critical}", strict)
        assert moves(found.impact.packages()) == {"pkg:npm/unasked": {"newly_blocked": 1}}
        assert found.impact.total.could_not_tell == 1

    run(story)


def test_data_that_is_older_than_the_policy_takes_is_lack_of_data_too(run: Run) -> None:
    old = [named("pkg:npm/fine@1.0.0", at=NOW - timedelta(days=9)), named("pkg:npm/left@1.0.0")]

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [inventory({"left@1.0.0": [], "fine@1.0.0": []})]})
        await FactStore(database).put(old)
        terms = "vulnerabilities: {levels: {advisories-unknown: block}}"
        found = await previewed(database, terms, f"facts: {{maximum_age: 7 days}}\n{terms}")
        assert moves(found.impact.packages()) == {"pkg:npm/fine": {"newly_blocked": 1}}

    run(story)


def test_freshness_is_judged_by_the_dates_that_are_stored(run: Run) -> None:
    records = [dated("pkg:npm/left@1.0.0", 800), dated("pkg:npm/copy@1.0.0", 90), dated("pkg:npm/fine@1.0.0", 400)]

    async def story(database: Database) -> None:
        await organization(database, TREES)
        await FactStore(database).put(records)
        levels = (
            "levels: {version-too-old: block, package-archived: 'off', end-of-life: 'off', end-of-life-soon: 'off'}"
        )
        found = await previewed(
            database,
            f"freshness: {{maximum_age: 2 years, {levels}}}",
            f"freshness: {{maximum_age: 1 year, {levels}}}",
        )
        assert moves(found.impact.packages()) == {"pkg:npm/fine": {"newly_blocked": 1}}
        assert found.lacking == 1

    run(story)


def test_releases_are_judged_version_by_version_and_by_all_sources(run: Run) -> None:
    every = tuple(Release(f"{n}.0.0", NOW - timedelta(days=400 - n)) for n in range(1, 6))
    listed = encode_package(PackageFacts(releases=Known(every, "registry", NOW)))
    records = [
        FactRecord(FactKey("releases", "pkg:npm/left", "registry"), Want.RELEASES, listed, NOW),
        *(dated(f"pkg:npm/left@{n}.0.0", 400 - n) for n in (1, 4)),
    ]
    trees = {"example/web": [inventory({"left@1.0.0": []})], "example/api": [inventory({"left@4.0.0": []})]}

    async def story(database: Database) -> None:
        await organization(database, trees)
        await FactStore(database).put(records)
        levels = "levels: {behind-latest: block}"
        found = await previewed(database, f"freshness: {{{levels}}}", f"freshness: {{behind: {{major: 2}}, {levels}}}")
        assert [(place.repository, place.version) for place in found.impact.places] == [(1, "1.0.0")]

    run(story)


@pytest.mark.parametrize("direct", [True, False])
def test_that_a_package_is_direct_counts_where_a_check_looks_at_it(run: Run, direct: bool) -> None:
    tree = inventory({"mine@1.0.0": ["left@1.0.0"], "left@1.0.0": []}, direct=["mine@1.0.0"])
    young = dated("pkg:npm/mine@1.0.0" if direct else "pkg:npm/left@1.0.0", 1)
    other = dated("pkg:npm/left@1.0.0" if direct else "pkg:npm/mine@1.0.0", 100)

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [tree]})
        await FactStore(database).put([young, other])
        old = "freshness: {minimum_age: 3 days, transitive: false}"
        found = await previewed(database, old, "freshness: {minimum_age: 3 days}")
        assert blocked(found) == (0 if direct else 1)

    run(story)


def test_advice_is_previewed_and_addresses_are_not(run: Run) -> None:
    avoid = "{package: pkg:npm/copy, versions: '<2.0.0', advice: avoid, reason: old}"

    async def story(database: Database) -> None:
        await organization(database, TREES)
        old = "packages: {internal: ['left'], sources: {internal: ['npm.example.com']}}"
        new = f"packages: {{advice: [{avoid}], levels: {{internal-source-unknown: block}}}}"
        found = await previewed(database, old, new)
        assert moves(found.impact.packages()) == {"pkg:npm/copy": {"newly_blocked": 2}}
        assert list(found.partly["packages"]) == ["where packages come from"]

    run(story)


def test_a_record_of_another_form_counts_as_not_stored(run: Run) -> None:
    broken = FactRecord(FactKey("advisories", "pkg:npm/fine@1.0.0", "OSV"), Want.ADVISORIES, b"\xff{", NOW)

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [inventory({"fine@1.0.0": []})]})
        await FactStore(database).put([broken])
        found = await previewed(database, "licenses: {}", "vulnerabilities: {levels: {advisories-unknown: block}}")
        assert (blocked(found), found.lacking) == (1, 1)

    run(story)


def test_versions_with_vulnerabilities_of_one_kind_are_one_case(run: Run) -> None:
    names = [f"p{number}@1.0.0" for number in range(20)]
    records = [advisory(f"GHSA-{n}", f"pkg:npm/p{n}", CRITICAL if n % 2 else MEDIUM) for n in range(20)]
    records += [named(f"pkg:npm/p{n}@1.0.0", f"GHSA-{n}") for n in range(20)]

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [inventory({name: [] for name in names})]})
        await FactStore(database).put(records)
        found = await previewed(
            database, "vulnerabilities: {block_from: critical}", "vulnerabilities: {block_from: moderate}"
        )
        assert blocked(found) == 10
        assert found.vulnerable == 20
        assert found.judged == 2 * len(Scope)

    run(story)


@pytest.mark.parametrize(
    "terms",
    [
        "vulnerabilities: {block_from: moderate, accept: [{advisory: ghsa-2, reason: x, approved_by: '@a', "
        "expires: 2027-01-01}]}",
        "vulnerabilities: {block_from: moderate}\nwaivers: [{id: W, rules: [vulnerable], advisories: [GHSA-2], "
        "approved_by: '@ada', expires: 2027-01-01, reason: x}]",
    ],
)
def test_a_vulnerability_that_a_policy_names_is_told_from_others(run: Run, terms: str) -> None:
    records = [
        advisory("GHSA-1", "pkg:npm/left", MEDIUM),
        advisory("GHSA-2", "pkg:npm/copy", MEDIUM),
        named("pkg:npm/left@1.0.0", "GHSA-1"),
        named("pkg:npm/copy@1.0.0", "GHSA-2"),
    ]

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [inventory({"left@1.0.0": [], "copy@1.0.0": []})]})
        await FactStore(database).put(records)
        found = await previewed(database, "vulnerabilities: {block_from: critical}", terms)
        assert [place.purl for place in found.impact.places if moved(place.turns[0]) is Move.BLOCKED] == [
            "pkg:npm/left"
        ]

    run(story)


def test_what_is_exploited_is_told_from_what_is_not(run: Run) -> None:
    entry = encode_exploited(Known(Exploited(NOW.date()), "KEV", NOW))
    records = [
        advisory("CVE-2025-1", "pkg:npm/left", MEDIUM),
        advisory("CVE-2025-2", "pkg:npm/copy", MEDIUM),
        named("pkg:npm/left@1.0.0", "CVE-2025-1"),
        named("pkg:npm/copy@1.0.0", "CVE-2025-2"),
        FactRecord(FactKey("exploited", "CVE-2025-2", "KEV"), Want.ADVISORIES, entry, NOW),
    ]

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [inventory({"left@1.0.0": [], "copy@1.0.0": []})]})
        await FactStore(database).put(records)
        terms = "vulnerabilities: {block_from: critical"
        quiet = f"{terms}, levels: {{vulnerability-exploited: 'off'}}}}"
        found = await previewed(database, quiet, f"{terms}}}")
        assert [(place.purl, [turn.rule for turn in place.turns]) for place in found.impact.places] == [
            ("pkg:npm/copy", ["vulnerability-exploited"])
        ]

    run(story)


def test_several_checks_are_judged_each_by_itself(run: Run) -> None:
    licenses = {"left@1.0.0": "MIT", "copy@1.0.0": "GPL-3.0-only", "fine@1.0.0": "GPL-3.0-only"}
    tree = inventory({"left@1.0.0": [], "copy@1.0.0": [], "fine@1.0.0": []}, licenses=licenses)

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [tree]})
        await FactStore(database).put(VULNERABLE)
        found = await previewed(
            database,
            "licenses: {allow: [permissive, strong-copyleft]}\nvulnerabilities: {block_from: critical}",
            "licenses: {allow: [permissive]}\nvulnerabilities: {block_from: moderate}",
        )
        rules = {place.purl: [turn.rule for turn in place.turns] for place in found.impact.places}
        assert "license-not-allowed" in rules["pkg:npm/copy"]
        assert "vulnerable" in rules["pkg:npm/copy"]
        assert rules["pkg:npm/fine"] == ["license-not-allowed"]
        assert "pkg:npm/left" not in rules

    run(story)
