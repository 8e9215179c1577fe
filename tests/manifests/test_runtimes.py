"""The version files of runtimes, as their managers read them."""

from collections.abc import Callable, Mapping
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.manifests import read, recognize
from checks.manifests.runtimes import parse_runtime_txt, parse_tool_versions, parse_version_file
from checks.model.dependency import Inventory, Scope
from tests.manifests.mutations import HOSTILE, mutated, survives

TOOLS = dedent("""\
    # what developers install
    nodejs 20.11.0
    golang 1.22.3   # as in go.mod
    python 3.12.1 3.11.7 system
    java temurin-17.0.5+8

    terraform latest:1.6
    erlang ref:OTP-26.0
    elixir path:~/src/elixir
    """)
PARSERS: tuple[tuple[Callable[[str, str, Mapping[str, str]], Inventory], str], ...] = (
    (parse_version_file, ".python-version"),
    (parse_version_file, ".nvmrc"),
    (parse_version_file, "web/.ruby-version"),
    (parse_tool_versions, ".tool-versions"),
    (parse_runtime_txt, "runtime.txt"),
)


def named(path: str, text: str) -> list[tuple[str, str | None, int]]:
    """What a file names: package without `pkg:`, version and line. It must be read without problems."""
    format_ = recognize(path)
    assert format_ is not None
    inventory = read(format_, path, text.encode())
    assert inventory.problems == ()
    return [(d.purl.removeprefix("pkg:"), d.version, d.location.line) for d in inventory.dependencies]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".python-version", "3.12.1\n", [("generic/python", "3.12.1", 1)]),
        (".python-version", "# ours\n3.12\n3.11\n", [("generic/python", "3.12", 2), ("generic/python", "3.11", 3)]),
        (".python-version", "cpython@3.12 # uv\n", [("generic/python", "3.12", 1)]),
        (".python-version", "pypy3.10-7.3.16", [("generic/pypy", "3.10-7.3.16", 1)]),
        (".python-version", ">=3.10", [("generic/python", None, 1)]),
        (".python-version", "system", []),
        (".nvmrc", "v20.11.0\r\n", [("generic/node", "20.11.0", 1)]),
        (".nvmrc", "20", [("generic/node", "20", 1)]),
        (".nvmrc", "lts/iron", [("generic/node", None, 1)]),
        (".nvmrc", "node\n", [("generic/node", None, 1)]),
        ("api/.node-version", "node-22.1.0", [("generic/node", "22.1.0", 1)]),
        (".ruby-version", "ruby-3.2.2@shop", [("generic/ruby", "3.2.2", 1)]),
        (".ruby-version", "jruby-9.4.5.0", [("generic/jruby", "9.4.5.0", 1)]),
        (".go-version", "go1.22.3", [("golang/stdlib", "1.22.3", 1)]),
        ("runtime.txt", "python-3.11.4\n", [("generic/python", "3.11.4", 1)]),
        ("runtime.txt", "It ran for two hours.\nThen it stopped.\n", []),
        (".nvmrc", "", []),
    ],
)
def test_the_version_that_a_file_names(path: str, text: str, expected: list[tuple[str, str | None, int]]) -> None:
    assert named(path, text) == expected


def test_tools_with_several_versions() -> None:
    assert named(".tool-versions", TOOLS) == [
        ("generic/node", "20.11.0", 2),
        ("golang/stdlib", "1.22.3", 3),
        ("generic/python", "3.12.1", 4),
        ("generic/python", "3.11.7", 4),
        ("generic/temurin", "17.0.5+8", 5),
        ("generic/terraform", None, 7),
    ]


def test_scopes() -> None:
    scopes = [parse("ruby 3.2.2" if path == ".tool-versions" else "3.2.2", path, {}) for parse, path in PARSERS[2:4]]
    scopes.append(parse_runtime_txt("ruby-3.2.2", "runtime.txt", {}))
    assert [one.dependencies[0].scope for one in scopes] == [Scope.UNKNOWN, Scope.DEVELOPMENT, Scope.RUNTIME]


def test_what_names_no_version_is_told() -> None:
    inventory = parse_version_file("3.12\nmy-virtualenv\n", ".python-version", {})
    assert [(p.code, p.message, p.location.line) for p in inventory.problems] == [
        ("unresolved", "this names no version of python: my-virtualenv", 2)
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whole_files_of_nonsense(text: str) -> None:
    for parse, path in PARSERS:
        survives(parse, text, path)


@settings(max_examples=200)
@given(st.sampled_from(PARSERS), mutated((TOOLS, "3.12.1\n", "v20.11.0", "lts/*\n", "ruby-3.2.2@x", "python-3.11.4")))
def test_any_text_is_read_or_refused(
    parser: tuple[Callable[[str, str, Mapping[str, str]], Inventory], str], text: str
) -> None:
    survives(parser[0], text, parser[1])
