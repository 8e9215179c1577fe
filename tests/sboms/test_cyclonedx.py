"""CycloneDX, JSON and XML: what is a dependency, where it stands, and why it is there."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings

from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from checks.sboms.cyclonedx import license_of
from checks.sboms.document import parse
from tests.manifests.mutations import HOSTILE, located, mutated, survives
from tests.manifests.structures import restructured

BOM = """{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "metadata": {
    "tools": {"components": [{"type": "application", "bom-ref": "tool", "name": "maker"}]},
    "component": {"type": "application", "bom-ref": "app", "name": "app", "version": "1.0.0"}
  },
  "components": [
    {
      "type": "library",
      "bom-ref": "web",
      "group": "@acme",
      "name": "web",
      "version": "2.0.0",
      "purl": "pkg:npm/%40acme/web@2.0.0?vcs_url=git%2Bhttps://git.example/web",
      "hashes": [{"alg": "SHA-512", "content": "0a1b"}],
      "licenses": [{"license": {"id": "MIT"}}],
      "externalReferences": [
        {"type": "website", "url": "https://web.example"},
        {"type": "distribution", "url": "https://registry.example/@acme/web/-/web-2.0.0.tgz"}
      ]
    },
    {"type": "library", "bom-ref": "deep", "name": "deep", "version": "3.0.0", "purl": "pkg:npm/deep@3.0.0"},
    {
      "type": "library", "bom-ref": "lint", "name": "lint", "version": "4.0.0", "purl": "pkg:npm/lint@4.0.0",
      "scope": "optional", "properties": [{"name": "cdx:npm:package:development", "value": "true"}]
    },
    {"type": "container", "bom-ref": "image", "name": "debian", "version": "13", "purl": "pkg:oci/debian@sha256%3Aab"},
    {"type": "machine-learning-model", "bom-ref": "model", "name": "writer", "version": "7", "scope": "excluded"},
    {"type": "operating-system", "bom-ref": "os", "name": "linux", "version": "6"},
    {"type": "file", "bom-ref": "src/a.c", "name": "src/a.c"},
    {"type": "application", "bom-ref": "lock", "name": "package-lock.json"},
    {"type": "library", "bom-ref": "again", "name": "vendored", "version": "1.1", "group": "lib"}
  ],
  "services": [{"bom-ref": "billing", "name": "billing", "services": [{"bom-ref": "inner", "name": "inner"}]}],
  "dependencies": [
    {"ref": "app", "dependsOn": ["web", "lock", "inner"]},
    {"ref": "lock", "dependsOn": ["lint"]},
    {"ref": "web", "dependsOn": ["deep", "gone"]},
    {"ref": "deep", "dependsOn": ["again", "web"]}
  ]
}
"""
XML = """<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.7" version="1">
  <metadata>
    <component type="application" bom-ref="app"><name>app</name><version>1.0.0</version></component>
  </metadata>
  <components>
    <component type="library" bom-ref="web">
      <group>acme</group>
      <name>web</name>
      <version>2.0.0</version>
      <scope>required</scope>
      <hashes><hash alg="SHA-256">0a1b</hash></hashes>
      <licenses>
        <license acknowledgement="declared"><name>Some License</name></license>
        <expression-detailed acknowledgement="concluded" expression="MIT OR Zlib"/>
      </licenses>
      <purl>pkg:maven/acme/web@2.0.0?type=jar</purl>
      <components>
        <component type="library" bom-ref="shaded">
          <name>shaded</name>
          <version>0.1</version>
          <purl>pkg:maven/acme/shaded@0.1</purl>
          <properties><property name="cdx:maven:package:test">true</property></properties>
        </component>
      </components>
    </component>
    <component type="library" bom-ref="deep">
      <name>deep</name>
      <purl>pkg:maven/acme/deep</purl>
      <licenses><expression>Apache-2.0</expression></licenses>
    </component>
  </components>
  <dependencies>
    <dependency ref="app"><dependency ref="web"/></dependency>
    <dependency ref="web"><dependency ref="deep"/></dependency>
  </dependencies>
</bom>
"""


def bom(text: str = BOM) -> Inventory:
    return parse(text, "release/app.cdx.json", {})


def xml(text: str = XML) -> Inventory:
    return parse(text, "release/app.cdx.xml", {})


def components(*fields: Mapping[str, object], **root: object) -> Inventory:
    return bom(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.7", "components": list(fields), **root}))


def why(inventory: Inventory, name: str) -> list[str]:
    index = next(i for i, d in enumerate(inventory.dependencies) if d.name == name)
    return [d.name for d in inventory.why(index)]


def test_packages_with_their_lines() -> None:
    assert list(located(bom())) == [
        ("@acme/web", "2.0.0", 9),
        ("deep", "3.0.0", 23),
        ("lint", "4.0.0", 24),
        ("debian", "sha256:ab", 28),
        ("writer", "7", 29),
        ("lib/vendored", "1.1", 33),
    ]
    assert bom().dependencies[0].location.end_line == 22


def test_what_the_file_says_about_a_package() -> None:
    web = bom().dependencies[0]
    assert web.purl == "pkg:npm/%40acme/web"
    assert (web.license, web.integrity) == ("MIT", ("sha512:0a1b",))
    assert (web.origin, web.source) == (Origin.REGISTRY, "https://registry.example/@acme/web/-/web-2.0.0.tgz")


def test_a_component_without_purl_is_kept_as_generic() -> None:
    vendored = bom().dependencies[-1]
    assert (vendored.purl, vendored.origin) == ("pkg:generic/lib/vendored", Origin.URL)


def test_scopes() -> None:
    scopes = {d.name: d.scope for d in bom().dependencies}
    assert scopes["@acme/web"] is Scope.RUNTIME  # the specification's default is "required"
    assert scopes["lint"] is Scope.DEVELOPMENT
    assert scopes["writer"] is Scope.DEVELOPMENT


def test_a_required_component_stays_required() -> None:
    flag = {"name": "cdx:npm:package:development", "value": "true"}
    inventory = components({"name": "a", "version": "1", "scope": "required", "properties": [flag]})
    assert inventory.dependencies[0].scope is Scope.RUNTIME


def test_groups_pass_on_to_what_they_bring() -> None:
    group = {"name": "cdx:poetry:group", "value": "test"}
    inventory = components(
        {"bom-ref": "a", "name": "a", "version": "1", "properties": [group]},
        {"bom-ref": "b", "name": "b", "version": "1"},
        metadata={"component": {"name": "app", "bom-ref": "app"}},
        dependencies=[{"ref": "app", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}],
    )
    assert [d.scope for d in inventory.dependencies] == [Scope.TEST, Scope.TEST]


def test_the_graph_steps_over_what_is_no_package() -> None:
    inventory = bom()
    assert [d.name for d in inventory.dependencies if d.direct] == ["@acme/web", "lint"]
    assert why(inventory, "lib/vendored") == ["@acme/web", "deep", "lib/vendored"]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 9)]


def test_without_a_subject_nobody_knows_what_is_direct() -> None:
    assert components({"name": "a", "version": "1"}).dependencies[0].direct is None


def test_the_project_among_its_own_components() -> None:
    inventory = components(
        {"name": "app", "version": "1", "purl": "pkg:npm/app@1"},
        {"name": "a", "version": "1", "purl": "pkg:npm/a@1"},
        metadata={"component": {"name": "app", "purl": "pkg:npm/app@1"}},
    )
    assert [d.name for d in inventory.dependencies] == ["a"]


def test_modules_of_the_project_are_not_dependencies_but_its_parts_are() -> None:
    parts = [{"type": "application", "name": "module"}, {"type": "library", "name": "part", "version": "1"}]
    assert [d.name for d in components(metadata={"component": {"name": "app", "components": parts}}).dependencies] == [
        "part"
    ]


def test_nested_components_have_their_own_lines() -> None:
    text = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
      {"name": "outer", "version": "1", "components": [
        {"name": "inner", "version": "2",
         "c\\u006fmponents": [
           {"name": "core", "version": "3"}]}]}]}"""
    inventory = bom(text)
    assert list(located(inventory)) == [("outer", "1", 2), ("inner", "2", 3), ("core", "3", 5)]
    assert why(inventory, "core") == ["outer", "inner", "core"]


def test_what_has_no_version() -> None:
    inventory = components({"name": "a"}, {"name": "b", "versionRange": "vers:npm/>=1"}, {"purl": "pkg:npm/c"})
    assert [d.version for d in inventory.dependencies] == [None, None, None]
    assert [p.message for p in inventory.problems] == [
        "the component 'a' has no version",
        "the component 'b' asks for the range 'vers:npm/>=1'",
        "the component 'c' has no version",
    ]


def test_what_is_no_component() -> None:
    inventory = components(
        {"type": "library"},
        {"name": "a", "purl": "npm/a"},
        {"name": "a" * 3000},
        {"name": "b", "purl": "pkg:n%70m/b@1"},
    )
    assert inventory.dependencies == ()
    assert [p.code for p in inventory.problems] == ["entry"] * 4


@pytest.mark.parametrize(
    ("licenses", "statement"),
    [
        ([{"license": {"id": "MIT"}}], "MIT"),
        ([{"license": {"name": "Apache License, Version 2.0"}}], "Apache License, Version 2.0"),
        ([{"license": {"name": "", "url": "https://l.example"}}], "https://l.example"),
        ([{"expression": "MIT OR Zlib"}], "MIT OR Zlib"),
        ([{"license": {"id": "MIT"}}, {"license": {"id": "Zlib"}}, {"license": {"id": "MIT"}}], "MIT AND Zlib"),
        ([{"expression": "MIT OR Zlib"}, {"license": {"id": "ISC"}}], "(MIT OR Zlib) AND ISC"),
        (
            [{"license": {"name": "MIT) OR (MIT"}}, {"license": {"id": "GPL-3.0-only"}}],
            "(MIT  OR  MIT) AND GPL-3.0-only",
        ),
        (
            [
                {"license": {"id": "MIT", "acknowledgement": "declared"}},
                {"expression": "MIT AND GPL-2.0-only", "acknowledgement": "concluded"},
            ],
            "MIT AND GPL-2.0-only",
        ),
        ([], None),
        ("MIT", None),
    ],
)
def test_license_statements(licenses: object, statement: str | None) -> None:
    assert license_of(licenses) == statement


def test_xml() -> None:
    inventory = xml()
    assert list(located(inventory)) == [("acme:web", "2.0.0", 7), ("acme:shaded", "0.1", 19), ("acme:deep", None, 27)]
    assert [d.license for d in inventory.dependencies] == ["MIT OR Zlib", None, "Apache-2.0"]
    assert [d.scope for d in inventory.dependencies] == [Scope.RUNTIME, Scope.TEST, Scope.RUNTIME]
    assert [d.direct for d in inventory.dependencies] == [True, False, False]
    assert inventory.dependencies[0].integrity == ("sha256:0a1b",)
    assert why(inventory, "acme:shaded") == ["acme:web", "acme:shaded"]
    assert why(inventory, "acme:deep") == ["acme:web", "acme:deep"]


def test_xml_with_a_document_type_is_refused() -> None:
    with pytest.raises(UnreadableManifest, match="document type"):
        xml(XML.replace("<bom ", "<!DOCTYPE bom [<!ENTITY a 'b'>]><bom ", 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"bomFormat": "CycloneDX", "specVersion": "2.0"}', "version '2.0'"),
        ('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {}}', "not a list"),
        (BOM.replace('"specVersion"', '"bomFormat"', 1), "stands twice"),
        (BOM[:400], "not JSON"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(UnreadableManifest, match=message):
        bom(text)


def test_a_long_chain_and_a_circle() -> None:
    count = 50_000
    rows = [{"bom-ref": str(i), "name": f"p{i}", "version": "1"} for i in range(count)]
    graph = [{"ref": str(i), "dependsOn": [str((i + 1) % count)]} for i in range(count)]
    inventory = components(
        *rows,
        metadata={"component": {"name": "app", "bom-ref": "app"}},
        dependencies=[{"ref": "app", "dependsOn": ["0"]}, *graph],
    )
    assert len(inventory.why(count - 1)) == count


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse, text, "a.cdx.json")
    survives(parse, text, "bom.xml")


@given(mutated((BOM, XML)))
@settings(max_examples=300, deadline=None)
def test_no_mutation_gets_through(text: str) -> None:
    survives(parse, text, "a.cdx.json")
    survives(parse, text, "a.cdx.xml")


@given(restructured((json.loads(BOM),)))
@settings(max_examples=300, deadline=None)
def test_wrong_types_at_every_level(text: str) -> None:
    survives(parse, text, "a.cdx.json")
