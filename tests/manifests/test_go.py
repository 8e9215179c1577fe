"""go.mod and go.sum: replacements, tools, indirect modules, and which of the two lists what."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.go import parse_go_mod, parse_go_sum, parse_go_work, parse_vendor_modules, requirement_lines
from checks.model.dependency import Inventory, Origin
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

MODULE = dedent("""\
    module example.org/Shop

    go 1.24
    toolchain go1.24.3

    tool example.org/gen/cmd/gen

    require (
    \texample.org/Direct v1.2.3
    \texample.org/deep/v2 v2.0.0 // indirect
    \texample.org/gen v0.1.0 // indirect
    )
    require "example.org/quoted" v1.0.0 // a comment
    """)
SUMS = dedent("""\
    example.org/Direct v1.2.3 h1:abc=
    example.org/Direct v1.2.3/go.mod h1:def=
    example.org/unused v0.0.1/go.mod h1:ghi=
    example.org/Other v1.0.0 h1:jkl=
    """)


def mod(text: str, sums: str = "") -> Inventory:
    return parse_go_mod(dedent(text), "svc/go.mod", {"svc/go.sum": sums} if sums else {})


def test_every_module_has_its_line_and_says_whether_it_is_direct() -> None:
    inventory = mod(MODULE)
    assert list(located(inventory)) == [
        ("stdlib", "1.24.3", 4),
        ("example.org/Direct", "v1.2.3", 9),
        ("example.org/deep/v2", "v2.0.0", 10),
        ("example.org/gen", "v0.1.0", 11),
        ("example.org/quoted", "v1.0.0", 13),
    ]
    assert [dependency.direct for dependency in inventory.dependencies] == [True, True, False, True, True]
    assert inventory.problems == ()


def test_the_case_of_a_module_path_is_kept() -> None:
    direct = mod(MODULE).dependencies[1]
    assert (direct.purl, direct.name) == ("pkg:golang/example.org/Direct", "example.org/Direct")


def test_hashes_come_from_go_sum() -> None:
    assert mod(MODULE, SUMS).dependencies[1].integrity == ("h1:abc=",)


def test_a_replacement_is_what_is_built() -> None:
    inventory = mod("""\
        module m
        require (
            example.org/a v1.0.0
            example.org/b v1.0.0 // indirect
            example.org/c v1.0.0
        )
        replace example.org/a => example.org/fork v1.0.1
        replace (
            example.org/b v1.0.0 => ../b
            example.org/c v9.9.9 => example.org/elsewhere v1.0.0
        )
        """)
    fork, folder, kept = inventory.dependencies
    assert (fork.purl, fork.version, fork.location.line) == ("pkg:golang/example.org/fork", "v1.0.1", 7)
    assert (folder.name, folder.version, folder.origin) == ("example.org/b", None, Origin.PATH)
    assert (folder.source, folder.direct, folder.location.line) == ("../b", False, 9)
    assert (kept.name, kept.version) == ("example.org/c", "v1.0.0")


def test_an_excluded_requirement_has_no_version_and_says_so() -> None:
    inventory = mod("module m\nrequire example.org/a v1.0.0\nexclude example.org/a v1.0.0\n")
    assert list(located(inventory)) == [("example.org/a", None, 2)]
    assert inventory.problems[0].code == "unresolved"


def test_a_branch_is_not_a_version() -> None:
    inventory = mod("module m\nrequire example.org/a master\n")
    assert list(located(inventory)) == [("example.org/a", None, 2)]
    assert inventory.problems[0].location.line == 2


def test_a_pseudo_version_carries_the_commit_time() -> None:
    inventory = mod("module m\nrequire example.org/a v0.0.0-20220715151400-c0bba94af5f8\n")
    assert str(inventory.dependencies[0].published) == "2022-07-15 15:14:00+00:00"


def test_a_module_required_twice_counts_once_and_as_direct() -> None:
    inventory = mod("module m\nrequire a.example/x v1.0.0 // indirect\nrequire a.example/x v1.0.0\n")
    assert [(d.location.line, d.direct) for d in inventory.dependencies] == [(3, True)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("this is not a go.mod file\n", 1),
        ("module m\nmodule n\n", 2),
        ("module m\nrequire (\n a.example/x v1.0.0\n", 2),
        ("module m\nreplace a.example/x => ./a\nreplace a.example/x => ./b\n", 3),
    ],
)
def test_what_go_refuses_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableManifest) as error:
        mod(text)
    assert error.value.line == line


def test_go_sum_adds_nothing_to_a_complete_go_mod() -> None:
    assert parse_go_sum(SUMS, "svc/go.sum", {"svc/go.mod": MODULE}).dependencies == ()


def test_go_sum_alone_lists_what_was_downloaded() -> None:
    inventory = parse_go_sum(SUMS, "go.sum", {})
    assert list(located(inventory)) == [("example.org/Direct", "v1.2.3", 1), ("example.org/Other", "v1.0.0", 4)]
    assert {dependency.direct for dependency in inventory.dependencies} == {None}


def test_before_go_1_17_go_sum_lists_the_rest() -> None:
    beside = "module m\ngo 1.16\nrequire example.org/Direct v1.2.3\n"
    inventory = parse_go_sum(SUMS, "go.sum", {"go.mod": beside})
    assert [(d.name, d.direct) for d in inventory.dependencies] == [("example.org/Other", False)]


def test_a_workspace_replacement_is_a_dependency() -> None:
    inventory = parse_go_work("go 1.24\nuse ./a\nreplace x.example/y => x.example/z v1.0.0\n", "go.work", {})
    assert list(located(inventory)) == [("stdlib", "1.24", 1), ("x.example/z", "v1.0.0", 3)]


def test_a_vendor_folder_adds_what_go_mod_does_not_list() -> None:
    text = dedent("""\
        # example.org/Direct v1.2.3
        ## explicit; go 1.20
        example.org/Direct/sub
        # example.org/sneaky v6.6.6
        ## explicit
        # example.org/b v1.0.0 => ../b
        # example.org/c v1.0.0 => example.org/d v2.0.0
        """)
    inventory = parse_vendor_modules(text, "vendor/modules.txt", {"go.mod": MODULE})
    assert list(located(inventory)) == [("example.org/sneaky", "v6.6.6", 4), ("example.org/d", "v2.0.0", 7)]
    assert [dependency.direct for dependency in inventory.dependencies] == [True, False]


def test_requirement_lines_never_raise() -> None:
    assert requirement_lines(MODULE)["example.org/deep/v2"] == 10
    assert requirement_lines("module m\nrequire (\n a.example/x v1\n") == {"a.example/x": 3}
    for text in HOSTILE:
        requirement_lines(text)


@settings(max_examples=300, deadline=None)
@given(mutated((MODULE, SUMS)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    survives(parse_go_mod, text, "go.mod", {"go.sum": text})
    survives(parse_go_sum, text, "go.sum", {"go.mod": text})
    survives(parse_go_work, text, "go.work")
    survives(parse_vendor_modules, text, "vendor/modules.txt", {"go.mod": text})
    requirement_lines(text)


def test_an_empty_name_is_a_problem() -> None:
    inventory = mod('module m\nrequire "" v1.0.0\n')
    assert inventory.dependencies == ()
    assert [p.location.line for p in inventory.problems] == [2]


@pytest.mark.parametrize("text", [*HOSTILE, 'module "' + '\\"' * 49_000])
def test_hostile_files(text: str) -> None:
    survives(parse_go_mod, text, "go.mod")
    survives(parse_go_sum, text, "go.sum")
