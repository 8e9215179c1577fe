"""How the license of a package is judged, step by step: by the functions that judge it."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.licenses import sentences
from checks.licenses.item import LicenseItem
from checks.licenses.judge import Reason, Verdict
from checks.licenses.statement import read
from checks.licenses.tree import And, Expression, Or
from checks.model.change import Change
from checks.model.facts import Facts
from checks.model.phrase import Phrase, join, say
from checks.model.trace import Mark, Step, marked
from checks.policy.shape import KeyPath
from checks.rules.licenses.circumstances import Ruling
from checks.rules.licenses.judging import effective, further, weighed
from checks.rules.licenses.layers import Layers, Pin
from checks.rules.licenses.observations import layer_rows
from checks.rules.licenses.section import LicensesSection

_MARKS = {Verdict.ALLOWED: Mark.YES, Verdict.UNKNOWN: Mark.UNKNOWN, Verdict.NOT_ALLOWED: Mark.NO}
#: Entries of a list, and parts of an expression, that are shown.
_MOST = 30


def traced(change: Change, facts: Facts, section: LicensesSection) -> Iterator[Step]:
    """What is known of the license, the lists that hold, the expression part by part, and the entries about it."""
    case = weighed(change, facts, section)
    if case is None:
        yield Step(("license",), ("a folder of the repository itself is not judged",))
        return
    rows = [Step((row.what,), row.actual, source=row.source) for row in layer_rows(case.layers)]
    speaks = tuple(observation.rule for observation in effective(change, case, facts, section))
    if not case.layers.effective:
        said = ("nothing is known",) if speaks else ("nothing is known, and nobody needs to say it",)
        yield Step(("license",), said, Mark.UNKNOWN if speaks else Mark.FACT, speaks=speaks, steps=tuple(rows))
    else:
        yield Step(("license",), _counts(case.layers), steps=tuple(rows))
    worst = case.worst
    for ruling in case.rulings:
        yield _ruling(ruling, speaks if ruling is worst else (), section)
    yield from _entries(change, case.layers, section)
    for item in further(change, case.layers, facts, section):
        rest = tuple(Step((row.what,), row.actual, source=row.source) for row in item.evidence)
        yield Step((item.rule,), item.headline, Mark.NO, (), item.policy_key, (item.rule,), rest)


def _counts(layers: Layers) -> Phrase:
    return join([say("{}", read(claim.raw).text) for claim in layers.effective], last=" and ")


def _ruling(ruling: Ruling, speaks: tuple[str, ...], section: LicensesSection) -> Step:
    """One statement under one set of circumstances."""
    judgment, circumstances = ruling.judgment, ruling.circumstances
    expression = judgment.statement.expression
    if judgment.verdict is Verdict.ALLOWED:
        words = say("allowed by choosing {}", judgment.chosen) if judgment.elected else ("allowed",)
    else:
        words = ("not allowed",) if judgment.verdict is Verdict.NOT_ALLOWED else ("not known",)
    where = [f"scope {circumstances.scope}", f"context {circumstances.context}"]
    where += [f"linkage {circumstances.linkage}"] if circumstances.linkage else []
    unreadable = Step(say("{}", judgment.part), ("cannot be read",), Mark.UNKNOWN)
    return Step(
        say("{}", judgment.statement.text),
        words,
        _MARKS[judgment.verdict],
        (", ".join(where),),
        speaks=speaks,
        steps=(_tree(expression, ruling) if expression is not None else unreadable, *_lists(ruling, section)),
    )


def _tree(expression: Expression, ruling: Ruling) -> Step:
    outcome = ruling.lists.judge.expression(expression)
    if not isinstance(expression, And | Or):
        return Step(
            say("{}", str(expression)),
            because(outcome.reason, outcome.part, outcome.by, ruling),
            _MARKS[outcome.verdict],
            policy_key=_key(outcome.reason, outcome.by, ruling),
        )
    one = isinstance(expression, Or)
    parts = tuple(_tree(part, ruling) for part in expression.parts[:_MOST])
    if len(expression.parts) > _MOST:
        parts += (Step((f"and {len(expression.parts) - _MOST:,} more",)),)
    if outcome.verdict is Verdict.ALLOWED:
        words = say("{} is taken", str(outcome.chosen)) if one else ("all are allowed",)
    else:
        words = say("none is allowed; {} comes nearest", outcome.part) if one else say("{} fails", outcome.part)
    return Step(("one of" if one else "all of",), words, _MARKS[outcome.verdict], steps=parts)


def because(reason: Reason, part: str, by: str, ruling: Ruling) -> Phrase:
    """Why one license is judged as it is."""
    allow = " or ".join(".".join(key) for key in ruling.lists.allow)
    denial = ruling.lists.denials.get(by)
    deny = (".".join(denial.key[:-1]) if denial else "licenses.deny",)
    match reason:
        case Reason.LISTED:
            return say("listed in {}", (allow,)) if by == part else say("{} is listed in {}", by, (allow,))
        case Reason.CATEGORY_LISTED:
            return say("{}, which is listed in {}", (by,), (allow,))
        case Reason.EXCEPTED:
            return say("{} is in an exception for this package", by)
        case Reason.DENIED:
            return say("{} is listed in {}", by, deny)
        case Reason.CATEGORY_DENIED:
            return say("{}, which is listed in {}", (by,), deny)
        case Reason.NOT_LISTED:
            names = ", ".join(sentences.category_names(part))
            return say("neither it nor its category ({}) is listed in {}", (names,), (allow,))
        case Reason.PAIR_NOT_LISTED:
            return say("not listed as a pair in {}", (allow,))
    return (_UNKNOWN[reason],)


_UNKNOWN = {
    Reason.UNKNOWN_ID: "no known license id",
    Reason.UNKNOWN_REFERENCE: "a reference that the policy does not name",
    Reason.UNKNOWN_EXCEPTION: "its added terms are not known",
    Reason.UNSTATED: "it has no known category",
    Reason.WORD: "a word that names no license",
    Reason.AMBIGUOUS: "several licenses have this name",
    Reason.UNREADABLE: "cannot be read",
}


def _key(reason: Reason, by: str, ruling: Ruling) -> KeyPath:
    denial = ruling.lists.denials.get(by)
    if denial is not None and reason in (Reason.DENIED, Reason.CATEGORY_DENIED):
        return denial.key
    if reason is Reason.PAIR_NOT_LISTED:
        return ("licenses", "with_falls_back_to_base")
    if reason is Reason.EXCEPTED:
        return ("licenses", "exceptions")
    return ("licenses", "allow")


def _lists(ruling: Ruling, section: LicensesSection) -> Iterator[Step]:
    """The lists that hold under these circumstances."""
    for key in ruling.lists.allow:
        shown = join([say("{}", item.text) for item in _listed(section, key)[:_MOST]]) or ("nothing",)
        yield Step((".".join(key),), shown, policy_key=key)
    if ruling.lists.denials:
        shown = join([say("{}", name) for name in list(ruling.lists.denials)[:_MOST]])
        yield Step(("denied",), shown, policy_key=("licenses", "deny"))


def _listed(section: LicensesSection, key: KeyPath) -> tuple[LicenseItem, ...]:
    """The entries of the list that stands there."""
    value: Any = section
    for name in key[1:]:
        value = value[name] if isinstance(value, Mapping) else getattr(value, name)
    return tuple(value)


def _entries(change: Change, layers: Layers, section: LicensesSection) -> Iterator[Step]:
    """Exceptions and clarifications that name the package, and whether they hold for this version."""
    covering = section.exceptions_for(change.purl, change.version)
    for position, entry in enumerate(section.exceptions):
        if entry.package.matches(change.purl):
            allowed = join([say("{}", item.text) for item in entry.allow[:_MOST]], last=" or ")
            words = say("may have {}, {} versions", allowed, ("all",)) if entry.versions is None else (
                *say("may have {}, versions {}", allowed, entry.versions),)  # fmt: skip
            key = ("licenses", "exceptions", str(position))
            yield Step(say("exception for {}", entry.package), words, marked(position in covering), policy_key=key)
    clarifying = section.clarifications_for(change.purl, change.version)
    for position, item in enumerate(section.clarify):
        if item.package.matches(change.purl):
            yield _clarification(position, position in clarifying, layers, section)


def _clarification(position: int, covers: bool, layers: Layers, section: LicensesSection) -> Step:
    entry, clarified = section.clarify[position], layers.clarified
    if not covers:
        words = say("{}, only for versions {}", entry.license.text, entry.versions or "")
        mark = Mark.NO
    elif clarified is None or clarified.position != position:
        words, mark = say("{}, and another entry goes before it", entry.license.text), Mark.NO
    else:
        ends = {
            Pin.HOLDS: "the text is the one that was read",
            Pin.BROKEN: "the text is another one, so it does not apply",
            Pin.UNSEEN: "nobody compared the text",
        }
        words = say("{}; {}", entry.license.text, (ends[clarified.pin],))
        mark = Mark.NO if clarified.pin is Pin.BROKEN else Mark.YES
    key = ("licenses", "clarify", str(position))
    return Step(say("clarification of {}", entry.package), words, mark, policy_key=key)
