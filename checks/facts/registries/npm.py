"""npm's registry protocol: packuments, and the manifest of one version. The base address is the registry's own."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of, said
from checks.facts.fields import items, mapping, moment, text
from checks.facts.names import repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import choice, named
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release, Standing, Status

__all__ = ["SOURCE", "answers", "read", "requests"]

_OF_MANIFEST = Want.LICENSE | Want.STATUS
_OF_PACKAGE = _OF_MANIFEST | Want.PUBLISHED | Want.RELEASES | Want.HEALTH
#: What npm leaves in the place of a package that it took down.
_HOLDER = "0.0.1-security"


def answers(purl_type: str) -> Want:
    """npm only."""
    return _OF_PACKAGE if purl_type == "npm" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One packument for each package, or, where license and status of one version are all that is wanted, its much
    smaller manifest. Only packuments have times."""
    asked = answerable(questions, answers)
    for _, name, keys, want in registry.packages(asked):
        path = _path(name)
        if want & ~_OF_MANIFEST or len(keys) > 1:
            yield Request(path, keys, want, limit_bytes=registry.PACKAGE_BYTES, step="package")
        elif keys[0][1]:
            yield Request(f"{path}/{segment(keys[0][1])}", keys, want, step="version")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """What a packument or a manifest says."""
    found = object_of(document)
    if request.step == "version":
        release = _release(text(found.get("version")) or "", found, {})
        return said(SOURCE, as_of, {key: registry.of_version(release, as_of) for key in request.keys})
    times = mapping(found.get("time"))
    versions = found.get("versions", {} if "unpublished" in times else None)
    if not isinstance(versions, dict):
        raise UnreadableAnswer("it has no object of versions")
    releases = [_release(version, mapping(manifest), times) for version, manifest in versions.items()]
    releases += _unpublished(versions, times)
    latest = text(mapping(found.get("dist-tags")).get("latest"))
    package = PackageFacts(
        latest=known(latest, SOURCE, as_of),
        status=known(_status(versions, latest), SOURCE, as_of),
        repository=known(_repository(found), SOURCE, as_of),
        maintainers=known(len(items(found.get("maintainers"))) or None, SOURCE, as_of),
    )
    return registry.of_package(request, as_of, releases, package)


def _path(name: str) -> str:
    """`@scope%2Fname`: registries take the whole name as one segment."""
    return segment(name).replace("%40", "@")


def _release(version: str, manifest: Mapping[str, object], times: Mapping[str, object]) -> Release:
    return Release(
        version, moment(times.get(version)), _deprecated(manifest.get("deprecated")), license=_license(manifest)
    )


def _license(manifest: Mapping[str, object]) -> str | None:
    """`license` as text, object or list; npm's old list `licenses` offers a choice."""
    declared = manifest.get("license")
    if not declared:
        declared = manifest.get("licenses")
    return choice(declared) if isinstance(declared, list) else named(declared)


def _deprecated(value: object) -> str | None:
    """A reason; an empty text takes a deprecation back, and old tools wrote `true`."""
    return "" if value is True else text(value)


def _unpublished(versions: Mapping[str, object], times: Mapping[str, object]) -> Iterator[Release]:
    """Versions that have a time and no manifest were taken away."""
    for version, time in times.items():
        if version not in versions and version not in ("created", "modified", "unpublished") and moment(time):
            yield Release(version, moment(time), yanked="unpublished")


def _status(versions: Mapping[str, object], latest: str | None) -> Status | None:
    if not versions:
        return Status(Standing.REMOVED, "all of its versions were unpublished")
    if latest == _HOLDER:
        return Status(Standing.QUARANTINED, "npm replaced it by a security placeholder")
    return None


def _repository(found: Mapping[str, object]) -> str | None:
    value = found.get("repository")
    return repository_of(mapping(value).get("url") if isinstance(value, dict) else value)
