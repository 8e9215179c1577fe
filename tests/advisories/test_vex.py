"""VEX documents of the three formats, and what of them is read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.advisories.vex import UnreadableVex, read_statements
from checks.model.advisory import Statement

NOTHING = "component_not_present"
KEYS = """affects analysis author authors branches bom-ref category components cve document flags full_product_names
    group_ids id ids justification label metadata name names product product_groups product_id product_ids
    product_identification_helper product_reference product_status product_tree products publisher purl purls ref
    references relates_to_product_reference relationships state statements status subcomponents timestamp tracking
    versions vulnerabilities vulnerability @id fixed"""


def read(document: object) -> list[Statement]:
    return list(read_statements(json.dumps(document), "vex.json"))


def said(document: object) -> list[str]:
    """`status purl@versions (justification)` of each statement."""
    return [f"{item.status} {item.purl}@{item.versions} ({item.justification})" for item in read(document)]


def openvex(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://a.example/vex/1",
        "author": "Example Security",
        "timestamp": "2026-01-01T00:00:00Z",
        "version": 1,
        "statements": list(statements),
        **more,
    }


def not_affected(*products: object, **more: Any) -> dict[str, Any]:
    return {
        "vulnerability": {"name": "CVE-2021-1", "aliases": ["GHSA-1"]},
        "products": list(products),
        "status": "not_affected",
        "justification": NOTHING,
        **more,
    }


def test_openvex() -> None:
    (statement,) = read(openvex(not_affected({"@id": "pkg:pypi/Django_x@1.2"}, timestamp="2026-02-03T04:05:06+01:00")))
    assert statement.names == {"CVE-2021-1", "GHSA-1"}
    assert (statement.purl, statement.versions, statement.product) == ("pkg:pypi/django-x", "1.2", None)
    assert (statement.author, statement.path) == ("Example Security", "vex.json")
    assert statement.at == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)
    assert statement.accepts


@pytest.mark.parametrize(
    ("more", "accepts"),
    [
        ({}, True),
        ({"justification": None}, False),
        ({"justification": "", "impact_statement": "Trust me."}, False),
        ({"status": "fixed", "justification": None}, True),
        ({"status": "affected"}, False),
        ({"status": "under_investigation"}, False),
    ],
)
def test_what_accepts(more: dict[str, Any], accepts: bool) -> None:
    (statement,) = read(openvex(not_affected({"@id": "pkg:npm/a"}, **more)))
    assert statement.accepts is accepts


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ({"@id": "pkg:npm/a"}, ["pkg:npm/a None None"]),
        ("pkg:npm/a@1", ["pkg:npm/a 1 None"]),  # version 0.0 of the format
        ({"@id": "https://a.example/app", "identifiers": {"purl": "pkg:npm/a@1"}}, ["pkg:npm/a 1 None"]),
        ({"@id": "pkg:github/example/app",
          "subcomponents": [{"@id": "pkg:npm/a@1"}, {"@id": "pkg:npm/b"}, {"@id": "c"}]},
         ["pkg:npm/a 1 pkg:github/example/app", "pkg:npm/b None pkg:github/example/app"]),
        ({"@id": "no purl", "subcomponents": [{"@id": "pkg:npm/a"}]}, ["pkg:npm/a None None"]),
        # what one version of a product does says nothing about the next
        ({"@id": "pkg:github/example/app@v1", "subcomponents": [{"@id": "pkg:npm/a"}]}, []),
        ({"@id": "no purl"}, []),
        (7, []),
    ],
)  # fmt: skip
def test_products_of_openvex(product: object, expected: list[str]) -> None:
    statements = read(openvex(not_affected(product)))
    assert [f"{item.purl} {item.versions} {item.product}" for item in statements] == expected


def test_statements_without_a_known_status_or_name() -> None:
    unknown = not_affected({"@id": "pkg:npm/a"}, status="harmless")
    nameless = not_affected({"@id": "pkg:npm/a"}, vulnerability={"name": ""})
    old = not_affected({"@id": "pkg:npm/a"}, vulnerability="CVE-2020-7")
    assert [sorted(item.names) for item in read(openvex(unknown, nameless, old, 7))] == [["CVE-2020-7"]]  # type: ignore[arg-type]


def cyclonedx(state: str, ref: str, versions: object = None, **analysis: str) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"timestamp": "2026-01-01T00:00:00Z", "authors": [{}, {"name": "Ada"}]},
        "components": [{"name": "x", "components": [{"bom-ref": "b-1", "purl": "pkg:maven/g/a@2.0?type=jar"}]}],
        "vulnerabilities": [
            {
                "id": "CVE-2021-1",
                "references": [{"id": "GHSA-1"}],
                "analysis": {"state": state, **analysis},
                "affects": [{"ref": ref, "versions": versions}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (cyclonedx("not_affected", "b-1", justification="code_not_reachable"),
         ["not_affected pkg:maven/g/a@2.0 (code_not_reachable)"]),
        (cyclonedx("false_positive", "pkg:npm/a@1"), ["not_affected pkg:npm/a@1 (false_positive)"]),
        (cyclonedx("resolved", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fa%401"),
         ["fixed pkg:npm/a@1 ()"]),
        (cyclonedx("exploitable", "b-1"), ["affected pkg:maven/g/a@2.0 ()"]),
        (cyclonedx("in_triage", "b-1"), ["under_investigation pkg:maven/g/a@2.0 ()"]),
        (cyclonedx("not_affected", "pkg:npm/a", [{"version": "1"}, {"range": "vers:npm/<2", "status": "affected"},
         {"version": "3", "status": "unknown"}, {"status": "unaffected"}, 7], justification="code_not_present"),
         ["not_affected pkg:npm/a@1 (code_not_present)", "affected pkg:npm/a@vers:npm/<2 (code_not_present)",
          "under_investigation pkg:npm/a@3 (code_not_present)"]),
        (cyclonedx("not_affected", "nowhere"), []),
        (cyclonedx("", "b-1"), []),
    ],
)  # fmt: skip
def test_cyclonedx(document: dict[str, Any], expected: list[str]) -> None:
    assert said(document) == expected


def test_cyclonedx_names_authors_and_times() -> None:
    (statement,) = read(cyclonedx("resolved", "b-1", lastUpdated="2026-03-01T00:00:00Z"))
    assert statement.names == {"CVE-2021-1", "GHSA-1"}
    assert statement.author == "Ada"
    assert statement.at == datetime(2026, 3, 1, tzinfo=UTC)


def csaf(product_status: dict[str, list[str]], **vulnerability: Any) -> dict[str, Any]:
    def product(id_: str, purl: str | None) -> dict[str, Any]:
        return {"product_id": id_, "name": id_, "product_identification_helper": {"purl": purl} if purl else {}}

    return {
        "document": {
            "category": "csaf_vex",
            "publisher": {"name": "Example GmbH"},
            "tracking": {"current_release_date": "2026-01-01T00:00:00Z"},
        },
        "product_tree": {
            "full_product_names": [
                product("A", "pkg:npm/a@1"), product("Z", None), product("US", "pkg:github/example/app")
            ],
            "branches": [
                {"category": "vendor", "branches": [
                    {"category": "product_version_range", "name": "vers:npm/<2", "product": product("B", "pkg:npm/b")},
                    {"category": "product_version_range", "name": "all old ones", "product": product("P", "pkg:npm/p")},
                ]}
            ],
            "product_groups": [{"group_id": "G", "product_ids": ["A", "B"]}],
            "relationships": [
                {"category": "default_component_of", "product_reference": "A", "relates_to_product_reference": user,
                 "full_product_name": {"product_id": f"A-{user}", "name": "x"}}
                for user in ("US", "Z")
            ],
        },
        "vulnerabilities": [
            {"cve": "CVE-2021-1", "ids": [{"text": "GHSA-1"}], "product_status": product_status, **vulnerability}
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (csaf({"known_not_affected": ["A", "B"]}, flags=[{"label": NOTHING, "product_ids": ["A"]}]),
         [f"not_affected pkg:npm/a@1 ({NOTHING})", "not_affected pkg:npm/b@vers:npm/<2 ()"]),
        (csaf({"known_not_affected": ["A", "B"]}, flags=[{"label": NOTHING, "group_ids": ["G", "H"]}]),
         [f"not_affected pkg:npm/a@1 ({NOTHING})", f"not_affected pkg:npm/b@vers:npm/<2 ({NOTHING})"]),
        (csaf({"fixed": ["A"], "known_affected": ["B"], "under_investigation": ["nobody"]}),
         ["affected pkg:npm/b@vers:npm/<2 ()", "fixed pkg:npm/a@1 ()"]),
        (csaf({"fixed": ["P"]}), ["fixed pkg:npm/p@all old ones ()"]),
        (csaf({"fixed": ["A-US"]}), ["fixed pkg:npm/a@1 ()"]),
        (csaf({"fixed": ["A-Z", "Z"]}), []),  # a component of what is not this repository
    ],
)  # fmt: skip
def test_csaf(document: dict[str, Any], expected: list[str]) -> None:
    assert said(document) == expected


def test_csaf_names_authors_and_products() -> None:
    (statement,) = read(csaf({"fixed": ["A-US"]}))
    assert statement.names == {"CVE-2021-1", "GHSA-1"}
    assert statement.author == "Example GmbH"
    assert statement.product == "pkg:github/example/app"


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "7", "{}", "[" * 100_000, "1" * 10_000, '{"bomFormat": "SPDX"}', '{"@context": 7}']
)
def test_what_is_no_vex_document(text: str) -> None:
    with pytest.raises(UnreadableVex):
        read_statements(text, "vex.json")


VALUES = st.recursive(
    st.none() | st.integers() | st.sampled_from(["", "pkg:npm/a@1", "fixed", "A", "b-1", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=25,
)


@given(
    st.sampled_from([openvex(), cyclonedx("", ""), csaf({"fixed": []})]),
    st.dictionaries(st.sampled_from(KEYS.split()), VALUES),
)
def test_no_document_crashes_the_readers(start: dict[str, Any], more: dict[str, Any]) -> None:
    kept = {key: start[key] for key in ("@context", "bomFormat", "document") if key in start}
    read(start | more | kept)
