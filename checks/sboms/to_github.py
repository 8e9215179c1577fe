"""Snapshots for GitHub's dependency submission API: what its own dependency graph does not see in the files."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from checks.model.dependency import Inventory, Origin
from checks.sboms.assembly import About, assemble
from checks.sboms.content import Component, Content
from checks.sboms.inert import inert

#: Formats that GitHub's graph reads itself: docs.github.com, "Dependency graph supported package ecosystems" (2026).
PARSED = frozenset({
    "cargo-lock", "composer-lock", "gemfile-lock", "github-actions", "go-mod", "maven-pom", "msbuild", "npm-lock",
    "pipfile-lock", "pnpm-lock", "poetry-lock", "pubspec-lock", "requirements", "swift-resolved", "yarn-lock",
})  # fmt: skip
#: What says less than a file beside it that GitHub reads, or names no packages of a registry.
BESIDE = frozenset({
    "gitmodules", "go-sum", "go-vendor", "go-work", "gradle-catalog", "gradle-verification", "nuget-config",
    "runtime-txt", "runtime-version", "sbom", "tool-versions",
})  # fmt: skip
#: Of all snapshots with the same correlator and detector the last one counts.
CORRELATOR = "ospo-gate"


class Scan(NamedTuple):
    """What is described."""

    sha: str
    ref: str
    """`refs/heads/main`."""
    at: str
    """`2026-11-20T12:00:00Z`: of the head, so that the same head gives the same snapshot."""
    url: str
    """Where people read about the detector."""


def snapshot(inventories: Iterable[Inventory], about: About, scan: Scan, *, everything: bool) -> dict[str, Any]:
    """The body of the request. `everything`: also what GitHub reads itself. It has no manifests where there is nothing
    to say, which takes back what was said before."""
    kept = [one for one in inventories if everything or one.format not in PARSED]
    manifests = {
        (path := inert(about.folder + one.path)): _manifest(path, assemble([one], about))
        for one in kept
        if one.format not in BESIDE
    }
    return {
        "version": 0,
        "sha": scan.sha,
        "ref": scan.ref,
        "job": {"id": scan.sha, "correlator": CORRELATOR},
        "detector": {"name": about.tool.name, "version": about.tool.version, "url": scan.url},
        "scanned": scan.at,
        "manifests": {path: manifest for path, manifest in manifests.items() if manifest["resolved"]},
    }


def _manifest(path: str, content: Content) -> dict[str, Any]:
    known = content.components
    resolved = {one.ref: _package(one, known) for one in known if _submitted(one)}
    return {"name": path, "file": {"source_location": path}, "resolved": resolved}


def _submitted(component: Component) -> bool:
    """GitHub looks for advisories by name and version: what has none, or comes from elsewhere, would be mistaken."""
    return component.version is not None and component.origin is Origin.REGISTRY


def _package(component: Component, known: tuple[Component, ...]) -> Mapping[str, Any]:
    package: dict[str, Any] = {
        "package_url": component.purl,
        "scope": "runtime" if component.scope.shipped else "development",
        "dependencies": [known[n].purl for n in component.requires or () if _submitted(known[n])],
    }
    if component.direct is not None:
        package["relationship"] = "direct" if component.direct else "indirect"
    return package
