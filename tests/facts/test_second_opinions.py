"""Scorecard, ecosyste.ms and ClearlyDefined."""

import json

import pytest

from checks.facts import clearlydefined, ecosystems, scorecard
from checks.facts.exchange import UnreadableAnswer, opinion
from checks.model.facts import PackageKey, Want
from checks.model.packages import Known, Score, Scorecard, Standing, Status
from tests.facts.conversation import AS_OF, answer, asked, converse, said

# -- Scorecard

CARD = """{"date": "2026-11-16", "repo": {"name": "github.com/example/pad"}, "score": 7.1, "checks": [
  {"name": "Maintained", "score": 10, "reason": "30 commits", "details": null},
  {"name": "Signed-Releases", "score": -1, "reason": "no releases"}, {"score": 3}, 7]}"""


def test_a_card_answers_for_every_package_of_its_repository() -> None:
    keys: list[PackageKey] = [
        ("pkg:npm/a", "1"),
        ("pkg:npm/b", None),
        ("pkg:npm/c", "1"),
        ("pkg:github/Example/Pad", "v1"),
    ]
    known = {
        "pkg:npm/a": "github.com/example/pad",
        "pkg:npm/b": "github.com/example/pad",
        "pkg:npm/c": "gitlab.com/o/r",
    }
    (request,) = scorecard.requests(dict.fromkeys(keys, Want.HEALTH), known)
    assert request.path == "projects/github.com/example/pad"
    facts = scorecard.read(request, json.loads(CARD), AS_OF).facts
    card = Scorecard(7.1, (Score("Maintained", 10.0, "30 commits"), Score("Signed-Releases", None, "no releases")))
    assert {purl: fact.scorecard for purl, fact in facts.packages.items()} == {
        purl: Known(card, "Scorecard", AS_OF) for purl in ("pkg:npm/a", "pkg:npm/b", "pkg:github/Example/Pad")
    }


def test_a_card_without_checks_is_refused() -> None:
    (request,) = asked(scorecard, ("pkg:github/example/pad", "v1"))
    with pytest.raises(UnreadableAnswer):
        answer(scorecard, request, '{"score": 7}')


# -- ecosyste.ms

POD = ("pkg:cocoapods/AFNetworking", "4.0.1")
OLD = ("pkg:cocoapods/AFNetworking", "3.0.0")


def test_packages_are_asked_in_batches_of_a_hundred() -> None:
    keys: list[PackageKey] = [(f"pkg:npm/a{number // 2}", str(number % 2)) for number in range(300)]
    one, two = asked(ecosystems, *keys)
    assert [len(json.loads(request.body or b"")["purls"]) for request in (one, two)] == [100, 50]
    assert [len(request.keys) for request in (one, two)] == [200, 100]


def test_health_and_the_license_of_the_newest_version_only() -> None:
    document = """[
    {"purl": "pkg:cocoapods/AFNetworking", "licenses": "MIT", "normalized_licenses": ["MIT"],
     "latest_release_number": "4.0.1", "status": null, "repository_url": "https://github.com/AFNetworking/AFNetworking",
     "repo_metadata": {"archived": true}, "dependent_packages_count": 70, "maintainers": [{}, {}]},
    {"purl": "pkg:cocoapods/Evil", "licenses": "MIT"}, {"licenses": "MIT"}, 3]"""
    facts = converse(ecosystems, {"packages/bulk_lookup": document}, POD, OLD)
    assert said(facts.version(*POD)) == {"license": "MIT"}
    assert said(facts.version(*OLD)) == {}
    assert said(facts.package(POD[0])) == {
        "latest": "4.0.1",
        "repository": "github.com/afnetworking/afnetworking",
        "archived": True,
        "maintainers": 2,
        "dependents": 70,
    }
    assert set(facts.packages) == {POD[0]}


def test_a_status_and_licenses_whose_relation_is_not_known() -> None:
    document = """[{"purl": "pkg:cocoapods/AFNetworking", "licenses": null, "normalized_licenses": ["MIT", "ISC"],
      "latest_release_number": "4.0.1", "status": "deprecated", "maintainers": "me", "dependent_packages_count": -1}]"""
    facts = converse(ecosystems, {"packages/bulk_lookup": document}, POD)
    assert said(facts.version(*POD)) == {"license": "MIT AND ISC"}
    assert said(facts.package(POD[0])) == {"latest": "4.0.1", "status": Status(Standing.DEPRECATED)}


# -- ClearlyDefined


@pytest.mark.parametrize(
    ("key", "coordinates"),
    [
        (("pkg:npm/%40example/ui", "1.0.0"), "npm/npmjs/@example/ui/1.0.0"),
        (("pkg:npm/a", "1.0.0"), "npm/npmjs/-/a/1.0.0"),
        (("pkg:golang/example.com/Owner/mod", "v1.2.0"), "go/golang/example.com%2FOwner/mod/v1.2.0"),
        (("pkg:maven/org.example/lib", "1"), "maven/mavencentral/org.example/lib/1"),
        (("pkg:pypi/zope.interface", "5"), "pypi/pypi/-/zope-interface/5"),
        (("pkg:github/example/pad", "0a1b"), "git/github/example/pad/0a1b"),
        (("pkg:npm/a", None), None),
        (("pkg:npm/a?x=y", "1"), None),
    ],
)
def test_coordinates(key: PackageKey, coordinates: str | None) -> None:
    assert clearlydefined.coordinates(key) == coordinates


@pytest.mark.parametrize(
    ("definition", "license_"),
    [
        ('{"licensed": {"declared": "MIT"}}', "MIT"),
        ('{"licensed": {"declared": "MIT AND OTHER"}}', "MIT AND OTHER"),
        ('{"licensed": {"declared": "OTHER"}}', "OTHER"),
        ('{"licensed": {"declared": "NOASSERTION"}}', None),
        ('{"licensed": {}}', None),
        ('{"described": {"releaseDate": "2026-01-01"}}', None),
        ("null", None),
    ],
)
def test_the_declared_license(definition: str, license_: str | None) -> None:
    document = f'{{"NPM/npmjs/-/a/1": {definition}, "npm/npmjs/-/evil/1": {{"licensed": {{"declared": "MIT"}}}}}}'
    facts = converse(clearlydefined, {"definitions?expand=-files": document}, ("pkg:npm/a", "1"))
    assert said(facts.version("pkg:npm/a", "1")).get("license") == license_
    assert ("pkg:npm/evil", "1") not in facts.versions


def test_a_second_opinion_stands_beside_the_first_one() -> None:
    document = '{"npm/npmjs/-/a/1": {"licensed": {"declared": "ISC"}}}'
    facts = opinion(converse(clearlydefined, {"definitions?expand=-files": document}, ("pkg:npm/a", "1")))
    assert facts.version("pkg:npm/a", "1").license is None
    assert facts.version("pkg:npm/a", "1").opinions == (Known("ISC", "ClearlyDefined", AS_OF),)
