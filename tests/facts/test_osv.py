"""OSV: batches in the order of the questions, pages of single results, nothing said before the last page."""

import json

import pytest

from checks.facts import osv
from checks.facts.exchange import UnreadableAnswer
from checks.model.facts import PackageKey, Want
from tests.facts.conversation import answer, asked, at, said

A = ("pkg:npm/a", "1.0.0")
B = ("pkg:pypi/zope.interface", "5.0")
MODULE = ("pkg:golang/example.com/Owner/mod", "v1.2.0")


def test_packages_are_asked_by_ecosystem_and_name_and_the_version_once() -> None:
    (request,) = asked(
        osv, A, B, MODULE, ("pkg:golang/stdlib", "1.22.1"), ("pkg:maven/org.example/lib", "1"), ("pkg:github/o/r", "v4")
    )
    assert request.path == "v1/querybatch"
    assert json.loads(request.body or b"") == {
        "queries": [
            {"package": {"ecosystem": "npm", "name": "a"}, "version": "1.0.0"},
            {"package": {"ecosystem": "PyPI", "name": "zope-interface"}, "version": "5.0"},
            {"package": {"ecosystem": "Go", "name": "example.com/Owner/mod"}, "version": "1.2.0"},
            {"package": {"ecosystem": "Go", "name": "stdlib"}, "version": "1.22.1"},
            {"package": {"ecosystem": "Maven", "name": "org.example:lib"}, "version": "1"},
            {"package": {"ecosystem": "GitHub Actions", "name": "o/r"}},
        ]
    }


def test_a_batch_has_at_most_a_thousand_queries() -> None:
    keys: list[PackageKey] = [("pkg:npm/a", f"1.0.{number}") for number in range(1_001)]
    assert [len(request.keys) for request in asked(osv, *keys)] == [1_000, 1]


def test_images_and_packages_without_version_are_not_asked() -> None:
    assert asked(osv, ("pkg:docker/python", "3.12"), ("pkg:npm/a", None), ("pkg:npm/a?x=y", "1")) == []


def test_advisories_are_named_with_the_time_of_their_last_change() -> None:
    (request,) = asked(osv, A, B)
    found = answer(
        osv,
        request,
        """{"results": [
        {"vulns": [{"id": "GHSA-1", "modified": "2026-02-03T04:05:06.789Z"}, {"id": "MAL-2026-1"}]}, {}]}""",
    )
    assert said(found.facts.version(*A)) == {"advisories": ("GHSA-1", "MAL-2026-1")}
    assert said(found.facts.version(*B)) == {"advisories": ()}, "there are none, and that is known"
    assert found.records == {"GHSA-1": at("2026-02-03T04:05:06.789"), "MAL-2026-1": None}


def test_a_result_that_goes_on_says_nothing_before_its_last_page() -> None:
    (first,) = asked(osv, A, B)
    one = answer(
        osv,
        first,
        '{"results": [{"vulns": [{"id": "GHSA-1"}], "next_page_token": "t"}, {"vulns": [{"id": "PYSEC-1"}]}]}',
    )
    assert A not in one.facts.versions
    (second,) = one.more
    assert second.keys == (A,)
    assert json.loads(second.body or b"") == {
        "queries": [{"package": {"ecosystem": "npm", "name": "a"}, "version": "1.0.0", "page_token": "t"}]
    }
    (third,) = answer(osv, second, '{"results": [{"next_page_token": "u"}]}').more
    last = answer(osv, third, '{"results": [{"vulns": [{"id": "GHSA-2"}]}]}')
    assert said(last.facts.version(*A)) == {"advisories": ("GHSA-1", "GHSA-2")}


@pytest.mark.parametrize(
    "result",
    [
        "7",
        "null",
        '{"vulns": 3}',
        '{"vulns": [{"modified": "2026-01-01T00:00:00Z"}]}',
        '{"vulns": ["GHSA-1"]}',
        '{"next_page_token": {"a": 1}}',
    ],
)
def test_a_result_that_cannot_be_read_is_a_gap_and_not_no_advisory(result: str) -> None:
    (request,) = asked(osv, A, B)
    found = answer(osv, request, f'{{"results": [{result}, {{}}]}}')
    assert found.facts.version(*A).advisories is None
    assert found.facts.version(*A).silent(Want.ADVISORIES)
    assert said(found.facts.version(*B)) == {"advisories": ()}


@pytest.mark.parametrize("document", ["[]", "{}", '{"results": {}}', '{"results": [{}]}', '{"results": [{}, {}, {}]}'])
def test_an_answer_without_one_result_for_each_query_is_refused(document: str) -> None:
    (request,) = asked(osv, A, B)
    with pytest.raises(UnreadableAnswer):
        answer(osv, request, document)


def test_the_id_of_a_record_cannot_lead_elsewhere() -> None:
    assert osv.record("GHSA-x/../../y?z").path == "v1/vulns/GHSA-x%2F..%2F..%2Fy%3Fz"
