"""Minimum elements: each edition by name, and who misses what."""

import pytest

from checks.sboms.described import Described, Part
from checks.sboms.elements import COMPONENT, DOCUMENT, EDITIONS, coverage, short
from checks.sboms.terms import Standard
from tests.sboms.bills import FULL, METADATA, bom, component, described


def lacks(text: str, edition: str, permille: int = 1000) -> dict[str, list[str]]:
    """Element → the components that lack it; empty for an element of the document."""
    covered = coverage(described(text), EDITIONS[edition])
    return {item.element.name: [part.label for part in item.missing] for item in short(covered, permille)}


def test_the_policy_knows_every_edition() -> None:
    assert [standard.value for standard in Standard] == list(EDITIONS)
    for edition in EDITIONS.values():
        for element in edition.elements:
            assert (element.needs in DOCUMENT) != (element.needs in COMPONENT)


@pytest.mark.parametrize("edition", ["ntia", "cisa", "cra"])
def test_a_document_with_everything(edition: str) -> None:
    assert lacks(bom(component("grid", **FULL), metadata=METADATA), edition) == {}


def test_each_component_that_misses_an_element_is_named() -> None:
    text = bom(component("grid", **FULL), component("chart", **FULL | {"licenses": None}), metadata=METADATA)
    assert lacks(text, "cisa") == {"License": ["chart 1.0.0"]}


@pytest.mark.parametrize(
    ("member", "element", "edition"),
    [
        ("supplier", "Supplier Name", "ntia"),
        ("version", "Version of the Component", "ntia"),
        ("purl", "Other Unique Identifiers", "ntia"),
        ("name", "Component Name", "ntia"),
        ("hashes", "Component Hash", "cisa"),
        ("licenses", "License", "cisa"),
        ("supplier", "Software Producer", "cisa"),
        ("supplier", "Component creator", "bsi"),
    ],
)
def test_an_element_of_components(member: str, element: str, edition: str) -> None:
    assert element in lacks(bom(component("grid", **FULL | {member: None}), metadata=METADATA), edition)
    if edition != "bsi":
        assert element not in lacks(bom(component("grid", **FULL), metadata=METADATA), edition)


@pytest.mark.parametrize(
    ("key", "elements"),
    [
        ("authors", {"SBOM Author"}),
        ("tools", {"Tool Name"}),
        ("lifecycles", {"Generation Context"}),
    ],
)
def test_an_element_of_the_document(key: str, elements: set[str]) -> None:
    metadata = {name: value for name, value in METADATA.items() if name != key}
    assert lacks(bom(component("grid", **FULL), metadata=metadata), "cisa").keys() == elements


def test_a_tool_is_an_author_for_the_ntia_alone() -> None:
    text = bom(component("grid", **FULL), metadata={"tools": METADATA["tools"]})
    assert "Author of SBOM Data" not in lacks(text, "ntia")
    assert "SBOM Author" in lacks(text, "cisa")


@pytest.mark.parametrize("time", ["yesterday", "", "2026-13-01T00:00:00Z"])
def test_a_time_must_be_one(time: str) -> None:
    assert "Timestamp" in lacks(bom(metadata={"timestamp": time}), "ntia")


def test_top_level_dependencies_are_what_the_cra_asks() -> None:
    assert lacks(bom("grid", dependencies=None), "cra") == {"Top-level dependencies": []}
    assert lacks(bom(), "cra") == {}


def test_the_share() -> None:
    text = bom(*(component(f"a{number}") for number in range(19)), component("b", version=None))
    assert "Component version" not in lacks(text, "cra", 950)
    assert lacks(text, "cra", 951) == {"Component version": ["b"]}


def test_no_share_takes_what_the_document_lacks() -> None:
    assert "Timestamp" in lacks(bom("grid", metadata={"timestamp": None}), "ntia", 0)


BSI = FULL | {
    "licenses": [{"expression": "MIT", "acknowledgement": "concluded"}],
    "properties": [
        {"name": "bsi:component:filename", "value": "grid.tgz"},
        {"name": "bsi:component:executable", "value": "non-executable"},
        {"name": "bsi:component:archive", "value": "archive"},
        {"name": "bsi:component:structured", "value": "structured"},
    ],
}


def test_bsi() -> None:
    members = {
        "metadata": METADATA,
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "compositions": [{"aggregate": "complete", "dependencies": ["grid"]}],
    }
    assert lacks(bom(component("grid", **BSI), **members), "bsi") == {}
    assert "Format and version" in lacks(bom(component("grid", **BSI), **members, specVersion="1.5"), "bsi")
    unstated = members | {"compositions": [{"aggregate": "not_specified", "dependencies": ["grid"]}]}
    assert lacks(bom(component("grid", **BSI), **unstated), "bsi") == {
        "Completeness of the dependencies": ["grid 1.0.0"]
    }


@pytest.mark.parametrize(
    ("document", "new_enough"),
    [
        (Described("CycloneDX", "1.10", "JSON"), True),
        (Described("CycloneDX", "1.5", "JSON"), False),
        (Described("SPDX", "3.0.1", "JSON"), True),
        (Described("SPDX", "3.0.0", "JSON"), False),
        (Described("SPDX", "2.3", "JSON"), False),
        (Described("CycloneDX", "9" * 5000, "JSON"), False),
        (Described("CycloneDX", "", "XML"), False),
    ],
)
def test_the_formats_that_bsi_takes(document: Described, new_enough: bool) -> None:
    assert DOCUMENT["newest-format"](document) is new_enough


def test_an_edition_asks_nothing_of_components_that_are_not_there() -> None:
    empty = Described("CycloneDX", "1.6", "JSON", parts=())
    assert not any(item.missing for item in coverage(empty, EDITIONS["cisa"]))
    assert Part("x").licenses == ()


def test_a_document_has_a_version_if_it_can_be_told_from_the_next_one() -> None:
    """In CycloneDX it is the number together with the serial number; SPDX makes another document of each."""
    serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    assert "SBOM Version" in lacks(bom("grid"), "cisa-2026")
    assert "SBOM Version" not in lacks(bom("grid", serialNumber=serial), "cisa-2026")
