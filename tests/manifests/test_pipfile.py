"""Pipfile.lock: categories, indexes, repositories and paths."""

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.pipfile import parse_pipfile_lock, requirement_lines
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

LOCK = dedent("""\
    {
        "_meta": {
            "hash": {"sha256": "00"},
            "pipfile-spec": 6,
            "sources": [
                {"name": "main", "url": "https://user:secret@registry.example/simple"},
                {"name": "other", "url": "https://other.example/simple"}
            ]
        },
        "default": {
            "certifi": {
                "hashes": [
                    "sha256:aa"
                ],
                "index": "main",
                "version": "==2025.1.31"
            },
            "fromgit": {
                "git": "https://git.example/x.git",
                "ref": "abc"
            },
            "ranged": {"version": "*"},
            "here": {"editable": true, "path": "."},
            "there": {"file": "https://x.example/there-1.2-py3-none-any.whl"}
        },
        "develop": {
            "pytest": {"version": "==8.0"}
        },
        "docs": {"sphinx": {"version": "==7.0"}},
        "extra": {"thing": {"version": "==1.0"}}
    }
    """)
PIPFILE = (
    '[[source]]\nname = "main"\n[packages]\ncertifi = "*"\n[dev-packages]\nPyTest = {version = "*"}\n[docs]\nx = "*"\n'
)


def pipfile(text: str, manifest: str = "") -> Inventory:
    return parse_pipfile_lock(text, "svc/Pipfile.lock", {"svc/Pipfile": manifest} if manifest else {})


def test_packages_with_lines_scopes_and_sources() -> None:
    inventory = pipfile(LOCK)
    assert list(located(inventory)) == [
        ("certifi", "2025.1.31", 11), ("fromgit", None, 18), ("ranged", None, 22), ("there", "1.2", 24),
        ("pytest", "8.0", 27), ("sphinx", "7.0", 29), ("thing", "1.0", 30),
    ]  # fmt: skip
    certifi, git, _, there = inventory.dependencies[:4]
    assert (certifi.source, certifi.integrity) == ("https://•••@registry.example/simple", ("sha256:aa",))
    assert certifi.location.end_line == 17
    assert (git.origin, git.source) == (Origin.GIT, "https://git.example/x.git#abc")
    assert there.origin is Origin.URL
    assert [item.scope for item in inventory.dependencies[4:]] == [Scope.DEVELOPMENT, Scope.DEVELOPMENT, Scope.OPTIONAL]
    assert {item.direct for item in inventory.dependencies} == {None}


def test_the_pipfile_tells_what_is_direct() -> None:
    found = {item.name: item.direct for item in pipfile(LOCK, PIPFILE).dependencies}
    assert [name for name, direct in found.items() if direct] == ["certifi", "pytest"]
    assert found["sphinx"] is False
    assert requirement_lines(PIPFILE) == {"certifi": 4, "pytest": 6, "x": 8}


def test_what_cannot_be_read_is_said() -> None:
    text = '{"default": {"a b": {}, "ok": {"version": 7}, "c": []},\n "develop": []}'
    assert [(found.message, found.location.line) for found in pipfile(text).problems] == [
        ("the package 'a b' is not an object with a valid name", 1),
        ("the version of a package is not text", 1),
        ("the package 'c' is not an object with a valid name", 1),
        ("the category 'develop' is not an object", 2),
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"default": {"a": {"version": "==1"}, "a": {}}}', '{"default": ' + "[" * 100_000]
)
def test_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        pipfile(text)


def test_one_line_is_one_line() -> None:
    text = json.dumps(json.loads(LOCK))
    assert {line for _, _, line in located(pipfile(text))} == {1}


@given(mutated((LOCK,)), mutated((PIPFILE,)))
@settings(max_examples=300, deadline=None)
def test_no_input_raises(text: str, manifest: str) -> None:
    survives(parse_pipfile_lock, text, "svc/Pipfile.lock", {"svc/Pipfile": manifest})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile(text: str) -> None:
    survives(parse_pipfile_lock, text, "svc/Pipfile.lock", {"svc/Pipfile": text})
