"""Where it is used, as a document for programs, as lines for people, and as rows for a spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from checks.model.phrase import visible
from checks.model.purl import parse
from checks.model.where import Answer, Coverage, Place, Question, Standing
from checks.render.english import counted, day

#: Owners that a line shows.
_SHOWN = 3
_COLUMNS = (
    *("repository", "manifest", "package", "version", "license", "scope", "direct", "via", "since", "or_earlier"),
    *("until", "owners", "owners_by", "visibility", "archived"),
)


def to_json(answer: Answer) -> dict[str, Any]:
    """The document that the API gives. Times are UTC."""
    return {
        "question": _question(answer.question),
        "standing": answer.standing.value,
        "summary": summary(answer),
        "uses": answer.uses,
        "repositories": answer.repositories,
        "undecided": answer.undecided,
        "until": moment(answer.until),
        "places": [place_json(place) for place in answer.places],
        "next": answer.following,
        "coverage": coverage_json(answer.coverage),
    }


def _question(question: Question) -> dict[str, str]:
    given = {
        "package": question.purl,
        "name": question.name,
        "versions": question.versions,
        "license": question.license,
        "advisory": question.advisory,
    }
    return {name: value for name, value in given.items() if value is not None}


def place_json(place: Place) -> dict[str, Any]:
    return {
        "repository": place.repository,
        "repository_id": place.repository_id,
        "visibility": place.visibility,
        "archived": place.archived,
        "manifest": place.manifest,
        "package": place.purl,
        "name": place.name,
        "version": place.version,
        "license": place.license,
        "scope": place.scope,
        "direct": place.direct,
        "via": place.via,
        "since": moment(place.since),
        "or_earlier": place.or_earlier,
        "until": moment(place.until),
        "owners": list(place.owners),
        "owners_by": place.because,
    }


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    return {
        "repositories": coverage.active,
        "read": coverage.read,
        "unread_manifests": coverage.unread,
        "summary": covered(coverage),
    }


def moment(seconds: float | None) -> str | None:
    """`2026-11-20T12:00:00Z`; a time that no calendar has is none."""
    try:
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


def summary(answer: Answer) -> str:
    """The answer in one or two sentences of plain text."""
    name = asked(answer.question)
    if answer.standing is Standing.UNKNOWN_ADVISORY:
        return (
            f"Whether {name} affects anybody cannot be said: none of the facts that are kept here name it. Ask for "
            "the packages that it is about."
        )
    if answer.standing is Standing.USED:
        among = "" if answer.repositories is None else f" in {_repositories(answer.repositories)}"
        said = f"{name} is used {counted(answer.uses, 'time')}{among}."
    elif answer.standing is Standing.WAS_USED:
        ended = f": the last use ended on {_day(moment(answer.until))}" if answer.until is not None else ""
        said = f"{name} is used no more{ended}."
    else:
        said = f"{name} was never seen on a default branch."
    if answer.undecided:
        uses = counted(answer.undecided, "further use")
        said += f" Of {uses} nobody can tell whether the version is meant."
    return said


def asked(question: Question) -> str:
    """What is asked for, inert."""
    if question.license:
        return f"What is licensed under {visible(question.license)}"
    if question.advisory:
        return visible(question.advisory)
    name = visible(question.purl or question.name or "")
    versions = visible(question.versions) if question.versions else ""
    if not versions:
        return name
    exact = versions[:1].isalnum() and not versions.startswith("vers:")
    return f"{name}@{versions}" if exact else f"{name} ({versions})"


def covered(coverage: Coverage) -> str:
    """What the answer is founded on, in a sentence."""
    if not coverage.active:
        return "No repository is known yet, so this says nothing."
    said = f"All {_repositories(coverage.active)} were read." if coverage.active > 1 else "The one repository was read."
    if coverage.read < coverage.active:
        share = f"{100 * coverage.read // coverage.active}%"
        said = (
            f"Only {coverage.read:,} of {_repositories(coverage.active)} were read so far ({share}), so there may be "
            "more."
        )
    if coverage.unread:
        said += f" In {coverage.unread:,} of them a manifest could not be read."
    return said


def _repositories(count: int) -> str:
    return counted(count, "repository")


def text(document: Mapping[str, Any], pages: Sequence[Mapping[str, Any]] = ()) -> str:
    """Lines for a terminal, out of the document that the API gave, and further pages of it."""
    places = [*document["places"], *(place for page in pages for place in page["places"])]
    lines = [visible(str(document["summary"]), 1000)]
    if places:
        lines += ["", *_table(places)]
    left = int(document["uses"]) - len(places)
    if left > 0:
        lines += ["", f"… and {counted(left, 'further use')}: --all shows everything."]
    return "\n".join([*lines, "", visible(str(document["coverage"]["summary"]), 1000)]) + "\n"


def _table(places: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    rows = [
        (
            visible(str(place["repository"] or f"repository {place['repository_id']}")),
            visible(str(place["manifest"])),
            visible(f"{place['name']} {place['version'] or '(no exact version)'}"),
            _how(place),
            f"since {_day(place['since'])}{' or earlier' if place['or_earlier'] else ''}",
            _owners(place),
        )
        for place in places
    ]
    widths = [min(60, max(map(len, column))) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _how(place: Mapping[str, Any]) -> str:
    scope = "" if place["scope"] == "unknown" else str(place["scope"])
    if place["direct"]:
        way = "direct"
    elif place["via"]:
        way = f"through {visible(_named(str(place['via'])), 80)}"
    else:
        way = "indirect" if place["direct"] is False else ""
    return ", ".join(part for part in (visible(scope), way) if part)


def _named(purl: str) -> str:
    try:
        _, namespace, name, _ = parse(purl)
    except ValueError:
        return purl
    return f"{namespace}/{name}" if namespace else name


def _owners(place: Mapping[str, Any]) -> str:
    who = [visible(str(name), 80) for name in place["owners"]]
    more = f" and {len(who) - _SHOWN} more" if len(who) > _SHOWN else ""
    return ", ".join(who[:_SHOWN]) + more if who else "no owner named"


def _day(text: object) -> str:
    try:
        return day(datetime.fromisoformat(str(text)))
    except ValueError:
        return "an unknown day"


def rows(documents: Iterable[Mapping[str, Any]]) -> str:
    """The uses of all pages as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is quoted."""
    places = [place for document in documents for place in document["places"]]
    cells = [_COLUMNS, *([cell_text(place.get(column)) for column in _COLUMNS] for place in places)]
    return "".join(",".join(map(quoted, row)) + "\r\n" for row in cells)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(',"\r\n') & set(cell) else cell


def cell_text(value: object) -> str:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    shown = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{shown}" if shown[:1] in "=+-@\t\r" and shown else shown
