"""uv.lock: workspaces, groups, extras, sources and the times of uploads."""

from datetime import UTC, datetime
from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.uv import parse_uv_lock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

REGISTRY = 'source = { registry = "https://registry.example/simple" }'
LOCK = dedent(f"""\
    version = 1
    revision = 3
    requires-python = ">=3.11"

    [[package]]
    name = "colorama"
    version = "0.4.6"
    {REGISTRY}

    [[package]]
    name = "coverage"
    version = "7.1.0"
    {REGISTRY}
    sdist = {{ url = "https://x.example/c.gz", hash = "sha256:aa", size = 10, upload-time = "2025-03-02T10:00:00.5Z" }}
    wheels = [
        {{ url = "https://x.example/1.whl", hash = "sha256:bb", size = 11, upload-time = "2025-03-01T09:30:00.5Z" }},
        {{ url = "https://x.example/2.whl", hash = "sha256:cc", size = 12, upload-time = "2025-03-05T10:00:00.5Z" }},
    ]

    [package.optional-dependencies]
    toml = [
        {{ name = "tomli" }},
    ]

    [[package]]
    name = "demo"
    version = "1.0"
    source = {{ editable = "." }}
    dependencies = [
        {{ name = "requests" }},
    ]

    [package.optional-dependencies]
    fast = [
        {{ name = "orjson" }},
    ]

    [package.dev-dependencies]
    dev = [
        {{ name = "pytest" }},
    ]
    test = [
        {{ name = "coverage", extra = ["toml"] }},
    ]

    [package.metadata]
    requires-dist = [{{ name = "requests", specifier = ">=2" }}]

    [[package]]
    name = "orjson"
    version = "3.0"
    source = {{ git = "https://user:secret@git.example/orjson?rev=main#abc" }}

    [[package]]
    name = "pytest"
    version = "8.0"
    {REGISTRY}
    dependencies = [
        {{ name = "colorama", marker = "sys_platform == 'win32'" }},
    ]

    [[package]]
    name = "requests"
    version = "2.32.0"
    {REGISTRY}
    dependencies = [
        {{ name = "colorama" }},
    ]

    [[package]]
    name = "tomli"
    version = "2.0"
    source = {{ url = "https://files.example/tomli.whl" }}
    """)


def uv(text: str) -> Inventory:
    return parse_uv_lock(text, "svc/uv.lock", {})


def package(name: str, more: str = "", version: str = "1.0") -> str:
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\n{more or REGISTRY}\n'


def test_every_package_has_the_line_of_its_name() -> None:
    assert list(located(uv(LOCK))) == [
        ("colorama", "0.4.6", 6),
        ("coverage", "7.1.0", 11),
        ("orjson", "3.0", 50),
        ("pytest", "8.0", 55),
        ("requests", "2.32.0", 63),
        ("tomli", "2.0", 71),
    ]
    assert uv(LOCK).dependencies[1].location.end_line == 23


def test_scopes_follow_the_graph_and_extras_ship_only_where_they_are_asked_for() -> None:
    inventory = uv(LOCK)
    assert {item.name: (item.scope, item.direct) for item in inventory.dependencies} == {
        "colorama": (Scope.RUNTIME, False),
        "coverage": (Scope.TEST, True),
        "orjson": (Scope.OPTIONAL, True),
        "pytest": (Scope.DEVELOPMENT, True),
        "requests": (Scope.RUNTIME, True),
        "tomli": (Scope.TEST, False),
    }
    assert [item.name for item in inventory.why(5)] == ["coverage", "tomli"]
    assert inventory.edges == ((), (5,), (), (0,), (0,), ())


def test_sources_hashes_and_the_earliest_upload() -> None:
    by_name = {item.name: item for item in uv(LOCK).dependencies}
    assert by_name["coverage"].published == datetime(2025, 3, 1, 9, 30, 0, 500_000, tzinfo=UTC)
    assert by_name["coverage"].integrity == ("sha256:aa", "sha256:bb", "sha256:cc")
    assert (by_name["orjson"].origin, by_name["orjson"].source) == (
        Origin.GIT,
        "https://•••@git.example/orjson?rev=main#abc",
    )
    assert by_name["tomli"].origin is Origin.URL
    assert by_name["requests"].source == "https://registry.example/simple"


def test_members_are_the_projects_and_links_are_no_dependencies() -> None:
    inventory = uv(
        '[manifest]\nmembers = ["app", "lib"]\n'
        + package(
            "app", 'source = { virtual = "." }\ndependencies = [{ name = "lib" }, { name = "link" }, { name = "out" }]'
        )
        + package("lib", 'source = { editable = "lib" }\ndependencies = [{ name = "a" }]')
        + package("link", 'source = { directory = "vendor/link" }\ndependencies = [{ name = "b" }]')
        + package("out", 'source = { directory = "../../out" }')
        + package("a")
        + package("b")
    )
    found = [(item.name, item.scope, item.direct, item.origin) for item in inventory.dependencies]
    assert found == [
        ("out", Scope.RUNTIME, True, Origin.PATH),
        ("a", Scope.RUNTIME, True, Origin.REGISTRY),
        ("b", Scope.RUNTIME, True, Origin.REGISTRY),
    ]


def test_a_link_that_only_a_test_needs_does_not_ship_what_it_requires() -> None:
    inventory = uv(
        package("app", 'source = { virtual = "." }\n[package.dev-dependencies]\ntest = [{ name = "link" }]')
        + package("link", 'source = { editable = "tools" }\ndependencies = [{ name = "a" }]')
        + package("a")
    )
    assert [(item.name, item.scope) for item in inventory.dependencies] == [("a", Scope.TEST)]


def test_version_and_source_choose_between_packages_of_one_name() -> None:
    inventory = uv(
        package("app", 'source = { virtual = "." }\ndependencies = [{ name = "a", version = "2.0" }]')
        + package("a", version="1.0")
        + package("a", version="2.0")
    )
    assert [(item.version, item.direct) for item in inventory.dependencies] == [("1.0", False), ("2.0", True)]


def test_a_script_or_a_root_without_project_asks_in_the_manifest_table() -> None:
    inventory = uv(
        '[manifest]\nrequirements = [{ name = "a" }]\n[manifest.dependency-groups]\ndev = [{ name = "b" }]\n'
        + package("a")
        + package("b")
    )
    assert [(item.name, item.scope) for item in inventory.dependencies] == [
        ("a", Scope.RUNTIME),
        ("b", Scope.DEVELOPMENT),
    ]


def test_without_a_project_nobody_knows_what_is_direct() -> None:
    assert [(item.direct, item.scope) for item in uv(package("a")).dependencies] == [(None, Scope.UNKNOWN)]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("[[package]]\nversion = '1'\n", "a package has no valid name", 1),
        ("[[package]]\nname = 7\n", "a package has no valid name", 2),
        (package("a\\u0007"), "a package has no valid name", 2),
        (f"[[package]]\nname = 'a'\nversion = 1\n{REGISTRY}\n", "the version of a package is not text", 2),
        (package("a", 'source = "x"'), "a package has no source that is known", 2),
        (
            package("a", f"{REGISTRY}\ndependencies = [{{ name = 'b' }}]"),
            "it requires b, which the file does not list",
            2,
        ),
        (package("a", REGISTRY + "\ndependencies = [1]"), "a requirement of a package has no name", 2),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str, line: int) -> None:
    assert (message, line) in [(problem.message, problem.location.line) for problem in uv(text).problems]


def test_a_dynamic_version_is_unknown() -> None:
    inventory = uv(f'[[package]]\nname = "a"\n{REGISTRY}\n')
    assert [item.version for item in inventory.dependencies] == [None]
    assert [problem.message for problem in inventory.problems] == ["a package has no version"]


@pytest.mark.parametrize(
    "text", ["version = 2\n", "package = 1\n", package("a") * 101, '[[package]]\nname = "a"\nname = "b"\n']
)
def test_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        uv(text)


def test_crlf_counts_the_same_lines() -> None:
    assert list(located(uv(LOCK.replace("\n", "\r\n")))) == list(located(uv(LOCK)))


def test_a_long_chain_and_a_cycle() -> None:
    count = 5_000
    rows = [package(f"p{i}", f'{REGISTRY}\ndependencies = [{{ name = "p{(i + 1) % count}" }}]') for i in range(count)]
    root = package("app", 'source = { virtual = "." }\ndependencies = [{ name = "p0" }]')
    inventory = uv(root + "".join(rows))
    assert len(inventory.why(count - 1)) == count


@given(mutated((LOCK,)))
@settings(max_examples=300, deadline=None)
def test_no_input_raises(text: str) -> None:
    survives(parse_uv_lock, text, "svc/uv.lock")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile(text: str) -> None:
    survives(parse_uv_lock, text, "svc/uv.lock")
