"""Pins: what a workflow or an image is built from must not change without a change here."""

import re
from collections.abc import Iterator

from checks.freshness.case import Case, Said
from checks.freshness.terms import ActionPin, ImagePin
from checks.model.dependency import Dependency, Origin, Scope
from checks.model.finding import Evidence
from checks.model.phrase import say

#: A version among the names that a ref can have: `v4`, `4.1.2`, `release/v1`, `codeql-bundle-v2.20.0`.
_VERSION = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]{0,60}[/-])?v?[0-9]{1,9}(?:[._-][0-9A-Za-z]{1,60}){0,8}\Z")


def said(case: Case) -> Iterator[Said]:
    """`action-unpinned` and `image-unpinned`."""
    if case.exempt:
        return
    dependencies = [place.dependency for place in case.change.places]
    if case.type == "github" and any(_is_action(item) for item in dependencies):
        yield from _action(case, dependencies)
    elif case.type == "docker":
        yield from _image(case, dependencies)


def _is_action(dependency: Dependency) -> bool:
    """Actions run in the build; hooks of pre-commit and modules have other scopes."""
    return dependency.origin is Origin.GIT and dependency.scope is Scope.BUILD


def _action(case: Case, dependencies: list[Dependency]) -> Iterator[Said]:
    wanted, ref = case.section.pin.actions, case.change.version or ""
    if wanted is ActionPin.OFF or all(item.integrity for item in dependencies):
        return
    if wanted is ActionPin.TAG and _VERSION.match(ref):
        return
    what = "a full commit id" if wanted is ActionPin.SHA else "a version or a full commit id"
    yield case.observe(
        "action-unpinned",
        (f" can become other code at any time: name {what} in its place.",),
        (" is not pinned",),
        (Evidence("ref", say("{}", ref)), Evidence("rule", (f"action-unpinned: pin.actions is {wanted}",))),
        key=("pin", "actions"),
    )


def _image(case: Case, dependencies: list[Dependency]) -> Iterator[Said]:
    wanted, tag = case.section.pin.images, case.change.version
    if wanted is ImagePin.OFF or all(item.integrity for item in dependencies):
        return
    if wanted is ImagePin.TAG and tag not in (None, "latest"):
        return
    if all("$" in (item.source or "") for item in dependencies):
        return  # what a variable decides, the inventory tells
    what = "add its digest, as in image:tag@sha256:…" if wanted is ImagePin.DIGEST else "name a version as its tag"
    yield case.observe(
        "image-unpinned",
        (f" can become another image at any time: {what}.",),
        (" is not pinned",),
        (
            Evidence("tag", say("{}", tag) if tag else ("none",)),
            Evidence("rule", (f"image-unpinned: pin.images is {wanted}",)),
        ),
        key=("pin", "images"),
    )
