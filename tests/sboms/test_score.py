"""The score: features, what does not apply, and the formula."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.sboms.described import Described, Part
from checks.sboms.score import CategoryScore, Feature, Score, score
from checks.sboms.spdx_demands import Fault
from checks.sboms.validity import Validity
from tests.sboms.bills import FULL, METADATA, bom, component, described

VALID = Validity("the schema")


def features(document: Described, valid: Validity | None = VALID) -> dict[str, Feature]:
    return {feature.name: feature for category in score(document, valid).categories for feature in category.features}


def points(document: Described, name: str) -> float | None:
    return features(document)[name].score


def test_the_weights_of_the_categories() -> None:
    found = score(described(bom("grid")))
    assert [(category.name, category.weight) for category in found.categories] == [
        ("Identification", 10),
        ("Provenance", 12),
        ("Integrity", 15),
        ("Completeness", 12),
        ("Licensing", 15),
        ("Vulnerability", 10),
        ("Structural", 8),
    ]
    assert sum(category.weight for category in found.categories) == 82


def test_a_document_that_says_everything() -> None:
    full = FULL | {
        "cpe": "cpe:2.3:a:grid:grid:1.0.0:*:*:*:*:*:*:*",
        "externalReferences": [{"type": "vcs", "url": "https://example.com/grid"}],
    }
    text = bom(
        component("grid", **full),
        metadata=METADATA | {"supplier": {"name": "Example"}, "licenses": [{"license": {"id": "CC0-1.0"}}]},
        serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        compositions=[{"aggregate": "complete", "dependencies": ["grid"]}],
        signature={"algorithm": "ES256", "value": "x"},
    )
    found = score(described(text), VALID)
    assert [feature for category in found.categories for feature in category.features if feature.score != 10] == []
    assert (found.total, found.grade) == (10.0, "A")


def test_a_feature_of_components_is_their_share() -> None:
    document = described(bom(component("grid", **FULL), "chart", "table", "list"))
    feature = features(document)["components with a checksum"]
    assert (feature.score, feature.found, feature.total) == (2.5, 1, 4)
    assert [part.label for part in feature.missing] == ["chart 1.0.0", "table 1.0.0", "list 1.0.0"]


def test_what_does_not_apply_leaves_the_denominator() -> None:
    new, old = described(bom("grid")), described(bom("grid", specVersion="1.2"))
    assert (points(new, "lifecycle"), points(old, "lifecycle")) == (0, None)
    assert (points(new, "signature"), points(old, "signature")) == (0, None)
    assert (points(new, "completeness is declared"), points(old, "completeness is declared")) == (0, None)
    declared = "licenses as declared by the component"
    before = described(bom(component("grid", licenses=[{"license": {"id": "MIT"}}]), specVersion="1.5"))
    assert (points(before, declared), features(before)[declared].total) == (None, 0)
    purpose = features(Described("SPDX", "2.2", "JSON", parts=(Part("a"),)))["components with a purpose"]
    assert (purpose.score, purpose.total, purpose.missing) == (None, 0, ())
    provenance = score(old).categories[1]
    assert provenance.formula.endswith("/ 0.90")


def test_licenses_are_judged_where_there_are_some() -> None:
    none = score(described(bom("grid"))).categories[4]
    assert [(feature.score, feature.total) for feature in none.features][:2] == [(0, 1), (None, 0)]
    assert none.score == 0


@pytest.mark.parametrize(
    ("license_", "valid", "listed", "current", "unrestricted"),
    [
        ("MIT", 10, 10, 10, 10),
        ("MIT OR Apache-2.0", 10, 10, 10, 10),
        ("LicenseRef-scancode-x", 10, 0, 10, 10),
        ("Apache License 2.0", 0, 0, 10, 10),
        ("GPL-2.0", 10, 10, 0, 0),
        ("AGPL-3.0-only", 10, 10, 10, 0),
        ("GPL-2.0-only WITH Classpath-exception-2.0", 10, 10, 10, 0),
        ("NOASSERTION", 0, 0, 10, 10),
        ("(" * 100, 0, 0, 10, 10),
    ],
)
def test_licenses(license_: str, valid: float, listed: float, current: float, unrestricted: float) -> None:
    document = Described("CycloneDX", "1.6", "JSON", parts=(Part("a", licenses=(license_,)),))
    names = [
        "licenses that are valid expressions",
        "licenses on the SPDX list",
        "no deprecated license ids",
        "no restrictive licenses",
    ]
    assert [points(document, name) for name in names] == [valid, listed, current, unrestricted]


def test_the_schema_counts_where_it_is_known() -> None:
    document = described(bom("grid"))
    assert features(document, VALID)["valid by its schema"].score == 10
    assert features(document, Validity("x", (Fault("wrong"),)))["valid by its schema"].score == 0
    assert features(document, Validity("x", unknown="not there"))["valid by its schema"].score is None
    assert features(document, None)["valid by its schema"].score is None


def _computed(formula: str) -> float:
    """`(a × b + …) / c` with the numbers that are shown."""
    numbers = re.fullmatch(r"\((.*)\) / ([0-9.]+)", formula)
    assert numbers
    terms = [term.split(" × ") for term in numbers[1].split(" + ")]
    return sum(float(one) * float(other) for one, other in terms) / float(numbers[2])


PARTS = st.builds(
    Part,
    st.just("a"),
    name=st.sampled_from(["a", None]),
    purl=st.sampled_from(["pkg:npm/a", None]),
    hashes=st.sampled_from([frozenset(), frozenset({"md5"}), frozenset({"sha256"})]),
    licenses=st.sampled_from([(), ("MIT",), ("who knows",)]),
    related=st.booleans(),
)
DOCUMENTS = st.builds(
    Described,
    st.sampled_from(["CycloneDX", "SPDX"]),
    st.sampled_from(["1.2", "1.6", "2.2", "2.3", "3.0.1", ""]),
    st.just("JSON"),
    authors=st.sampled_from([(), ("Ada",)]),
    lifecycles=st.sampled_from([(), ("build",)]),
    parts=st.lists(PARTS).map(tuple),
)


@given(DOCUMENTS)
def test_the_formula_gives_what_is_shown(document: Described) -> None:
    found: Score = score(document, VALID)
    assert 0 <= found.total <= 10
    assert abs(_computed(found.formula) - found.total) < 0.06  # shown with one decimal
    for category in found.categories:
        if category.score is not None:
            assert abs(_computed(category.formula) - category.score) < 0.06


@given(DOCUMENTS)
def test_to_say_more_never_scores_less(document: Described) -> None:
    parts = tuple(replace(part, purl="pkg:npm/a", name="a", related=True) for part in document.parts)
    assert score(replace(document, parts=parts)).total >= score(document).total


@pytest.mark.parametrize(
    ("total", "grade"), [(10, "A"), (9, "A"), (8.96, "A"), (8.94, "B"), (7, "C"), (5, "D"), (4.9, "F"), (0, "F")]
)
def test_the_grades(total: float, grade: str) -> None:
    assert Score((CategoryScore("x", 1, (Feature("y", 1, round(total * 100), 1000),)),), 0).grade == grade
