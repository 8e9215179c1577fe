"""Waivers in a verdict: which one covers a finding, and which one did until it ended."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from checks.engine.below import Below
from checks.model.facts import RepositoryFacts
from checks.model.finding import AppliedWaiver, Observation
from checks.policy.schema import Policy
from checks.policy.values import PackagePattern
from checks.policy.waivers import Surroundings, Waiver


class Waived(NamedTuple):
    """What the waivers of a policy say of one observation."""

    by: AppliedWaiver | None = None
    lapsed: AppliedWaiver | None = None
    """None as long as another one covers it."""


class Waiving:
    """The waivers of a policy for one change, or for one repository as it stands."""

    def __init__(
        self, policy: Policy, repository: RepositoryFacts, branch: str | None, now: datetime, below: Below | None = None
    ) -> None:
        """`now` is UTC. Without `below` no waiver covers anything by the package that brings it."""
        self.unwaivable = frozenset(policy.root.unwaivable)
        self.remind = policy.root.remind_before.at_most
        self.index = index_of(policy)
        self.repository = repository
        self.branch = branch
        self.now = now
        self.below = below

    def of(self, observation: Observation, paths: tuple[str, ...]) -> Waived:
        """What they say of a finding in these files. The caller knows whether its rule can be waived at all."""
        reaching = self._reaching(observation, paths)
        covering = self._together(observation, [waiver for waiver in reaching if waiver.live(self.now)])
        if covering:
            return Waived(by=self._applied(covering))
        ended = [waiver for waiver in reaching if waiver.ended(self.now) and waiver.whole(observation)]
        last = max(ended, key=_end, default=None)
        return Waived(lapsed=self._applied([last]) if last else None)

    def covering(self, observation: Observation, paths: tuple[str, ...]) -> Waiver | None:
        """The one that covers all of it today, and holds longest."""
        reaching = self._reaching(observation, paths)
        live = [waiver for waiver in reaching if waiver.live(self.now) and waiver.whole(observation)]
        return max(live, key=_end, default=None)

    def _reaching(self, observation: Observation, paths: tuple[str, ...]) -> list[Waiver]:
        """Those that speak of it, or of some of its vulnerabilities, today or not."""
        candidates = () if observation.rule in self.unwaivable else self.index.candidates(observation)
        if not candidates:
            return []
        around = self.around(observation, paths)
        return [waiver for waiver in candidates if waiver.reaches(observation, around)]

    def around(self, observation: Observation, paths: tuple[str, ...]) -> Surroundings:
        """What the conditions are held against besides the finding itself."""
        return Surroundings(paths, self.repository, self.branch, self._below(observation))

    def _together(self, observation: Observation, live: Sequence[Waiver]) -> list[Waiver]:
        """The one that holds longest; of those that each cover some vulnerabilities, as many as it takes."""
        longest = sorted(live, key=_end, reverse=True)
        if alone := next((waiver for waiver in longest if waiver.whole(observation)), None):
            return [alone]
        needed: list[Waiver] = []
        left = set(range(len(observation.advisories)))
        for waiver in longest:
            if left & waiver.named(observation):
                left -= waiver.named(observation)
                needed.append(waiver)
        return [] if left else needed

    def _applied(self, waivers: Sequence[Waiver]) -> AppliedWaiver:
        """The first of them to end is the one that people must know."""
        first = min(waivers, key=_end)
        return AppliedWaiver(
            first.id,
            first.approved_by,
            first.expires.date,
            first.reason.text,
            ending=first.reminds_at(self.remind) <= self.now,
            beside=tuple(waiver.id for waiver in waivers if waiver is not first),
        )

    def _below(self, observation: Observation) -> Callable[[PackagePattern], bool]:
        subject, below = observation.subject, self.below
        if below is None or subject.purl is None:
            return lambda _: False
        purl, version = subject.purl, subject.version
        return lambda pattern: below(purl, version, pattern)


def _end(waiver: Waiver) -> datetime:
    return waiver.expires.ends


# -- finding them ----------------------------------------------------------------------------------------------------


class WaiverIndex:
    """Waivers by what an observation says at once, so that thousands of each are no product."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self._waivers = tuple(waivers)
        self._named: dict[tuple[str, str], list[int]] = {}
        self._others: dict[str, list[int]] = {}
        for position, waiver in enumerate(self._waivers):
            handles = _handles(waiver)
            for rule in waiver.rules:
                for handle in handles:
                    self._named.setdefault((rule, handle), []).append(position)
                if not handles:
                    self._others.setdefault(rule, []).append(position)

    def candidates(self, observation: Observation) -> list[Waiver]:
        """Those that may speak of it, in their order: all others do not."""
        rule, subject = observation.rule, observation.subject
        handles = [text.lower() for text in (subject.purl, subject.commit) if text]
        handles += [name.lower() for names in observation.advisories for name in names]
        found = {place for handle in handles for place in self._named.get((rule, handle), ())}
        found.update(self._others.get(rule, ()))
        return [self._waivers[position] for position in sorted(found)]


def _handles(waiver: Waiver) -> tuple[str, ...]:
    """One of these an observation must have; none: nothing that can be looked up."""
    if waiver.package and "*" not in waiver.package:
        return (waiver.package.lower(),)
    return tuple(dict.fromkeys(text.lower() for text in waiver.commits or waiver.advisories))


def index_of(policy: Policy) -> WaiverIndex:
    """The index of its waivers, made once for a policy."""
    index: WaiverIndex | None = policy.cache.get("waivers")
    if index is None:
        index = policy.cache["waivers"] = WaiverIndex(policy.root.waivers)
    return index
