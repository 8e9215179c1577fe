"""What the policy says about sign-offs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from checks.policy.section import Section
from checks.policy.shape import KeyFault, key
from checks.signoffs.matching import SignoffMode
from checks.signoffs.remediation import Allowed


class Require(StrEnum):
    EVERYONE = "everyone"
    NON_MEMBERS = "non-members"
    """Members of the organization need a verified signature instead."""
    NOBODY = "nobody"


class RepositoryFile(StrEnum):
    """What a repository's `.github/dco.yml` may change."""

    HONOR = "honor"
    """It decides, as in the DCO app, in place of `require` and `remediation`."""
    TIGHTEN = "tighten"
    """It may only ask for more than the policy."""
    IGNORE = "ignore"


class Declaring(StrEnum):
    """What becomes of commits that say, or whose people show, that a tool wrote code."""

    OFF = "off"
    NOTED = "noted"
    REQUIRED = "required"
    """A tool among a commit's people has to be named in a trailer as well."""


@dataclass(frozen=True, slots=True)
class RemediationPolicy:
    """Which remediation commits count."""

    individual: bool = key(
        "A later commit of the same author may sign an earlier one.", default=False, tighter=(True, False)
    )
    third_party: bool = key(
        "Somebody else may do so on the author's behalf; needs `individual`.", default=False, tighter=(True, False)
    )

    @property
    def allowed(self) -> Allowed:
        return Allowed(self.individual, self.third_party)


@dataclass(frozen=True, slots=True)
class GeneratedPolicy:
    """Generated code, as far as commits tell of it."""

    declare: Declaring = key(
        "`off`; `noted`: what trailers and people tell of tools is noted; `required`: a commit whose author or "
        "co-author is a bot or a coding agent also names it in an `Assisted-by` or `Generated-by` trailer.",
        default=Declaring.OFF,
        tighter=("off", "noted", "required"),
    )
    agents: tuple[str, ...] = key(
        "Addresses of coding agents, besides the well-known ones and those of GitHub's bots.", default=()
    )

    @classmethod
    def from_scalar(cls, text: str) -> Self:
        try:
            return cls(Declaring(text))
        except ValueError:
            raise ValueError("expected 'off', 'noted' or 'required'") from None

    def faults(self) -> Iterator[KeyFault]:
        for agent in self.agents:
            if "@" not in agent or agent != agent.strip():
                yield KeyFault("agents", f"'{agent}' is not an address")


@dataclass(frozen=True, slots=True)
class SignoffSection(Section):
    """Sign-off of every commit (Developer Certificate of Origin)."""

    require: Require = key(
        "Who signs off: `everyone`, `non-members` (members need a verified signature instead) or `nobody`.",
        default=Require.EVERYONE,
        tighter=("nobody", "non-members", "everyone"),
    )
    mode: SignoffMode = key(
        "How sign-offs are compared: `dcoapp` as the DCO app does; `strict`: in the trailer block, name and address of "
        "one person, co-authors too; `lenient`: Unicode forms, blanks and private GitHub addresses do not matter.",
        default=SignoffMode.DCOAPP,
        tighter=("lenient", "dcoapp", "strict"),
    )
    remediation: RemediationPolicy = key("Which remediation commits count.", default=RemediationPolicy())
    repository_file: RepositoryFile = key(
        "What a repository's `.github/dco.yml` may change: `tighten` (only ask for more), `honor` (it decides in place "
        "of `require` and `remediation`) or `ignore`.",
        default=RepositoryFile.TIGHTEN,
        tighter=("honor", "tighten", "ignore"),
    )
    generated: GeneratedPolicy = key(
        "Generated code, as far as commits tell of it: `off`, `noted`, `required` or `{declare: …, agents: […]}`.",
        default=GeneratedPolicy(),
    )
