"""What another policy would judge differently: the same engine with two policies, each distinct case once.

A case is a package version as a repository has it. Repositories between which the two policies make no difference are
judged as one; so are packages that neither policy names and of which nothing is known. Only checks in which the
policies differ run at all.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from checks.engine.ages import expired
from checks.engine.evaluate import evaluate
from checks.engine.indexed import UNSEEN, unseen
from checks.engine.knowledge import Knowledge
from checks.engine.mentions import Matching, Mentions, Named
from checks.engine.plan import Plan, judges
from checks.model.dependency import Dependency, Inventory, Location, Scope, shortest_parents
from checks.model.facts import NOTHING, Facts, PackageKey, RepositoryFacts, Want
from checks.model.finding import Finding, Level
from checks.model.purl import type_of
from checks.model.report import Mode
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.model.toolchains import is_toolchain
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy, Root
from checks.policy.waivers import Waiver
from checks.rules import CHECKS

#: The format of inventories that stand for what many repositories have.
_FORMAT = "index"
#: Fields of a policy that are looked at by themselves, or decide no verdict of this day.
_APART = frozenset(
    {
        *("root", "sections", "levels", "reference", "places", "coming", "coming_entries", "changes_at", "remarks"),
        "announced",
    }
)
#: Keys of the root that decide no verdict.
_SILENT = frozenset({"version", "minimum_version", "owner", "owners", "check_names", "comments", "approvers"})


class Stand(StrEnum):
    """What a policy makes of one rule about one package version; each is worse than the one before."""

    PASSES = "passes"
    WARNS = "warns"
    WAIVED = "waived"
    """It would block, and a waiver covers it."""
    WOULD_BLOCK = "would-block"
    """It would, and the mode is evaluate."""
    BLOCKS = "blocks"


_RANK = {stand: rank for rank, stand in enumerate(Stand)}


class Place(NamedTuple):
    """How one manifest has a package version."""

    scope: Scope = Scope.UNKNOWN
    direct: bool | None = None
    path: str = "-"
    """Only where one of the policies speaks of paths."""
    via: str | None = None
    """The direct dependency (purl) that brings it; only where one of the policies speaks of that."""


class Case(NamedTuple):
    """One package version as a repository has it."""

    purl: str
    name: str
    version: str | None
    license: str | None
    """As it was read last, raw."""
    places: tuple[Place, ...]

    @property
    def key(self) -> PackageKey:
        return self.purl, self.version


class Turn(NamedTuple):
    """One rule that the two policies let speak differently about a case."""

    check: str
    rule: str
    before: Stand
    after: Stand
    could_not_tell: bool
    """Whether it is for lack of data."""


class Effect(NamedTuple):
    """What the change of the policy means for a case."""

    turns: tuple[Turn, ...] = ()
    covered_before: tuple[str, ...] = ()
    """Waivers that cover something of it, by id."""
    covered_after: tuple[str, ...] = ()


NO_EFFECT = Effect()


def differing(old: Policy, new: Policy, same_overrides: bool = True) -> frozenset[str]:
    """The checks in which the policies can come to different verdicts. `same_overrides`: what they make of single
    packages is made alike."""
    every = frozenset((*old.sections, *new.sections))
    if old.floor is not None or new.floor is not None:
        floors = differing(old.floor or old, new.floor or new, same_overrides)
        return floors | differing(replace(old, floor=None), replace(new, floor=None), same_overrides)
    narrowed = {check for one in (old, new) if one.narrowed is not None for check in one.narrowed.checks}
    if narrowed and not same_overrides:
        return every & narrowed | differing(replace(old, narrowed=None), replace(new, narrowed=None))
    if _rest(old) != _rest(new):
        return every
    rules = {rule for waiver in changed_waivers(old, new) for rule in waiver.rules}
    return frozenset(
        check
        for check in every
        if old.sections.get(check) != new.sections.get(check)
        or old.levels.get(check) != new.levels.get(check)
        or any(rule in rules for rule in new.levels.get(check, old.levels.get(check, ())))
    )


def changed_waivers(old: Policy, new: Policy) -> Iterator[Waiver]:
    """The waivers that only one of them has, or that differ."""
    first, second = ({waiver.id: waiver for waiver in one.root.waivers} for one in (old, new))
    for id_ in first.keys() | second.keys():
        if first.get(id_) != second.get(id_):
            yield from filter(None, (first.get(id_), second.get(id_)))


def _rest(policy: Policy) -> tuple[object, ...]:
    """What decides all checks."""
    root = tuple(
        getattr(policy.root, item.name)
        for item in fields(Root)
        if item.name not in _SILENT and item.name != "waivers" and item.compare
    )
    return (*root, *(getattr(policy, item.name) for item in fields(policy) if item.name not in _APART and item.compare))


class Pair:
    """Two effective policies for repositories between which they make no difference."""

    def __init__(
        self, old: Policy, new: Policy, only: frozenset[str], repository: RepositoryFacts, now: datetime
    ) -> None:
        self.old = old
        self.new = new
        self.only = only
        self.repository = repository
        self.now = now
        self._known: dict[Hashable, Effect] = {}

    def effects(self, cases: Sequence[tuple[Hashable, Case]], facts: Facts) -> list[Effect]:
        """What the change means for each; cases with equal keys are judged once."""
        missing = {key: case for key, case in cases if key not in self._known}
        for batch in _apart(missing):
            before = self._said(batch.values(), facts, self.old)
            after = before if self.new is self.old else self._said(batch.values(), facts, self.new)
            for key, case in batch.items():
                self._known[key] = _effect(before.get(case.key, ()), after.get(case.key, ()))
        return [self._known[key] for key, _ in cases]

    def known(self, key: Hashable) -> Effect | None:
        """What was found out about the cases with this key; None: none was judged yet."""
        return self._known.get(key)

    @property
    def judged(self) -> int:
        """How many distinct cases were judged so far."""
        return len(self._known)

    def of_tree(self, plan: Plan, facts: Facts) -> dict[PackageKey, Effect]:
        """What the change means for a whole tree, by package version; what is about something else has its name in the
        place of the package."""
        known = replace(facts, repository=self.repository)
        before, after = (self._judged(plan, known, policy, True) for policy in (self.old, self.new))
        return {key: _effect(before.get(key, ()), after.get(key, ())) for key in before.keys() | after.keys()}

    def _said(self, cases: Iterable[Case], facts: Facts, policy: Policy) -> dict[PackageKey, tuple["_Said", ...]]:
        plan = Plan(snapshot(cases, self.repository))
        return self._judged(plan, _about(facts, cases, self.repository), policy, False)

    def _judged(self, plan: Plan, facts: Facts, policy: Policy, whole: bool) -> dict[PackageKey, tuple["_Said", ...]]:
        known = expired(facts, policy, self.now)
        report = evaluate(plan, known, policy, self.now, self.only, whole)
        said: dict[PackageKey, dict[str, _Said]] = {}
        for finding in report.findings:
            if finding.check in self.only and (whole or finding.rule not in UNSEEN):
                subject = finding.subject
                key = (subject.purl, subject.version) if subject.purl else (str(subject), None)
                rules, one = said.setdefault(key, {}), _said(finding, policy.mode)
                rules[finding.rule] = _worse(rules.get(finding.rule, one), one)
        return {key: tuple(rules[rule] for rule in sorted(rules)) for key, rules in said.items()}


class _Said(NamedTuple):
    """What one policy says by one rule."""

    check: str
    rule: str
    stand: Stand
    could_not_tell: bool
    waivers: tuple[str, ...]


def _said(finding: Finding, mode: Mode) -> _Said:
    waivers = (finding.waiver.id,) if finding.waiver else ()
    return _Said(finding.check, finding.rule, stand(finding, mode), finding.could_not_tell, waivers)


def stand(finding: Finding, mode: Mode) -> Stand:
    """What becomes of a finding."""
    if finding.level is Level.BLOCK and finding.waiver is not None:
        return Stand.WAIVED
    if finding.blocks:
        return Stand.BLOCKS if mode is Mode.ENFORCE else Stand.WOULD_BLOCK
    return Stand.WARNS if finding.warns else Stand.PASSES


def _worse(one: _Said, other: _Said) -> _Said:
    first = one if _RANK[one.stand] >= _RANK[other.stand] else other
    return first._replace(waivers=tuple(dict.fromkeys((*one.waivers, *other.waivers))))


@lru_cache(maxsize=4096)
def _effect(before: tuple[_Said, ...], after: tuple[_Said, ...]) -> Effect:
    first, second = ({said.rule: said for said in one} for one in (before, after))
    turns = []
    for rule in sorted({*first, *second}):
        old, new = first.get(rule), second.get(rule)
        told = new or old
        assert told is not None
        stands = old.stand if old else Stand.PASSES, new.stand if new else Stand.PASSES
        if stands[0] is not stands[1]:
            turns.append(Turn(told.check, rule, *stands, told.could_not_tell))
    waivers = [tuple(sorted({id_ for said in one for id_ in said.waivers})) for one in (before, after)]
    return Effect(tuple(turns), waivers[0], waivers[1])


def _apart(cases: Mapping[Hashable, Case]) -> Iterable[dict[Hashable, Case]]:
    """The cases in batches in which each package version is there once: one tree would judge them as one."""
    batches: list[dict[Hashable, Case]] = []
    seen: dict[PackageKey, int] = {}
    for key, case in cases.items():
        number = seen[case.key] = seen.get(case.key, -1) + 1
        if number == len(batches):
            batches.append({})
        batches[number][key] = case
    return batches


def _about(facts: Facts, cases: Iterable[Case], repository: RepositoryFacts) -> Facts:
    """What is known of these: whoever copies facts copies no more than that."""
    keys = {case.key for case in cases}
    return replace(
        facts,
        versions={key: facts.versions[key] for key in keys if key in facts.versions},
        packages={purl: facts.packages[purl] for purl, _ in keys if purl in facts.packages},
        repository=repository,
    )


def snapshot(cases: Iterable[Case], repository: RepositoryFacts) -> Snapshot:
    """A whole tree that has these package versions."""
    paths: dict[str, list[tuple[Dependency, str | None]]] = {}
    for case in cases:
        for place in case.places:
            item = Dependency(
                *(case.purl, case.name, case.version, Location(place.path), place.scope, place.direct),
                license=case.license,
            )
            paths.setdefault(place.path, []).append((item, place.via))
    pairs = tuple(ManifestPair(path, None, _inventory(path, items)) for path, items in sorted(paths.items()))
    return Snapshot(Listing("", "", target=repository.default_branch), pairs)


def _inventory(path: str, items: Sequence[tuple[Dependency, str | None]]) -> Inventory:
    """With the direct dependencies that bring others."""
    found = [item for item, _ in items]
    if not any(via for _, via in items):
        return Inventory(path, _FORMAT, tuple(found))
    at: dict[str, int] = {item.purl: index for index, item in enumerate(found) if item.direct}
    for bringer in sorted({via for _, via in items if via}.difference(at)):
        at[bringer] = len(found)
        found.append(Dependency(bringer, bringer, None, Location(path), direct=True))
    edges: list[list[int]] = [[] for _ in found]
    for index, (_, via) in enumerate(items):
        if via:
            edges[at[via]].append(index)
    parents = shortest_parents(len(found), sorted(at.values()), edges)
    return Inventory(path, _FORMAT, tuple(found), tuple(map(tuple, edges)), parents)


class Comparison:
    """An old and a new policy at one moment (UTC), for any number of repositories."""

    def __init__(self, old: PolicySet, new: PolicySet, now: datetime, checks: frozenset[str] | None = None) -> None:
        """`checks`: those for which what is known suffices; None: all."""
        self.old = old
        self.new = new
        self.now = now
        self.checks = checks
        self.left_out: set[str] = set()
        """Other checks in which the policies differ."""
        self.partly: dict[str, dict[str, None]] = {}
        """Of those in which they differ, what is not seen nevertheless, in words."""
        self.pairs: list[Pair] = []
        self._by_view: dict[Hashable, Pair] = {}
        self._differing: dict[tuple[int, int], _Difference] = {}

    def pair(self, repository: RepositoryFacts) -> Pair:
        """What judges a repository: equal for all between which the policies make no difference."""
        old, new = (one.policy_for(repository, repository.default_branch, self.now) for one in (self.old, self.new))
        known = self._of(old, new)
        only = known.only
        view = (id(old), id(new), *self._view(repository, known.mentions, known.matching)) if only else ()
        if view not in self._by_view:
            self._by_view[view] = Pair(old, new, only, repository, self.now)
            self.pairs.append(self._by_view[view])
        return self._by_view[view]

    def _of(self, old: Policy, new: Policy) -> "_Difference":
        known = self._differing.get((id(old), id(new)))
        if known is None:
            only = differing(old, new, self.old.overrides == self.new.overrides)
            if self.checks is not None:
                self.left_out |= only - self.checks
                only &= self.checks
                for check in only:
                    self.partly.setdefault(check, {}).update(
                        dict.fromkeys(unseen(check, old.sections.get(check), new.sections.get(check)))
                    )
            parts = [*_parts(self.old, old, only), *_parts(self.new, new, only)]
            narrow = old.narrowed is not None or new.narrowed is not None
            mentions = Mentions.of(parts)
            mentions = replace(mentions, paths=mentions.paths or narrow)
            known = _Difference(old, new, only, mentions, Matching(mentions.repositories))
            self._differing[id(old), id(new)] = known
        return known

    @staticmethod
    def _view(repository: RepositoryFacts, mentions: Mentions, matching: Matching) -> Iterable[Hashable]:
        yield repository.visibility
        yield repository.owner_is_organization
        yield repository.license_gate
        yield repository.license.value if repository.license else None
        yield repository.default_branch
        yield tuple((name, repository.properties.get(name)) for name in sorted(mentions.properties))
        yield matching(repository.name or "")
        if mentions.each_repository:
            yield repository.name, repository.topics, tuple(sorted(repository.properties.items()))

    def kinds(self) -> "Kinds":
        """How packages are told apart by the pairs that are there."""
        return Kinds(self._differing.values())

    def knowledge(self, purls: Iterable[str]) -> Knowledge:
        """What the pairs that are there must know; `purls`: one package of each type."""
        wants = {type_of(purl): self._wanted(purl) for purl in purls}
        durations = {item for known in self._differing.values() for item in known.mentions.durations}
        policies = [policy for pair in self.pairs for one in (pair.old, pair.new) for policy in judges(one)]
        ages = {age for policy in policies if (age := policy.root.facts.maximum_age) is not None}
        limits = [age.delta for age in ages if age.delta is not None]
        return Knowledge(wants, durations, limits, self.now)

    def _wanted(self, purl: str) -> Want:
        """What is asked about a package wherever it is. Licenses are those that are read."""
        want = NOTHING
        for scope in Scope:
            plan = Plan(snapshot([Case(purl, purl, "1.0.0", None, (Place(scope, True),))], RepositoryFacts()))
            for pair in self.pairs:
                for policy in (pair.old, pair.new) if pair.only else ():
                    for asked in plan.questions(policy, pair.only).values():
                        want |= asked
        return want & ~(Want.LICENSE | Want.TEXTS)


def _parts(policies: PolicySet, policy: Policy, only: frozenset[str]) -> Iterator[object]:
    """What of a policy decides these checks."""
    rules = {rule for check in only for rule in policy.levels.get(check, ())}
    yield from (policy.sections[check] for check in only if check in policy.sections)
    yield from (waiver for waiver in policy.root.waivers if rules.intersection(waiver.rules))
    if policy.narrowed is not None:
        yield from (override.patch for override in policies.overrides if override.match.narrow)
    if policy.floor is not None:
        yield from _parts(policies, policy.floor, only)


class _Difference(NamedTuple):
    """Between two effective policies, which it also keeps from being forgotten: they are known by identity."""

    old: Policy
    new: Policy
    only: frozenset[str]
    mentions: Mentions
    matching: Matching


class Kinds:
    """Which package versions are judged as one, whatever repository has them."""

    def __init__(self, known: Iterable[_Difference]) -> None:
        listed = list(known)
        mentions = [item.mentions for item in listed]
        self.checks = frozenset(check for item in listed for check in item.only)
        self.each = not all(CHECKS.named(check).alike for check in self.checks)
        """Whether each package version is like no other."""
        self.paths = any(item.paths for item in mentions)
        """Whether it matters where a manifest is,"""
        self.below = any(item.below for item in mentions)
        """and what brings a package,"""
        self.direct = any(CHECKS.named(check).looks_at_direct for check in self.checks)
        """and whether the project asks for it."""
        self.fixes = any(item.fixes for item in mentions)
        """Whether it matters which version fixes a vulnerability."""
        self._apart = {type_ for check in self.checks for type_ in CHECKS.named(check).apart}
        self._versions = any(item.versions for item in mentions)
        self._named = Named({pattern for item in mentions for pattern in item.packages})

    def package(self, purl: str) -> tuple[tuple[Hashable, ...], bool] | None:
        """Equal for packages that are judged alike where nothing is known of them, and whether only those of one
        version are; None: this one is like no other."""
        type_, toolchain = type_of(purl), is_toolchain(purl)
        if self.each or type_ in self._apart or (toolchain and self._apart):
            return None
        named = self._named(purl)
        return (type_, toolchain, named), bool(named) and self._versions
