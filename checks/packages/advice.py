"""What the policy's advice says about a package that a change brings."""

from collections.abc import Iterator
from datetime import datetime

from checks.model.change import Change, ChangeKind
from checks.model.finding import Evidence, Fix, Move
from checks.model.phrase import Phrase, join, say
from checks.model.purl import type_of
from checks.packages.terms import Advice, PackagesSection, Ring
from checks.packages.words import Said, observe, own, subject

_WORDS = {
    Ring.TRIAL: ("package-trial", " is on trial"),
    Ring.HOLD: ("package-hold", " is on hold"),
    Ring.AVOID: ("package-avoid", " is to be avoided"),
}


def said(change: Change, section: PackagesSection, now: datetime, public: bool) -> Iterator[Said]:
    """The strictest advice for the version, and whether somebody should look at it again (`now` is UTC)."""
    place = section.advised(change.purl, change.version)
    if place is not None:
        yield from _advised(change, section, place, public)
        yield from _due(change, section.advice[place], ("advice", str(place)), now, public)
    if place is None or section.advice[place].advice is not Ring.AVOID:
        yield from _unknown(change, section)


def _advised(change: Change, section: PackagesSection, place: int, public: bool) -> Iterator[Said]:
    entry = section.advice[place]
    if entry.advice is Ring.AVOID or (added(change) and entry.advice in (Ring.HOLD, Ring.TRIAL)):
        rule, words = _WORDS[entry.advice]
        yield observe(
            rule,
            subject(change),
            (words, *_reason(entry), *_consequence(entry), "."),
            words,
            ("advice", str(place)),
            evidence=tuple(_evidence(entry, public)),
            fix=_fix(change, entry),
            introduced=not _covered_before(change, section),
        )


def added(change: Change) -> bool:
    """Whether it is new here, and not another version of what there was."""
    return change.kind is ChangeKind.ADDED and not change.beside


def _covered_before(change: Change, section: PackagesSection) -> bool:
    """Whether the versions that the base had were to be avoided, too: an update of them is nothing new."""
    before = {section.advised(item.purl, item.version) for item in change.before}
    return bool(before) and all(place is not None and section.advice[place].advice is Ring.AVOID for place in before)


def _reason(entry: Advice) -> Phrase:
    return (f" ({own(entry.reason)})",) if entry.reason else ()


def _consequence(entry: Advice) -> Phrase:
    instead = _instead(entry)
    match entry.advice, bool(instead):
        case Ring.TRIAL, True:
            return (", and the preferred package is ", *instead)
        case Ring.HOLD, True:
            return (", so it gets no new uses: use ", *instead, " instead")
        case Ring.HOLD, False:
            return (", so it gets no new uses",)
        case Ring.AVOID, True:
            return (": use ", *instead, " instead")
    return ()


def _instead(entry: Advice) -> Phrase:
    return join([say("{}", name.name) for name in entry.instead], last=" or ")


def _fix(change: Change, entry: Advice) -> Fix | None:
    """Who asks for it can ask for another package; what comes with others goes as it came."""
    asked = any(place.dependency.direct is not False for place in change.places)
    if not entry.instead or not asked or entry.advice is Ring.TRIAL:
        return None
    return Fix(("use ", *_instead(entry), *say(" instead of {}", change.name)))


def _evidence(entry: Advice, public: bool) -> Iterator[Evidence]:
    which = say("{}", str(entry.package)) if entry.versions is None else say("{} {}", entry.package, entry.versions)
    yield Evidence("advice", (str(entry.advice), " for ", *which))
    if entry.decided:
        yield Evidence("decided", (str(entry.decided),))
    if entry.review_by:
        yield Evidence("to be reviewed by", (str(entry.review_by),))
    if not public:
        for what, value in (("owner", entry.owner), ("more", entry.link)):
            if value:
                yield Evidence(what, say("{}", value))


def _due(change: Change, entry: Advice, key: tuple[str, ...], now: datetime, public: bool) -> Iterator[Said]:
    """Whether the advice that was used is older than it was meant to become."""
    if entry.review_by is None or not change.introduced:
        return
    yield entry.review_by.ends
    if entry.review_by.ends <= now:
        words = (f" was judged by advice ({entry.advice} for ", *say("{}", str(entry.package)))
        yield observe(
            "advice-review-due",
            subject(change),
            (*words, f") that was to be reviewed by {entry.review_by}."),
            ": its advice is due for review",
            (*key, "review_by"),
            evidence=tuple(_evidence(entry, public)),
            move=Move.OWNER,
        )


def _unknown(change: Change, section: PackagesSection) -> Iterator[Said]:
    """Advice for some versions, where the file does not tell the version or nobody can compare it."""
    for place in section.advised_partly(change.purl):
        entry = section.advice[place]
        speaks = entry.advice is Ring.AVOID or (entry.advice is Ring.HOLD and added(change))
        if speaks and change.introduced and not _comparable(change):
            which = "to avoid" if entry.advice is Ring.AVOID else "on hold"
            yield observe(
                "advice-version-unknown",
                subject(change),
                (f" may be one of the versions {which} ({entry.versions}): its exact version is not known here.",),
                ": its version is not known",
                ("advice", str(place)),
                evidence=tuple(_evidence(entry, public=True)),
            )
            return


def _comparable(change: Change) -> bool:
    from checks.model.versions import InvalidVersion, sort_key

    try:
        return change.version is not None and sort_key(type_of(change.purl), change.version) is not None
    except InvalidVersion:
        return False
