"""pylock.toml (PEP 751): sources, hashes, times, and the groups of markers."""

from datetime import UTC, datetime
from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.pylock import parse_pylock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

LOCK = dedent("""\
    lock-version = "1.0"
    created-by = "uv"
    extras = ["fast"]
    dependency-groups = ["dev", "test"]
    default-groups = ["default"]

    [[packages]]
    name = "attrs"
    version = "25.1.0"
    marker = "'default' in dependency_groups or 'dev' in dependency_groups"
    wheels = [
      { url = "https://x.example/a.whl", upload-time = 2025-01-25T11:30:10.5+01:00, hashes = { sha256 = "aa" } },
    ]

    [[packages]]
    name = "cattrs"
    version = "24.1"
    marker = "'dev' in dependency_groups and python_version > '3'"
    dependencies = [
      { name = "attrs" },
    ]

    [packages.sdist]
    name = "cattrs-24.1.tar.gz"
    upload-time = 2024-09-22T14:58:34Z
    hashes = { sha256 = "bb", md5 = "cc" }

    [[packages]]
    name = "fast"
    marker = "'fast' in extras"
    vcs = { type = "git", url = "https://git.example/fast", commit-id = "abc" }

    [[packages]]
    name = "here"
    directory = { path = "./here", editable = true }

    [[packages]]
    name = "plain"
    version = "1.0"
    index = "https://registry.example/simple"
    """)


def pylock(text: str, project: str = "") -> Inventory:
    return parse_pylock(text, "svc/pylock.toml", {"svc/pyproject.toml": project} if project else {})


def test_packages_with_lines_hashes_and_times() -> None:
    inventory = pylock(LOCK)
    assert list(located(inventory)) == [
        ("attrs", "25.1.0", 8), ("cattrs", "24.1", 16), ("fast", None, 29), ("plain", "1.0", 38),
    ]  # fmt: skip
    attrs, cattrs, fast, plain = inventory.dependencies
    assert attrs.published == datetime(2025, 1, 25, 10, 30, 10, 500_000, tzinfo=UTC)
    assert (attrs.integrity, cattrs.integrity) == (("sha256:aa",), ("sha256:bb", "md5:cc"))
    assert cattrs.location.end_line == 26
    assert (fast.origin, fast.source) == (Origin.GIT, "https://git.example/fast#abc")
    assert (plain.origin, plain.source) == (Origin.REGISTRY, "https://registry.example/simple")


def test_markers_tell_the_scope() -> None:
    assert [item.scope for item in pylock(LOCK).dependencies] == [
        Scope.RUNTIME, Scope.DEVELOPMENT, Scope.OPTIONAL, Scope.RUNTIME,
    ]  # fmt: skip


def test_a_file_without_groups_does_not_tell() -> None:
    text = 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n'
    assert [(item.scope, item.direct) for item in pylock(text).dependencies] == [(Scope.UNKNOWN, None)]
    found = pylock(text, '[project]\ndependencies = ["A"]\n').dependencies
    assert [(item.scope, item.direct) for item in found] == [(Scope.RUNTIME, True)]


def test_the_graph_gives_the_way() -> None:
    inventory = pylock(LOCK, "[dependency-groups]\ndev = ['cattrs']\n")
    assert inventory.edges == ((), (0,), (), ())
    assert [item.name for item in inventory.why(0)] == ["cattrs", "attrs"]


def test_what_cannot_be_read_is_said() -> None:
    text = LOCK + '[[packages]]\nversion = "1"\n[[packages]]\nname = "z"\ndependencies = [{ name = "gone" }]\n'
    assert [(found.message, found.location.line) for found in pylock(text).problems] == [
        ("a package has no valid name", 41),
        ("it requires gone, which the file does not list", 44),
    ]


@pytest.mark.parametrize("text", ['lock-version = "2.0"\n', "lock-version = 1.0\n", "packages = 1\n", "nothing"])
def test_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        pylock(text)


@given(mutated((LOCK,)))
@settings(max_examples=300, deadline=None)
def test_no_input_raises(text: str) -> None:
    survives(parse_pylock, text, "svc/pylock.toml")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile(text: str) -> None:
    survives(parse_pylock, text, "svc/pylock.toml")
