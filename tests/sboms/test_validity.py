"""What the formats allow, and where a document breaks it."""

import sys

import pytest

from checks.sboms import validity as module
from checks.sboms.describe import read
from checks.sboms.validity import Validity, validity
from tests.sboms.bills import bom, component
from tests.sboms.test_describe import TAGS, XML, _graph, _json_of_tags, _package


def judged(text: str) -> Validity:
    return validity(text, read(text))


def messages(text: str) -> list[str]:
    return [fault.message for fault in judged(text).faults]


@pytest.mark.parametrize("text", [bom("grid"), XML, TAGS, _json_of_tags(), _graph(_package("web"))])
def test_valid_ones(text: str) -> None:
    found = judged(text)
    assert (found.faults, found.unknown) == ((), None)


def test_relationships_of_files_and_snippets_in_tag_value() -> None:
    related = "Relationship: SPDXRef-web CONTAINS {}\n"
    files = (
        "FileName: ./a.c\nSPDXID: SPDXRef-File\nSnippetSPDXID: SPDXRef-Snippet\nSnippetFromFileSPDXID: SPDXRef-File\n"
    )
    text = TAGS + files + related.format("SPDXRef-File") + related.format("SPDXRef-Snippet")
    assert messages(text) == []
    missing = "a relationship names 'SPDXRef-Other', which the document does not have"
    assert messages(text + related.format("SPDXRef-Other")) == [missing]


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_every_version_of_cyclonedx_has_a_schema(version: str) -> None:
    assert judged(bom("grid", specVersion=version)) == Validity(f"the JSON schema of CycloneDX {version}")
    assert judged(bom("grid", specVersion=version, components=5)).faults != ()


def test_a_fault_names_its_line() -> None:
    text = bom("grid", component("chart", type="nonsense"))
    (fault,) = judged(text).faults
    assert fault.message.startswith('components[1].type: "nonsense" is not one of')
    assert '"nonsense"' in text.splitlines()[fault.line - 1]


def test_xml() -> None:
    text = XML.replace("<name>grid</name>", "<nome>grid</nome>")
    (fault, *_) = judged(text).faults
    assert "nome" in fault.message
    assert "{http" not in fault.message
    assert "<nome>" in text.splitlines()[fault.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("DocumentName: web\n", "", "the document has no 'name'"),
        ("Z\nRelationship", ".5Z\nRelationship", "'2026-11-01T00:00:00.5Z' is no time as YYYY-MM-DDThh:mm:ssZ"),
        ("Creator: Tool: maker-1.2", "Creator: maker",
         "'maker' does not begin with 'Person:', 'Organization:' or 'Tool:'"),
        ("PackageDownloadLocation: git+https://example.com/grid\n", "", "the package 'grid' has no 'downloadLocation'"),
        ("SPDXRef-grid", "SPDXRef-a_b", "'SPDXRef-a_b' is no SPDX id (SPDXRef- and letters, digits, '.', '-')"),
        ("\nSPDXID: SPDXRef-grid", "\nSPDXID: SPDXRef-web", "the id 'SPDXRef-web' stands twice"),
        ("PackageLicenseDeclared: MIT", "PackageLicenseDeclared: LicenseRef-x",
         "the license 'LicenseRef-x' is used and its text is not in the document"),
        ("DEPENDS_ON SPDXRef-grid", "DEPENDS_ON SPDXRef-x",
         "a relationship names 'SPDXRef-x', which the document does not have"),
    ],
)  # fmt: skip
def test_what_spdx_2_demands(old: str, new: str, message: str) -> None:
    assert message in messages(TAGS.replace(old, new))


def test_what_only_spdx_22_demands() -> None:
    assert "the package 'web' has no 'copyrightText'" in messages(TAGS.replace("SPDX-2.3", "SPDX-2.2"))


def test_what_spdx_3_demands() -> None:
    package = _package("web")
    assert "the id 'urn:web' stands twice" in messages(_graph(package, package))
    nameless = {key: value for key, value in package.items() if key not in ("name", "creationInfo")}
    assert messages(_graph(nameless)) == [
        "an element of type 'software_Package' has no 'creationInfo'",
        "an element of type 'software_Package' has no 'name'",
    ]
    assert "it has 2 SpdxDocuments, and must have one" in messages(
        _graph({"type": "SpdxDocument", "spdxId": "urn:2", "creationInfo": "_:c"})
    )


def test_without_the_schemas_nobody_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    monkeypatch.setitem(sys.modules, "lxml", None)
    module._validator.cache_clear()
    try:
        assert judged(bom("grid")).unknown == "the schemas are not installed (the extra 'sbom' has them)"
        assert "lxml" in (judged(XML).unknown or "")
        assert judged(bom("grid", specVersion="1.99")).unknown == "there is no JSON schema of this version of CycloneDX"
    finally:
        module._validator.cache_clear()


def test_a_document_with_a_thousand_faults_is_not_read_to_the_end() -> None:
    text = bom(*(component(f"a{number}", type="x") for number in range(1000)))
    assert len(judged(text).faults) == module.MAX_FAULTS
