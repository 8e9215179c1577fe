"""Actions and images that can become something else without a change here."""

import pytest

from checks.model.change import Change
from checks.model.dependency import Origin, Scope
from tests.freshness.examples import package, rules, said

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"
DIGEST = "sha256:" + "a" * 64


def action(ref: str, name: str = "actions/checkout") -> Change:
    pinned = (ref,) if ref == SHA else ()
    return package(ref, purl=f"pkg:github/{name}", name=name, scope=Scope.BUILD, origin=Origin.GIT, integrity=pinned)


def image(tag: str | None, source: str = "") -> Change:
    pinned = (DIGEST,) if tag == DIGEST else ()
    return package(tag, purl="pkg:docker/python", name="python", source=source or f"python:{tag}", integrity=pinned)


@pytest.mark.parametrize(
    ("ref", "needs"),
    [
        (SHA, ""),
        ("v4", "sha"),
        ("v4.1.2", "sha"),
        ("4.1", "sha"),
        ("release/v1", "sha"),
        ("codeql-bundle-v2.20.0", "sha"),
        ("main", "sha tag"),
        ("feature-x", "sha tag"),
        ("", "sha tag"),
        ("v4\n", "sha tag"),
        ("../v4", "sha tag"),
    ],
)
def test_what_an_action_must_be_named_by(ref: str, needs: str) -> None:
    for pin in ("sha", "tag", "off"):
        expected = ["action-unpinned"] if pin in needs.split() else []
        assert rules(action(ref), None, f"{{pin: {{actions: {pin}}}}}") == expected


@pytest.mark.parametrize(
    ("tag", "needs"), [(DIGEST, ""), ("3.13-slim", "digest"), ("latest", "digest tag"), (None, "digest tag")]
)
def test_what_an_image_must_be_named_by(tag: str | None, needs: str) -> None:
    for pin in ("digest", "tag", "off"):
        expected = ["image-unpinned"] if pin in needs.split() else []
        assert rules(image(tag), None, f"{{pin: {{images: {pin}}}}}") == expected


def test_what_is_said() -> None:
    assert said(action("main")) == [
        "action-unpinned: actions/checkout main can become other code at any time: name a version or a full commit id "
        "in its place."
    ]
    assert said(image(None)) == [
        "image-unpinned: python can become another image at any time: name a version as its tag."
    ]
    assert said(image("3.13"), None, "{pin: {images: digest}}") == [
        "image-unpinned: python 3.13 can become another image at any time: add its digest, as in image:tag@sha256:…."
    ]


def test_the_default_takes_versions_and_no_branches() -> None:
    assert [rules(item) for item in (action("v4"), action("main"), image("3.13"), image("latest"))] == [
        [],
        ["action-unpinned"],
        [],
        ["image-unpinned"],
    ]


def test_your_own_actions_may_follow_a_branch() -> None:
    own = action("main", "example/flows")
    assert rules(own, None, "{exempt: [pkg:github/example/*]}") == []


def test_hooks_and_submodules_are_no_actions_and_variables_are_the_inventorys() -> None:
    hook = package("main", purl="pkg:github/psf/black", scope=Scope.DEVELOPMENT, origin=Origin.GIT)
    module = package(None, purl="pkg:github/madler/zlib", scope=Scope.UNKNOWN, origin=Origin.GIT)
    assert [rules(item) for item in (hook, module, image(None, "python:$TAG"))] == [[], [], []]
