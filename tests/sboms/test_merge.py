"""One SBOM for a product that spans repositories."""

import json
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.dependency import Dependency, Inventory, Origin, Scope
from checks.sboms.assembly import About, assemble
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.describe import read
from checks.sboms.document import parse
from checks.sboms.input import content_of
from checks.sboms.merge import merge
from checks.sboms.to_cyclonedx import cyclonedx_json
from checks.sboms.validity import validity
from tests.sboms.test_round_trip import inventories
from tests.sboms.written import ABOUT, ALL, package

PRODUCT = About(Subject("acme/suite", "7"), Tool("ospo-gate", "0.1.0"))
ONE, OTHER = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32


def repository(
    name: str, *dependencies: Dependency, edges: Sequence[Sequence[int]] = (), version: str = "1"
) -> Content:
    """The SBOM of one repository."""
    subject = Subject(f"acme/{name}", version, "c0ffee" + "0" * 34, f"https://git.example.org/acme/{name}")
    inventory = Inventory("uv.lock", "uv-lock", dependencies, tuple(map(tuple, edges)))
    return assemble([inventory], ABOUT._replace(subject=subject))


def direct(name: str, **fields: object) -> Dependency:
    return package(f"pkg:npm/{name}", direct=True, scope=Scope.RUNTIME, **fields)  # type: ignore[arg-type]


def through(content: Content, name: str) -> Content:
    """Written as one format, and read as the input of another document."""
    text = ALL[name](content)
    return content_of(read(text), parse(text, name, {}), name)


def names(content: Content) -> list[str]:
    return [component.name for component in content.components]


def test_each_repository_keeps_its_roots() -> None:
    web = repository("web", direct("a"), package("pkg:npm/shared", direct=False), edges=[[1], []])
    api = repository("api", direct("b"), package("pkg:npm/shared", direct=False), edges=[[1], []])
    found = merge([web, api], PRODUCT)
    assert names(found) == ["a", "b", "shared"]
    assert [(part.label, part.requires) for part in found.parts] == [("acme/api@1", (1,)), ("acme/web@1", (0,))]
    assert [component.parts for component in found.components] == [
        ("acme/web@1",), ("acme/api@1",), ("acme/api@1", "acme/web@1"),
    ]  # fmt: skip
    assert [place.path for place in found.components[2].places] == ["acme/api/uv.lock", "acme/web/uv.lock"]
    document = json.loads(cyclonedx_json(found, "1.6"))
    rows = {row["ref"]: row.get("dependsOn", []) for row in document["dependencies"]}
    assert rows["acme/suite@7"] == ["acme/api@1", "acme/web@1"]
    assert (rows["acme/web@1"], rows["acme/api@1"]) == (["pkg:npm/a@1.0.0"], ["pkg:npm/b@1.0.0"])
    refs = [item["bom-ref"] for item in (*document["components"], *document["metadata"]["component"]["components"])]
    assert len(set(refs)) == len(refs) == 5


def test_of_equal_components_the_one_says_what_all_say() -> None:
    tool = package("pkg:npm/a", scope=Scope.DEVELOPMENT, direct=False, integrity=(ONE,))
    shipped = direct("a", license="MIT")
    [found] = merge([repository("web", tool), repository("api", shipped)], PRODUCT).components
    assert (found.scope, found.direct, found.declared) == (Scope.RUNTIME, True, "MIT")
    assert found.hashes == (("SHA-256", "ab" * 32),)


def test_contradicting_hashes_are_two_components() -> None:
    """Somebody has other bytes under the same name: that must not disappear."""
    inputs = [
        repository(name, direct("a", integrity=pins)) for name, pins in (("x", (ONE,)), ("y", (OTHER,)), ("z", ()))
    ]
    found = merge(inputs, PRODUCT)
    assert [(item.ref, item.parts) for item in found.components] == [
        ("pkg:npm/a@1.0.0", ("acme/z@1",)),
        ("pkg:npm/a@1.0.0#2", ("acme/x@1",)),
        ("pkg:npm/a@1.0.0#3", ("acme/y@1",)),
    ]
    assert found.unread == ("pkg:npm/a@1.0.0 has different hashes in acme/x@1, acme/y@1, and is listed once for each.",)


def test_hashes_that_meet_through_a_third_one_are_one_component() -> None:
    """What contradicts any hash of the joined ones contradicts all of them."""
    sha1, other_sha1 = "sha1-" + "A" * 27 + "=", "sha1:" + "1" * 40
    sha512, md5 = "sha512:" + "0" * 128, "md5:" + "0" * 32
    pins = ((md5, sha1), (ONE, sha512, "sha384:" + "0" * 96), (md5, ONE), (other_sha1,))
    found = merge([repository(f"x{n}", direct("a", integrity=pin)) for n, pin in enumerate(pins)], PRODUCT)
    assert [component.parts for component in found.components] == [
        ("acme/x0@1", "acme/x1@1", "acme/x2@1"),
        ("acme/x3@1",),
    ]


def test_where_licenses_differ_every_statement_is_kept_and_none_counts() -> None:
    found = merge([repository("x", direct("a", license="MIT")), repository("y", direct("a", license="ISC"))], PRODUCT)
    [component] = found.components
    assert component.declared is None
    assert component.disputed == (("declared", "ISC"), ("declared", "MIT"))
    assert found.unread == ("pkg:npm/a@1.0.0 is declared under different licenses by what lists it: 'ISC'; 'MIT'.",)
    [written] = json.loads(cyclonedx_json(found, "1.6"))["components"]
    assert "licenses" not in written
    assert {"name": "ospo:license:declared", "value": "MIT"} in written["properties"]


def test_one_license_in_other_words_is_no_difference() -> None:
    words = ("Apache 2.0", "Apache-2.0")
    found = merge([repository(f"x{n}", direct("a", license=text)) for n, text in enumerate(words)], PRODUCT)
    assert (found.components[0].declared, found.unread) == ("Apache-2.0", ())


def test_a_folder_of_one_repository_is_not_that_of_another() -> None:
    local = package("pkg:npm/tools", origin=Origin.PATH, source="./tools")
    found = merge([repository("web", local), repository("api", local)], PRODUCT)
    assert [component.parts for component in found.components] == [("acme/api@1",), ("acme/web@1",)]


def test_what_a_document_says_of_its_subject_is_not_believed_blindly() -> None:
    subject = {
        "type": "application", "bom-ref": "web", "name": "w\nb" + "x" * 9_000,
        "externalReferences": [{"type": "vcs", "url": "https://me:secret@git.example.org/acme/web"}],
        "properties": [{"name": "ospo:commit", "value": "--upload-pack=x"}],
    }  # fmt: skip
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject}}
    text = json.dumps(document)
    found = content_of(read(text), parse(text, "bom.cdx.json", {}), "bom.cdx.json").subject
    assert (found.repository, found.commit, "\n" in found.name, len(found.name) < 9_000) == (None, None, False, True)


def test_one_version_that_stands_for_two_commits_is_said() -> None:
    web = repository("web", direct("a"))
    moved = web._replace(subject=web.subject._replace(commit="f" * 40))
    assert merge([web, moved], PRODUCT).unread == (f"acme/web@1 stands for 2 commits: c0ffee{'0' * 34}, {'f' * 40}.",)


def test_a_product_is_as_complete_as_its_parts() -> None:
    whole, partial = repository("web", direct("a")), repository("api", package("pkg:npm/b"))
    assert (whole.subject.complete, partial.subject.complete) == (True, False)
    assert merge([whole], PRODUCT).subject.complete
    assert not merge([whole, partial], PRODUCT).subject.complete


def test_what_could_not_be_read_says_where() -> None:
    web = repository("web", direct("a"))._replace(unread=("uv.lock:4: an entry cannot be read",))
    assert merge([web], PRODUCT).unread == ("acme/web@1: uv.lock:4: an entry cannot be read",)
    assert merge([merge([web], PRODUCT)], PRODUCT).unread == ("acme/web@1: uv.lock:4: an entry cannot be read",)


def test_nothing_was_left_out_unless_all_say_so() -> None:
    web = repository("web", direct("a"))._replace(scope="shipped")
    assert merge([web], PRODUCT).scope == "shipped"
    assert merge([web, repository("api", direct("a"))], PRODUCT).scope == "all"


@pytest.mark.parametrize("name", ALL)
def test_the_product_is_valid_and_read_again_in_every_format(name: str) -> None:
    web = repository("web", direct("a", license="MIT", integrity=(ONE,)), package("pkg:npm/b"), edges=[[1], []])
    api = repository("api", direct("a", license="ISC", integrity=(OTHER,)), direct("c", license="<b>"))
    cli = repository("cli", direct("c", license="BSD"), package("pkg:npm/t", scope=Scope.TEST, direct=True))
    product = merge([web, api, cli], PRODUCT)
    text = ALL[name](product)
    assert validity(text, read(text)).faults == ()
    again = through(product, name)
    assert core(merge([again], PRODUCT)) == core(product)
    assert core(merge([again, api], PRODUCT)) == core(product), "what is in it already changes nothing"


def core(content: Content) -> object:
    """Without the places, which SPDX has only as a sentence for people."""
    components = [component._replace(places=()) for component in content.components]
    return content.subject, content.parts, components, content.unread, content.scope


@st.composite
def contents(draw: st.DrawFn) -> Content:
    name = draw(st.sampled_from("abcd"))
    found = assemble(draw(st.lists(inventories(), max_size=2)), ABOUT)
    return found._replace(subject=found.subject._replace(name=name, version="1", commit=None))


def small() -> st.SearchStrategy[Content]:
    """Few packages with few hashes and licenses, so that they often meet."""
    pins = st.lists(st.sampled_from((ONE, OTHER, "sha1-" + "A" * 27 + "=", "md5:" + "0" * 32)), max_size=2)
    item = st.builds(
        lambda name, pins, license_, origin, scope: package(
            f"pkg:npm/{name}", integrity=tuple(pins), license=license_, origin=origin, scope=scope
        ),
        st.sampled_from("pq"), pins, st.sampled_from((None, "MIT", "ISC")),
        st.sampled_from((Origin.REGISTRY, Origin.PATH)), st.sampled_from(Scope),
    )  # fmt: skip
    return st.builds(
        lambda name, items: repository(name, *items, edges=[[*range(len(items))]] * len(items)),
        st.sampled_from(("x", "y", "z")), st.lists(item, max_size=3),
    )  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(small() | contents(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_counts(inputs: list[Content], random: Random) -> None:
    product = merge(inputs, PRODUCT)
    shuffled = [*inputs, *inputs[:1]]
    random.shuffle(shuffled)
    assert merge(shuffled, PRODUCT) == product
    assert merge([product], PRODUCT) == product
    assert merge([product, *inputs], PRODUCT) == product


@settings(deadline=None, max_examples=150)
@given(st.lists(small(), max_size=4))
def test_nothing_is_lost_and_nothing_is_added(inputs: list[Content]) -> None:
    """Every package, hash, requirement and license of an input is in the product, under the part that has it."""
    product = merge(inputs, PRODUCT)
    assert len({component.ref for component in product.components}) == len(product.components)
    for content in inputs:
        label = content.subject.label
        mine = [component for component in product.components if label in component.parts]
        assert {component.purl for component in content.components} <= {component.purl for component in mine}
        hashes = {(item.purl, pair) for item in mine for pair in item.hashes}
        assert {(item.purl, pair) for item in content.components for pair in item.hashes} <= hashes
        edges = {(one.purl, product.components[n].purl) for one in mine for n in one.requires or ()}
        said = {(one.purl, content.components[n].purl) for one in content.components for n in one.requires or ()}
        assert {(a, b) for a, b in said if a != b} <= edges
    assert {component.purl for component in product.components} == {
        component.purl for content in inputs for component in content.components
    }


def test_a_thousand_parts_that_all_reach_the_same_are_one_thing() -> None:
    """Named at each component they would be 20 million: gigabytes out of a document of 3 MB."""
    components = [package(f"pkg:npm/p{n}", integrity=()) for n in range(20_000)]
    inventory = Inventory("x", "sbom", tuple(components), tuple(((n + 1) % 20_000,) for n in range(20_000)))
    workspace = assemble([inventory], ABOUT)
    parts = tuple(Subject(f"module{n}", requires=(0, 7)) for n in range(1_000))
    found = merge([workspace._replace(parts=parts)], PRODUCT)
    (part,) = found.parts
    assert (part.name, [found.components[index].name for index in part.requires]) == (
        workspace.subject.name, [workspace.components[0].name, workspace.components[7].name]
    )  # fmt: skip
    assert {component.parts for component in found.components} == {(workspace.subject.label,)}
    assert len(merge([workspace._replace(parts=parts[:10])], PRODUCT).parts) == 10


def test_hostile_hashes_take_no_quadratic_time() -> None:
    """Every component of one name with a hash of its own: linear, or this test would take minutes."""
    entries = [direct("a", integrity=(f"sha256:{n:064x}",)) for n in range(20_000)]
    inventory = Inventory("x", "sbom", tuple(entries))
    found = merge([assemble([inventory], ABOUT, apart=True)], PRODUCT)
    assert len(found.components) == 20_000
