"""pyproject.toml and setup.cfg: where requirements stand, and their inventory where there is no lock."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.manifests.pyproject import requirement_lines
from checks.manifests.pyproject_manifest import parse_pyproject, parse_setup_cfg
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

PROJECT = dedent("""\
    [build-system]
    requires = ["hatchling>=1.27"]

    [project]
    name = "demo"
    dynamic = ["version"]
    dependencies = [
      "Requests[socks]>=2 ; python_version > '3'",  # why
      "attrs==25.1",
      "tool @ git+https://git.example/tool",
    ]

    [project.optional-dependencies]
    "more" = ["numpy==1.*"]
    fast = ["orjson", "demo[all]"]

    [dependency-groups]
    test = ["pytest", {include-group = "dev"}]
    dev = ["ruff"]

    [tool.uv]
    constraint-dependencies = ["urllib3<2"]
    dev-dependencies = ["mypy"]

    [tool.poetry.dependencies]
    python = "^3.11"
    flask = "3.0.0"
    lib = {path = "../lib", develop = true}
    django = {version = "^5", optional = true, extras = ["argon2"]}

    [tool.poetry.dependencies.celery]
    version = "^5"
    git = "https://git.example/celery"

    [tool.poetry.group.docs.dependencies]
    sphinx = "^7"

    [tool.hatch.envs.test]
    dependencies = ["coverage"]
    """)
CFG = dedent("""\
    [metadata]
    name = demo
    install_requires = not here
    [options]
    install_requires =
        requests>=2
        # a comment
        attrs==25.1 ; python_version > "3"
    setup_requires = wheel
    python_requires = >=3.8
    [options.extras_require]
    fast = orjson
    test =
      pytest
      file: requirements.txt
    """)


def project(text: str) -> Inventory:
    return parse_pyproject(dedent(text), "svc/pyproject.toml", {})


def test_every_requirement_has_its_line() -> None:
    assert requirement_lines(PROJECT) == {
        "hatchling": 2, "requests": 8, "attrs": 9, "tool": 10, "numpy": 14, "orjson": 15, "demo": 15, "pytest": 18,
        "ruff": 19, "urllib3": 22, "mypy": 23, "flask": 27, "lib": 28, "django": 29, "celery": 31, "sphinx": 36,
        "coverage": 39,
    }  # fmt: skip


def test_only_what_is_exact_is_a_version() -> None:
    inventory = project(PROJECT)
    found = {item.name: (item.version, item.scope) for item in inventory.dependencies}
    assert found == {
        "hatchling": (None, Scope.BUILD),
        "Requests": (None, Scope.RUNTIME),
        "attrs": ("25.1", Scope.RUNTIME),
        "tool": (None, Scope.RUNTIME),
        "numpy": (None, Scope.OPTIONAL),
        "orjson": (None, Scope.OPTIONAL),
        "pytest": (None, Scope.TEST),
        "ruff": (None, Scope.DEVELOPMENT),
        "mypy": (None, Scope.DEVELOPMENT),
        "flask": ("3.0.0", Scope.RUNTIME),
        "lib": (None, Scope.RUNTIME),
        "django": (None, Scope.OPTIONAL),
        "celery": (None, Scope.RUNTIME),
        "sphinx": (None, Scope.DEVELOPMENT),
        "coverage": (None, Scope.TEST),
    }
    origins = {item.name: item.origin for item in inventory.dependencies}
    assert (origins["tool"], origins["celery"], origins["lib"]) == (Origin.GIT, Origin.GIT, Origin.PATH)
    assert inventory.problems == ()


def test_what_is_computed_or_unreadable_is_said() -> None:
    text = '[project]\ndynamic = [\n "dependencies",\n]\n[dependency-groups]\na = ["==1"]\n'
    assert [(found.location.line, found.code, found.message) for found in project(text).problems] == [
        (3, "unresolved", "its dependencies are computed when it is built"),
        (6, "entry", "==1 is no requirement"),
    ]


def test_what_is_no_toml_is_refused_but_has_lines() -> None:
    text = '[project]\ndependencies = [\n  "a",\n  "b"\n[x'
    with pytest.raises(UnreadableManifest):
        project(text)
    assert requirement_lines(text) == {"a": 3, "b": 4}


def test_setup_cfg() -> None:
    inventory = parse_setup_cfg(CFG, "setup.cfg", {})
    assert list(located(inventory)) == [
        ("requests", None, 6), ("attrs", "25.1", 8), ("wheel", None, 9), ("orjson", None, 12), ("pytest", None, 14),
    ]  # fmt: skip
    assert [item.scope for item in inventory.dependencies] == [
        Scope.RUNTIME, Scope.RUNTIME, Scope.BUILD, Scope.OPTIONAL, Scope.TEST,
    ]  # fmt: skip
    assert [(found.location.line, found.code) for found in inventory.problems] == [(15, "unresolved")]


@given(mutated((PROJECT,)) | st.text())
@settings(max_examples=300, deadline=None)
def test_no_input_raises(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in requirement_lines(text).values())
    survives(parse_pyproject, text, "svc/pyproject.toml")


@given(mutated((CFG,)) | st.text())
@settings(max_examples=300, deadline=None)
def test_no_setup_cfg_raises(text: str) -> None:
    survives(parse_setup_cfg, text, "setup.cfg")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile(text: str) -> None:
    requirement_lines(text)
    survives(parse_pyproject, text, "svc/pyproject.toml")
    survives(parse_setup_cfg, text, "svc/setup.cfg")
