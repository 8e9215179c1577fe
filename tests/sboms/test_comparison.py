"""What differs between two SBOMs, in whatever format each of them is."""

from typing import Any

import pytest
from hypothesis import given, settings

from checks.model.dependency import Dependency, Origin, Scope
from checks.sboms.comparison import Kind, compare
from checks.sboms.comparison_report import document, markdown, text
from checks.sboms.content import Content
from checks.sboms.describe import read
from checks.sboms.document import parse
from checks.sboms.input import content_of
from tests.sboms.test_merge import ONE, OTHER, contents, direct
from tests.sboms.written import ALL, content, package

A, B, C = "pkg:npm/a", "pkg:npm/b", "pkg:npm/c"


def lines(before: Content, after: Content) -> list[str]:
    return list(text(compare(before, after)))


def of(*dependencies: Dependency) -> Content:
    return content(*dependencies)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ([], [direct("a", license="MIT")], ["+ a 1.0.0, MIT, runtime, direct", "1 added"]),
        ([package(A)], [], ["- a 1.0.0, unknown", "1 removed"]),
        ([package(A)], [package(A, "2.0.0")], ["~ a 1.0.0 → 2.0.0", "1 updated"]),
        (
            [package(A), package(A, "2.0.0")],
            [package(A), package(A, "3.0.0")],
            ["~ a 2.0.0 → 3.0.0", "1 updated"],
        ),
        ([package(A)], [package(A), package(A, "2.0.0")], ["+ a 2.0.0, unknown", "1 added"]),
        ([package(A, license="MIT")], [package(A, license="ISC")], ["§ a 1.0.0, license MIT → ISC", "1 relicensed"]),
        (
            [package(A, license="MIT")],
            [package(A, "2", license="AGPL-3.0-only")],
            ["~ a 1.0.0 → 2, license MIT → AGPL-3.0-only", "1 updated, 1 relicensed"],
        ),
        (
            [package(A, scope=Scope.DEVELOPMENT)],
            [package(A, scope=Scope.RUNTIME)],
            ["> a 1.0.0, development → runtime", "1 moved"],
        ),
        (
            [package(A, integrity=(ONE,))],
            [package(A, integrity=(OTHER,))],
            ["! a 1.0.0, SHA-256 abababababab… → cdcdcdcdcdcd…", "1 re-sourced"],
        ),
        (
            [package(A, integrity=("h1:one=",))],
            [package(A, integrity=("h1:two=",))],
            ["! a 1.0.0, h1 one=… → two=…", "1 re-sourced"],
        ),
        (
            [package(A)],
            [package(A, origin=Origin.GIT, source="https://git.example/a#c0ffee")],
            ["! a 1.0.0, registry → git+https://git.example/a@c0ffee", "1 re-sourced"],
        ),
        (
            [package(A, source="https://one.example/a-1.0.0.tgz")],
            [package(A, source="https://two.example/a-1.0.0.tgz")],
            ["! a 1.0.0, one.example → two.example", "1 re-sourced"],
        ),
        ([package(A, integrity=(ONE,))], [package(A, integrity=(ONE,), origin=Origin.URL)], ["no difference"]),
        ([package(A)], [package(A, origin=Origin.URL)], ["! a 1.0.0, registry → url", "1 re-sourced"]),
        ([package(A, None)], [package(A)], ["~ a – → 1.0.0", "1 updated"]),
        ([package(A)], [package(A)], ["no difference"]),
    ],
)
def test_each_kind_of_difference(before: list[Dependency], after: list[Dependency], says: list[str]) -> None:
    assert lines(of(*before), of(*after)) == says


def test_what_only_one_says_is_counted_and_not_listed() -> None:
    before = of(package(A, license="MIT"), package(B), package(C))
    after = of(package(A), package(B, license="MIT", scope=Scope.RUNTIME), package(C, integrity=(ONE,)))
    assert lines(before, after) == [
        "license: stated now for 1, no longer stated for 1",
        "hash: stated now for 1",
        "scope: stated now for 1",
        "3 restated",
    ]


def test_a_hash_more_is_no_other_hash() -> None:
    """Tools list one wheel or all of them."""
    assert compare(of(package(A, integrity=(ONE,))), of(package(A, integrity=(ONE, OTHER)))) == ()


def test_spellings_of_tools_are_no_difference() -> None:
    before = of(package("pkg:golang/example.org/Mod", "v1.0.0"), package("pkg:npm/x", license="Apache 2.0"))
    after = of(package("pkg:golang/example.org/mod", "1.0.0"), package("pkg:npm/x", license="Apache-2.0"))
    assert compare(before, after) == ()


def test_the_most_risky_comes_first() -> None:
    before = of(package(A, integrity=(ONE,)), package(B), package(C, scope=Scope.TEST))
    after = of(package(A, integrity=(OTHER,)), package("pkg:npm/d"), package(C, scope=Scope.RUNTIME))
    assert [item.kinds for item in compare(before, after)] == [
        (Kind.RESOURCED,), (Kind.ADDED,), (Kind.MOVED,), (Kind.REMOVED,),
    ]  # fmt: skip


def test_the_json_form_has_both_sides() -> None:
    found = compare(of(package(A, license="MIT")), of(direct("a", version="2.0.0", license="ISC", integrity=(ONE,))))
    written = document(found, "old.json", "new.json")
    assert written["counts"] == {
        "re-sourced": 0, "added": 0, "updated": 1, "relicensed": 1, "moved": 0, "removed": 0, "restated": 0,
    }  # fmt: skip
    changes: Any = written["changes"]
    (change,) = changes
    assert (change["kinds"], change["package"]) == (["updated", "relicensed"], A)
    assert [side["license"] for side in (*change["before"], *change["after"])] == ["MIT", "ISC"]
    assert change["after"][0]["hashes"] == [{"algorithm": "SHA-256", "content": "ab" * 32}]


def test_no_name_does_anything_in_a_terminal_or_a_comment() -> None:
    hostile = package("pkg:npm/%1b%5b31m|a`b%0a%23%20x", "1|`2`", license="<img src=x>")
    found = compare(of(), of(hostile))
    assert "\x1b" not in "".join(text(found))
    row = list(markdown(found))[-1]
    assert row.count("|") - row.count("\\|") == 4, "four bars make three cells"
    assert "\n" not in row


@pytest.mark.parametrize("name", ALL)
@settings(deadline=None, max_examples=15)
@given(contents())
def test_no_format_makes_a_difference(name: str, before: Content) -> None:
    """An SBOM that is written in any format says the same as before."""
    written = ALL[name](before)
    again = content_of(read(written), parse(written, name, {}), name)
    assert [item for item in compare(before, again) if item.kinds != (Kind.RESTATED,)] == []


@settings(deadline=None, max_examples=50)
@given(contents(), contents())
def test_there_and_back(one: Content, other: Content) -> None:
    """What is added one way is removed the other way, and nothing differs from itself."""
    assert compare(one, one) == compare(other, other) == ()
    there, back = compare(one, other), compare(other, one)
    turned = {Kind.ADDED: {Kind.REMOVED, Kind.UPDATED}, Kind.REMOVED: {Kind.ADDED}}
    for item in there:
        if Kind.UPDATED not in item.kinds:
            opposite = {(other.before, other.after): other.kinds for other in back}
            kinds = opposite.get((item.after, item.before), (Kind.UPDATED,))
            assert kinds == item.kinds or set(kinds) <= turned[item.kinds[0]]
