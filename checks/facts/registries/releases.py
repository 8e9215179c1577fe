"""From the list of versions that a registry gives to what it says of each asked version and of the package."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from checks.facts.exchange import Answer, Request, known, said
from checks.facts.names import GO_TOOLCHAIN, name_of
from checks.facts.questions import by_package
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import Known, PackageFacts, Release, VersionFacts
from checks.model.purl import type_of
from checks.model.versions import InvalidVersion, is_prerelease, sort_key

SOURCE = "registry"
#: A document about a package as a whole; those of npm with thousands of versions are the largest.
PACKAGE_BYTES = 64_000_000


def packages(questions: Questions) -> Iterable[tuple[str, str, tuple[PackageKey, ...], Want]]:
    """Purl, the ecosystem's own name, keys and wants of each package that a registry can know."""
    for purl, keys, want in by_package(questions):
        name = name_of(purl) if purl != GO_TOOLCHAIN else None
        if name is not None:
            yield purl, name, keys, want


def path_of(name: str) -> str:
    """A name as the segments of a path: `@scope/name` keeps its slash and its at sign."""
    return quote(name, safe="/@")


def of_package(request: Request, as_of: datetime, releases: Sequence[Release], package: PackageFacts) -> Answer:
    """What is known of a package; the list of versions only if it was asked for, because it can be long."""
    if request.want & Want.RELEASES:
        package = replace(package, releases=Known(tuple(releases), SOURCE, as_of))
    return said(SOURCE, as_of, versions_of(request.keys, releases, as_of), {purl: package for purl, _ in request.keys})


def versions_of(
    keys: Iterable[PackageKey], releases: Sequence[Release], as_of: datetime
) -> Mapping[PackageKey, VersionFacts]:
    """What `releases` say of each asked version; equal versions may be written differently (`1.0` and `1.0.0`)."""
    exact = {release.version: release for release in releases}
    equal: dict[object, Release] | None = None
    found: dict[PackageKey, VersionFacts] = {}
    for key in keys:
        purl, version = key
        if version is None:
            continue
        release = exact.get(version)
        if release is None and releases:
            type_ = type_of(purl)
            if equal is None:
                equal = {_order(type_, item.version): item for item in releases}
                equal.pop(None, None)
            release = equal.get(_order(type_, version))
        if release is not None:
            found[key] = of_version(release, as_of)
    return found


def of_version(release: Release, as_of: datetime) -> VersionFacts:
    """What a registry says of one version."""
    return VersionFacts(
        license=known(release.license, SOURCE, as_of),
        published=known(release.published, SOURCE, as_of),
        deprecated=known(release.deprecated, SOURCE, as_of),
        yanked=known(release.yanked, SOURCE, as_of),
    )


def newest(type_: str, releases: Iterable[Release]) -> str | None:
    """The greatest version that is neither a prerelease nor yanked; else the greatest that is not yanked."""
    best: tuple[tuple[bool, Any], str] | None = None
    for release in releases:
        order = _order(type_, release.version)
        if order is None or release.yanked is not None:
            continue
        rank = (not is_prerelease(type_, release.version), order)
        if best is None or rank > best[0]:
            best = (rank, release.version)
    return best[1] if best else None


def _order(type_: str, version: str) -> Any:
    try:
        return sort_key(type_, version)
    except InvalidVersion:
        return None
