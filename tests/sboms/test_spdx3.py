"""SPDX 3.0 as JSON-LD, and how a file is told apart from other kinds."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from checks.manifests import read, recognize
from checks.model.dependency import Inventory, Scope
from checks.model.errors import UnreadableManifest
from checks.sboms.document import parse
from checks.sboms.licensing3 import Licenses
from tests.manifests.mutations import located, mutated, survives
from tests.manifests.structures import restructured

GRAPH = """{
  "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
  "@graph": [
    {"type": "SpdxDocument", "spdxId": "urn:doc", "rootElement": ["urn:sbom"]},
    {"type": "software_Sbom", "spdxId": "urn:sbom", "rootElement": ["urn:app"]},
    {"type": "software_Package", "spdxId": "urn:app", "name": "app"},
    {
      "type": "software_Package", "spdxId": "urn:web", "name": "web",
      "software_packageVersion": "2.0.0",
      "software_packageUrl": "pkg:npm/web@2.0.0",
      "releaseTime": "2026-01-02T03:04:05Z",
      "verifiedUsing": [{"type": "Hash", "algorithm": "sha512", "hashValue": "0a1b"}]
    },
    {"type": "ai_AIPackage", "spdxId": "urn:model", "name": "writer", "software_packageVersion": "7"},
    {"type": "dataset_DatasetPackage", "spdxId": "urn:data", "name": "letters", "software_packageVersion": "1",
     "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:huggingface/acme/letters@1"}]},
    {"type": "software_Package", "spdxId": "urn:lint", "name": "lint", "software_packageVersion": "4"},
    {"type": "software_Package", "spdxId": "urn:os", "name": "debian", "software_primaryPurpose": "operatingSystem"},
    {"type": "software_File", "spdxId": "urn:file", "name": "a.c"},
    {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:mit", "simplelicensing_licenseExpression": "MIT"},
    {"type": "Relationship", "spdxId": "urn:r1", "from": "urn:app", "relationshipType": "dependsOn",
     "to": ["urn:web", "urn:model", "urn:gone"]},
    {"type": "LifecycleScopedRelationship", "spdxId": "urn:r2", "from": "urn:app", "relationshipType": "dependsOn",
     "scope": "development", "to": ["urn:lint"]},
    {"type": "Relationship", "spdxId": "urn:r3", "from": "urn:model", "relationshipType": "trainedOn",
     "to": "urn:data"},
    {"type": "Relationship", "spdxId": "urn:r4", "from": "urn:web", "relationshipType": "hasDeclaredLicense",
     "to": ["urn:mit"]},
    {"type": "Relationship", "spdxId": "urn:r5", "from": "urn:model", "relationshipType": "hasConcludedLicense",
     "to": ["https://spdx.org/licenses/Apache-2.0"]}
  ]
}
"""


def graph(text: str = GRAPH) -> Inventory:
    return parse(text, "app.spdx3.json", {})


def test_packages_models_and_datasets() -> None:
    inventory = graph()
    assert list(located(inventory)) == [
        ("web", "2.0.0", 7),
        ("writer", "7", 14),
        ("acme/letters", "1", 15),
        ("lint", "4", 17),
    ]
    assert [d.purl for d in inventory.dependencies] == [
        "pkg:npm/web",
        "pkg:generic/writer",
        "pkg:huggingface/acme/letters",
        "pkg:generic/lint",
    ]
    assert [d.license for d in inventory.dependencies] == ["MIT", "Apache-2.0", None, None]
    assert inventory.dependencies[0].integrity == ("sha512:0a1b",)
    assert inventory.dependencies[0].published == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_relationships() -> None:
    inventory = graph()
    assert [d.scope for d in inventory.dependencies] == [Scope.RUNTIME, Scope.RUNTIME, Scope.RUNTIME, Scope.DEVELOPMENT]
    assert [d.direct for d in inventory.dependencies] == [True, True, False, True]
    assert [d.name for d in inventory.why(2)] == ["writer", "acme/letters"]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 21)]


def statement(id_: str, **elements: Mapping[str, object]) -> str | None:
    return Licenses(elements).statement(id_)


def test_licenses_that_are_elements() -> None:
    listed = {"type": "expandedlicensing_ListedLicense", "name": "MIT License"}
    own = {"type": "expandedlicensing_CustomLicense", "name": "Acme Terms"}
    either = {
        "type": "expandedlicensing_DisjunctiveLicenseSet",
        "expandedlicensing_member": ["own", "https://spdx.org/licenses/ISC"],
    }
    both = {"type": "expandedlicensing_ConjunctiveLicenseSet", "expandedlicensing_member": ["either", "listed"]}
    later = {
        "type": "expandedlicensing_OrLaterOperator",
        "expandedlicensing_subjectLicense": "https://spdx.org/licenses/GPL-2.0",
    }
    assert (
        statement("both", both=both, either=either, own=own, listed=listed) == "((Acme Terms) OR ISC) AND (MIT License)"
    )
    assert statement("later", later=later) == "GPL-2.0+"
    assert statement("https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense") is None


def test_a_license_that_contains_itself_and_one_that_explodes() -> None:
    itself = {
        "type": "expandedlicensing_ConjunctiveLicenseSet",
        "expandedlicensing_member": ["a", "a"],
    }
    assert statement("a", a=itself) == "NOASSERTION"
    bomb = {
        str(i): {
            "type": "expandedlicensing_ConjunctiveLicenseSet",
            "expandedlicensing_member": [str(i + 1), f"https://spdx.org/licenses/L{i}"] * 9,
        }
        for i in range(1000)
    }
    assert len(Licenses(bomb).statement("0") or "") < 3000


@pytest.mark.parametrize("name", ["bom.json", "sbom.json", "bom.xml"])
@pytest.mark.parametrize("text", ['{"materials": []}', "[]", '<project xmlns="http://maven.example/pom"/>'])
def test_what_only_has_the_name_of_an_sbom(name: str, text: str) -> None:
    assert parse(text, name, {}).dependencies == ()


@pytest.mark.parametrize("text", ['{"materials": []}', "[]", "<rdf:RDF xmlns:spdx='http://spdx.org/rdf/terms#'/>"])
def test_what_promises_to_be_one_must_be_one(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        parse(text, "a.spdx.json", {})


def test_content_decides() -> None:
    for name in ("sbom.json", "a.spdx.json", "b/bom.json"):
        format_ = recognize(name)
        assert format_ is not None
        assert [d.name for d in read(format_, name, GRAPH.encode()).dependencies][:1] == ["web"]


@given(mutated((GRAPH,)))
@settings(max_examples=300, deadline=None)
def test_no_mutation_gets_through(text: str) -> None:
    survives(parse, text, "a.spdx3.json")


@given(restructured((json.loads(GRAPH),)))
@settings(max_examples=300, deadline=None)
def test_wrong_types_at_every_level(text: str) -> None:
    survives(parse, text, "a.spdx3.json")
