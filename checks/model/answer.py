"""May I use this? The question and its answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.model.dependency import Scope
from checks.model.finding import Finding


class Verdict(StrEnum):
    YES = "yes"
    NOT_NOW = "not now"
    """Time alone will make it a yes."""
    NO = "no"
    CANNOT_SAY = "cannot say"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to use."""

    purl: str
    """Without version."""
    name: str
    version: str | None = None
    scope: Scope = Scope.RUNTIME


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer about one version."""

    asked: Asked
    """With the version that the answer is about; None: no version is known."""
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    """All that the policy says of that version, worst first."""
    until: datetime | None = None
    """`NOT_NOW`: when it becomes a yes (UTC)."""
    alternative: str | None = None
    """The nearest version that may be used now."""
