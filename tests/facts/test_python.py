"""Python packages: PyPI's JSON API and the Simple index."""

import pytest

from checks.facts.registries import (
    pypi,
    simple,
)
from checks.model.facts import Want
from checks.model.packages import Release, Standing, Status
from tests.facts.conversation import at, converse, said

LIB = ("pkg:pypi/zope.interface", "5.0")


@pytest.mark.parametrize(
    ("info", "license_"),
    [
        ('"license_expression": "MIT OR ISC", "license": "MIT", "classifiers": ["License :: X"]', "MIT OR ISC"),
        ('"license": "see text", "classifiers": ["Topic :: A", "License :: OSI Approved :: MIT License"]',
         "License :: OSI Approved :: MIT License"),
        ('"license": "BSD-3-Clause", "classifiers": ["License :: OSI Approved :: BSD License"]', "BSD-3-Clause"),
        ('"license": "MIT", "classifiers": ["License :: OSI Approved :: GNU General Public License (GPL)"]',
         "License :: OSI Approved :: GNU General Public License (GPL)"),
        ('"classifiers": ["License :: OSI Approved :: MIT License", "License :: OSI Approved :: ISC License (ISCL)"]',
         "License :: OSI Approved :: MIT License; License :: OSI Approved :: ISC License (ISCL)"),
        ('"license": "ISC", "classifiers": ["License :: OSI Approved"]', "ISC"),
        ('"license": null, "classifiers": ["License :: OSI Approved"]', "License :: OSI Approved"),
        ('"license": "Permission is hereby granted,\\nfree of charge"', None),
        ('"license": "UNKNOWN", "classifiers": null', None),
        ('"license": ["MIT"]', None),
        ('"classifiers": "License :: OSI Approved :: MIT License"', "License :: OSI Approved :: MIT License"),
    ],
)  # fmt: skip
def test_license_forms_of_pypi(info: str, license_: str | None) -> None:
    facts = converse(pypi, {"pypi/zope-interface/5.0/json": f'{{"info": {{{info}}}}}'}, LIB, want=Want.LICENSE)
    assert said(facts.version(*LIB)).get("license") == license_


def test_a_version_is_as_old_as_its_first_file_and_yanked_with_all_of_them() -> None:
    document = """{"info": {"version": "5.0", "yanked": false}, "urls": [
      {"upload_time_iso_8601": "2026-03-02T00:00:00.000001Z", "yanked": true, "yanked_reason": "broken"},
      {"upload_time_iso_8601": "2026-03-01T00:00:00Z", "yanked": true, "yanked_reason": null}]}"""
    facts = converse(pypi, {"pypi/zope-interface/5.0/json": document}, LIB, want=Want.PUBLISHED | Want.STATUS)
    assert said(facts.version(*LIB)) == {"published": at("2026-03-01"), "yanked": "broken"}


def test_a_version_with_one_good_file_is_not_yanked() -> None:
    document = """{"info": {"version": "5.0"}, "urls": [{"yanked": true}, {"yanked": false}]}"""
    facts = converse(pypi, {"pypi/zope-interface/5.0/json": document}, LIB, want=Want.STATUS)
    assert said(facts.version(*LIB)) == {}


def test_the_versions_of_a_project() -> None:
    document = """{"info": {"version": "6.0", "project_urls": {"Homepage": "https://github.com/other/page",
        "Source Code": "https://github.com/zopefoundation/zope.interface/tree/main"}},
      "ownership": {"roles": [{}, {}, {}]},
      "releases": {"5.0": [{"upload_time_iso_8601": "2020-03-01T00:00:00Z"}], "6.0": [], "7": "odd"}}"""
    facts = converse(pypi, {"pypi/zope-interface/json": document}, LIB, want=Want.RELEASES | Want.HEALTH)
    assert said(facts.package(LIB[0])) == {
        "releases": (Release("5.0", at("2020-03-01")), Release("6.0"), Release("7")),
        "latest": "6.0",
        "repository": "github.com/zopefoundation/zope.interface",
        "maintainers": 3,
    }


def index(document: str) -> dict[str, object]:
    facts = converse(simple, {"zope-interface/": document}, LIB)
    return {**said(facts.version(*LIB)), **said(facts.package(LIB[0]))}


def test_versions_out_of_the_names_of_files() -> None:
    assert index(
        """{"meta": {"api-version": "1.4"}, "name": "zope-interface", "versions": ["5.0", "5.1rc1"], "files": [
        {"filename": "zope_interface-5.0-py3-none-any.whl", "upload-time": "2026-03-02T00:00:00Z", "yanked": false},
        {"filename": "zope.interface-5.0.tar.gz", "upload-time": "2026-03-01T00:00:00Z", "yanked": "half"},
        {"filename": "zope.interface-4.9.tar.gz", "yanked": true},
        {"filename": "zope.interface-5.1rc1.tar.gz"},
        {"filename": "zope.interface-1-py2.egg"}, {"filename": 7}, "x"]}"""
    ) == {
        "published": at("2026-03-01"),
        "latest": "5.0",
        "releases": (Release("5.0", at("2026-03-01")), Release("5.1rc1"), Release("4.9", yanked="")),
    }


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ('{"status": "quarantined", "reason": "malware"}', Status(Standing.QUARANTINED, "malware")),
        ('"archived"', Status(Standing.ARCHIVED)),
        ('{"status": "active"}', Status(Standing.ACTIVE)),
        ('"unheard of"', None),
        ("7", None),
    ],
)
def test_the_status_of_a_project_in_both_shapes(written: str, status: Status | None) -> None:
    assert index(f'{{"files": [], "project-status": {written}}}').get("status") == status
