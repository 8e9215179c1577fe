"""Which other version of a package would end a finding: few candidates, each judged by all checks at once."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from checks.engine.locked import Places
from checks.engine.plan import Plan
from checks.engine.pool import Candidate, named_fixes, pool
from checks.engine.reach import Reach
from checks.engine.trial import Trial, Versions, as_listed
from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Questions, Want
from checks.model.finding import Finding, Move
from checks.model.packages import VersionFacts
from checks.model.report import Report
from checks.policy.schema import Policy

#: Candidates for one package version.
MANY = 20
#: Candidates of a whole report: where more packages need one, each gets fewer.
MOST = 400
#: Package versions of a report for which another one is sought; of more, those that stop the merge come first.
PACKAGES = 100
#: Releases of a report that are judged by what is known already, before anybody is asked.
LOOKED = 1_000

#: What another version of the same package can end. All else is a matter of the package, its source or its name.
RULES = frozenset(
    {
        *("license-not-allowed", "license-changed", "license-incompatible"),
        *(
            "malicious-package",
            "vulnerable",
            "vulnerability-exploited",
            "vulnerability-likely",
            "vulnerability-overdue",
        ),
        *("version-too-new", "version-too-old", "behind-latest", "libyears-exceeded", "version-yanked"),
        *("package-deprecated", "end-of-life", "end-of-life-soon", "package-avoid", "package-hold"),
    }
)
#: The rule that ends by itself.
_WAITING = "version-too-new"


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The candidates of each package version, best first, and the rules that others fell by."""

    candidates: Mapping[PackageKey, Sequence[Candidate]] = field(default_factory=lambda: MappingProxyType({}))
    fell: Mapping[PackageKey, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def versions(self) -> Versions:
        return {key: tuple(item.version for item in items) for key, items in self.candidates.items()}

    def questions(self, plan: Plan, policy: Policy, only: frozenset[str] | None = None) -> Questions:
        """What must be known to judge the candidates."""
        return Trial(plan, self.versions).questions(policy, only) if self.candidates else {}


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of the candidates of one package version."""

    candidate: Candidate | None = None
    """The one that passes every check; None: none does."""
    remaining: tuple[str, ...] = ()
    """Rules that still warn of it."""
    later: tuple[str, datetime] | None = None
    """A version that has nothing against it but its age, and the moment from which it passes (UTC)."""
    fell: tuple[tuple[str, str], ...] = ()
    """Versions that did not pass, and the rule that each fell by."""


def sought(report: Report) -> Mapping[PackageKey, Sequence[Finding]]:
    """The package versions that need another one, and what counts against each."""
    found: dict[PackageKey, list[Finding]] = {}
    counted: dict[PackageKey, list[Finding]] = {}
    for finding in report.findings:
        key = (finding.subject.purl or "", finding.subject.version)
        if None in key or "" in key or not (finding.blocks or finding.warns):
            continue
        counted.setdefault(key, []).append(finding)
        if finding.rule in RULES and (key in found or len(found) < PACKAGES):
            found.setdefault(key, counted[key])
    return found


def release_questions(report: Report) -> Questions:
    """The packages whose versions must be known."""
    return dict.fromkeys(sought(report), Want.RELEASES)


def shortlist(
    report: Report, plan: Plan, facts: Facts, policy: Policy, now: datetime, only: frozenset[str] | None = None
) -> Shortlist:
    """At most `MANY` candidates for each package version and `MOST` in all, without those of which it is known already
    that they do not pass. `now` is UTC."""
    against = sought(report)
    places = Places(plan)
    pools = {key: found for key in against if (found := pool(key, against[key], places, facts))}
    if not pools:
        return Shortlist()
    looked = {key: _spread(found, LOOKED // len(pools), named_fixes(key, facts)) for key, found in pools.items()}
    versions = {key: [item.version for item in items] for key, items in looked.items()}
    verdicts = Trial(plan, versions).judge(_suspected(facts, versions), policy, now, only)
    fell: dict[PackageKey, dict[str, str]] = {}
    candidates: dict[PackageKey, Sequence[Candidate]] = {}
    for key, items in looked.items():
        certain = {item: _certain(verdicts[key[0], item.version]) for item in items}
        fell[key] = {item.version: rule for item, rule in certain.items() if rule}
        left = [item for item, rule in certain.items() if not rule or rule == _WAITING]
        fitting = [item for item in left if not certain[item]]
        waiting = [item for item in left if certain[item]][:1]
        few = _spread(fitting, min(MANY, max(1, MOST // len(pools))) - len(waiting), named_fixes(key, facts))
        candidates[key] = [item for item in left if item in few or item in waiting]
    return Shortlist({key: items for key, items in candidates.items() if items}, fell)


def judged(
    short: Shortlist,
    report: Report,
    plan: Plan,
    facts: Facts,
    policy: Policy,
    now: datetime,
    only: frozenset[str] | None = None,
) -> Mapping[PackageKey, Choice]:
    """The first candidate of each package version that passes. `now` is UTC."""
    versions = short.versions
    verdicts = Trial(plan, versions).judge(as_listed(facts, versions), policy, now, only) if versions else {}
    against = sought(report)
    found = {}
    for key, fell in short.fell.items():
        candidates = short.candidates.get(key, ())
        of_each = {item.version: verdicts[key[0], item.version] for item in candidates}
        found[key] = _choice(candidates, against[key], of_each, fell)
    return found


def bad_bases(
    report: Report, plan: Plan, facts: Facts, policy: Policy, now: datetime, only: frozenset[str] | None = None
) -> frozenset[PackageKey]:
    """The package versions that replace one that would be stopped, too: it is no fix to go back to it."""
    before = {key: _before(plan.change_of(*key)) for key in sought(report)}
    versions = {key: versions for key, versions in before.items() if versions}
    verdicts = Trial(plan, versions).judge(facts, policy, now, only) if versions else {}
    return frozenset(
        key for key, tried in versions.items() if any(_certain(verdicts[key[0], version]) for version in tried)
    )


def _before(change: Change | None) -> Sequence[str]:
    versions = dict.fromkeys(item.version for item in change.before) if change else {}
    return [version for version in versions if version and change and version != change.version]


def _certain(findings: Iterable[Finding]) -> str:
    """The rule by which it falls whatever else becomes known; of several the one that no time ends."""
    rules = [finding for finding in findings if finding.blocks and not finding.could_not_tell]
    final = [finding.rule for finding in rules if finding.move is not Move.CLOCK]
    return final[0] if final else _WAITING if rules else ""


def _choice(
    candidates: Sequence[Candidate],
    against: Sequence[Finding],
    verdicts: Mapping[str, Sequence[Finding]],
    fell: Mapping[str, str],
) -> Choice:
    blocked = any(finding.blocks for finding in against)
    warned = frozenset(finding.rule for finding in against if finding.warns)
    reasons = dict(fell)
    later: tuple[str, datetime] | None = None
    fit: list[tuple[Reach, bool, Candidate]] = []
    for item in candidates:
        findings = verdicts[item.version]
        reason = _reason(findings, warned)
        if reason is None and (blocked or _ends_a_warning(findings, against)):
            fit.append((item.reach, bool(_more(findings, warned)), item))
            continue
        reasons[item.version] = reason or against[0].rule
        later = later or _passes_later(item, findings, warned)
    best = min(fit, key=lambda entry: entry[:2], default=None) if blocked else _clean(fit)
    chosen = best[2] if best else None
    remaining = [finding.rule for finding in verdicts[chosen.version] if finding.warns] if chosen else []
    return Choice(
        chosen,
        tuple(dict.fromkeys(remaining)),
        None if chosen else later,
        tuple((version, rule) for version, rule in reasons.items()),
    )


def _clean(fit: Iterable[tuple[Reach, bool, Candidate]]) -> tuple[Reach, bool, Candidate] | None:
    """To end a warning, nobody takes another one."""
    return min((entry for entry in fit if not entry[1]), key=lambda entry: entry[:2], default=None)


def _reason(findings: Sequence[Finding], warned: Set[str]) -> str | None:
    """The rule that keeps a version from passing: what blocks, and a new warning that something is not known of it."""
    blocking = [finding.rule for finding in findings if finding.blocks]
    unknown = [
        finding.rule for finding in findings if finding.could_not_tell and finding.rule in _more(findings, warned)
    ]
    return next(iter((*blocking, *unknown)), None)


def _more(findings: Iterable[Finding], warned: Set[str]) -> Set[str]:
    """Warnings that the version in use has not."""
    return {finding.rule for finding in findings if finding.warns} - warned


def _ends_a_warning(findings: Iterable[Finding], against: Iterable[Finding]) -> bool:
    still = {finding.rule for finding in findings if finding.warns}
    return any(finding.rule in RULES and finding.rule not in still for finding in against)


def _passes_later(item: Candidate, findings: Sequence[Finding], warned: Set[str]) -> tuple[str, datetime] | None:
    blocking = [finding for finding in findings if finding.blocks]
    moments = [finding.clears_at for finding in blocking if finding.clears_at and finding.move is Move.CLOCK]
    rest = [finding for finding in findings if not finding.blocks]
    waits = moments and len(moments) == len(blocking) and _reason(rest, warned) is None
    return (item.version, max(moments)) if waits and item.reach is not Reach.BACK else None


def _suspected(facts: Facts, versions: Versions) -> Facts:
    """`facts`, with each candidate that nobody was asked about under the advisories that name it, of those that the
    version in use has."""
    facts = as_listed(facts, versions)
    known = dict(facts.versions)
    for (purl, used), tried in versions.items():
        said = facts.version(purl, used).advisories
        for version in tried if said else ():
            of_it = known.get((purl, version), VersionFacts())
            if said is not None and of_it.advisories is None:
                from checks.advisories.matching import affects

                ids = tuple(
                    i for i in said.value if i in facts.advisories and affects(facts.advisories[i], purl, version)
                )
                known[purl, version] = replace(of_it, advisories=replace(said, value=ids))
    return replace(facts, versions=known)


def _spread(items: Sequence[Candidate], count: int, first: Set[str] = frozenset()) -> Sequence[Candidate]:
    """At most `count` of them in their order: the first ones, those of `first`, and of the rest one here and there."""
    if len(items) <= count or count < 1:
        return items[: max(count, 0)]
    named = [index for index, item in enumerate(items) if item.version in first][: count // 4]
    head = range(max(1, count // 2))
    taken = dict.fromkeys((*named, *head))
    rest = [index for index in range(len(items)) if index not in taken]
    left = count - len(taken)
    step = len(rest) / left if left else 0
    taken.update(dict.fromkeys(rest[int(step * (number + 1)) - 1] for number in range(left)))
    return [items[index] for index in sorted(taken)]
