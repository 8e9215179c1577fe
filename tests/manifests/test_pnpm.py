"""pnpm-lock.yaml 5, 6 and 9: forms of keys, peers, aliases, importers, several documents, and broken files."""

from datetime import UTC, datetime
from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.pnpm import parse_pnpm_lock
from checks.manifests.yamltext import load
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives
from tests.manifests.structures import restructured

FIVE = dedent("""\
    lockfileVersion: 5.4

    specifiers:
      a: ^1.0.0

    dependencies:
      a: 1.0.0_b@2.0.0
      short: /@scope/real/2.1.0

    devDependencies:
      tool: 1.0.0

    packages:

      /@scope/real/2.1.0:
        resolution: {integrity: sha512-r==}
        dev: false

      /a/1.0.0_b@2.0.0:
        resolution: {integrity: sha512-a==}
        dependencies:
          b: 2.0.0
        optionalDependencies:
          fsevents: 2.3.0
        dev: false

      /b/2.0.0:
        resolution: {integrity: sha512-b==}
        dev: false

      /fsevents/2.3.0:
        resolution: {integrity: sha512-f==}
        dev: false
        optional: true

      /tool/1.0.0:
        resolution: {integrity: sha512-t==}
        dev: true

      github.com/o/fork/0123:
        resolution: {tarball: https://codeload.git.example/o/fork/tar.gz/0123}
        name: fork
        version: 0.1.0
        dev: false

    time:
      /b/2.0.0: '2024-05-06T07:08:09.000Z'
    """)
SIX = dedent("""\
    lockfileVersion: '6.0'

    importers:

      .:
        dependencies:
          a:
            specifier: ^1.0.0
            version: 1.0.0(b@2.0.0)
          web:
            specifier: workspace:*
            version: link:packages/web

      packages/web:
        devDependencies:
          short:
            specifier: npm:@scope/real@^2.0.0
            version: /@scope/real@2.1.0

    packages:

      /@scope/real@2.1.0:
        resolution: {integrity: sha512-r==}
        dev: true

      /a@1.0.0(b@2.0.0):
        resolution: {integrity: sha512-a==}
        dependencies:
          b: 2.0.0
        dev: false

      /b@2.0.0:
        resolution: {integrity: sha512-b==, tarball: https://files.example/b.tgz}
        dev: false
    """)
NINE = dedent("""\
    lockfileVersion: '9.0'

    settings:
      autoInstallPeers: true

    catalogs:
      default:
        a:
          specifier: ^1.0.0
          version: 1.0.0

    importers:

      .:
        dependencies:
          a:
            specifier: 'catalog:'
            version: 1.0.0(b@2.0.0)
          copied:
            specifier: file:../copied
            version: file:../copied
          fork:
            specifier: github:o/fork
            version: https://codeload.git.example/o/fork/tar.gz/0123
        devDependencies:
          short:
            specifier: npm:@scope/real@^2.0.0
            version: '@scope/real@2.1.0'

    packages:

      '@scope/real@2.1.0':
        resolution: {integrity: sha512-r==}

      a@1.0.0:
        resolution: {integrity: sha512-a==}
        engines: {node: '>=18'}
        peerDependencies:
          b: '*'
        deprecated: |-
          Use c.
          Really.

      b@2.0.0:
        resolution: {integrity: sha512-b==}

      copied@file:../copied:
        resolution: {directory: ../copied, type: directory}

      fork@https://codeload.git.example/o/fork/tar.gz/0123:
        resolution: {tarball: https://codeload.git.example/o/fork/tar.gz/0123}
        version: 0.1.0

      fsevents@2.3.0:
        resolution: {integrity: sha512-f==}
        os: [darwin]

    snapshots:

      '@scope/real@2.1.0': {}

      a@1.0.0(b@2.0.0):
        dependencies:
          b: 2.0.0
        optionalDependencies:
          fsevents: 2.3.0

      b@2.0.0: {}

      copied@file:../copied: {}

      fork@https://codeload.git.example/o/fork/tar.gz/0123: {}

      fsevents@2.3.0:
        optional: true
    """)


def lock(text: str) -> Inventory:
    return parse_pnpm_lock(text, "web/pnpm-lock.yaml", {})


def facts(inventory: Inventory) -> list[tuple[str, str, bool | None]]:
    return [(d.name, d.scope.value, d.direct) for d in inventory.dependencies]


def test_version_5() -> None:
    inventory = lock(FIVE)
    assert list(located(inventory)) == [
        ("@scope/real", "2.1.0", 15),
        ("a", "1.0.0", 19),
        ("b", "2.0.0", 27),
        ("fsevents", "2.3.0", 31),
        ("tool", "1.0.0", 36),
        ("fork", "0.1.0", 40),
    ]
    assert facts(inventory) == [
        ("@scope/real", "runtime", True),
        ("a", "runtime", True),
        ("b", "runtime", False),
        ("fsevents", "optional", False),
        ("tool", "development", True),
        ("fork", "runtime", False),
    ]
    assert inventory.edges[1] == (2, 3)
    assert inventory.dependencies[2].published == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert inventory.dependencies[5].origin is Origin.GIT
    assert inventory.problems == ()


def test_version_6_with_workspaces() -> None:
    inventory = lock(SIX)
    assert list(located(inventory)) == [("@scope/real", "2.1.0", 22), ("a", "1.0.0", 26), ("b", "2.0.0", 32)]
    assert facts(inventory) == [
        ("@scope/real", "development", True),
        ("a", "runtime", True),
        ("b", "runtime", False),
    ]
    assert [d.origin for d in inventory.dependencies] == [Origin.REGISTRY, Origin.REGISTRY, Origin.URL]


def test_version_9_walks_from_the_importers() -> None:
    inventory = lock(NINE)
    assert list(located(inventory)) == [
        ("@scope/real", "2.1.0", 32),
        ("a", "1.0.0", 35),
        ("b", "2.0.0", 44),
        ("copied", None, 47),
        ("fork", "0.1.0", 50),
        ("fsevents", "2.3.0", 54),
    ]
    assert [(d.location.line, d.location.end_line) for d in inventory.dependencies][1] == (35, 42)
    assert facts(inventory) == [
        ("@scope/real", "development", True),
        ("a", "runtime", True),
        ("b", "runtime", False),
        ("copied", "runtime", True),
        ("fork", "runtime", True),
        ("fsevents", "optional", False),
    ]
    assert [d.name for d in inventory.why(5)] == ["a", "fsevents"]
    assert [d.origin for d in inventory.dependencies][3:5] == [Origin.PATH, Origin.GIT]
    assert inventory.problems == ()


def test_every_document_of_the_file_is_read() -> None:
    tools = "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n"
    tools += "    packageManagerDependencies:\n      pnpm:\n        version: 11.0.0\n"
    tools += "packages:\n  pnpm@11.0.0:\n    resolution: {integrity: sha512-p==}\nsnapshots:\n  pnpm@11.0.0: {}\n---\n"
    inventory = lock(tools + NINE)
    assert [(d.name, d.scope) for d in inventory.dependencies][:2] == [
        ("pnpm", Scope.DEVELOPMENT),
        ("@scope/real", Scope.DEVELOPMENT),
    ]


def test_a_copied_member_of_the_workspace_is_no_dependency() -> None:
    text = NINE.replace("../copied", "packages/web").replace("    snapshots", "x")
    text = text.replace("importers:\n", "importers:\n\n  packages/web: {}\n")
    assert "copied" not in {d.name for d in lock(text).dependencies}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("lockfileVersion: 5.4\npackages:\n  nothing:\n    dev: false\n", "entry", 3),
        ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: text\n", "entry", 3),
        ("lockfileVersion: '9.0'\npackages:\n  ../../x@1.0.0: {}\n", "entry", 3),
        ("lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0: {}\n", "entry", 3),
        ("lockfileVersion: '6.0'\ndependencies:\n  a:\n    version: 1.0.0\n", "unresolved", 3),
        (
            "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\nsnapshots:\n  a@1.0.0:\n    dependencies: {b: 1.0.0}\n",
            "unresolved",
            5,
        ),
    ],
)
def test_what_cannot_be_read_is_a_problem(text: str, code: str, line: int) -> None:
    assert [(p.code, p.location.line) for p in lock(text).problems] == [(code, line)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "it has no lock in it"),
        ("text", 1, "it is not a pnpm lock file"),
        ("lockfileVersion: 9\npackages: []\n", 2, "its 'packages' is not a map"),
        (
            "lockfileVersion: 9\npackages:\n  a@1.0.0: {}\n  a@1.0.0: {}\n",
            4,
            "the key 'a@1.0.0' stands twice, again at line 4",
        ),
        ("lockfileVersion: 9\npackages: " + "[" * 100_000, 2, "it is nested too deeply"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableManifest) as caught:
        lock(text)
    assert (caught.value.line, caught.value.message) == (line, message)


@settings(max_examples=300, deadline=None)
@given(restructured(tuple(load(text) for text in (FIVE, SIX, NINE))))
def test_wrong_types_are_read_or_refused(text: str) -> None:
    survives(parse_pnpm_lock, text, "pnpm-lock.yaml")


@settings(max_examples=500, deadline=None)
@given(mutated((FIVE, SIX, NINE)))
def test_a_mutated_file_is_read_or_refused(text: str) -> None:
    survives(parse_pnpm_lock, text, "pnpm-lock.yaml")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_read_or_refused(text: str) -> None:
    survives(parse_pnpm_lock, text, "pnpm-lock.yaml")
    survives(parse_pnpm_lock, "lockfileVersion: '9.0'\npackages:\n" + text, "pnpm-lock.yaml")
