"""bun.lock: JSON with trailing commas, nested places, aliases, workspaces, and broken files."""

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.bun import parse_bun_lock
from checks.manifests.jsontext import without_comments
from checks.model.dependency import Inventory, Origin
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives
from tests.manifests.structures import restructured

LOCK = dedent("""\
    {
      "lockfileVersion": 1, // a comment, with "quotes"
      "workspaces": {
        "": {
          "name": "shop",
          "dependencies": { "a": "^1.0.0", "short": "npm:@scope/real@^2.0.0", "fork": "github:o/fork", },
          "devDependencies": { "tool": "^1.0.0" },
        },
        "packages/web": { "name": "web", "dependencies": { "b": "^3.0.0", }, },
      },
      "packages": {
        "a": ["a@1.0.0", "", { "dependencies": {"b": "2"}, "optionalDependencies": {"fsevents": "*"} }, "sha512-a=="],

        "a/b": ["b@2.0.0", "", { "peerDependencies": { "tool": "*" }, "optionalPeers": ["tool"] }, "sha512-b=="],

        "b": ["b@1.0.0", "https://registry.example/b/-/b-1.0.0.tgz", {}, "sha512-c=="],

        "fork": ["fork@github:o/fork#0123", {}, "o-fork-0123"],

        "fsevents": ["fsevents@2.3.0", "", { "os": "darwin" }, "sha512-f=="],

        "short": ["@scope/real@2.1.0", "", {}, "sha512-r=="],

        "tool": ["tool@1.0.0", "", { "dependencies": { "b": "*" } }, "sha512-t=="],

        "web": ["web@workspace:packages/web"],

        "web/b": ["b@3.0.0", "https://mirror.example/", {}, "sha512-d=="],
      }
    }
    """)


def lock(text: str) -> Inventory:
    return parse_bun_lock(text, "bun.lock", {})


def packages(*entries: str) -> Inventory:
    return lock('{"lockfileVersion": 1, "packages": {\n' + ",\n".join(entries) + ",\n}}")


def test_every_package_has_its_real_name_place_and_line() -> None:
    inventory = lock(LOCK)
    assert list(located(inventory)) == [
        ("a", "1.0.0", 12),
        ("b", "2.0.0", 14),
        ("b", "1.0.0", 16),
        ("fork", None, 18),
        ("fsevents", "2.3.0", 20),
        ("@scope/real", "2.1.0", 22),
        ("tool", "1.0.0", 24),
        ("b", "3.0.0", 28),
    ]
    assert inventory.dependencies[0].integrity == ("sha512-a==",)
    assert [d.origin for d in inventory.dependencies[2:4]] == [Origin.REGISTRY, Origin.GIT]
    assert inventory.dependencies[3].source == "github:o/fork#0123"
    assert inventory.problems == ()


def test_scopes_and_direct_come_from_the_workspaces() -> None:
    assert [(d.scope.value, d.direct) for d in lock(LOCK).dependencies] == [
        ("runtime", True),
        ("runtime", False),
        ("optional", False),
        ("runtime", True),
        ("optional", False),
        ("runtime", True),
        ("optional", True),
        ("runtime", True),
    ]


def test_edges_follow_the_places() -> None:
    """`b` below `a` has an optional peer that the lock holds as a tool: a production install has it for `b`."""
    assert lock(LOCK).edges == ((1, 4), (6,), (), (), (), (), (2,), ())


@pytest.mark.parametrize(
    "entry", ['"a": 1', '"a": []', '"a": [1, "", {}]', '"a": [{}]', '"a": ["../x@1.0.0"]', '"a": [null]']
)
def test_an_entry_that_is_no_package_is_a_problem(entry: str) -> None:
    inventory = packages(entry, '"b": ["b@1.0.0", "", {}, ""]')
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 2)]
    assert [d.name for d in inventory.dependencies] == ["b"]


def test_what_is_missing_is_said() -> None:
    inventory = packages('"a": ["a@1.0.0", "", {"dependencies": {"gone": "1"}}]', '"b": ["b@latest", "", {}]')
    assert [(p.code, p.message) for p in inventory.problems] == [
        ("unresolved", "the entry 'b' has no exact version"),
        ("unresolved", "'a' requires 'gone', which the file does not have"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "it is not JSON: a value is expected at line 1"),
        ("{}", 1, "it is not a bun lock file: it has no 'lockfileVersion'"),
        ('{"lockfileVersion": 1,\n"packages": []}', 2, "its 'packages' is not an object"),
        (
            '{"lockfileVersion": 1,\n"lockfileVersion": 1}',
            2,
            "it is not JSON: the key 'lockfileVersion' stands twice at line 2",
        ),
        ('{"a": [,1]}', 1, "it is not JSON: a value is expected at line 1"),
        ("/*" * 100_000, 1, "it is not JSON: a value is expected at line 1"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableManifest) as caught:
        lock(text)
    assert (caught.value.line, caught.value.message) == (line, message)


@settings(max_examples=300, deadline=None)
@given(restructured((json.loads(without_comments(LOCK)),)))
def test_wrong_types_are_read_or_refused(text: str) -> None:
    survives(parse_bun_lock, text, "bun.lock")


@settings(max_examples=400, deadline=None)
@given(mutated((LOCK,)))
def test_a_mutated_file_is_read_or_refused(text: str) -> None:
    survives(parse_bun_lock, text, "bun.lock")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_read_or_refused(text: str) -> None:
    survives(parse_bun_lock, text, "bun.lock")
