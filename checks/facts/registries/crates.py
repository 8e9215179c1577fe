"""The web API of Cargo's main registry. The base address is what `api` says in the registry's `config.json`."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, UnreadableAnswer, known, object_of
from checks.facts.fields import mapping, mappings, moment, text
from checks.facts.names import repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import named
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release

__all__ = ["SOURCE", "answers", "read", "requests"]

_ANSWERS = Want.LICENSE | Want.PUBLISHED | Want.STATUS | Want.RELEASES | Want.HEALTH


def answers(purl_type: str) -> Want:
    """Rust's crates."""
    return _ANSWERS if purl_type == "cargo" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each crate; the registry allows one a second."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        yield Request(f"api/v1/crates/{segment(name)}", keys, want, limit_bytes=registry.PACKAGE_BYTES)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """All versions with their licenses (old ones write `MIT/Apache-2.0`)."""
    found = object_of(document)
    if not isinstance(found.get("versions"), list):
        raise UnreadableAnswer("it has no list of versions")
    releases = [_release(version, item) for item in mappings(found["versions"]) if (version := text(item.get("num")))]
    crate = mapping(found.get("crate"))
    package = PackageFacts(
        latest=known(text(crate.get("max_stable_version")) or registry.newest("cargo", releases), SOURCE, as_of),
        repository=known(repository_of(crate.get("repository")), SOURCE, as_of),
    )
    return registry.of_package(request, as_of, releases, package)


def _release(version: str, item: Mapping[str, object]) -> Release:
    yanked = (text(item.get("yank_message")) or "") if item.get("yanked") is True else None
    return Release(version, moment(item.get("created_at")), None, yanked, named(item.get("license")))
