"""What sections of a policy say twice, or against themselves, and what of them is out of date."""

from collections.abc import Iterator
from datetime import datetime

from checks.licenses.judge import Judge, Terms, Verdict
from checks.licenses.tree import License, With
from checks.packages.terms import PackagesSection, Ring
from checks.policy.hygiene import Places, Point, places_of
from checks.policy.layers import PolicySet
from checks.policy.packages import PackageIndex
from checks.rules.licenses.section import LicensesSection
from checks.vulnerabilities.terms import VulnerabilitiesSection

#: Entries of the advice that are told to contradict one other.
_MOST = 5


def contradictions(policies: PolicySet, now: datetime) -> Iterator[Point]:
    """By section; `now` is UTC."""
    places, sections = places_of(policies), policies.plain.sections
    licenses, packages = sections.get("licenses"), sections.get("packages")
    if isinstance(licenses, LicensesSection):
        yield from _lists(licenses, places)
        yield from _exceptions(licenses, places)
    if isinstance(packages, PackagesSection):
        yield from _advice(packages, places)
        yield from _reviews(packages, places, now)
    if isinstance(licenses, LicensesSection) and isinstance(packages, PackagesSection):
        yield from _allowed_and_avoided(licenses, packages, places)
    vulnerabilities = sections.get("vulnerabilities")
    if isinstance(vulnerabilities, VulnerabilitiesSection):
        yield from _accepted(vulnerabilities, places, now)


def _lists(section: LicensesSection, places: Places) -> Iterator[Point]:
    """What `allow` has and `deny` takes away."""
    judge = Judge(Terms((), tuple(entry.license.value for entry in section.deny), ()))
    for position, item in enumerate(section.allow):
        value = item.value
        if isinstance(value, License | With):
            denied = judge.expression(value)
            by = denied.by if denied.verdict is Verdict.NOT_ALLOWED else ""
        else:
            by = next((str(entry.license.value) for entry in section.deny if entry.license.value == value), "")
        if by:
            yield places.point(
                "allow-and-deny",
                ("licenses", "allow", str(position)),
                f"licenses.allow has {item.text}, and licenses.deny has {by}, which goes before it",
                "Whoever reads the one list believes that it may be used.",
                f"remove {item.text} from one of the two",
            )


def _exceptions(section: LicensesSection, places: Places) -> Iterator[Point]:
    """Exceptions for what is denied, and for what may be used without one."""
    allow = tuple(item.value for item in section.allow)
    judge = Judge(Terms(allow, tuple(entry.license.value for entry in section.deny), ()))
    for position, entry in enumerate(section.exceptions):
        outcomes = [
            (item.text, judge.expression(item.value)) for item in entry.allow if isinstance(item.value, License | With)
        ]
        key = ("licenses", "exceptions", str(position))
        for text, outcome in outcomes:
            if outcome.by and outcome.verdict is Verdict.NOT_ALLOWED:
                what = f"the exception for {entry.package} allows {text}, and licenses.deny has {outcome.by}"
                why = "An exception goes before the list of what is denied; it may be older than that entry."
                yield places.point("exception-for-denied", key, what, why, "make it a waiver, which ends, or remove it")
        if len(outcomes) == len(entry.allow) and all(found.verdict is Verdict.ALLOWED for _, found in outcomes):
            what = f"the exception for {entry.package} allows what licenses.allow has already"
            yield places.point("exception-needless", key, what, "It changes nothing.", "remove it")


def _advice(section: PackagesSection, places: Places) -> Iterator[Point]:
    """Entries with different advice for one package."""
    index = PackageIndex(entry.package for entry in section.advice)
    for position, entry in enumerate(section.advice):
        if entry.package.whole_type:
            continue
        others = [
            place
            for place in index.positions(entry.package)
            if section.advice[place].advice is not entry.advice
            and section.advice[place].package != entry.package
            and section.advice[place].versions in (None, entry.versions)
            and section.advice[place].from_ == entry.from_
        ]
        for place in others[:_MOST]:
            other = section.advice[place]
            strict = max(entry, other, key=lambda each: list(Ring).index(each.advice))
            yield places.point(
                "advice-contradicts",
                ("packages", "advice", str(position)),
                f"{entry.package} is on {entry.advice}, and {other.package}, which covers it, is on {other.advice}",
                f"The stricter one counts: {strict.advice}. The other one is read and not followed.",
                "remove one, or say which versions each is for",
            )


def _reviews(section: PackagesSection, places: Places, now: datetime) -> Iterator[Point]:
    for position, entry in enumerate(section.advice):
        if entry.review_by is not None and entry.review_by.ends <= now:
            key = ("packages", "advice", str(position), "review_by")
            what = f"the advice on {entry.package} was to be reviewed by {entry.review_by}"
            why = "It stays in force, and its reasons may be gone."
            yield places.point("review-overdue", key, what, why, "look at it again, and set another day")


def _allowed_and_avoided(licenses: LicensesSection, packages: PackagesSection, places: Places) -> Iterator[Point]:
    for position, entry in enumerate(licenses.exceptions):
        place = packages.advised(entry.package, None) if "*" not in entry.package else None
        if place is not None and packages.advice[place].advice is Ring.AVOID:
            yield places.point(
                "exception-for-avoided",
                ("licenses", "exceptions", str(position)),
                f"the exception for {entry.package} lets its license be, and the advice is to avoid it",
                "It is blocked all the same.",
                "remove the exception, or change the advice",
            )


def _accepted(section: VulnerabilitiesSection, places: Places, now: datetime) -> Iterator[Point]:
    for position, entry in enumerate(section.accept):
        if entry.expires.ends <= now:
            key = ("vulnerabilities", "accept", str(position), "expires")
            what = f"{entry.advisory} was accepted until {entry.expires}"
            yield places.point("acceptance-ended", key, what, "It counts again.", "remove it, or accept it once more")
