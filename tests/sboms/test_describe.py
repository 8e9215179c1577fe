"""Every format says the same of the same document."""

import json
from collections.abc import Mapping

import pytest

from checks.model.errors import UnreadableManifest
from checks.sboms.describe import read
from checks.sboms.described import Part
from tests.sboms.bills import FULL, METADATA, bom, component, described

SHA256, SHA512 = frozenset({"sha256"}), frozenset({"sha512"})

XML = """<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
     version="1">
  <metadata>
    <timestamp>2026-11-01T00:00:00Z</timestamp>
    <lifecycles><lifecycle><phase>build</phase></lifecycle></lifecycles>
    <tools><components>
      <component type="application"><name>maker</name><version>1</version></component>
    </components></tools>
    <authors><author><name>Ada</name><email>ada@example.com</email></author></authors>
    <component type="application" bom-ref="web"><name>web</name></component>
  </metadata>
  <components>
    <component type="library" bom-ref="grid">
      <supplier><name>Example</name><url>https://example.com</url></supplier>
      <name>grid</name><version>1.0.0</version>
      <hashes><hash alg="SHA-256">0000000000000000000000000000000000000000000000000000000000000000</hash></hashes>
      <licenses><license acknowledgement="declared"><id>MIT</id></license></licenses>
      <purl>pkg:npm/grid@1.0.0</purl>
      <externalReferences><reference type="vcs"><url>https://example.com/grid</url></reference></externalReferences>
      <properties><property name="bsi:component:filename">grid.tgz</property></properties>
    </component>
  </components>
  <dependencies><dependency ref="web"><dependency ref="grid"/></dependency></dependencies>
  <compositions>
    <composition><aggregate>complete</aggregate><dependencies><dependency ref="grid"/></dependencies></composition>
  </compositions>
</bom>
"""

TAGS = """SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: web
DocumentNamespace: https://example.com/web
Creator: Organization: Example (ospo@example.com)
Creator: Tool: maker-1.2
CreatorComment: <text>SBOM type: source</text>
Created: 2026-11-01T00:00:00Z
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-web
Relationship: SPDXRef-web DEPENDS_ON SPDXRef-grid

PackageName: web
SPDXID: SPDXRef-web
PackageDownloadLocation: NOASSERTION

PackageName: grid
SPDXID: SPDXRef-grid
PackageVersion: 1.0.0
PackageSupplier: Organization: Example (ospo@example.com)
PackageDownloadLocation: git+https://example.com/grid
PackageChecksum: SHA256: 00
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: MIT
ExternalRef: PACKAGE-MANAGER purl pkg:npm/grid@1.0.0
"""


def test_cyclonedx_json() -> None:
    text = bom(component("grid", **FULL), metadata=METADATA)
    document = described(text)
    assert (document.format, document.version, document.encoding) == ("CycloneDX", "1.6", "JSON")
    assert (document.authors, document.author_contact, document.tools) == (("Ada",), True, ("maker",))
    assert (document.tool_versions, document.lifecycles, document.top_level) == (True, ("pre-build",), True)
    (part,) = document.parts
    assert (part.label, part.supplier, part.contact, part.licenses) == ("grid 1.0.0", "Example", True, ("MIT",))
    assert (part.hashes, part.file_facts, part.related) == (SHA512, SHA512, True)
    assert (part.declared, part.concluded) == (True, False)
    assert '"bom-ref": "grid"' in text.splitlines()[part.line + 1]


def test_cyclonedx_xml() -> None:
    document = described(XML)
    assert (document.version, document.encoding, document.revision) == ("1.6", "XML", True)
    assert (document.authors, document.tools, document.tool_versions) == (("Ada",), ("maker",), True)
    assert (document.lifecycles, document.top_level, document.completeness) == (("build",), True, True)
    (part,) = document.parts
    assert (part.supplier, part.contact, part.licenses, part.declared) == ("Example", True, ("MIT",), True)
    assert (part.purl, part.hashes, part.source) == ("pkg:npm/grid@1.0.0", SHA256, True)
    assert (part.file_facts, part.completeness, part.line) == (frozenset({"filename"}), True, 14)


def _json_of_tags() -> str:
    package = {
        "name": "grid",
        "SPDXID": "SPDXRef-grid",
        "versionInfo": "1.0.0",
        "supplier": "Organization: Example (ospo@example.com)",
        "downloadLocation": "git+https://example.com/grid",
        "checksums": [{"algorithm": "SHA256", "checksumValue": "00"}],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "MIT",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                          "referenceLocator": "pkg:npm/grid@1.0.0"}],
    }  # fmt: skip
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "web",
        "documentNamespace": "https://example.com/web",
        "creationInfo": {
            "created": "2026-11-01T00:00:00Z",
            "creators": ["Organization: Example (ospo@example.com)", "Tool: maker-1.2"],
            "comment": "SBOM type: source",
        },
        "documentDescribes": ["SPDXRef-web"],
        "packages": [{"name": "web", "SPDXID": "SPDXRef-web", "downloadLocation": "NOASSERTION"}, package],
        "relationships": [{"spdxElementId": "SPDXRef-web", "relationshipType": "DEPENDS_ON",
                           "relatedSpdxElement": "SPDXRef-grid"}],
    }  # fmt: skip
    return json.dumps(document)


@pytest.mark.parametrize(("file", "names"), [("grid.tgz", {"filename"}), ("node_modules/grid", set())])
def test_a_path_is_no_file_name(file: str, names: set[str]) -> None:
    (part,) = described(TAGS + f"PackageFileName: {file}\n").parts
    assert part.file_facts == names


@pytest.mark.parametrize("text", [TAGS, _json_of_tags()], ids=["tag-value", "JSON"])
def test_spdx_2(text: str) -> None:
    document = described(text)
    assert (document.format, document.version, document.data_license) == ("SPDX", "2.3", "CC0-1.0")
    assert (document.authors, document.author_contact) == (("Example (ospo@example.com)",), True)
    assert (document.tools, document.tool_versions) == (("maker-1.2",), True)
    assert (document.primary and document.primary.name, document.top_level) == ("web", True)
    assert document.lifecycles == ("source",)
    (part,) = document.parts
    assert (part.version, part.purl, part.hashes) == ("1.0.0", "pkg:npm/grid@1.0.0", SHA256)
    assert (part.licenses, part.declared, part.concluded) == (("MIT",), True, False)
    assert (part.supplier, part.contact, part.source, part.related) == (
        "Organization: Example (ospo@example.com)", True, True, True,
    )  # fmt: skip


def _graph(*elements: Mapping[str, object]) -> str:
    creation = {
        "type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-11-01T00:00:00Z",
        "createdBy": ["urn:ada"], "createdUsing": ["urn:tool"],
    }  # fmt: skip
    document = {"type": "SpdxDocument", "spdxId": "urn:doc", "creationInfo": "_:c", "rootElement": ["urn:web"]}
    people = [
        {"type": "Person", "spdxId": "urn:ada", "creationInfo": "_:c", "name": "Ada",
         "externalIdentifier": [{"externalIdentifierType": "email", "identifier": "ada@example.com"}]},
        {"type": "Tool", "spdxId": "urn:tool", "creationInfo": "_:c", "name": "maker 1"},
    ]  # fmt: skip
    graph = [creation, document, *people, *elements]
    return json.dumps({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph})


def _package(name: str, **members: object) -> dict[str, object]:
    return {"type": "software_Package", "spdxId": f"urn:{name}", "creationInfo": "_:c", "name": name, **members}


def _relation(one: str, type_: str, *to: str, **members: object) -> dict[str, object]:
    return {
        "type": "Relationship", "spdxId": f"urn:{one}-{type_}", "creationInfo": "_:c", "from": f"urn:{one}",
        "relationshipType": type_, "to": [f"urn:{other}" for other in to], **members,
    }  # fmt: skip


def test_spdx_3() -> None:
    grid = _package(
        "grid",
        software_packageVersion="1.0.0",
        software_packageUrl="pkg:npm/grid@1.0.0",
        originatedBy=["urn:ada"],
        verifiedUsing=[{"type": "Hash", "algorithm": "sha512", "hashValue": "00"}],
    )
    license_ = {
        "type": "simplelicensing_LicenseExpression", "spdxId": "urn:mit", "creationInfo": "_:c",
        "simplelicensing_licenseExpression": "MIT",
    }  # fmt: skip
    document = described(
        _graph(
            _package("web"),
            grid,
            license_,
            _relation("web", "dependsOn", "grid", completeness="complete"),
            _relation("grid", "hasDeclaredLicense", "mit"),
        )
    )
    assert (document.format, document.version, document.tools) == ("SPDX", "3.0.1", ("maker 1",))
    assert (document.authors, document.author_contact, document.top_level) == (("Ada",), True, True)
    (part,) = document.parts
    assert (part.version, part.supplier, part.contact) == ("1.0.0", "Ada", True)
    assert (part.licenses, part.declared, part.hashes) == (("MIT",), True, SHA512)


def test_nested_components_and_files() -> None:
    inner = component("inner")
    document = described(
        bom(component("outer", components=[inner]), component("a.txt", type="file", purl=None, version=None))
    )
    assert [part.label for part in document.parts] == ["outer 1.0.0", "inner 1.0.0"]


def test_what_is_said_of_nothing_is_not_said() -> None:
    empty = described(bom({"type": "library", "bom-ref": "x", "name": " "}, metadata={"tools": [], "authors": [{}]}))
    assert empty.parts == (Part("x", empty.parts[0].line, ref="x", purpose="library", related=True),)
    assert (empty.authors, empty.tools, empty.tool_versions) == ((), (), False)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "<a/>", '<bom xmlns="urn:x"/>', "hello", "SPDXVersion: SPDX-9", '{"@context": []}', "{"]
)
def test_what_is_no_sbom_is_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        read(text)


@pytest.mark.parametrize("wrong", [None, 0, "x", [], {}, [None], [[]], [{}], {"a": []}])
def test_members_of_the_wrong_type_are_not_there(wrong: object) -> None:
    members = (*FULL, "externalReferences", "properties", "swid", "cpe", "purl", "components", "name", "version")
    rows = [{"type": "library", "bom-ref": key, key: wrong} for key in members]
    text = json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "metadata": dict.fromkeys((*METADATA, "component", "supplier", "timestamp", "licenses"), wrong),
            "components": rows,
            **dict.fromkeys(("dependencies", "compositions", "signature", "serialNumber"), wrong),
        }
    )
    assert len(described(text).parts) >= len(rows)
