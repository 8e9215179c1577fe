"""package.json: ranges, scopes, addresses, and the line of each requirement."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.package_json import parse_package_json, requirement_lines
from checks.model.dependency import Inventory, Origin, Scope
from tests.manifests.mutations import HOSTILE, mutated, survives

MANIFEST = dedent("""\
    {
      "name": "shop",
      "dependencies": {
        "a": "^1.0.0",
        "exact": "1.2.3",
        "fork": "o/fork#main",
        "here": "file:../here",
        "member": "workspace:*",
        "maybe": "^1.0.0",
        "packed": "https://files.example/packed.tgz",
        "short": "npm:@scope/real@^2.0.0"
      },
      "devDependencies": {
        "react": "catalog:",
        "tool": "latest"
      },
      "optionalDependencies": {"maybe": "^1.0.0"},
      "peerDependencies": {"react": ">=16"}
    }
    """)


def manifest(text: str) -> Inventory:
    return parse_package_json(text, "package.json", {})


def test_only_an_exact_range_gives_a_version() -> None:
    found = [(d.name, d.version, d.scope, d.origin, d.location.line) for d in manifest(MANIFEST).dependencies]
    assert found == [
        ("a", None, Scope.RUNTIME, Origin.REGISTRY, 4),
        ("exact", "1.2.3", Scope.RUNTIME, Origin.REGISTRY, 5),
        ("fork", None, Scope.RUNTIME, Origin.GIT, 6),
        ("packed", None, Scope.RUNTIME, Origin.URL, 10),
        ("@scope/real", None, Scope.RUNTIME, Origin.REGISTRY, 11),
        ("react", None, Scope.DEVELOPMENT, Origin.REGISTRY, 14),
        ("tool", None, Scope.DEVELOPMENT, Origin.REGISTRY, 15),
        ("maybe", None, Scope.OPTIONAL, Origin.REGISTRY, 17),
        ("react", None, Scope.PEER, Origin.REGISTRY, 18),
    ]
    assert all(d.direct for d in manifest(MANIFEST).dependencies)


def test_lines_of_requirements_know_aliases() -> None:
    lines = requirement_lines(MANIFEST)
    assert (lines["a"], lines["member"], lines["short"], lines["@scope/real"]) == (4, 8, 11, 11)
    assert (lines["maybe"], lines["react"]) == (17, 18)


def test_a_unity_package_is_not_of_npm() -> None:
    assert manifest('{"unity": "2022.3", "dependencies": {"com.unity.x": "1.0.0"}}').dependencies == ()


def test_a_requirement_that_is_no_text_is_a_problem() -> None:
    inventory = manifest('{"dependencies": {\n"a": 1,\n"b/c": "1"}, "devDependencies": []}')
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 2), ("entry", 3), ("entry", 3)]


@settings(max_examples=300, deadline=None)
@given(mutated((MANIFEST,)))
def test_a_mutated_file_is_read_or_refused(text: str) -> None:
    survives(parse_package_json, text, "package.json")
    requirement_lines(text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_read_or_refused(text: str) -> None:
    survives(parse_package_json, text, "package.json")
    requirement_lines(text)
