"""The section `custom_rules`: the rules that the policy itself writes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Self

from checks.custom.fields import FIELDS, On, Type
from checks.custom.program import Program, compiled
from checks.model.finding import Level, Move
from checks.policy.section import GuidanceText, Section
from checks.policy.shape import MORE, KeyFault, key, nearest
from checks.policy.values import Day, Word

#: What is added to the id of a rule for what it says when it could not tell.
UNKNOWN = "-unknown"
MAX_RULES = 300
PLACE = re.compile(r"\$\{([^{}]*)\}")


class CustomId(Word):
    """The id of a custom rule: small letters, digits and hyphens."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)+$",
        "maxLength": 60,
        "examples": ["no-gpl-in-firmware"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[a-z][a-z0-9]*(-[a-z0-9]+)+\Z", text) or len(text) > 60:
            raise ValueError("expected an id such as 'no-gpl-in-firmware', of at most 60 characters")
        if text.endswith(UNKNOWN):
            raise ValueError(f"expected an id without '{UNKNOWN}' at its end, which names what could not be told")
        return cls(text)


class Sentence(Word):
    """One sentence for people, with `${field}` where a value belongs."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "minLength": 1, "maxLength": 500}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip() or len(text) > 500:
            raise ValueError("expected a sentence of 1 to 500 characters")
        return cls(" ".join(text.split()))


@dataclass(frozen=True, slots=True)
class CustomRule:
    """One rule that the policy writes."""

    id: CustomId = key("Its name in `levels`, in waivers and in reports; no rule of ospo-gate has it.")
    when: str = key("The condition, in CEL: docs/custom-rules.md. The rule speaks where it is true.")
    message: Sentence = key(
        "What it is and what to do, in one sentence. `${dependency.name}` is replaced by the value."
    )
    on: On = key(
        "What it is asked about: each `dependency`, each `commit`, or the `pull` request as a whole.",
        default=On.DEPENDENCY,
    )
    level: Level = key("What it does when it speaks: `block`, `warn`, `note` or `off`.", default=Level.BLOCK)
    from_: Day | None = key("The first day on which `level` holds, UTC.", default=None, name="from")
    until_then: Level = key("The level before that day.", default=Level.NOTE)
    unknown: Level | None = key(
        "What the rule `ID-unknown` does, which speaks where it could not tell. Default: as `level`.", default=None
    )
    guidance: GuidanceText | None = key("Your own words beside its findings, as in `guidance`.", default=None)
    move: Move = key("Whose turn it is when it speaks.", default=Move.AUTHOR)
    waivable: bool = key("Whether a waiver may cover it.", default=True)
    properties: tuple[str, ...] = field(init=False, default=())
    """The custom properties that its condition names."""
    paths: bool = field(init=False, default=False)
    """Whether it matters where a manifest is."""
    below: bool = field(init=False, default=False)
    """Whether it matters what brings a package."""
    each_repository: bool = field(init=False, default=False)
    """Whether it tells repositories apart by their names or topics."""

    def __post_init__(self) -> None:
        program = compiled(self.on, self.when)
        if not isinstance(program, Program):
            return  # `faults` names what is wrong
        reading = program.reading
        fields = {*reading.fields, *places(self.message)}
        object.__setattr__(self, "properties", reading.properties)
        object.__setattr__(self, "paths", "dependency.paths" in fields)
        object.__setattr__(self, "below", "dependency.via" in fields)
        apart = {"repository.name", "repository.owner", "repository.topics"} & fields
        object.__setattr__(self, "each_repository", bool(apart) or reading.all_properties)

    @property
    def program(self) -> Program:
        """Its condition; there is one in every rule of a policy that is valid."""
        program = compiled(self.on, self.when)
        assert isinstance(program, Program)
        return program

    @property
    def unknown_id(self) -> str:
        return self.id + UNKNOWN

    def faults(self) -> Iterator[KeyFault]:
        """What is wrong with the condition and the places in the sentence."""
        program = compiled(self.on, self.when)
        if not isinstance(program, Program):
            for wrong in program:
                yield KeyFault("when", wrong.message, wrong.hint, wrong.offset)
        for name in places(self.message):
            known = FIELDS[self.on].get(name)
            if known is None:
                near = nearest(name, FIELDS[self.on])
                yield KeyFault("message", f"there is no field '{name}' in a rule on: {self.on}",
                    f"did you mean '{near}'?" if near else "")  # fmt: skip
            elif known.type in (Type.MAP, Type.RECORDS):
                yield KeyFault("message", f"'{name}' is a {known.type}, which a sentence cannot show")


def places(message: str) -> tuple[str, ...]:
    """The fields that a sentence names."""
    return tuple(name.strip() for name in PLACE.findall(message))


class Asking(NamedTuple):
    """A rule that is to be asked."""

    rule: CustomRule
    position: int
    """In `rules`."""
    fields: tuple[str, ...]
    """What its condition and its sentence read."""


def _read_by(rule: CustomRule) -> tuple[str, ...]:
    program = compiled(rule.on, rule.when)
    read = program.reading.fields if isinstance(program, Program) else ()  # `faults` names what is wrong
    return tuple(dict.fromkeys((*read, *places(rule.message))))


@dataclass(frozen=True, slots=True)
class CustomRulesSection(Section):
    """The rules of the policy; `custom_rules: […]` is short for `custom_rules: {rules: […]}`."""

    rules: tuple[CustomRule, ...] = key(
        "The rules. A list in the place of the section is short for this key.", default=(), tighter=MORE
    )

    def faults(self) -> Iterator[KeyFault]:
        """Ids that are there twice, and more rules than are evaluated in a reasonable time."""
        for id_, count in Counter(rule.id for rule in self.rules).items():
            if count > 1:
                yield KeyFault("rules", f"{count} rules have the id '{id_}'", "give each its own")
        if len(self.rules) > MAX_RULES:
            yield KeyFault("rules", f"{len(self.rules):,} rules, the limit is {MAX_RULES}")

    asked: Mapping[On, tuple[Asking, ...]] = field(init=False, compare=False, repr=False, default_factory=dict)
    """The rules that are not off, by what they are asked about."""

    def __post_init__(self) -> None:
        levels = {**self.own_levels, **self.levels}
        found: dict[On, list[Asking]] = {on: [] for on in On}
        for position, rule in enumerate(self.rules):
            if not levels[rule.id] is levels[rule.unknown_id] is Level.OFF:
                found[rule.on].append(Asking(rule, position, _read_by(rule)))
        object.__setattr__(self, "asked", {on: tuple(rules) for on, rules in found.items()})

    @property
    def own_levels(self) -> Mapping[str, Level]:
        """The levels of the rules as they are written."""
        found = {}
        for rule in self.rules:
            found[str(rule.id)] = rule.level
            found[rule.unknown_id] = rule.unknown if rule.unknown is not None else rule.level
        return found
