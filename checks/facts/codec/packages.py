"""What is known of package versions and packages, as JSON values and back."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

from checks.facts.codec.values import (
    day,
    gaps,
    known,
    moment,
    read_count,
    read_flag,
    read_gaps,
    read_known,
    read_moment,
    read_number,
    read_optional,
    read_optional_day,
    read_optional_moment,
    read_rows,
    read_text,
    read_texts,
    required,
    trimmed,
)
from checks.model.packages import (
    Cycle,
    LicenseText,
    PackageFacts,
    Release,
    Score,
    Scorecard,
    Standing,
    Status,
    VersionFacts,
)

_STANDINGS = {standing.value: standing for standing in Standing}
_TEXT_OR_NONE = {str, type(None)}


def write_version(value: VersionFacts) -> dict[str, object]:
    """The fields of a version; those without a value are None or empty."""
    return {
        "license": known(value.license),
        "opinions": [known(item) for item in value.opinions],
        "texts": known(value.texts, lambda texts: [_license_text(text) for text in texts]),
        "published": known(value.published, moment),
        "deprecated": known(value.deprecated),
        "yanked": known(value.yanked),
        "advisories": known(value.advisories, list),
        "gaps": gaps(value.gaps),
    }


def read_version(found: dict[str, Any]) -> VersionFacts:
    """The version in `found`, which loses every field that was read. Raises ValueError and its like."""
    take = found.pop
    return VersionFacts(
        license=read_known(take("license", None), read_text),
        opinions=tuple([required(read_known(item, read_text)) for item in read_rows(take("opinions", []))]),
        texts=read_known(take("texts", None), _read_texts),
        published=read_known(take("published", None), read_moment),
        deprecated=read_known(take("deprecated", None), read_text),
        yanked=read_known(take("yanked", None), read_text),
        advisories=read_known(take("advisories", None), read_texts),
        gaps=read_gaps(take("gaps", [])),
    )


def write_package(value: PackageFacts) -> dict[str, object]:
    """The fields of a package, as `write_version`."""
    return {
        "releases": known(value.releases, _columns),
        "latest": known(value.latest),
        "status": known(value.status, lambda status: [status.standing.value, status.reason]),
        "replaced_by": known(value.replaced_by),
        "repository": known(value.repository),
        "archived": known(value.archived),
        "scorecard": known(
            value.scorecard, lambda card: [card.overall, [[c.name, c.score, c.reason] for c in card.checks]]
        ),
        "maintainers": known(value.maintainers),
        "dependents": known(value.dependents),
        "cycles": known(value.cycles, lambda cycles: [_cycle(cycle) for cycle in cycles]),
        "gaps": gaps(value.gaps),
    }


def read_package(found: dict[str, Any]) -> PackageFacts:
    """The package in `found`, as `read_version`."""
    take = found.pop
    return PackageFacts(
        releases=read_known(take("releases", None), _read_releases),
        latest=read_known(take("latest", None), read_text),
        status=read_known(take("status", None), lambda row: Status(_STANDINGS[row[0]], read_text(row[1]))),
        replaced_by=read_known(take("replaced_by", None), read_text),
        repository=read_known(take("repository", None), read_text),
        archived=read_known(take("archived", None), read_flag),
        scorecard=read_known(take("scorecard", None), lambda row: _read_scorecard(*row)),
        maintainers=read_known(take("maintainers", None), read_count),
        dependents=read_known(take("dependents", None), read_count),
        cycles=read_known(take("cycles", None), lambda rows: tuple([_read_cycle(*row) for row in read_rows(rows)])),
        gaps=read_gaps(take("gaps", [])),
    )


def _columns(releases: tuple[Release, ...]) -> list[object]:
    """A column for each field, because a package can have thousands of versions; None for a column without values."""
    columns: tuple[list[Any], ...] = (
        [release.version for release in releases],
        [moment(release.published) for release in releases],
        [release.deprecated for release in releases],
        [release.yanked for release in releases],
        [release.license for release in releases],
    )
    return [columns[0], *(column if any(item is not None for item in column) else None for column in columns[1:])]


def _read_releases(columns: Any) -> tuple[Release, ...]:
    versions, published, *others = columns
    names = read_texts(versions)
    times = [None] * len(names) if published is None else list(map(read_optional_moment, published))
    rest = [_column(column, len(names)) for column in others]
    if len(rest) != 3 or len(times) != len(names):
        raise ValueError("columns of different lengths")
    return tuple(map(Release, names, times, *rest))


def _column(values: Any, length: int) -> Iterable[str | None]:
    if values is None:
        return repeat(None, length)
    if type(values) is not list or len(values) != length or not set(map(type, values)) <= _TEXT_OR_NONE:
        raise ValueError("a column that is none")
    return values


def _cycle(cycle: Cycle) -> list[object]:
    ends = (day(cycle.released), day(cycle.end_of_life), cycle.ended, day(cycle.end_of_active_support))
    return trimmed([cycle.name, *ends, cycle.latest, cycle.long_term or None, cycle.codename])


def _read_cycle(
    name: Any,
    released: Any = None,
    ends: Any = None,
    ended: Any = None,
    active: Any = None,
    latest: Any = None,
    long_term: Any = None,
    codename: Any = None,
) -> Cycle:
    return Cycle(
        read_text(name),
        read_optional_day(released),
        read_optional_day(ends),
        None if ended is None else read_flag(ended),
        read_optional_day(active),
        read_optional(latest),
        long_term is not None and read_flag(long_term),
        read_optional(codename),
    )


def _read_scorecard(overall: Any, checks: Any) -> Scorecard:
    found = [
        Score(read_text(name), None if score is None else read_number(score), read_text(why))
        for name, score, why in read_rows(checks)
    ]
    return Scorecard(None if overall is None else read_number(overall), tuple(found))


def _read_texts(rows: Any) -> tuple[LicenseText, ...]:
    return tuple([_read_license_text(*row) for row in read_rows(rows)])


def _license_text(text: LicenseText) -> list[object]:
    row: list[object] = [text.path, text.sha256, text.license, text.similarity]
    return [*row, text.nearest, list(text.differs)] if text.nearest is not None else row


def _read_license_text(
    path: Any, sha256: Any, license_: Any, similarity: Any, nearest: Any = None, differs: Any = None
) -> LicenseText:
    """The last two came later, and only what is not recognized has them."""
    rows = () if nearest is None else read_texts(differs)
    read = read_text(path), read_text(sha256), read_optional(license_), read_number(similarity)
    return LicenseText(*read, read_optional(nearest), tuple(rows))
