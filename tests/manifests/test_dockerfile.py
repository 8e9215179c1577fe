"""Dockerfile, Compose and development containers: images with tag or digest, stages and variables."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.compose import parse_compose
from checks.manifests.devcontainer import parse_devcontainer
from checks.manifests.dockerfile import parse_dockerfile
from checks.manifests.images import image
from checks.model.dependency import Inventory, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

DIGEST = "sha256:" + "a" * 64
FILE = dedent(f"""\
    # syntax=docker/dockerfile:1.7
    # a comment
    ARG VERSION=3.18
    ARG REGISTRY
    FROM --platform=$BUILDPLATFORM golang:1.22 AS build
    RUN --mount=type=bind,from=ghcr.example/tools/lint:2,target=/x lint
    RUN <<EOF
    FROM not/an-image:1
    EOF
    FROM alpine:${{VERSION}} AS base
    COPY --from=build /app /app
    COPY --from=busybox:1.36 /bin/sh /bin/sh
    from \\
      # a comment inside
      base
    FROM ${{REGISTRY}}/own:1 AS other
    FROM registry.example:5000/team/base:${{TAG:-2.1}}@{DIGEST}
    FROM scratch
    """)
COMPOSE = dedent("""\
    x-base: &base
      image: postgres:16
    services:
      web:
        build: .
        image: our/web:latest
      db:
        <<: *base
      cache:
        image: "redis:${REDIS_VERSION:-7.2}"
      odd:
        image: ${IMAGE}
      empty:
    """)
DEVCONTAINER = """{
  // what developers use: "image": "no"
  "image": "mcr.example/devcontainers/base:1-bookworm", /* and
  more */
  "features": {
    "ghcr.example/devcontainers/features/node:1": {"version": "lts"},
    "./local": {},
    "docker-in-docker": "latest",
  },
  "customizations": {"vscode": {"extensions": [
    "golang.go",
    "ms-python.python@2024.1.0",
    "-unwanted.one",
  ]}},
  "postCreateCommand": "curl https://example.com/a,]",
}
"""


def dockerfile(text: str = FILE) -> Inventory:
    return parse_dockerfile(text, "Dockerfile", {})


def test_every_image_with_its_line() -> None:
    assert list(located(dockerfile())) == [
        ("docker/dockerfile", "1.7", 1),
        ("golang", "1.22", 5),
        ("ghcr.example/tools/lint", "2", 6),
        ("alpine", "3.18", 10),
        ("busybox", "1.36", 12),
        ("registry.example:5000/team/base", DIGEST, 17),
    ]
    assert [(p.code, p.location.line) for p in dockerfile().problems] == [("unresolved", 16)]


def test_stages_that_only_serve_others_are_build() -> None:
    scopes = {d.name: d.scope for d in dockerfile().dependencies}
    assert scopes["golang"] is scopes["docker/dockerfile"] is scopes["ghcr.example/tools/lint"] is Scope.BUILD
    assert scopes["alpine"] is scopes["busybox"] is Scope.RUNTIME


@pytest.mark.parametrize(
    ("reference", "purl", "version"),
    [
        ("nginx", "pkg:docker/nginx", None),
        ("nginx:1.27", "pkg:docker/nginx", "1.27"),
        ("docker.io/library/nginx:1", "pkg:docker/nginx", "1"),
        ("org/app:v1", "pkg:docker/org/app", "v1"),
        ("ghcr.example/org/team/app:v1", "pkg:docker/ghcr.example/org/team/app", "v1"),
        ("localhost/app", "pkg:docker/localhost/app", None),
        ("localhost:5000/app:2", "pkg:docker/localhost:5000/app", "2"),
        (f"nginx:1.27@{DIGEST}", "pkg:docker/nginx", DIGEST),
    ],
)
def test_references(reference: str, purl: str, version: str | None) -> None:
    known = image(reference)
    assert known
    assert (known.purl, known.version) == (purl, version)


@pytest.mark.parametrize("reference", ["", "$A", "a b", "Nginx", "a:b:c", "../x", "a@sha256:1", "x" * 2000, "-a", "a/"])
def test_what_is_no_reference(reference: str) -> None:
    assert image(reference) is None


def test_an_image_whose_tag_is_a_variable_is_some_version_of_it() -> None:
    inventory = dockerfile("ARG TAG\nFROM registry.example:5000/team/node:20-$TAG\nFROM registry:5000/$IMAGE:1\n")
    assert list(located(inventory)) == [("registry.example:5000/team/node", None, 2)]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 2), ("unresolved", 3)]


def test_scratch_and_empty_files_bring_nothing() -> None:
    assert dockerfile("FROM scratch\n").dependencies == dockerfile("").dependencies == ()


def test_another_file_of_that_name_is_refused() -> None:
    with pytest.raises(UnreadableManifest):
        dockerfile("hello\nworld\n")


def test_the_escape_directive_changes_continuations() -> None:
    inventory = dockerfile("# escape=`\nFROM `\n  windows/servercore:ltsc\nRUN dir c:\\\nFROM nginx:1\n")
    assert list(located(inventory)) == [("windows/servercore", "ltsc", 2), ("nginx", "1", 5)]
    assert inventory.dependencies[0].location.end_line == 3


def test_services_of_a_compose_file() -> None:
    inventory = parse_compose(COMPOSE, "compose.yaml", {})
    assert list(located(inventory)) == [("postgres", "16", 7), ("redis", "7.2", 10)]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("unresolved", 12)]


def test_a_development_container() -> None:
    inventory = parse_devcontainer(DEVCONTAINER, ".devcontainer/devcontainer.json", {})
    assert list(located(inventory)) == [
        ("mcr.example/devcontainers/base", "1-bookworm", 3),
        ("ghcr.example/devcontainers/features/node", "1", 6),
        ("golang.go", None, 11),
        ("ms-python.python", "2024.1.0", 12),
    ]
    assert {d.scope for d in inventory.dependencies} == {Scope.DEVELOPMENT}
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 8)]


@settings(max_examples=100, deadline=None)
@given(mutated((FILE, COMPOSE, DEVCONTAINER)))
def test_no_text_breaks_the_parsers(text: str) -> None:
    survives(parse_dockerfile, text, "Dockerfile")
    survives(parse_compose, text, "compose.yaml")
    survives(parse_devcontainer, text, "devcontainer.json")


@pytest.mark.parametrize("text", [*HOSTILE, '"\\"' * 50_000, "/*" * 50_000, ", /*" * 50_000, "FROM a\n" * 20_000])
def test_hostile_files(text: str) -> None:
    survives(parse_dockerfile, text, "Dockerfile")
    survives(parse_compose, text, "compose.yaml")
    survives(parse_devcontainer, text, "devcontainer.json")
