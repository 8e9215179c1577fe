"""Workflows, actions, pre-commit hooks and submodules: what people forget."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.actions import parse_workflow
from checks.manifests.gitmodules import parse_gitmodules
from checks.manifests.precommit import parse_pre_commit
from checks.manifests.repositories import repository
from checks.model.dependency import Inventory, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"
WORKFLOW = dedent(f"""\
    name: ci
    on: [push]
    jobs:
      call:
        uses: Acme/flows/.github/workflows/build.yml@v2
      own:
        uses: ./.github/workflows/own.yml
      test:
        runs-on: ubuntu-latest
        container: node:20
        services:
          db:
            image: postgres:16@sha256:{"b" * 64}
        steps:
          - uses: actions/checkout@{SHA} # v4.2.2
          - name: analyze
            uses: "github/codeql-action/init@v3"
          - uses: ./local
          - uses: docker://alpine:3.18
          - parallel:
              - uses: acme/one@main
              - run: true
          - uses: nobody
          - uses:
          - run: echo
    """)
ACTION = dedent("""\
    runs:
      using: composite
      steps:
        - uses: actions/cache@v4
    """)
HOOKS = dedent("""\
    repos:
      - repo: https://github.com/psf/black
        rev: 24.1.0
        hooks:
          - id: black
            additional_dependencies: [click==8.1.7, "types-x>=1"]
      - repo: https://github.com/acme/mirrors-lint
        rev: v9.0.0
        hooks:
          - id: lint
            additional_dependencies:
              - lint@9.0.0
              - "@acme/plugin@~1.0"
              - unclear
      - repo: local
        hooks:
          - id: own
            language: python
            additional_dependencies: [requests]
      - repo: meta
        hooks: [{id: identity}]
      - repo: https://git.example/no/revision
        hooks: []
    """)
MODULES = dedent("""\
    [submodule "libs/zlib"]
    \tpath = libs/zlib
    \turl = https://github.com/madler/zlib.git
    \tbranch = main
    # a comment
    [submodule "own"]
    \tpath = "own"
    \turl = ../own.git
    [submodule "lost"]
    \tpath = lost
    """)


def workflow(text: str = WORKFLOW) -> Inventory:
    return parse_workflow(text, ".github/workflows/ci.yml", {})


def test_everything_that_a_workflow_runs() -> None:
    inventory = workflow()
    assert [(d.purl, d.version, d.location.line) for d in inventory.dependencies] == [
        ("pkg:github/acme/flows", "v2", 5),
        ("pkg:docker/node", "20", 10),
        ("pkg:docker/postgres", "sha256:" + "b" * 64, 13),
        ("pkg:github/actions/checkout", SHA, 15),
        ("pkg:github/github/codeql-action", "v3", 17),
        ("pkg:docker/alpine", "3.18", 19),
        ("pkg:github/acme/one", "main", 21),
    ]
    assert {d.scope for d in inventory.dependencies} == {Scope.BUILD}
    assert [p.location.line for p in inventory.problems] == [23, 24]


def test_only_a_commit_is_integrity() -> None:
    assert [d.integrity for d in workflow().dependencies if d.name.startswith("actions/")] == [(SHA,)]


def test_an_action() -> None:
    assert list(located(workflow(ACTION))) == [("actions/cache", "v4", 4)]
    docker = "runs:\n  using: docker\n  image: docker://acme/x:1\n"
    assert list(located(workflow(docker))) == [("acme/x", "1", 3)]


def test_hooks_and_what_they_install() -> None:
    inventory = parse_pre_commit(HOOKS, ".pre-commit-config.yaml", {})
    assert [(d.purl, d.version, d.location.line) for d in inventory.dependencies] == [
        ("pkg:github/psf/black", "24.1.0", 2),
        ("pkg:pypi/click", "8.1.7", 6),
        ("pkg:pypi/types-x", None, 6),
        ("pkg:github/acme/mirrors-lint", "v9.0.0", 7),
        ("pkg:npm/lint", "9.0.0", 12),
        ("pkg:npm/%40acme/plugin", None, 13),
        ("pkg:pypi/requests", None, 19),
        ("pkg:generic/git.example/no/revision", None, 22),
    ]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 14), ("entry", 22)]


def test_submodules_have_no_version_here() -> None:
    inventory = parse_gitmodules(MODULES, ".gitmodules", {})
    assert [(d.purl, d.version, d.location.line, d.installed_at) for d in inventory.dependencies] == [
        ("pkg:github/madler/zlib", None, 1, "libs/zlib"),
        ("pkg:generic/own", None, 6, "own"),
    ]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 9)]


@pytest.mark.parametrize(
    ("address", "purl"),
    [
        ("https://github.com/Owner/Repo.git", "pkg:github/owner/repo"),
        ("git@github.com:owner/repo", "pkg:github/owner/repo"),
        ("ssh://git@github.com:22/owner/repo.git/", "pkg:github/owner/repo"),
        ("git+https://bitbucket.org/o/r#main", "pkg:bitbucket/o/r"),
        ("https://git.example/a/b/c.git", "pkg:generic/git.example/a/b/c"),
    ],
)
def test_addresses(address: str, purl: str) -> None:
    known = repository(address)
    assert known
    assert known[0] == purl


@pytest.mark.parametrize("text", ["repos: 1", "a: b", "- 1: [", "a: b\na: c\n", "[" * 5000])
def test_what_is_no_hook_list_is_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest):
        parse_pre_commit(text, ".pre-commit-config.yaml", {})


@settings(max_examples=100, deadline=None)
@given(mutated((WORKFLOW, ACTION, HOOKS, MODULES)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    survives(parse_workflow, text, "action.yml")
    survives(parse_pre_commit, text, ".pre-commit-config.yaml")
    survives(parse_gitmodules, text, ".gitmodules")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_workflow, text, "action.yml")
    survives(parse_pre_commit, text, ".pre-commit-config.yaml")
    survives(parse_gitmodules, text, ".gitmodules")
