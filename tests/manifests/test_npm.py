"""package-lock.json: install paths, real names, scopes, edges by node's resolution, and broken files."""

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.npm import parse_package_lock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives
from tests.manifests.structures import restructured

LOCK = dedent("""\
    {
      "name": "shop",
      "lockfileVersion": 3,
      "packages": {
        "": {
          "workspaces": ["packages/*"],
          "dependencies": {"a": "^1.0.0", "short": "npm:@scope/real@^2.0.0"},
          "devDependencies": {"tool": "^1.0.0"}
        },
        "node_modules/@scope/core": {
          "version": "3.0.0",
          "resolved": "https://registry.example/@scope/core/-/core-3.0.0.tgz",
          "integrity": "sha1-a sha512-b",
          "license": "MIT"
        },
        "node_modules/a": {
          "version": "1.2.3",
          "dependencies": {"b": "^2.0.0"},
          "optionalDependencies": {"fsevents": "^2.0.0"},
          "peerDependencies": {"@scope/core": "*", "absent": "*"},
          "peerDependenciesMeta": {"absent": {"optional": true}}
        },
        "node_modules/a/node_modules/b": {
          "version": "2.0.0",
          "inBundle": true,
          "license": {"type": "ISC"}
        },
        "node_modules/b": {"version": "1.0.0", "dev": true},
        "node_modules/fsevents": {"version": "2.3.0", "optional": true},
        "node_modules/short": {"name": "@scope/real", "version": "2.1.0"},
        "node_modules/tool": {"version": "1.0.0", "dev": true, "dependencies": {"b": "1"}},
        "node_modules/web": {"resolved": "packages/web", "link": true},
        "packages/web": {"version": "0.1.0", "dependencies": {"c": "1"}},
        "packages/web/node_modules/c": {"version": "1.0.0", "peer": true, "dependencies": {"web": "*"}}
      }
    }
    """)

OLD_LOCK = dedent("""\
    {
      "lockfileVersion": 1,
      "requires": true,
      "dependencies": {
        "a": {
          "version": "1.2.3",
          "resolved": "https://registry.example/a/-/a-1.2.3.tgz",
          "requires": {"b": "^2.0.0", "tool": "1"},
          "dependencies": {
            "b": {"version": "2.0.0", "bundled": true}
          }
        },
        "b": {"version": "1.0.0", "dev": true},
        "fork": {
          "version": "git+https://git.example/o/fork.git#0123456789",
          "from": "git+https://git.example/o/fork.git"
        },
        "here": {"version": "file:../here"},
        "packed": {"version": "file:packed-1.0.0.tgz"},
        "short": {"version": "npm:@scope/real@2.1.0"},
        "tool": {"version": "1.0.0", "dev": true}
      }
    }
    """)
MANIFEST = '{"dependencies": {"a": "^1", "short": "npm:@scope/real@^2"}, "devDependencies": {"b": "1"}}'


def lock(text: str, manifest: str = "") -> Inventory:
    return parse_package_lock(text, "web/package-lock.json", {"web/package.json": manifest} if manifest else {})


def entry(**fields: object) -> Inventory:
    return lock(json.dumps({"packages": {"": {}, "node_modules/a": fields}}))


def why(inventory: Inventory, name: str) -> list[str]:
    index = [dependency.name for dependency in inventory.dependencies].index(name)
    return [dependency.name for dependency in inventory.why(index)]


def test_every_package_has_its_real_name_version_and_lines() -> None:
    inventory = lock(LOCK)
    assert list(located(inventory)) == [
        ("@scope/core", "3.0.0", 10),
        ("a", "1.2.3", 16),
        ("b", "2.0.0", 23),
        ("b", "1.0.0", 28),
        ("fsevents", "2.3.0", 29),
        ("@scope/real", "2.1.0", 30),
        ("tool", "1.0.0", 31),
        ("c", "1.0.0", 34),
    ]
    assert [dependency.location.end_line for dependency in inventory.dependencies] == [15, 22, 27, 28, 29, 30, 31, 34]
    assert inventory.problems == ()


def test_an_entry_carries_what_the_lock_says() -> None:
    core = lock(LOCK).dependencies[0]
    assert core.purl == "pkg:npm/%40scope/core"
    assert core.source == "https://registry.example/@scope/core/-/core-3.0.0.tgz"
    assert (core.integrity, core.license, core.installed_at) == (
        ("sha1-a", "sha512-b"),
        "MIT",
        "node_modules/@scope/core",
    )
    assert lock(LOCK).dependencies[2].license == "ISC"


def test_scopes_come_from_the_flags_and_direct_from_root_and_workspaces() -> None:
    inventory = lock(LOCK)
    assert [(d.name, d.scope.value, d.direct) for d in inventory.dependencies] == [
        ("@scope/core", "runtime", False),
        ("a", "runtime", True),
        ("b", "runtime", False),
        ("b", "development", False),
        ("fsevents", "optional", False),
        ("@scope/real", "runtime", True),
        ("tool", "development", True),
        ("c", "runtime", True),
    ]


def test_edges_follow_the_folders_and_optional_peers_bring_nothing() -> None:
    inventory = lock(LOCK)
    assert inventory.edges == ((), (2, 4, 0), (), (), (), (), (3,), ())
    assert why(inventory, "fsevents") == ["a", "fsevents"]
    assert why(inventory, "@scope/core") == ["a", "@scope/core"]
    assert [d.name for d in inventory.why(3)] == ["tool", "b"]


def test_a_flag_cannot_hide_what_a_runtime_package_requires() -> None:
    packages = {
        "": {"dependencies": {"a": "1"}},
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
        "node_modules/b": {"version": "1.0.0", "dev": True},
    }
    assert [d.scope for d in lock(json.dumps({"packages": packages})).dependencies] == [Scope.RUNTIME, Scope.RUNTIME]


@pytest.mark.parametrize(
    ("resolved", "origin"),
    [
        ("https://registry.example/a/-/a-1.0.0.tgz", Origin.REGISTRY),
        ("https://mirror.example/npm/A/-/a-1.0.0.tgz?x=1#abc", Origin.REGISTRY),
        ("https://packages.example/download/a/1.0.0/0123abcd", Origin.REGISTRY),
        ("https://registry.example/b/-/b-1.0.0.tgz", Origin.URL),
        ("https://registry.example/a/-/a-0.9.0.tgz", Origin.URL),
        ("https://files.example/a.tgz", Origin.URL),
        ("git+ssh://git@git.example/o/a.git#0123", Origin.GIT),
        ("github:o/a#0123", Origin.GIT),
        ("https://git.example/o/a.git#0123", Origin.GIT),
        ("file:../a-1.0.0.tgz", Origin.PATH),
        (None, Origin.REGISTRY),
    ],
)
def test_the_address_tells_the_origin(resolved: str | None, origin: Origin) -> None:
    fields = {"version": "1.0.0", "resolved": resolved}
    assert entry(**fields).dependencies[0].origin is origin


def test_version_1_is_a_tree_of_names() -> None:
    inventory = lock(OLD_LOCK, MANIFEST)
    assert [(d.name, d.version, d.installed_at, d.location.line, d.origin) for d in inventory.dependencies] == [
        ("a", "1.2.3", "node_modules/a", 5, Origin.REGISTRY),
        ("b", "2.0.0", "node_modules/a/node_modules/b", 10, Origin.REGISTRY),
        ("b", "1.0.0", "node_modules/b", 13, Origin.REGISTRY),
        ("fork", None, "node_modules/fork", 14, Origin.GIT),
        ("packed", None, "node_modules/packed", 19, Origin.PATH),
        ("@scope/real", "2.1.0", "node_modules/short", 20, Origin.REGISTRY),
        ("tool", "1.0.0", "node_modules/tool", 21, Origin.REGISTRY),
    ]
    assert [d.direct for d in inventory.dependencies] == [True, False, True, False, False, True, False]
    assert inventory.edges[0] == (1, 6)
    assert inventory.dependencies[6].scope is Scope.RUNTIME


def test_version_1_without_its_manifest_does_not_know_what_is_direct() -> None:
    assert {d.direct for d in lock(OLD_LOCK).dependencies} == {None}


def test_a_requirement_that_the_lock_does_not_have_is_said() -> None:
    inventory = entry(version="1.0.0", dependencies={"gone": "1", "\x1b[31m": "1"})
    assert [(p.code, p.message) for p in inventory.problems] == [
        ("unresolved", "'a' requires 'gone', '\\x1b[31m', which the file does not have")
    ]


@pytest.mark.parametrize("value", [None, 1, "1.0.0", [], ["a"]])
def test_an_entry_of_another_type_is_a_problem(value: object) -> None:
    inventory = lock(json.dumps({"packages": {"node_modules/a": value, "node_modules/b": {"version": "1.0.0"}}}))
    assert [p.code for p in inventory.problems] == ["entry"]
    assert [d.name for d in inventory.dependencies] == ["b"]


@pytest.mark.parametrize("name", ["", "..", "@a", "a/b", "@/b", "a/../../b"])
def test_a_name_that_no_package_has_is_a_problem(name: str) -> None:
    inventory = lock(json.dumps({"packages": {"node_modules/a": {"name": name or ".", "version": "1.0.0"}}}))
    assert [p.code for p in inventory.problems] == ["entry"]


def test_an_entry_without_a_version_is_listed_and_said() -> None:
    inventory = entry(dev=True)
    assert [(d.version, d.scope) for d in inventory.dependencies] == [(None, Scope.DEVELOPMENT)]
    assert [p.code for p in inventory.problems] == ["unresolved"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "it is not JSON: a value is expected at line 1"),
        ("null", 1, "it is not a JSON object"),
        ('{"packages": []}', 1, "its 'packages' is not an object"),
        ('{"dependencies": "x"}', 1, "its 'dependencies' is not an object"),
        ('{"packages": {\n"": {},\n"": {}}}', 3, "it is not JSON: the key '' stands twice at line 3"),
        ('{"packages": {"a": {"x": 1,\n"x": 2}}}', 2, "it is not JSON: the key 'x' stands twice at line 2"),
        ('{"a": ' + "1" * 4301 + "}", 1, "it is not JSON: a number is too long at line 1"),
        ('{"a": NaN}', 1, "it is not JSON: NaN is no JSON value at line 1"),
        ('{\n"a": "\\ud800"}', 2, "it is not JSON: half of a surrogate pair at line 2"),
        ("[" * 100_000, 1, "it is nested too deeply"),
        ('{"dependencies": ' * 100_000, 1, "it is nested too deeply"),
        ("{} {}", 1, "it is not JSON: nothing more is expected at line 1"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableManifest) as caught:
        lock(text)
    assert (caught.value.line, caught.value.message) == (line, message)


def test_deep_nesting_and_many_requirements_cost_linear_time() -> None:
    deep = "node_modules/a/" * 50_000 + "node_modules/a"
    many = {f"n{index}": "*" for index in range(50_000)}
    packages = {deep: {"version": "1.0.0", "peerDependencies": many}, "node_modules/a": {"version": "1.0.0"}}
    assert len(lock(json.dumps({"packages": packages})).dependencies) == 2


def test_a_chain_of_100_000_and_a_cycle_are_followed() -> None:
    size = 100_000
    packages = {
        f"node_modules/p{i}": {"version": "1.0.0", "dependencies": {f"p{(i + 1) % size}": "1"}} for i in range(size)
    }
    inventory = lock(json.dumps({"packages": {"": {"dependencies": {"p0": "1"}}, **packages}}))
    assert len(inventory.why(size - 1)) == size


def test_layout_does_not_matter() -> None:
    plain = [(d.name, d.version, d.scope, d.direct) for d in lock(LOCK).dependencies]
    for text in (
        json.dumps(json.loads(LOCK)),
        LOCK.replace("\n", "\r\n"),
        LOCK.replace("  ", "\t"),
        LOCK.replace("\n", ""),
    ):
        assert [(d.name, d.version, d.scope, d.direct) for d in lock(text).dependencies] == plain


@settings(max_examples=300, deadline=None)
@given(restructured((json.loads(LOCK), json.loads(OLD_LOCK))), restructured((json.loads(MANIFEST),)))
def test_wrong_types_are_read_or_refused(text: str, manifest: str) -> None:
    survives(parse_package_lock, text, "package-lock.json", {"package.json": manifest})


@settings(max_examples=400, deadline=None)
@given(mutated((LOCK, OLD_LOCK)))
def test_a_mutated_file_is_read_or_refused(text: str) -> None:
    survives(parse_package_lock, text, "package-lock.json", {"package.json": MANIFEST})


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_read_or_refused(text: str) -> None:
    survives(parse_package_lock, text, "package-lock.json")
    survives(parse_package_lock, OLD_LOCK, "package-lock.json", {"package.json": text})


def test_version_1_reads_the_version_in_the_address_of_an_archive_as_npm_does() -> None:
    address = "https://registry.example/@s/ms/-/ms-2.1.3.tgz"
    for written, version in ((address, "2.1.3"), ("https://other.example/ms-2.1.3.tgz", None)):
        inventory = lock(json.dumps({"lockfileVersion": 1, "dependencies": {"@s/ms": {"version": written}}}))
        assert [(d.version, d.source) for d in inventory.dependencies] == [(version, written)]


def test_version_1_knows_what_a_workspace_asks_for() -> None:
    entries = {
        "one": {"version": "file:packages/one", "requires": {"a": "1"}},
        "a": {"version": "1.0.0", "dev": True},
        "b": {"version": "1.0.0"},
    }
    inventory = lock(json.dumps({"lockfileVersion": 1, "dependencies": entries}), manifest="{}")
    assert [(d.name, d.direct, d.scope.value) for d in inventory.dependencies] == [
        ("a", True, "development"),
        ("b", False, "runtime"),
    ]
