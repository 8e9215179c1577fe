"""How the rules of a policy are judged, part by part of their conditions: by what judges, with the values read."""

from collections.abc import Iterator
from datetime import datetime

from checks.custom.fields import PROPERTIES
from checks.custom.judgment import Asked, about_package, about_whole, cut, shown
from checks.custom.parts import Joined, Part, taken_apart
from checks.custom.program import Program, known, piece
from checks.custom.terms import CustomRulesSection
from checks.model.change import Change
from checks.model.facts import Facts
from checks.model.finding import Subject
from checks.model.phrase import Foreign, Phrase, join, say
from checks.model.snapshot import Snapshot
from checks.model.trace import Mark, Step, marked

#: Parts of conditions that are evaluated by themselves, of all rules together.
MOST = 1_000
#: Of a condition and of a part of it that are shown (characters), and values of one part.
_CONDITION, _PART, _VALUES = 300, 200, 8


def traced(change: Change, facts: Facts, section: CustomRulesSection, now: datetime) -> Iterator[Step]:
    """Every rule about packages that is not off, also those that are silent."""
    tracer = Tracer()
    for asked in about_package(change, facts, section, now):
        yield tracer.told(asked)


def traced_whole(
    snapshot: Snapshot, facts: Facts, section: CustomRulesSection, rule: str, subject: Subject
) -> Iterator[Step]:
    """The rule that says `rule` about a commit or about the change as a whole."""
    for asked in about_whole(snapshot, facts, section):
        if rule in (asked.rule.id, asked.rule.unknown_id) and asked.subject.commit == subject.commit:
            yield Tracer().told(asked)


class Tracer:
    """Tells how conditions come to what they say, as long as there is room."""

    def __init__(self, most: int = MOST) -> None:
        self.left = most

    def told(self, asked: Asked) -> Step:
        """One rule, asked about one thing."""
        rule, program = asked.rule, asked.program
        outcome = program.holds(known(asked.values, program.reading))
        key = ("custom_rules", "rules", str(asked.position), "when")
        condition = Step(("condition",), (Foreign(cut(" ".join(rule.when.split()), _CONDITION)),))
        steps = (condition, self._step(taken_apart(program.text), asked))
        if outcome is True:
            return Step((str(rule.id),), ("it speaks",), Mark.NO, (), key, (str(rule.id),), steps)
        if outcome is False:
            return Step((str(rule.id),), ("it is silent",), Mark.YES, (), key, (), steps)
        words = say("it could not tell, because {}", cut(str(outcome)))
        return Step((str(rule.id),), words, Mark.UNKNOWN, (), key, (rule.unknown_id,), steps)

    def _step(self, part: Part, asked: Asked) -> Step:
        self.left -= 1
        program = piece(asked.rule.on, part.text)
        outcome = program.holds(known(asked.values, program.reading)) if program else ""
        holds = outcome if isinstance(outcome, bool) else None
        if part.joined is None or program is None or self.left < len(part.parts):
            values = _values(asked, program, holds is not None) if program else ()
            return Step((Foreign(cut(" ".join(part.text.split()), _PART)),), _said(outcome, values), marked(holds))
        steps = tuple(self._step(inner, asked) for inner in part.parts)
        if part.joined is Joined.IF:
            steps = _taken(steps)
        return Step((str(part.joined),), _why(part.joined, outcome, steps), marked(holds), steps=steps)


def _taken(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Of the two that hang on a condition only one decides."""
    asked, then, otherwise = steps
    if asked.mark is Mark.YES:
        otherwise = Step(otherwise.what, ("not asked",))
    elif asked.mark is Mark.NO:
        then = Step(then.what, ("not asked",))
    return asked, then, otherwise


def _why(joined: Joined, outcome: bool | str, steps: tuple[Step, ...]) -> Phrase:
    """What came of a condition by its parts."""
    if isinstance(outcome, str):
        return say("it cannot be told: {}", cut(outcome))
    if joined is Joined.NOT:
        return ("it holds, because the part does not" if outcome else "it does not hold, because the part does",)
    if joined is Joined.IF:
        first = steps[0].mark is Mark.YES
        return (
            f"the {'first' if first else 'second'} of the two decides: it {'holds' if outcome else 'does not hold'}",
        )
    holding = sum(step.mark is Mark.YES for step in steps)
    failing = sum(step.mark is Mark.NO for step in steps)
    if joined is Joined.ALL:
        return ("all hold" if outcome else f"{failing} of {len(steps)} {'does' if failing == 1 else 'do'} not hold",)
    return (f"{holding} of {len(steps)} {'holds' if holding == 1 else 'hold'}" if outcome else "none holds",)


def _said(outcome: bool | str, values: Phrase) -> Phrase:
    """Whether one part holds, and by which values."""
    words: Phrase = ("it holds" if outcome else "it does not hold",)
    if isinstance(outcome, str):
        words = say("it cannot be told: {}", cut(outcome)) if outcome else ("it is not looked at by itself",)
    return (*words, "; here ", *values) if values else words


def _values(asked: Asked, program: Program, all_: bool) -> Phrase:
    """What a part reads, as it is here; `all_`: also what is not known."""
    reading = program.reading
    names = [name for name in reading.fields if name != PROPERTIES and (all_ or name in asked.values)]
    found = [say("{} is {}", (name,), shown(asked.values.get(name))) for name in names]
    properties = asked.values.get(PROPERTIES)
    for name in reading.properties if all_ or properties is not None else ():
        value = properties.get(name) if isinstance(properties, dict) else None
        found.append(say("the property {} is {}", name, shown(value)))
    more = [(f"{len(found) - _VALUES} more",)] if len(found) > _VALUES else []
    return join([*found[:_VALUES], *more], last=" and ")
