"""SPDX 2.2 and 2.3, JSON and tag-value."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.sboms.document import parse
from tests.manifests.mutations import HOSTILE, located, mutated, survives
from tests.manifests.structures import restructured

DOCUMENT = """{
  "spdxVersion": "SPDX-2.3",
  "SPDXID": "SPDXRef-DOCUMENT",
  "creationInfo": {"creators": ["Tool: maker-1.0"]},
  "documentDescribes": ["SPDXRef-app"],
  "packages": [
    {"SPDXID": "SPDXRef-app", "name": "app", "versionInfo": "1.0.0"},
    {
      "SPDXID": "SPDXRef-web",
      "name": "@acme/web",
      "versionInfo": "2.0.0",
      "downloadLocation": "https://registry.example/@acme/web/-/web-2.0.0.tgz",
      "licenseConcluded": "NOASSERTION",
      "licenseDeclared": "MIT",
      "releaseDate": "2026-01-02T03:04:05Z",
      "checksums": [{"algorithm": "SHA512", "checksumValue": "0a1b"}],
      "externalRefs": [
        {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:acme:web"},
        {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl",
         "referenceLocator": "pkg:npm/%40acme/web@2.0.0"}
      ]
    },
    {"SPDXID": "SPDXRef-deep", "name": "deep", "versionInfo": "3",
     "licenseConcluded": "Zlib", "licenseDeclared": "MIT"},
    {"SPDXID": "SPDXRef-lint", "name": "lint", "versionInfo": "4",
     "downloadLocation": "git+https://git.example/lint@4"},
    {"SPDXID": "SPDXRef-fast", "name": "fast", "versionInfo": "5", "licenseDeclared": "NONE"},
    {"SPDXID": "SPDXRef-os", "name": "debian", "versionInfo": "13", "primaryPackagePurpose": "OPERATING_SYSTEM"},
    {"SPDXID": "SPDXRef-jar", "name": "jar", "versionInfo": "6", "externalRefs": [
      {"referenceType": "http://spdx.org/rdf/references/maven-central", "referenceLocator": "org.acme:jar:6"}]}
  ],
  "files": [{"SPDXID": "SPDXRef-file", "fileName": "./a.c"}],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-app"},
    {"spdxElementId": "SPDXRef-app", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-web"},
    {"spdxElementId": "SPDXRef-deep", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-web"},
    {"spdxElementId": "SPDXRef-lint", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-app"},
    {"spdxElementId": "SPDXRef-fast", "relationshipType": "OPTIONAL_DEPENDENCY_OF",
     "relatedSpdxElement": "SPDXRef-web"},
    {"spdxElementId": "SPDXRef-web", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-jar"},
    {"spdxElementId": "SPDXRef-app", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-file"},
    {"spdxElementId": "SPDXRef-deep", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NONE"},
    {"spdxElementId": "SPDXRef-deep", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-gone"}
  ]
}
"""
TAGS = """SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentComment: <text>Two
lines</text>
Creator: Tool: maker-1.0
# the project
PackageName: app
SPDXID: SPDXRef-app
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app

PackageName: web
SPDXID: SPDXRef-web
PackageVersion: 2.0.0
PackageDownloadLocation: NOASSERTION
PackageChecksum: SHA256: 0a1b
PackageLicenseDeclared: MIT
PackageCopyrightText: <text>one
  PackageName: not me</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/web@2.0.0
Relationship: SPDXRef-web DEPENDENCY_OF SPDXRef-app

FileName: ./a.c
SPDXID: SPDXRef-file

PackageName: check
SPDXID: SPDXRef-check
PackageVersion: 1
Relationship: SPDXRef-check TEST_DEPENDENCY_OF SPDXRef-web
"""


def document(text: str = DOCUMENT) -> Inventory:
    return parse(text, "app.spdx.json", {})


def tags(text: str = TAGS) -> Inventory:
    return parse(text, "app.spdx", {})


def related(
    *rows: tuple[str, str, str], creator: str = "Tool: maker", describes: tuple[str, ...] = ("app",)
) -> Inventory:
    """Packages named by `rows`, and how they are related."""
    names = dict.fromkeys(name for one, _, other in rows for name in (one, other))
    value = {
        "spdxVersion": "SPDX-2.3",
        "creationInfo": {"creators": [creator]},
        "documentDescribes": list(describes),
        "packages": [{"SPDXID": name, "name": name, "versionInfo": "1"} for name in names],
        "relationships": [
            dict(zip(("spdxElementId", "relationshipType", "relatedSpdxElement"), row, strict=True)) for row in rows
        ],
    }
    return document(json.dumps(value))


def scopes(inventory: Inventory) -> dict[str, Scope]:
    return {d.name: d.scope for d in inventory.dependencies}


def test_packages_with_their_lines() -> None:
    assert list(located(document())) == [
        ("@acme/web", "2.0.0", 8),
        ("deep", "3", 23),
        ("lint", "4", 25),
        ("fast", "5", 27),
        ("org.acme:jar", "6", 29),
    ]


def test_what_the_file_says_about_a_package() -> None:
    web, deep, lint, fast, jar = document().dependencies
    assert (web.purl, web.license, web.integrity) == ("pkg:npm/%40acme/web", "MIT", ("sha512:0a1b",))
    assert web.published == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert web.source == "https://registry.example/@acme/web/-/web-2.0.0.tgz"
    assert (deep.license, fast.license) == ("Zlib", None)
    assert (lint.purl, lint.origin) == ("pkg:generic/lint", Origin.GIT)
    assert jar.purl == "pkg:maven/org.acme/jar"


def test_relationships() -> None:
    inventory = document()
    assert scopes(inventory) == {
        "@acme/web": Scope.RUNTIME,
        "deep": Scope.RUNTIME,
        "lint": Scope.DEVELOPMENT,
        "fast": Scope.OPTIONAL,
        "org.acme:jar": Scope.UNKNOWN,
    }
    assert [d.direct for d in inventory.dependencies] == [True, False, True, False, False]
    assert [[d.name for d in inventory.why(i)] for i in (1, 4)] == [
        ["@acme/web", "deep"],
        ["@acme/web", "org.acme:jar"],
    ]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 23)]


def test_a_way_is_as_near_to_users_as_its_farthest_step() -> None:
    inventory = related(
        ("a", "DEV_DEPENDENCY_OF", "app"),
        ("a", "DEPENDS_ON", "b"),
        ("app", "DEPENDS_ON", "c"),
        ("d", "DEV_DEPENDENCY_OF", "c"),
    )
    assert scopes(inventory) == {
        "a": Scope.DEVELOPMENT,
        "b": Scope.DEVELOPMENT,
        "c": Scope.RUNTIME,
        "d": Scope.DEVELOPMENT,
    }
    both = related(("a", "DEV_DEPENDENCY_OF", "app"), ("a", "DEPENDS_ON", "b"), ("app", "DEPENDS_ON", "b"))
    assert scopes(both)["b"] is Scope.RUNTIME


def test_the_directions_that_npm_mixed_up() -> None:
    inventory = related(
        ("app", "DEPENDS_ON", "a"),
        ("app", "DEV_DEPENDENCY_OF", "b"),
        ("a", "OPTIONAL_DEPENDENCY_OF", "c"),
        creator="Tool: npm/cli-10.2.0",
    )
    assert scopes(inventory) == {"a": Scope.RUNTIME, "b": Scope.DEVELOPMENT, "c": Scope.OPTIONAL}
    assert [d.direct for d in inventory.dependencies] == [True, True, False]


def test_the_project_is_nobodys_development_dependency() -> None:
    assert scopes(related(("app", "DEV_DEPENDENCY_OF", "a"))) == {"a": Scope.DEVELOPMENT}


def test_a_list_of_packages_has_no_project() -> None:
    inventory = related(("a", "OTHER", "b"), describes=("a", "b"))
    assert [(d.name, d.direct, d.scope) for d in inventory.dependencies] == [
        ("a", None, Scope.UNKNOWN),
        ("b", None, Scope.UNKNOWN),
    ]


def test_of_several_described_the_project_is_what_requires_the_others() -> None:
    inventory = related(("app", "DEPENDS_ON", "a"), ("a", "DEPENDS_ON", "b"), describes=("app", "a", "b"))
    assert [(d.name, d.direct) for d in inventory.dependencies] == [("a", True), ("b", False)]


def test_a_single_package_is_what_the_document_describes() -> None:
    assert tags("SPDXVersion: SPDX-2.1\nPackageName: app\nSPDXID: SPDXRef-app\n").dependencies == ()


def test_tag_value() -> None:
    inventory = tags()
    assert list(located(inventory)) == [("web", "2.0.0", 12), ("check", "1", 26)]
    web = inventory.dependencies[0]
    assert web.location.end_line == 20
    assert (web.purl, web.license, web.integrity, web.direct) == ("pkg:npm/web", "MIT", ("sha256:0a1b",), True)
    assert scopes(inventory) == {"web": Scope.RUNTIME, "check": Scope.TEST}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TAGS.replace("PackageVersion: 2.0.0", "PackageVersion: 2.0.0\nPackageVersion: 2.0.1"), 15),
        (TAGS.replace("SPDX-2.2", "SPDX-4.0"), 1),
        (TAGS.replace("</text>", ""), 4),
        (TAGS + "PackageCopyrightText: <text>no end", 30),
        ("PackageName: a", 1),
        ("# nothing", 1),
    ],
)
def test_tag_value_that_is_refused(text: str, line: int) -> None:
    with pytest.raises(UnreadableManifest) as refused:
        tags(text)
    assert refused.value.line == line


def test_what_is_no_package() -> None:
    value = {
        "spdxVersion": "SPDX-2.3",
        "packages": [7, {}, {"name": "a", "externalRefs": [{"referenceType": "purl", "referenceLocator": "a"}]}],
    }
    assert [p.code for p in document(json.dumps(value)).problems] == ["entry"] * 3


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse, text, "a.spdx.json")
    survives(parse, text, "a.spdx")
    survives(parse, "SPDXVersion: SPDX-2.3\n" + text, "a.spdx")


@given(mutated((DOCUMENT, TAGS)))
@settings(max_examples=300, deadline=None)
def test_no_mutation_gets_through(text: str) -> None:
    survives(parse, text, "a.spdx")
    survives(parse, text, "a.spdx.json")


@given(restructured((json.loads(DOCUMENT),)))
@settings(max_examples=300, deadline=None)
def test_wrong_types_at_every_level(text: str) -> None:
    survives(parse, text, "a.spdx.json")
