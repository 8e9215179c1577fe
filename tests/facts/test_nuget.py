"""NuGet's registrations, in one document or in pages."""

import pytest

from checks.facts.registries import (
    nuget,
)
from checks.model.facts import Want
from checks.model.packages import Standing, Status
from tests.facts.conversation import at, converse, said

NUGET = ("pkg:nuget/Example.Json", "2.0.0")
LEAVES = """[
  {"catalogEntry": {"version": "1.0.0", "licenseUrl": "https://licenses.nuget.example/MIT%20OR%20Apache-2.0",
                    "listed": false, "published": "1900-01-01T00:00:00+00:00"}},
  {"catalogEntry": {"version": "2.0.0", "licenseExpression": "MIT", "licenseUrl": "https://example.com", "listed": true,
                    "published": "2026-01-01T00:00:00.12+00:00",
                    "deprecation": {"reasons": ["Legacy", "Other"],
                                    "alternatePackage": {"id": "Example.New", "range": "*"}}}},
  {"catalogEntry": "https://registry.example/x"}, 7]"""


def test_nuget_with_its_list_in_one_document() -> None:
    document = f'{{"items": [{{"items": {LEAVES}}}]}}'
    facts = converse(nuget, {"example.json/index.json": document}, NUGET, ("pkg:nuget/Example.Json", "1.0"))
    assert said(facts.version(*NUGET)) == {
        "license": "MIT",
        "published": at("2026-01-01T00:00:00.120"),
        "deprecated": "Legacy, Other",
    }
    assert said(facts.version("pkg:nuget/Example.Json", "1.0")) == {
        "license": "MIT OR Apache-2.0",
        "yanked": "unlisted",
    }
    assert said(facts.package(NUGET[0])) | {"releases": ()} == {
        "latest": "2.0.0",
        "status": Status(Standing.DEPRECATED, "Legacy, Other"),
        "replaced_by": "pkg:nuget/Example.New",
        "releases": (),
    }


PAGES = """{"items": [
  {"@id": "https://evil.example/page", "lower": "0.1.0", "upper": "0.9.0"},
  {"@id": "https://evil.example/page", "lower": "1.0.0", "upper": "2.0.0"}]}"""


def test_pages_of_nuget_are_asked_where_we_say_and_only_those_that_matter() -> None:
    documents = {"example.json/index.json": PAGES, "example.json/page/1.0.0/2.0.0.json": f'{{"items": {LEAVES}}}'}
    facts = converse(nuget, documents, NUGET, want=Want.LICENSE)
    assert said(facts.version(*NUGET))["license"] == "MIT"
    assert said(facts.package(NUGET[0])) == {}, "who has not read all pages does not know the newest version"
    documents["example.json/page/0.1.0/0.9.0.json"] = '{"items": [{"catalogEntry": {"version": "0.5.0"}}]}'
    facts = converse(nuget, documents, NUGET, want=Want.RELEASES)
    releases = facts.package(NUGET[0]).releases
    assert releases is not None
    assert [release.version for release in releases.value] == ["0.5.0", "1.0.0", "2.0.0"]


def test_a_page_that_is_down_leaves_a_gap_and_no_half_list() -> None:
    facts = converse(nuget, {"example.json/index.json": PAGES}, NUGET, want=Want.RELEASES)
    assert facts.package(NUGET[0]).releases is None
    assert facts.package(NUGET[0]).silent(Want.RELEASES)


@pytest.mark.parametrize(
    ("address", "license_"),
    [
        ("https://aka.ms/deprecateLicenseUrl", None),
        ("https://www.nuget.example/packages/Example.Json/2.0.0/license", None),
        ("https://opensource.org/licenses/MIT", "https://opensource.org/licenses/MIT"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_license_addresses_of_nuget(address: str, license_: str | None) -> None:
    entry = f'{{"catalogEntry": {{"version": "2.0.0", "licenseUrl": "{address}"}}}}'
    facts = converse(nuget, {"example.json/index.json": f'{{"items": [{{"items": [{entry}]}}]}}'}, NUGET)
    assert said(facts.version(*NUGET)).get("license") == license_
