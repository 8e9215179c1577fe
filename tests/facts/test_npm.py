"""npm's registry: packuments, manifests of versions, and the forms in which they give a license."""

import pytest

from checks.facts.registries import (
    npm,
)
from checks.model.facts import Want
from checks.model.packages import Known, Release, Standing
from tests.facts.conversation import AS_OF, at, converse, said

UI = ("pkg:npm/%40example/ui", "2.0.0")
OLD_UI = ("pkg:npm/%40example/ui", "1.0.0")


def npm_license(manifest: str) -> object:
    document = f'{{"version": "2.0.0", {manifest}}}'
    facts = converse(npm, {"@example%2Fui/2.0.0": document}, UI, want=Want.LICENSE)
    return said(facts.version(*UI)).get("license")


@pytest.mark.parametrize(
    ("manifest", "license_"),
    [
        ('"license": "MIT"', "MIT"),
        ('"license": "(MIT OR Apache-2.0)"', "(MIT OR Apache-2.0)"),
        ('"license": {"type": "MIT", "url": "https://example.com"}', "MIT"),
        ('"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]', "MIT OR GPL-2.0"),
        ('"license": ["MIT", "ISC AND BSD-3-Clause"]', "MIT OR (ISC AND BSD-3-Clause)"),
        ('"license": "SEE LICENSE IN LICENSE.md"', "SEE LICENSE IN LICENSE.md"),
        ('"license": "UNLICENSED"', "UNLICENSED"),
        ('"license": ""', None),
        ('"licenses": [{"type": "MIT"}, {"url": "https://example.com"}]', None),
        ('"license": 7', None),
        ('"license": {"type": {"type": "MIT"}}', None),
        ('"name": "ui"', None),
    ],
)
def test_license_forms_of_npm(manifest: str, license_: str | None) -> None:
    assert npm_license(manifest) == license_


PACKUMENT = """{
  "name": "@example/ui", "dist-tags": {"latest": "2.0.0"}, "maintainers": [{"name": "ada"}, {"name": "grace"}],
  "repository": {"type": "git", "url": "git+https://github.com/Example/ui.git"},
  "time": {"created": "2020-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
           "1.0.0": "2020-01-01T00:00:00.000Z", "1.0.1": "2020-02-01T00:00:00.000Z",
           "2.0.0": "2021-01-01T12:00:00.500Z"},
  "versions": {"1.0.0": {"license": "GPL-3.0-only", "deprecated": "use 2"},
               "2.0.0": {"license": "MIT", "deprecated": ""}}
}"""


def test_one_packument_answers_for_all_versions_of_a_package() -> None:
    facts = converse(npm, {"@example%2Fui": PACKUMENT}, UI, OLD_UI, ("pkg:npm/%40example/ui", "1.0.1"))
    assert said(facts.version(*UI)) == {"license": "MIT", "published": at("2021-01-01T12:00:00.500")}
    assert said(facts.version(*OLD_UI)) == {
        "license": "GPL-3.0-only",
        "published": at("2020-01-01"),
        "deprecated": "use 2",
    }
    assert said(facts.version("pkg:npm/%40example/ui", "1.0.1")) == {
        "published": at("2020-02-01"),
        "yanked": "unpublished",
    }
    assert said(facts.package(UI[0])) == {
        "releases": (
            Release("1.0.0", at("2020-01-01"), "use 2", license="GPL-3.0-only"),
            Release("2.0.0", at("2021-01-01T12:00:00.500"), license="MIT"),
            Release("1.0.1", at("2020-02-01"), yanked="unpublished"),
        ),
        "latest": "2.0.0",
        "repository": "github.com/example/ui",
        "maintainers": 2,
    }
    assert facts.version(*UI).license == Known("MIT", "registry", AS_OF)


def test_the_list_of_versions_is_kept_only_where_it_is_wanted() -> None:
    facts = converse(npm, {"@example%2Fui": PACKUMENT}, UI, want=Want.PUBLISHED)
    assert said(facts.version(*UI))["published"] == at("2021-01-01T12:00:00.500")
    assert facts.package(UI[0]).releases is None


@pytest.mark.parametrize(
    ("document", "standing"),
    [
        ('{"time": {"unpublished": {"time": "2026-01-01T00:00:00Z"}}}', Standing.REMOVED),
        ('{"versions": {"0.0.1-security": {}}, "dist-tags": {"latest": "0.0.1-security"}}', Standing.QUARANTINED),
    ],
)
def test_packages_that_npm_took_down(document: str, standing: Standing) -> None:
    status = converse(npm, {"@example%2Fui": document}, UI, want=Want.RELEASES).package(UI[0]).status
    assert status is not None
    assert status.value.standing is standing
