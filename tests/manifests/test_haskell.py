"""Haskell, Julia, Dart, Terraform and Helm: lock files of smaller ecosystems that are not JSON."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.dart import parse_pubspec_lock
from checks.manifests.haskell import parse_cabal_freeze, parse_stack_lock
from checks.manifests.helm import parse_chart_lock
from checks.manifests.julia import parse_manifest
from checks.manifests.terraform import parse_terraform_lock
from checks.model.dependency import Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

FREEZE = dedent("""\
    active-repositories: hackage.example:merge
    constraints: any.aeson ==2.1.0.0,
                 aeson -cffi +ordered-keymap,
                 any.base installed,
                 -- a comment
                 any.text >=1.0,
                 zlib ==0.6.3.0
    index-state: hackage.example 2024-01-01T00:00:00Z
    """)
STACK = dedent(f"""\
    packages:
    - completed:
        hackage: acme-missiles-0.3@sha256:{"2" * 64},613
        pantry-tree:
          size: 226
      original:
        hackage: acme-missiles-0.3
    - completed:
        commit: abc123
        git: https://git.example/foo.git
        name: foo
        version: '1.0'
    - completed: {{}}
    snapshots: []
    """)
JULIA = dedent("""\
    julia_version = "1.9.4"
    manifest_format = "2.0"

    [[deps.Example]]
    deps = ["Dates"]
    git-tree-sha1 = "46e44e86"
    uuid = "7876af07"
    version = "0.5.3"

    [[deps.Dates]]
    uuid = "ade2ca70"

    [[deps.Fork]]
    repo-rev = "main"
    repo-url = "https://git.example/Fork.jl"
    uuid = "1111"
    version = "2.0.0"

        [deps.Fork.deps]
        Example = "7876af07"
    """)
JULIA_1 = '[[Example]]\nuuid = "1"\nversion = "0.5.1"\n\n[[Other]]\ndeps = ["Example"]\nuuid = "2"\n'
PUBSPEC = dedent("""\
    packages:
      crypto:
        dependency: "direct main"
        description:
          name: crypto
          sha256: aa
          url: "https://pub.example"
        source: hosted
        version: "3.0.2"
      flutter:
        dependency: "direct main"
        description: flutter
        source: sdk
        version: "0.0.0"
      lints:
        dependency: "direct dev"
        description: {path: ".", resolved-ref: e5adce55, url: "https://git.example/lints"}
        source: git
        version: "1.0"
      uuid:
        dependency: transitive
        description: {name: uuid, url: "https://pub.example"}
        source: hosted
        version: "3.0.6"
      odd:
    sdks:
      dart: ">=2.18.0 <3.0.0"
    """)
TERRAFORM = dedent("""\
    # This file is maintained automatically by "terraform init".
    provider "registry.example/hashicorp/aws" {
      version     = "5.31.0"
      constraints = "~> 5.0"
      hashes = [
        "h1:abc=",
        "zh:0123",
      ]
    }

    provider "registry.example/acme/free" {
    }
    """)
CHART = dedent("""\
    dependencies:
    - name: postgresql
      repository: https://charts.example/bitnami
      version: 12.1.2
    - name: common
      repository: file://../common
      version: 0.1.0
    - version: 1.0.0
    digest: sha256:aa
    generated: "2024-01-01T00:00:00Z"
    """)


def test_cabal_constraints() -> None:
    inventory = parse_cabal_freeze(FREEZE, "cabal.project.freeze", {})
    assert list(located(inventory)) == [("aeson", "2.1.0.0", 2), ("base", None, 4), ("zlib", "0.6.3.0", 7)]
    assert [p.location.line for p in inventory.problems] == [6]


def test_stack_packages() -> None:
    inventory = parse_stack_lock(STACK, "stack.yaml.lock", {})
    assert list(located(inventory)) == [("acme-missiles", "0.3", 3), ("foo", "1.0", 8)]
    assert [d.integrity for d in inventory.dependencies] == [("sha256:" + "2" * 64,), ("abc123",)]
    assert inventory.dependencies[1].origin is Origin.GIT
    assert [p.location.line for p in inventory.problems] == [13]
    assert parse_stack_lock("packages:\n", "stack.yaml.lock", {}).dependencies == ()


def test_julia_format_2() -> None:
    project = '[deps]\nFork = "1111"\n'
    inventory = parse_manifest(JULIA, "Manifest.toml", {"Project.toml": project})
    assert list(located(inventory)) == [("Example", "0.5.3", 4), ("Dates", None, 10), ("Fork", "2.0.0", 13)]
    assert [d.direct for d in inventory.dependencies] == [False, False, True]
    assert [d.name for d in inventory.why(1)] == ["Fork", "Example", "Dates"]
    assert inventory.dependencies[2].source == "https://git.example/Fork.jl#main"


def test_julia_format_1() -> None:
    inventory = parse_manifest(JULIA_1, "Manifest.toml", {})
    assert list(located(inventory)) == [("Example", "0.5.1", 1), ("Other", None, 5)]
    assert inventory.edges == ((), (0,))


def test_pubspec() -> None:
    inventory = parse_pubspec_lock(PUBSPEC, "pubspec.lock", {})
    assert list(located(inventory)) == [
        ("crypto", "3.0.2", 2),
        ("flutter", None, 10),
        ("lints", "1.0", 15),
        ("uuid", "3.0.6", 20),
    ]
    assert [(d.scope, d.direct) for d in inventory.dependencies] == [
        (Scope.RUNTIME, True),
        (Scope.RUNTIME, True),
        (Scope.DEVELOPMENT, True),
        (Scope.UNKNOWN, False),
    ]
    assert inventory.dependencies[2].source == "https://git.example/lints#e5adce55"
    assert [p.location.line for p in inventory.problems] == [25]


def test_providers() -> None:
    inventory = parse_terraform_lock(TERRAFORM, ".terraform.lock.hcl", {})
    assert [(d.purl, d.version, d.location.line, d.location.end_line) for d in inventory.dependencies] == [
        ("pkg:terraform/registry.example/hashicorp/aws", "5.31.0", 2, 9),
        ("pkg:terraform/registry.example/acme/free", None, 11, 12),
    ]
    assert inventory.dependencies[0].integrity == ("h1:abc=", "zh:0123")
    assert [p.location.line for p in inventory.problems] == [11]


def test_charts() -> None:
    inventory = parse_chart_lock(CHART, "Chart.lock", {})
    assert list(located(inventory)) == [("postgresql", "12.1.2", 2), ("common", "0.1.0", 5)]
    assert [d.origin for d in inventory.dependencies] == [Origin.REGISTRY, Origin.PATH]
    assert [p.location.line for p in inventory.problems] == [8]


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_pubspec_lock, "this is not a mapping!"),
        (parse_stack_lock, "packages: 1"),
        (parse_chart_lock, "- a"),
        (parse_manifest, "[[deps"),
        (parse_terraform_lock, 'provider "a/b/c" {\n'),
        (parse_terraform_lock, 'provider "a/b/c" {\n}\n' * 2),
        (parse_cabal_freeze, "nothing\n"),
    ],
)
def test_what_is_something_else_is_refused(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(UnreadableManifest):
        parse(text, "x", {})


@settings(max_examples=100, deadline=None)
@given(mutated((FREEZE, STACK, JULIA, JULIA_1, PUBSPEC, TERRAFORM, CHART)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    for parse in (parse_cabal_freeze, parse_stack_lock, parse_pubspec_lock, parse_terraform_lock, parse_chart_lock):
        survives(parse, text, "x")
    survives(parse_manifest, text, "Manifest.toml", {"Project.toml": text})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    for parse in (parse_cabal_freeze, parse_stack_lock, parse_pubspec_lock, parse_terraform_lock, parse_chart_lock):
        survives(parse, text, "x")
    survives(parse_manifest, text, "Manifest.toml", {"Project.toml": text})
