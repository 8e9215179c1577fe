"""RubyGems' API: all versions of a gem. The base address is the gem server."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from checks.facts.exchange import Answer, Request, known, list_of
from checks.facts.fields import mapping, mappings, moment, text
from checks.facts.names import repository_of, segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.facts.statements import all_of
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release

__all__ = ["SOURCE", "answers", "read", "requests"]

_ANSWERS = Want.LICENSE | Want.PUBLISHED | Want.RELEASES


def answers(purl_type: str) -> Want:
    """Gems. Yanked versions are not in the list, so it knows no status."""
    return _ANSWERS if purl_type == "gem" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each gem."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        yield Request(f"api/v1/versions/{segment(name)}.json", keys, want, limit_bytes=registry.PACKAGE_BYTES)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """A version once for all of its platforms, and once for each (`1.15.0-x86_64-linux`, as lock files name them)."""
    releases: dict[str, Release] = {}
    entries = list(mappings(list_of(document)))
    for entry in entries:
        number, platform = text(entry.get("number")), text(entry.get("platform"))
        if number is None:
            continue
        release = Release(number, moment(entry.get("created_at")), license=all_of(entry.get("licenses")))
        if number not in releases or platform == "ruby":
            releases[number] = release
        if platform and platform != "ruby":
            releases[f"{number}-{platform}"] = Release(
                f"{number}-{platform}", release.published, license=release.license
            )
    latest = registry.newest("gem", (Release(number) for number in _numbers(entries)))
    package = PackageFacts(
        latest=known(latest, SOURCE, as_of), repository=known(_repository(entries, latest), SOURCE, as_of)
    )
    return registry.of_package(request, as_of, tuple(releases.values()), package)


def _numbers(entries: list[Mapping[str, object]]) -> Iterator[str]:
    for entry in entries:
        if number := text(entry.get("number")):
            yield number


def _repository(entries: list[Mapping[str, object]], latest: str | None) -> str | None:
    """The repository that the newest version names."""
    for entry in entries:
        if latest and text(entry.get("number")) == latest:
            return repository_of(mapping(entry.get("metadata")).get("source_code_uri"))
    return None
