"""What a check is: rules with default levels, a policy section, and one or two pure functions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level, Observation
from checks.model.phrase import Phrase
from checks.model.snapshot import Listing, Snapshot
from checks.policy.section import Section

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checks.model.trace import Step
    from checks.policy.schema import Remark


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `id` is the same string in the policy, the annotation, the waiver, SARIF and the docs anchor."""

    id: str
    level: Level
    """Default level; the policy's `levels:` overrides it."""
    summary: str
    """One sentence: when it speaks."""
    help: str
    """Why it matters and how to clear it, one or two sentences."""
    waivable: bool = True
    could_not_tell: bool = False
    """Whether it speaks because something could not be read or known, rather than because it is wrong."""
    since: int | None = None
    """The edition of policies that it came with: in older ones it is a note. None: it was there in the first."""
    everywhere: bool = False
    """Whether it counts for what was there before, too, whatever the section's `judge` says: malware, exploitation."""


class Context(NamedTuple):
    """What a judgment may know besides its subject, the facts and the section."""

    now: datetime
    """UTC."""
    remarks: "tuple[Remark, ...]" = ()
    """What people must know about the layers of the policy."""


class PullJudgment(NamedTuple):
    """What a check saw in a whole change."""

    judged: int | None
    """Number of subjects that were judged; None: as many as `judge_dependency` was given."""
    observations: tuple[Observation, ...] = ()
    not_judged_here: tuple[Phrase, ...] = ()
    """Sentences about what only the service can know (accounts, verified signatures)."""
    changes_at: datetime | None = None
    """The earliest moment at which time alone makes something of it that is silent now speak (UTC)."""


#: What must be known to judge one change: usually about `(change.purl, change.version)`.
Wants = Callable[[Change, Any], Iterable[tuple[PackageKey, Want]]]
#: What must be known to judge the whole change: about packages that no manifest has.
Asks = Callable[[Snapshot, Any], Iterable[tuple[PackageKey, Want]]]
#: Paths that must be read to judge the whole change.
Paths = Callable[[Listing, Any], Iterable[str]]
#: What the texts say that a check asked for, as facts of this repository.
OwnFacts = Callable[[Snapshot, Any], Facts]
#: When time alone makes a rule speak about a change that is silent now (UTC).
ChangesAt = Callable[[Change, Facts, Any, Context], datetime | None]
JudgeDependency = Callable[[Change, Facts, Any, Context], Iterable[Observation]]
#: How one package version is judged, also where nothing is wrong: by the functions that judge it.
Trace = Callable[[Change, Facts, Any, Context], "Iterable[Step]"]
JudgePull = Callable[[Snapshot, Facts, Any, Context], PullJudgment]


def rules_of(check: "Check", section: Any) -> tuple[Rule, ...]:
    """The rules of a check, and those that its section writes."""
    return (*check.rules, *check.written(section)) if check.written and section is not None else check.rules


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `checks.rules.CHECKS` lists them all."""

    id: str
    """Module name, policy section and the word for `--only`."""
    title: str
    """For people: `sign-off`. Also the name of its check run: `ospo-gate / sign-off`."""
    prefix: str
    """Three letters that begin its finding ids."""
    noun: str
    """Singular of what it judges."""
    rules: tuple[Rule, ...]
    section: type[Section]
    judge_dependency: JudgeDependency | None = None
    """Judges one changed package version. It looks at the change's package, version, scope and licenses, and at its
    places only where the policy speaks of paths: the engine adds location, related places, the chain and
    `introduced`."""
    judge_pull: JudgePull | None = None
    """Judges the change as a whole: commits, files, packages beside each other. What it says of a package version
    without naming a place gets the places of that version's change."""
    wants: Wants | None = None
    """Which facts the section needs about one change; called for every change that is not a removal."""
    asks: Asks | None = None
    """Which facts the section needs about what texts and added lines name."""
    changes_at: ChangesAt | None = None
    """When time alone will make a rule speak that is silent now: without it a verdict would silently grow old."""
    trace: Trace | None = None
    """Tells how one package version is judged."""
    texts: Paths | None = None
    """Paths whose text at the head is read into `Snapshot.texts`."""
    own_facts: OwnFacts | None = None
    """What `texts` say that concerns single packages: it is joined to the facts that the check judges by."""
    added: Paths | None = None
    """Paths whose added lines are read into `Snapshot.added`."""
    looks_back: bool = True
    """Whether it also looks at what was there before and does not count, so that old debt is counted; without it no
    fact about that is asked for."""
    written: "Callable[[Any], tuple[Rule, ...]] | None" = None
    """The rules that its section writes itself, besides `rules`."""
    alike: bool = False
    """Whether it judges alike the packages that its section names nowhere and of which nothing is known, where
    ecosystem, license and scope are equal, so that a preview judges one for all of them."""
    apart: frozenset[str] = frozenset()
    """Types of packages (purl) of which it tells versions apart nevertheless."""
    looks_at_direct: bool = False
    """Whether it also matters to it that the project itself asks for a package."""
