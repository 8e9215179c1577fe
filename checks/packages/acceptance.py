"""What the policy asks of a package that is new here, criterion by criterion."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from checks.licenses.statement import read
from checks.model import gaps as silence
from checks.model.change import Change
from checks.model.dependency import Origin
from checks.model.facts import NOTHING, Facts, Want
from checks.model.finding import Evidence, Move
from checks.model.packages import Known, PackageFacts, Release
from checks.model.phrase import Phrase, join, say
from checks.packages.advice import added
from checks.packages.sources import ours
from checks.packages.terms import Acceptance, LicenseHistory, PackagesSection
from checks.packages.words import Said, cut, observe, subject, told_by
from checks.render.english import counted, day
from checks.render.english import listed as enumerated

#: Licenses of a history that a sentence names, and letters of each.
_LICENSES, _LETTERS = 4, 40


def wanted(change: Change, section: PackagesSection) -> Want:
    """What must be known about the package, as far as criteria speak of it."""
    terms = section.accept
    if not _asked(change, section):
        return NOTHING
    health = terms.scorecard or terms.maintainers is not None or terms.dependents is not None
    releases = terms.released_within or terms.age or terms.license_history is LicenseHistory.STABLE
    return (Want.HEALTH if health else NOTHING) | (Want.RELEASES if releases else NOTHING)


def _asked(change: Change, section: PackagesSection) -> bool:
    places = [place.dependency for place in change.places]
    return (
        added(change)
        and any(place.origin is Origin.REGISTRY for place in places)
        and not ours(places, section)
        and (section.accept.transitive or any(place.direct is not False for place in places))
        and not section.decided(change.purl, change.version)
    )


@dataclass(frozen=True, slots=True)
class _Unknown:
    """What was asked and nobody told, in words that follow "nobody knows"."""

    words: str


_Answer = Said | _Unknown


def said(change: Change, facts: Facts, section: PackagesSection, now: datetime) -> Iterator[Said]:
    """One finding for each criterion that is not met, one for all that nobody could tell (`now` is UTC)."""
    want = wanted(change, section)
    if not want:
        return
    known = facts.package(change.purl)
    unknown = []
    for answer in _answers(change, known, section.accept, now):
        if isinstance(answer, _Unknown):
            unknown.append(answer.words)
        else:
            yield answer
    if unknown:
        yield _not_told(change, unknown, known, want)


def _answers(change: Change, known: PackageFacts, terms: Acceptance, now: datetime) -> Iterator[_Answer]:
    yield from _scorecard(change, known, terms)
    yield from _maintainers(change, known, terms)
    yield from _release(change, known, terms, now)
    yield from _license_history(change, known, terms)
    yield from _age(change, known, terms, now)
    yield from _dependents(change, known, terms)


def _refused(
    change: Change, rule: str, key: str, words: str | Phrase, headline: str, *evidence: Evidence, **more: object
) -> Said:
    message = (words,) if isinstance(words, str) else words
    return observe(f"acceptance-{rule}", subject(change), message, headline, ("accept", key), evidence=evidence, **more)


def _scorecard(change: Change, facts: PackageFacts, terms: Acceptance) -> Iterator[_Answer]:
    if terms.scorecard is None:
        return
    known = facts.scorecard
    scores = {item.name: item.score for item in known.value.checks} if known else {}
    low = []
    for name, least in terms.scorecard.minimum.items():
        score = scores.get(name)
        if score is None:
            yield _Unknown(f"its score for {name}")
        elif score < least:
            low.append((name, f"{score:g} of 10", least))
    if low and known:
        words = enumerated([f"{name} is {score} (asked for: {least})" for name, score, least in low])
        rows = (Evidence(name, (f"{score}, minimum {least}",), told_by(known)) for name, score, least in low)
        headline = " is below the Scorecard that is asked for"
        yield _refused(change, "scorecard", "scorecard", f"{headline}: {words}.", headline, *rows)


def _maintainers(change: Change, facts: PackageFacts, terms: Acceptance) -> Iterator[_Answer]:
    known, least = facts.maintainers, terms.maintainers
    if least is None:
        return
    if known is None:
        yield _Unknown("how many maintainers it has")
    elif known.value < least:
        has, row = f" has {counted(known.value, 'maintainer')}", _number("maintainers", known, least)
        yield _refused(change, "maintainers", "maintainers", f"{has}, and {least:,} are asked for.", has, row)


def _dependents(change: Change, facts: PackageFacts, terms: Acceptance) -> Iterator[_Answer]:
    known, least = facts.dependents, terms.dependents
    if least is None:
        return
    if known is None:
        yield _Unknown("how many packages use it")
    elif known.value < least:
        used, row = f" is used by {counted(known.value, 'package')}", _number("dependents", known, least)
        yield _refused(change, "dependents", "dependents", f"{used}, and {least:,} are asked for.", used, row)


def _number(what: str, known: Known[int], least: int) -> Evidence:
    return Evidence(what, (f"{known.value:,}, minimum {least:,}",), told_by(known))


def _release(change: Change, facts: PackageFacts, terms: Acceptance, now: datetime) -> Iterator[_Answer]:
    limit = terms.released_within.delta if terms.released_within else None
    if limit is None:
        return
    releases = _dated(facts)
    if not releases:
        yield _Unknown("when it was last released")
        return
    last, release = releases[-1]
    if last + limit > now:
        yield last + limit
        return
    had = f" had its last release on {day(last)}"
    words = f"{had}, and one within {terms.released_within} is asked for."
    yield _refused(change, "release", "released_within", words, had, _row("last release", last, release, facts))


def _age(change: Change, facts: PackageFacts, terms: Acceptance, now: datetime) -> Iterator[_Answer]:
    limit = terms.age.delta if terms.age else None
    if limit is None:
        return
    releases = _dated(facts)
    if not releases:
        yield _Unknown("since when it exists")
        return
    first, release = releases[0]
    if now < first + limit:
        exists, row = f" exists since {day(first)}", _row("first release", first, release, facts)
        words = f"{exists}, and packages must exist for {terms.age}."
        yield _refused(change, "age", "age", words, exists, row, clears_at=first + limit, move=Move.CLOCK)


def _license_history(change: Change, facts: PackageFacts, terms: Acceptance) -> Iterator[_Answer]:
    if terms.license_history is LicenseHistory.ANY:
        return
    history: list[tuple[str, str]] = []
    for _, release in _dated(facts):
        license_ = read(release.license).text if release.license else None
        if license_ and (not history or history[-1][1] != license_):
            history.append((release.version, license_))
    if not history:
        yield _Unknown("under which licenses it was released")
    elif len(history) > 1:
        steps = [
            say("{}" if place == 0 else "{} from {} on", *_step(*item, first=place == 0))
            for place, item in enumerate(history[-_LICENSES:])
        ]
        words = (" has changed its license (", *join(steps, ", then "), "), and a stable one is asked for.")
        row = Evidence("licenses", join(steps, ", then "), told_by(facts.releases) if facts.releases else ())
        yield _refused(change, "license-history", "license_history", words, " has changed its license", row)


def _step(version: str, license_: str, *, first: bool) -> tuple[str, ...]:
    return (cut(license_, _LETTERS),) if first else (cut(license_, _LETTERS), cut(version, _LETTERS))


def _dated(facts: PackageFacts) -> list[tuple[datetime, Release]]:
    """Releases with their date (UTC), oldest first; none that was withdrawn."""
    known = facts.releases.value if facts.releases else ()
    dated = [(_utc(item.published), item) for item in known if item.published and item.yanked is None]
    return sorted(dated, key=lambda pair: pair[0])


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _row(what: str, moment: datetime, release: Release, facts: PackageFacts) -> Evidence:
    value = say("{}" + f", {moment:%Y-%m-%d}", cut(release.version, _LETTERS))
    return Evidence(what, value, told_by(facts.releases) if facts.releases else ())


def _not_told(change: Change, unknown: list[str], facts: PackageFacts, want: Want) -> Said:
    gaps = facts.silent(want)
    who = silence.who(gaps, "no source knows it", "connect its registry, or name it in packages.sources.internal")
    return observe(
        "acceptance-unknown",
        subject(change),
        (f" is new here, and nobody could tell {enumerated(unknown)}: ", *who, "."),
        " could not be judged by all criteria",
        ("accept",),
        evidence=silence.evidence(gaps),
        move=silence.turn(gaps, Move.OWNER),
        clears_at=silence.asked_again(gaps),
    )
