"""What every section of the policy has: levels, guidance and what it judges."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from checks.model.finding import Guidance, Level
from checks.policy.override import OverrideKeys
from checks.policy.shape import HIGHER, RuleId, key
from checks.policy.values import Link


class Judge(StrEnum):
    CHANGES = "changes"
    """Only what the change itself brings may warn or block."""
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class GuidanceText:
    """The organization's own words about a rule, shown beside its findings."""

    text: str = key("One sentence, shown as it is beside every finding of the rule.")
    link: Link | None = key("Where people can read more.", default=None)

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        return cls(text)

    @property
    def guidance(self) -> Guidance:
        return Guidance(self.text, self.link)


@dataclass(frozen=True, slots=True)
class Section:
    """Base of every check's section. `levels` and `guidance` are keyed by rule id."""

    levels: Mapping[RuleId, Level] = key(
        "Level of a rule: `block`, `warn`, `note` or `off`; or from a day on, "
        "`{level: block, from: 2027-03-01, until_then: warn}`.",
        default_factory=lambda: MappingProxyType({}),
        tighter=HIGHER,
    )
    guidance: Mapping[RuleId, GuidanceText] = key(
        "Your own words for a rule: a sentence, or `{text: …, link: https://…}`.",
        default_factory=lambda: MappingProxyType({}),
    )
    judge: Judge = key(
        "`changes`: only what a change brings counts. `everything`: what was there before counts too.",
        default=Judge.CHANGES,
        tighter=("changes", "everything"),
    )
    override: OverrideKeys = key(
        "Who may set this check to pass on one head of a pull request, by name and on the record.",
        default=OverrideKeys(),
    )

    @property
    def own_levels(self) -> Mapping[str, Level]:
        """The levels of rules that the section itself writes; `levels` counts more."""
        return {}
