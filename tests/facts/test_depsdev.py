"""deps.dev: versions in batches, matched by the request that an answer repeats; packages; scorecards."""

import json

import pytest

from checks.facts import depsdev
from checks.facts.exchange import UnreadableAnswer
from checks.model.facts import PackageKey, Want
from checks.model.packages import Known, Release, Score, Scorecard, Standing, Status
from tests.facts.conversation import AS_OF, answer, asked, at, converse, said

LEFT = ("pkg:npm/left-pad", "1.3.0")
SCOPED = ("pkg:npm/%40example/ui", "2.0.0")
JAR = ("pkg:maven/org.example/lib", "1.0")
MODULE = ("pkg:golang/example.com/Owner/Mod", "v1.2.0")
OF_VERSION = Want.LICENSE | Want.PUBLISHED | Want.STATUS


def test_versions_are_asked_in_one_batch_by_the_names_of_their_systems() -> None:
    (request,) = asked(depsdev, SCOPED, JAR, MODULE, ("pkg:pypi/Zope.Interface", "5.0"), want=OF_VERSION)
    assert (request.method, request.path) == ("POST", "v3alpha/versionbatch")
    assert json.loads(request.body or b"")["requests"] == [
        {"versionKey": {"name": "@example/ui", "system": "NPM", "version": "2.0.0"}},
        {"versionKey": {"name": "org.example:lib", "system": "MAVEN", "version": "1.0"}},
        {"versionKey": {"name": "example.com/Owner/Mod", "system": "GO", "version": "v1.2.0"}},
        {"versionKey": {"name": "zope-interface", "system": "PYPI", "version": "5.0"}},
    ]


def test_a_batch_has_at_most_a_thousand_versions() -> None:
    keys: list[PackageKey] = [("pkg:npm/a", f"1.0.{number}") for number in range(2_001)]
    assert [len(request.keys) for request in asked(depsdev, *keys, want=Want.LICENSE)] == [1_000, 1_000, 1]


@pytest.mark.parametrize(
    "key",
    [
        ("pkg:composer/example/lib", "1.0.0"),
        ("pkg:npm/a?repository_url=registry.example", "1.0.0"),
        ("pkg:npm/a", None),
        ("pkg:npm/a", "1.0.0\nx"),
        ("pkg:npm/..%2Fa", "1.0.0"),
        ("pkg:npm/" + "a" * 400, "1.0.0"),
        ("pkg:npm/%F0%9F", "\ud800"),
        ("pkg:golang/stdlib", "1.22.0"),
        ("no purl", "1"),
    ],
)
def test_what_it_cannot_know_is_not_asked(key: PackageKey) -> None:
    assert asked(depsdev, key, want=OF_VERSION) == []


def test_answers_are_matched_by_the_repeated_request_whatever_name_is_inside() -> None:
    facts = converse(
        depsdev,
        {
            "v3alpha/versionbatch": """{"responses": [
            {"request": {"versionKey": {"system": "MAVEN", "name": "org.example:lib", "version": "1.0"}},
             "version": {"versionKey": {"system": "MAVEN", "name": "something:else", "version": "9"},
                         "licenses": ["Apache-2.0"], "publishedAt": "2026-01-02T03:04:05Z"}},
            {"request": {"versionKey": {"system": "NPM", "name": "left-pad", "version": "1.3.0"}},
             "version": {"licenses": ["MIT", "GPL-2.0 OR BSD-3-Clause"], "isDeprecated": true,
                         "deprecatedReason": "use padStart", "publishedAt": "2018-04-09T00:36:21.123456789Z"}},
            {"request": {"versionKey": {"system": "NPM", "name": "@example/ui", "version": "2.0.0"}}, "version": {}},
            {"request": {"versionKey": {"system": "NPM", "name": "evil", "version": "1.0.0"}},
             "version": {"licenses": ["MIT"]}}
            ]}"""
        },
        LEFT,
        SCOPED,
        JAR,
        want=OF_VERSION,
    )
    assert said(facts.version(*JAR)) == {"license": "Apache-2.0", "published": at("2026-01-02T03:04:05")}
    assert said(facts.version(*LEFT)) == {
        "license": "MIT AND (GPL-2.0 OR BSD-3-Clause)",
        "published": at("2018-04-09T00:36:21.123456"),
        "deprecated": "use padStart",
    }
    assert facts.version(*LEFT).license == Known("MIT AND (GPL-2.0 OR BSD-3-Clause)", "deps.dev", AS_OF)
    assert said(facts.version(*SCOPED)) == {}
    assert set(facts.versions) == {JAR, LEFT}


def test_two_spellings_of_one_package_share_an_answer() -> None:
    one, other = ("pkg:pypi/zope.interface", "5.0"), ("pkg:pypi/zope-interface", "5.0")
    document = """{"responses": [
        {"request": {"versionKey": {"system": "PYPI", "name": "zope-interface", "version": "5.0"}},
         "version": {"licenses": ["ZPL-2.1"]}}]}"""
    facts = converse(depsdev, {"v3alpha/versionbatch": document}, one, other, want=Want.LICENSE)
    assert said(facts.version(*one)) == said(facts.version(*other)) == {"license": "ZPL-2.1"}


@pytest.mark.parametrize(
    ("version", "license_"),
    [
        ('{"licenses": []}', None),
        ('{"licenses": ["non-standard"]}', "non-standard"),
        (
            '{"licenses": ["non-standard"], "licenseDetails": [{"license": "My License", "spdx": "non-standard"}]}',
            "My License",
        ),
        (
            '{"licenses": ["MIT", "non-standard"], "licenseDetails": [{"license": "MIT", "spdx": "MIT"}, '
            '{"license": "Own, 2", "spdx": "non-standard"}]}',
            "MIT AND (Own, 2)",
        ),
        ('{"licenses": "MIT"}', "MIT"),
        ('{"licenses": [1, {}, "ISC"], "licenseDetails": 3}', "ISC"),
    ],
)
def test_licenses(version: str, license_: str | None) -> None:
    (request,) = asked(depsdev, LEFT, want=Want.LICENSE)
    echo = '{"versionKey": {"system": "NPM", "name": "left-pad", "version": "1.3.0"}}'
    found = answer(depsdev, request, f'{{"responses": [{{"request": {echo}, "version": {version}}}]}}')
    assert said(found.facts.version(*LEFT)).get("license") == license_


def test_pages_are_asked_with_the_same_body_and_what_stays_out_is_a_gap() -> None:
    (first,) = asked(depsdev, LEFT, SCOPED, JAR, want=OF_VERSION)
    one = answer(
        depsdev,
        first,
        """{"nextPageToken": "t2", "responses": [
        {"request": {"versionKey": {"system": "NPM", "name": "left-pad", "version": "1.3.0"}},
         "version": {"licenses": ["MIT"]}}]}""",
    )
    (second,) = one.more
    assert second.keys == (SCOPED, JAR)
    assert json.loads(second.body or b"") == {**json.loads(first.body or b""), "pageToken": "t2"}
    two = answer(
        depsdev,
        second,
        """{"responses": [
        {"request": {"versionKey": {"system": "NPM", "name": "@example/ui", "version": "2.0.0"}},
         "version": {"licenses": ["ISC"]}}]}""",
    )
    assert said(two.facts.version(*SCOPED)) == {"license": "ISC"}
    assert two.facts.version(*JAR).silent(Want.LICENSE)
    assert said(two.facts.version(*JAR)) == {"gaps": ["its answer leaves this package out"]}


def test_endless_pages_end() -> None:
    (request,) = asked(depsdev, LEFT, want=Want.LICENSE)
    for _ in range(49):
        (request,) = answer(depsdev, request, '{"nextPageToken": "again"}').more
    with pytest.raises(UnreadableAnswer, match="more than 50 pages"):
        answer(depsdev, request, '{"nextPageToken": "again"}')


def test_health_leads_to_the_repository_that_is_known_most_surely() -> None:
    facts = converse(
        depsdev,
        {
            "v3alpha/versionbatch": """{"responses": [
            {"request": {"versionKey": {"system": "NPM", "name": "left-pad", "version": "1.3.0"}}, "version": {
             "projectStatus": {"status": "archived", "reason": "done"},
             "relatedProjects": [
              {"projectKey": {"id": "github.com/other/claim"}, "relationType": "SOURCE_REPO",
               "relationProvenance": "UNVERIFIED_METADATA"},
              {"projectKey": {"id": "github.com/Example/Pad"}, "relationType": "SOURCE_REPO",
               "relationProvenance": "SLSA_ATTESTATION"},
              {"projectKey": {"id": "github.com/example/issues"}, "relationType": "ISSUE_TRACKER",
               "relationProvenance": "SLSA_ATTESTATION"}]}}]}""",
            "v3alpha/projectbatch": """{"responses": [
            {"request": {"projectKey": {"id": "github.com/example/pad"}}, "project": {"scorecard": {
             "overallScore": 6.5, "checks": [
              {"name": "Maintained", "score": 10, "reason": "30 commits"},
              {"name": "Fuzzing", "reason": "none"},
              {"name": "Packaging", "score": -1, "reason": "not detected"}]}}}]}""",
        },
        LEFT,
        want=Want.HEALTH,
    )
    assert said(facts.package(LEFT[0])) == {
        "repository": "github.com/example/pad",
        "status": Status(Standing.ARCHIVED, "done"),
        "scorecard": Scorecard(
            6.5,
            (
                Score("Maintained", 10.0, "30 commits"),
                Score("Fuzzing", 0.0, "none"),
                Score("Packaging", None, "not detected"),
            ),
        ),
    }


def test_a_repository_is_asked_for_once_and_a_silent_answer_about_it_is_a_gap() -> None:
    (request,) = asked(depsdev, LEFT, SCOPED, want=Want.HEALTH)
    document = """{"responses": [
        {"request": {"versionKey": {"system": "NPM", "name": "left-pad", "version": "1.3.0"}}, "version": V},
        {"request": {"versionKey": {"system": "NPM", "name": "@example/ui", "version": "2.0.0"}}, "version": V}]}"""
    version = """{"relatedProjects": [{"projectKey": {"id": "github.com/example/mono"},
        "relationType": "SOURCE_REPO", "relationProvenance": "UNVERIFIED_METADATA"}]}"""
    first = answer(depsdev, request, document.replace(": V}", f": {version}}}"))
    (projects,) = first.more
    assert json.loads(projects.body or b"")["requests"] == [{"projectKey": {"id": "github.com/example/mono"}}]
    silent = answer(depsdev, projects, '{"responses": []}')
    assert {purl for purl, known in silent.facts.packages.items() if known.silent(Want.HEALTH)} == {LEFT[0], SCOPED[0]}


def test_a_package_that_is_left_out_has_gaps_about_its_health_too() -> None:
    (request,) = asked(depsdev, LEFT, want=Want.LICENSE | Want.HEALTH)
    facts = answer(depsdev, request, '{"responses": []}').facts
    assert facts.version(*LEFT).silent(Want.LICENSE)
    assert facts.package(LEFT[0]).silent(Want.HEALTH)


def test_a_package_lists_its_versions_and_names_the_default() -> None:
    facts = converse(
        depsdev,
        {
            "v3alpha/systems/NPM/packages/%40example%2Fui": """{"versions": [
            {"versionKey": {"version": "1.0.0"}, "publishedAt": "2020-01-01T00:00:00Z", "isDeprecated": true},
            {"versionKey": {"version": "2.0.0"}, "publishedAt": "2021-01-01T00:00:00Z", "isDefault": true},
            {"versionKey": {"version": "3.0.0-rc.1"}}, {"versionKey": 7}, 8]}"""
        },
        SCOPED,
        want=Want.RELEASES,
    )
    assert said(facts.package(SCOPED[0])) == {
        "latest": "2.0.0",
        "releases": (
            Release("1.0.0", at("2020-01-01"), ""),
            Release("2.0.0", at("2021-01-01")),
            Release("3.0.0-rc.1"),
        ),
    }
