"""environment.yml, conda-lock.yml and explicit lists."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.conda import parse_conda_explicit, parse_conda_lock, parse_environment
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

ENVIRONMENT = dedent("""\
    name: demo
    channels:
      - forge
    dependencies:
      - python=3.11
      - numpy=1.26.4=py311_0
      - forge::scipy ==1.11
      - pandas >=2,<3
      - pip
      - pip:
          - requests==2.32.0
          - tool @ git+https://git.example/tool
          - -r more.txt
    """)
LOCK = dedent("""\
    version: 1
    metadata:
      platforms:
      - linux-64
    package:
    - name: numpy
      version: 1.26.4
      manager: conda
      platform: linux-64
      dependencies:
        __glibc: '>=2.17'
        libblas: '>=3'
      url: https://channel.example/linux-64/numpy-1.26.4-py311_0.conda
      hash:
        md5: aa
        sha256: bb
      category: main
      optional: false
    - name: libblas
      version: 3.9.0
      manager: conda
      platform: linux-64
      dependencies: {}
      url: https://channel.example/linux-64/libblas-3.9.0-0.conda
      category: main
      optional: false
    - name: pytest
      version: '8.0'
      manager: pip
      platform: linux-64
      dependencies: {}
      category: dev
      optional: true
    """)
EXPLICIT = dedent("""\
    # platform: linux-64
    @EXPLICIT
    https://user:secret@channel.example/linux-64/numpy-base-1.26.4-py311_0.conda#aabb
    https://channel.example/noarch/tzdata-2025a-0.tar.bz2

    not an address
    """)


def lock(text: str, environment: str = "") -> Inventory:
    return parse_conda_lock(text, "conda-lock.yml", {"environment.yml": environment} if environment else {})


def test_an_environment_has_lines_and_only_exact_versions() -> None:
    inventory = parse_environment(ENVIRONMENT, "environment.yml", {})
    assert list(located(inventory)) == [
        ("python", None, 5), ("numpy", "1.26.4", 6), ("scipy", "1.11", 7), ("pandas", None, 8), ("pip", None, 9),
        ("requests", "2.32.0", 11), ("tool", None, 12),
    ]  # fmt: skip
    assert [item.purl for item in inventory.dependencies[4:6]] == ["pkg:conda/pip", "pkg:pypi/requests"]
    assert inventory.dependencies[2].source == "forge"
    assert inventory.dependencies[6].origin is Origin.GIT
    assert [(found.location.line, found.code) for found in inventory.problems] == [(13, "unresolved")]


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("a 1.2", "1.2"),
        ("a 1.2 py_0", "1.2"),
        ("a==1.2", "1.2"),
        ("a=1.2", None),
        ("a 1.2*", None),
        ("a>=1", None),
        ("a[version='1']", None),
    ],
)
def test_match_specifications(spec: str, version: str | None) -> None:
    found = parse_environment(f'dependencies:\n  - "{spec}"\n', "environment.yml", {}).dependencies
    assert [(item.name, item.version) for item in found] == [("a", version)]


def test_conda_lock() -> None:
    inventory = lock(LOCK)
    assert list(located(inventory)) == [("numpy", "1.26.4", 6), ("libblas", "3.9.0", 19), ("pytest", "8.0", 27)]
    assert [item.purl for item in inventory.dependencies] == ["pkg:conda/numpy", "pkg:conda/libblas", "pkg:pypi/pytest"]
    assert [item.scope for item in inventory.dependencies] == [Scope.RUNTIME, Scope.RUNTIME, Scope.DEVELOPMENT]
    assert inventory.dependencies[0].integrity == ("md5:aa", "sha256:bb")
    assert inventory.edges == ((1,), (), ())
    assert [item.direct for item in inventory.dependencies] == [None, None, None]


def test_the_environment_tells_what_is_direct() -> None:
    assert [item.direct for item in lock(LOCK, ENVIRONMENT).dependencies] == [True, False, False]


def test_an_explicit_list() -> None:
    inventory = parse_conda_explicit(EXPLICIT, "conda-linux-64.lock", {})
    assert list(located(inventory)) == [("numpy-base", "1.26.4", 3), ("tzdata", "2025a", 4)]
    assert inventory.dependencies[0].source == "https://•••@channel.example/linux-64/"
    assert inventory.dependencies[0].integrity == ("aabb",)
    assert [(found.location.line, found.code) for found in inventory.problems] == [(6, "entry")]


@pytest.mark.parametrize("text", ["", "version: 2\n", "- a\n", "package: 1\n", "a: [\n"])
def test_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        lock(text)
    with pytest.raises(UnreadableManifest):
        parse_conda_explicit(text, "conda-linux-64.lock", {})


def test_what_cannot_be_read_is_said() -> None:
    text = "package:\n- name: a b\n  version: 1\n- name: c\n- d\n"
    assert [(found.message, found.location.line) for found in lock(text).problems] == [
        ("a package has no valid name", 2),
        ("a package has no version", 4),
        ("a package has no valid name", 5),
    ]


@given(mutated((LOCK,)), mutated((ENVIRONMENT,)))
@settings(max_examples=200, deadline=None)
def test_no_input_raises(text: str, environment: str) -> None:
    survives(parse_conda_lock, text, "conda-lock.yml", {"environment.yml": environment})
    survives(parse_environment, environment, "environment.yml")


@given(mutated((EXPLICIT,)))
@settings(max_examples=200, deadline=None)
def test_no_explicit_list_raises(text: str) -> None:
    survives(parse_conda_explicit, text, "conda-linux-64.lock", {"environment.yml": text})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile(text: str) -> None:
    survives(parse_conda_lock, text, "conda-lock.yml", {"environment.yml": text})
    survives(parse_environment, text, "environment.yml")
    survives(parse_conda_explicit, text, "conda-linux-64.lock")
