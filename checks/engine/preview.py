"""What another policy would judge differently: the same engine with two policies, each distinct case once.

A case is a package version as a repository has it. Repositories between which the two policies make no difference are
judged as one; so are packages that neither policy names and of which nothing is known. Only checks in which the
policies differ run at all, each by itself: what it makes of a case is the same beside all that others make of it.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from checks.engine.ages import expired
from checks.engine.cases import Case, Place, about, apart, snapshot
from checks.engine.differing import Difference, differing, parts
from checks.engine.evaluate import evaluate
from checks.engine.indexed import UNSEEN, Of, unseen
from checks.engine.kinds import Kinds
from checks.engine.knowledge import Knowledge
from checks.engine.mentions import Matching, Mentions
from checks.engine.plan import Plan, judges
from checks.engine.stands import Effect, Said, effect_of, said, worse
from checks.model.dependency import Scope
from checks.model.facts import NOTHING, Facts, PackageKey, RepositoryFacts, Want
from checks.model.purl import type_of
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy

_Sayings = tuple[Said, ...]


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
        self._known: dict[str, dict[Hashable, Effect]] = {}

    def effects(self, check: str, cases: Sequence[tuple[Hashable, Case]], facts: Facts) -> list[Effect]:
        """What the change means for each in one of the checks; cases with equal keys are judged once."""
        known = self._known.setdefault(check, {})
        missing = {key: case for key, case in cases if key not in known}
        for batch in apart(missing):
            before = self._said(check, batch.values(), facts, self.old)
            after = before if self.new is self.old else self._said(check, batch.values(), facts, self.new)
            for key, case in batch.items():
                known[key] = effect_of(before.get(case.key, ()), after.get(case.key, ()))
        return [known[key] for key, _ in cases]

    @property
    def judged(self) -> int:
        """How many distinct cases were judged so far, in all checks."""
        return sum(map(len, self._known.values()))

    def of_tree(self, plan: Plan, facts: Facts) -> dict[PackageKey, Effect]:
        """What the change means for a whole tree, by package version; what is about something else has its name in the
        place of the package."""
        known = replace(facts, repository=self.repository)
        before, after = (self._judged(plan, known, policy, self.only, True) for policy in (self.old, self.new))
        return {key: effect_of(before.get(key, ()), after.get(key, ())) for key in before.keys() | after.keys()}

    def _said(self, check: str, cases: Iterable[Case], facts: Facts, policy: Policy) -> dict[PackageKey, _Sayings]:
        plan = Plan(snapshot(cases, self.repository))
        return self._judged(plan, about(facts, cases, self.repository), policy, frozenset({check}), False)

    def _judged(
        self, plan: Plan, facts: Facts, policy: Policy, only: frozenset[str], whole: bool
    ) -> dict[PackageKey, _Sayings]:
        report = evaluate(plan, expired(facts, policy, self.now), policy, self.now, only, whole)
        found: dict[PackageKey, dict[str, Said]] = {}
        for finding in report.findings:
            if finding.check in only and (whole or finding.rule not in UNSEEN):
                subject = finding.subject
                key = (subject.purl, subject.version) if subject.purl else (str(subject), None)
                rules, one = found.setdefault(key, {}), said(finding, policy.mode)
                rules[finding.rule] = worse(rules.get(finding.rule, one), one)
        return {key: tuple(rules[rule] for rule in sorted(rules)) for key, rules in found.items()}


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
        self.partly: dict[str, dict[str, Of]] = {}
        """Of those in which they differ, what is not seen nevertheless, in words, and what it is about."""
        self.pairs: list[Pair] = []
        self._by_view: dict[Hashable, Pair] = {}
        self._differing: dict[tuple[int, int], Difference] = {}

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

    def _of(self, old: Policy, new: Policy) -> "Difference":
        known = self._differing.get((id(old), id(new)))
        if known is None:
            only = differing(old, new, self.old.overrides == self.new.overrides)
            if self.checks is not None:
                self.left_out |= only - self.checks
                only &= self.checks
                for check in only:
                    self.partly.setdefault(check, {}).update(
                        unseen(check, old.sections.get(check), new.sections.get(check))
                    )
            deciding = [*parts(self.old, old, only), *parts(self.new, new, only)]
            narrow = old.narrowed is not None or new.narrowed is not None
            mentions = Mentions.of(deciding)
            mentions = replace(mentions, paths=mentions.paths or narrow)
            known = Difference(old, new, only, mentions, Matching(mentions.repositories))
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
        wants: dict[str, dict[str, Want]] = {}
        for purl in purls:
            for check, want in self._wanted(purl).items():
                wants.setdefault(check, {})[type_of(purl)] = want
        durations = {item for known in self._differing.values() for item in known.mentions.durations}
        policies = [policy for pair in self.pairs for one in (pair.old, pair.new) for policy in judges(one)]
        ages = {age for policy in policies if (age := policy.root.facts.maximum_age) is not None}
        limits = [age.delta for age in ages if age.delta is not None]
        return Knowledge(wants, durations, limits, self.now)

    def _wanted(self, purl: str) -> dict[str, Want]:
        """What each check asks about a package wherever it is. Licenses are those that are read."""
        found: dict[str, Want] = {}
        for scope in Scope:
            plan = Plan(snapshot([Case(purl, purl, "1.0.0", None, (Place(scope, True),))], RepositoryFacts()))
            for known in self._differing.values():
                for check in known.only:
                    for policy in (known.old, known.new):
                        for asked in plan.questions(policy, frozenset({check})).values():
                            found[check] = found.get(check, NOTHING) | asked
        return {check: want & ~(Want.LICENSE | Want.TEXTS) for check, want in found.items()}
