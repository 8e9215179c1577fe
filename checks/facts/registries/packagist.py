"""Composer's repository protocol, version 2 (`p2`). The base address is the repository.

Its documents are minified: an entry has only what differs from the one before it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of
from checks.facts.fields import items, mapping, mappings, moment, text
from checks.facts.names import purl_of, repository_of
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import choice
from checks.model.facts import PackageKey, Questions, Want
from checks.model.packages import PackageFacts, Release, Standing, Status

__all__ = ["SOURCE", "answers", "read", "requests"]

_ANSWERS = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.RELEASES
#: The value that takes an inherited key away.
_UNSET = "__unset"


def answers(purl_type: str) -> Want:
    """Composer packages."""
    return _ANSWERS if purl_type == "composer" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each package, and one more where a branch is asked for."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        branches = tuple(key for key in keys if _is_branch(key))
        tagged = tuple(key for key in keys if key not in branches)
        if tagged:
            yield _request(name, "package", tagged, want)
        if branches and want.of_version:
            yield _request(name, "branches", branches, want.of_version)


def _request(name: str, step: str, keys: tuple[PackageKey, ...], want: Want) -> Request:
    path = f"p2/{registry.path_of(name)}{'~dev' if step == 'branches' else ''}.json"
    limit = registry.PACKAGE_BYTES
    return Request(path, keys, want, limit_bytes=limit, step=step, subjects=(name,) * len(keys))


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """All versions with their licenses; several licenses offer a choice."""
    found = object_of(document)
    listed = mapping(found.get("packages")).get(request.subjects[0]) if request.subjects else None
    if not isinstance(listed, list):
        raise UnreadableAnswer("it has no list of versions of the package")
    minified = text(found.get("minified")) is not None
    entries = list(_expanded(listed)) if minified else list(mappings(listed))
    releases = [_release(version, entry) for entry in entries if (version := text(entry.get("version")))]
    package = _package(releases, entries[0], as_of) if entries and request.step == "package" else PackageFacts()
    return registry.of_package(request, as_of, releases, package)


def _package(releases: list[Release], newest: Mapping[str, object], as_of: datetime) -> PackageFacts:
    abandoned = newest.get("abandoned")
    status = Status(Standing.DEPRECATED, "abandoned") if abandoned else None
    return PackageFacts(
        latest=known(registry.newest("composer", releases), SOURCE, as_of),
        status=known(status, SOURCE, as_of),
        replaced_by=known(purl_of("composer", abandoned) if isinstance(abandoned, str) else None, SOURCE, as_of),
        repository=known(repository_of(mapping(newest.get("source")).get("url")), SOURCE, as_of),
    )


def _is_branch(key: PackageKey) -> bool:
    version = key[1] or ""
    return version.startswith("dev-") or version.endswith("-dev")


def _expanded(listed: list[object]) -> Iterator[Mapping[str, object]]:
    """Every entry with what it inherits from the one before."""
    entry: dict[str, object] = {}
    for difference in mappings(items(listed)):
        entry = {key: value for key, value in {**entry, **difference}.items() if value != _UNSET}
        yield entry


def _release(version: str, entry: Mapping[str, object]) -> Release:
    published = moment(entry.get("published-time")) or moment(entry.get("time"))
    return Release(version, published, license=choice(entry.get("license")) if entry.get("license") else None)
