"""What the rules of a policy say: about packages, about commits, about the change as a whole."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from checks.custom import values
from checks.custom.fields import ACCOUNTS, FIELDS, On
from checks.custom.program import Program, known
from checks.custom.terms import PLACE, CustomRule, CustomRulesSection
from checks.custom.values import Package
from checks.model.change import Change
from checks.model.facts import NOTHING, Facts, PackageKey, Want
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.phrase import Foreign, Phrase, join, say
from checks.model.snapshot import Listing, Snapshot

#: Texts that a sentence or a line of evidence shows (characters), and items of a list.
_SHOWN, _ITEMS = 100, 5
_DAY = timedelta(days=1)


class Asked(NamedTuple):
    """One rule, asked about one thing."""

    rule: CustomRule
    position: int
    subject: Subject
    about: Phrase
    """The thing in a headline."""
    values: Mapping[str, object]

    @property
    def program(self) -> Program:
        return self.rule.program


def wanted(change: Change, section: CustomRulesSection) -> Iterator[tuple[PackageKey, Want]]:
    """What the conditions and sentences of the rules about packages read, and no more."""
    if values.own(change):
        return
    want = NOTHING
    for asking in section.asked[On.DEPENDENCY]:
        for name in asking.fields:
            want |= FIELDS[On.DEPENDENCY][name].want
    want = values.still_wanted(change, want)
    if want:
        yield (change.purl, change.version), want


def of_package(change: Change, facts: Facts, section: CustomRulesSection, now: datetime) -> Iterator[Observation]:
    """What the rules say of one package version."""
    for asked in about_package(change, facts, section, now):
        yield from _said(asked)


def of_whole(snapshot: Snapshot, facts: Facts, section: CustomRulesSection) -> Iterator[Observation]:
    """What the rules say of the change and of each of its commits; a merge queue's commits were judged before.

    Without a base there is no change: the whole tree is judged as it stands.
    """
    for asked in about_whole(snapshot, facts, section):
        yield from _said(asked)


def not_judged_here(snapshot: Snapshot, facts: Facts, section: CustomRulesSection) -> Iterator[Phrase]:
    """The rules about commits that need accounts and verified signatures, where nobody knows those."""
    if snapshot.listing.commits and not snapshot.listing.merge_queue:
        for rule in _of_the_service(facts, section):
            yield (f"{rule.id}: only the service knows accounts and verified signatures.",)


def _of_the_service(facts: Facts, section: CustomRulesSection) -> Iterator[CustomRule]:
    if not facts.accounts_known:
        for rule, _, names in section.asked[On.COMMIT]:
            if not ACCOUNTS.isdisjoint(names):
                yield rule


def next_moment(change: Change, facts: Facts, section: CustomRulesSection, now: datetime) -> datetime | None:
    """When the age of a version alone makes a rule about it speak or fall silent (UTC)."""
    moments = [
        moment
        for asked in about_package(change, facts, section, now)
        if asked.program.reading.days or asked.program.reading.any_day
        for moment in _turns(asked, Package(change, facts, now))
    ]
    return min(moments, default=None)


def _turns(asked: Asked, package: Package) -> Iterator[datetime]:
    """The first day after today on which the outcome is another one; where every day may matter, tomorrow."""
    age, published, reading = asked.values.get("dependency.age_days"), package.published, asked.program.reading
    if not isinstance(age, int) or published is None:
        return
    if reading.any_day:
        days: Iterable[int] = (age + 1,)
    else:
        candidates = sorted({day + more for day in reading.days for more in (0, 1)})
        before = _holds(asked, age)
        days = (day for day in candidates if day > age and _holds(asked, day) != before)
    for day in days:
        try:
            yield published + day * _DAY
        except OverflowError:
            return
        return


def _holds(asked: Asked, age: int) -> bool | str:
    told = {**asked.values, "dependency.age_days": age}
    return asked.program.holds(known(told, asked.program.reading))


# -- what is asked -----------------------------------------------------------------------------------------------------


def about_package(change: Change, facts: Facts, section: CustomRulesSection, now: datetime) -> Iterator[Asked]:
    """The rules about packages, asked about one version."""
    if values.own(change):
        return
    rules = section.asked[On.DEPENDENCY]
    names = dict.fromkeys(name for asking in rules for name in asking.fields)
    told = values.of_package(Package(change, facts, now), names)
    here: dict[tuple[str, ...], dict[str, object]] = {}
    subject = Subject(change.purl, change.version, change.name)
    about = say("{}", f"{change.name} {change.version}" if change.version else change.name)
    for rule, position, _ in rules:
        if rule.properties not in here:
            here[rule.properties] = {**values.of_repository(facts, rule.properties), **told}
        yield Asked(rule, position, subject, about, here[rule.properties])


def about_whole(snapshot: Snapshot, facts: Facts, section: CustomRulesSection) -> Iterator[Asked]:
    """The rules about the change and its commits, asked about each of them."""
    listing = snapshot.listing
    elsewhere = {rule.id for rule in _of_the_service(facts, section)}
    for rule, position, _ in section.asked[On.PULL] if listing.base else ():
        subject = Subject(policy=f"custom_rules: {rule.id}")
        yield Asked(rule, position, subject, ("this change",), _pull(rule, listing, facts))
    for rule, position, names in () if listing.merge_queue else section.asked[On.COMMIT]:
        for commit in () if rule.id in elsewhere else listing.commits:
            told = {**_pull(rule, listing, facts), **values.of_commit(commit, names)}
            yield Asked(rule, position, Subject(commit=commit.sha), say("commit {}", commit.short), told)


def _pull(rule: CustomRule, listing: Listing, facts: Facts) -> dict[str, object]:
    return {**values.of_repository(facts, rule.properties), **values.of_pull(listing)}


# -- what is said ------------------------------------------------------------------------------------------------------


def _said(asked: Asked) -> Iterator[Observation]:
    outcome = asked.program.holds(known(asked.values, asked.program.reading))
    if outcome is False:
        return
    rule = asked.rule
    if outcome is True:
        yield _observation(asked, rule.id, _sentence(asked), say("{}: " + str(rule.id), asked.about), rule.move)
        return
    message = say(
        "Whether {} speaks about {} could not be told, because {}; a waiver for {} settles it.",
        (str(rule.id),), asked.about, cut(str(outcome)), (rule.unknown_id,),
    )  # fmt: skip
    headline = say("{}: could not tell " + str(rule.id), asked.about)
    yield _observation(asked, rule.unknown_id, message, headline, Move.MAINTAINER)


def _observation(asked: Asked, rule: str, message: Phrase, headline: Phrase, move: Move) -> Observation:
    return Observation(
        rule=rule,
        subject=asked.subject,
        message=message,
        headline=_short(headline),
        move=move,
        evidence=tuple(_evidence(asked)),
        policy_key=("custom_rules", "rules", str(asked.position), "when"),
    )


def _sentence(asked: Asked) -> Phrase:
    """The sentence of the rule with its values; what came from outside stays apart from it."""
    parts: list[str] = []
    rest = 0
    message = str(asked.rule.message)
    for found in PLACE.finditer(message):
        parts += [message[rest : found.start()], *shown(asked.values.get(found[1].strip()))]
        rest = found.end()
    parts.append(message[rest:])
    if message[-1] not in ".!?":
        parts.append(".")
    return tuple(part for part in parts if part)


def _evidence(asked: Asked) -> Iterator[Evidence]:
    """The condition, and the value of every field that it reads."""
    yield Evidence("condition", (Foreign(cut(" ".join(asked.rule.when.split()), 300)),), ("custom_rules",))
    reading = asked.program.reading
    for name in reading.fields:
        if name != "repository.properties":
            yield Evidence(name, shown(asked.values.get(name)))
    properties = asked.values.get("repository.properties")
    for name in reading.properties:
        value = properties.get(name) if isinstance(properties, dict) else None
        yield Evidence("repository property", say("{}: {}", name, shown(value)))


def shown(value: object) -> Phrase:
    """A value of a field; what came from outside stays apart from our words."""
    if value is None:
        return ("not known",)
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, list):
        items = [shown(_named(item)) for item in value[:_ITEMS]]
        more = ((f"{len(value) - _ITEMS:,} more",),) if len(value) > _ITEMS else ()
        return join((*items, *more)) or ("none",)
    if isinstance(value, datetime):
        return (f"{value:%Y-%m-%d %H:%M} UTC",)
    return say("{}", cut(value) or "(empty)") if isinstance(value, str) else (str(value),)


def _named(item: object) -> object:
    """A record by its name."""
    return item.get("id") or item.get("path") if isinstance(item, dict) else item


def cut(text: str, length: int = _SHOWN) -> str:
    """At most `length` characters of it."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _short(headline: Phrase) -> Phrase:
    """At most 80 characters: the name of the thing gives way."""
    room = 80 - sum(len(part) for part in headline if not isinstance(part, Foreign))
    return tuple(Foreign(cut(part, max(room, 8))) if isinstance(part, Foreign) else part for part in headline)
