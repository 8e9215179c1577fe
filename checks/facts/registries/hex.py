"""Hex, the package manager of Erlang and Elixir. The base address is the API."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of
from checks.facts.fields import items, mapping, mappings, moment, text
from checks.facts.names import repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import all_of
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release

__all__ = ["SOURCE", "answers", "read", "requests"]

_ANSWERS = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.RELEASES | Want.HEALTH
#: Reasons of a retirement that only discourage; the others (`security`, `invalid`, `other`) take a version back.
_DISCOURAGED = frozenset({"deprecated", "renamed"})


def answers(purl_type: str) -> Want:
    """Hex packages; the license only of the newest version, because Hex keeps one a package."""
    return _ANSWERS if purl_type == "hex" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each package."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        yield Request(f"packages/{segment(name)}", keys, want, limit_bytes=registry.PACKAGE_BYTES)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """All versions, those that were retired with the reason."""
    found = object_of(document)
    if not isinstance(found.get("releases"), list):
        raise UnreadableAnswer("it has no list of releases")
    meta, retired = mapping(found.get("meta")), mapping(found.get("retirements"))
    newest = text(found.get("latest_version"))
    releases = []
    for item in mappings(found["releases"]):
        if version := text(item.get("version")):
            license_ = all_of(meta.get("licenses")) if version == newest else None
            releases.append(_release(version, item, mapping(retired.get(version)), license_))
    links = mapping(meta.get("links")).values()
    package = PackageFacts(
        latest=known(text(found.get("latest_stable_version")) or newest, SOURCE, as_of),
        repository=known(next(filter(None, map(repository_of, links)), None), SOURCE, as_of),
        maintainers=known(len(items(found.get("owners"))) or None, SOURCE, as_of),
    )
    return registry.of_package(request, as_of, releases, package)


def _release(
    version: str, item: Mapping[str, object], retirement: Mapping[str, object], license_: str | None
) -> Release:
    word = text(retirement.get("reason"))
    reason = text(retirement.get("message")) or word
    discouraged = word in _DISCOURAGED
    return Release(
        version,
        moment(item.get("inserted_at")),
        deprecated=reason if discouraged else None,
        yanked=None if discouraged else reason,
        license=license_,
    )
