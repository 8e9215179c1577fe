"""Dart's and Flutter's package repository (Pub repository specification 2). The base address is the repository."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of, said
from checks.facts.fields import mapping, mappings, moment, text, texts
from checks.facts.names import purl_of, repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import combined
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release, Standing, Status, VersionFacts

__all__ = ["SOURCE", "answers", "read", "requests"]

_ANSWERS = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.RELEASES
#: Tags beside the ids of licenses.
_NO_LICENSE = frozenset({"fsf-libre", "osi-approved", "unknown", "pending"})


def answers(purl_type: str) -> Want:
    """Dart packages; the license only of the newest version, which is the only one that is analyzed."""
    return _ANSWERS if purl_type == "pub" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each package, and one for its license where the newest version is asked about."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        path = f"api/packages/{segment(name)}"
        yield Request(path, keys, want, limit_bytes=registry.PACKAGE_BYTES, step="package")


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """What the list of versions or the analysis says."""
    found = object_of(document)
    if request.step == "score":
        return _read_score(request, found, as_of)
    if not isinstance(found.get("versions"), list):
        raise UnreadableAnswer("it has no list of versions")
    releases = [
        _release(version, item) for item in mappings(found["versions"]) if (version := text(item.get("version")))
    ]
    newest = mapping(found.get("latest"))
    latest = text(newest.get("version"))
    status = Status(Standing.DEPRECATED, "discontinued") if found.get("isDiscontinued") is True else None
    package = PackageFacts(
        latest=known(latest, SOURCE, as_of),
        status=known(status, SOURCE, as_of),
        replaced_by=known(purl_of("pub", text(found.get("replacedBy")) or ""), SOURCE, as_of),
        repository=known(_repository(mapping(newest.get("pubspec"))), SOURCE, as_of),
    )
    answer = registry.of_package(request, as_of, releases, package)
    keys = tuple(key for key in request.keys if latest is not None and key[1] == latest)
    if not keys or not request.want & Want.LICENSE:
        return answer
    score = replace(request, path=f"{request.path}/score", keys=keys, want=Want.LICENSE, step="score")
    return replace(answer, more=(score,))


def _read_score(request: Request, found: Mapping[str, object], as_of: datetime) -> Answer:
    """Licenses stand among the tags: `license:bsd-3-clause`. Several texts were recognized: all count."""
    tags = [tag.removeprefix("license:") for tag in texts(found.get("tags")) if tag.startswith("license:")]
    license_ = combined([tag for tag in tags if tag not in _NO_LICENSE], "AND")
    facts = VersionFacts(license=known(license_, SOURCE, as_of))
    return said(SOURCE, as_of, dict.fromkeys(request.keys, facts))


def _release(version: str, item: Mapping[str, object]) -> Release:
    yanked = "retracted" if item.get("retracted") is True else None
    return Release(version, moment(item.get("published")), yanked=yanked)


def _repository(pubspec: Mapping[str, object]) -> str | None:
    return repository_of(pubspec.get("repository")) or repository_of(pubspec.get("homepage"))
