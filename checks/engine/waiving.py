"""Waivers in a verdict: which one covers a finding, which one has ended, and what people must hear of both."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from checks.model.dependency import Inventory, shortest_parents
from checks.model.facts import RepositoryFacts
from checks.model.finding import AppliedWaiver, Evidence, Finding, Move, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.report import Report
from checks.model.snapshot import Snapshot
from checks.policy.schema import Policy
from checks.policy.values import PackagePattern
from checks.policy.waivers import Surroundings, Waiver

#: Waivers that the notices of one report name.
_NAMED = 5

#: Waivers that one report says to be idle, each by itself: a central policy has thousands.
_IDLE = 20
UNUSED = "waiver-unused"

#: Whether every path that brings a package version goes through a package that matches.
Below = Callable[[str, str | None, PackagePattern], bool]


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
        self.policy = policy
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
        ended = [waiver for waiver in reaching if waiver.ended(self.now) and _all_of_it([waiver], observation)]
        last = max(ended, key=_end, default=None)
        return Waived(lapsed=self._applied([last]) if last else None)

    def covering(self, observation: Observation, paths: tuple[str, ...]) -> Waiver | None:
        """The one that covers all of it today, and holds longest."""
        reaching = self._reaching(observation, paths)
        live = [waiver for waiver in reaching if waiver.live(self.now) and _all_of_it([waiver], observation)]
        return max(live, key=_end, default=None)

    def idle(self, findings: Sequence[Finding], checks: Collection[str]) -> list[Observation]:
        """What is to be said of the waivers that the findings of a whole tree do not need; `checks` are those that ran.

        Nothing of one that a check could not judge might need, nor of one for other repositories or branches.
        """
        unsure = {finding.check for finding in findings if finding.could_not_tell}
        sure = {rule for check in checks if check not in unsure for rule in self.policy.levels[check]}
        used = _used(findings)
        idle = [
            (position, waiver)
            for position, waiver in enumerate(self.policy.root.waivers)
            if waiver.id not in used
            and (waiver.ended(self.now) or (waiver.live(self.now) and sure.issuperset(waiver.rules)))
            and waiver.for_repository(self.repository)
            and not waiver.branches
        ]
        said = [_idle(position, waiver, waiver.ended(self.now)) for position, waiver in idle[:_IDLE]]
        return [*said, _more_idle(len(idle) - _IDLE)] if len(idle) > _IDLE else said

    def _reaching(self, observation: Observation, paths: tuple[str, ...]) -> list[Waiver]:
        """Those that speak of it, or of some of its vulnerabilities, today or not."""
        candidates = () if observation.rule in self.unwaivable else self.index.candidates(observation)
        if not candidates:
            return []
        around = Surroundings(paths, self.repository, self.branch, self._below(observation))
        return [waiver for waiver in candidates if waiver.reaches(observation, around)]

    def _together(self, observation: Observation, live: Sequence[Waiver]) -> list[Waiver]:
        """The one that holds longest; of those that each cover some vulnerabilities, as many as it takes."""
        longest = sorted(live, key=_end, reverse=True)
        for waiver in longest:
            if _all_of_it([waiver], observation):
                return [waiver]
        if not _all_of_it(longest, observation):
            return []
        needed: list[Waiver] = []
        left = set(range(len(observation.advisories)))
        for waiver in longest:
            if left & waiver.named(observation):
                left -= waiver.named(observation)
                needed.append(waiver)
        return needed

    def _applied(self, waivers: Sequence[Waiver]) -> AppliedWaiver:
        """The first of them to end is the one that people must know."""
        first = min(waivers, key=_end)
        return AppliedWaiver(
            first.id,
            first.approved_by,
            first.expires.date,
            first.reason.text,
            ending=reminds_at(first, self.remind) <= self.now,
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


def _all_of_it(waivers: Iterable[Waiver], observation: Observation) -> bool:
    """Whether together they speak of every vulnerability of the observation; of one without any, each does."""
    positions: set[int] = set()
    for waiver in waivers:
        if not (waiver.advisories or observation.advisories):
            return True
        positions |= waiver.named(observation)
    return bool(positions) and len(positions) == len(observation.advisories)


def reminds_at(waiver: Waiver, before: timedelta) -> datetime:
    """When people begin to hear of its end (UTC): not before half of it is over."""
    begins = waiver.created.begins if waiver.created else datetime.min.replace(tzinfo=waiver.expires.ends.tzinfo)
    return waiver.expires.ends - min(before, (waiver.expires.ends - begins) / 2)


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


# -- below -----------------------------------------------------------------------------------------------------------


class Graphs:
    """Who brings whom in the manifests of a change: answers `Below`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._inventories = tuple(pair.head for pair in snapshot.manifests if pair.head)
        self._places: Mapping[tuple[str, str | None], Sequence[tuple[Inventory, int]]] | None = None
        self._apart: dict[tuple[str, PackagePattern], tuple[frozenset[int], frozenset[int]]] = {}

    def below(self, purl: str, version: str | None, pattern: PackagePattern) -> bool:
        """Whether in every manifest that has this version a package that matches stands on every path to it.

        A manifest without a graph, or that does not say what the project itself asks for, does not tell: then no.
        """
        places = self._found.get((purl, version), ())
        return bool(places) and all(self._only_through(pattern, inventory, index) for inventory, index in places)

    @property
    def _found(self) -> Mapping[tuple[str, str | None], Sequence[tuple[Inventory, int]]]:
        if self._places is None:
            found: dict[tuple[str, str | None], list[tuple[Inventory, int]]] = {}
            for inventory in self._inventories:
                for index, item in enumerate(inventory.dependencies):
                    found.setdefault((item.purl, item.version), []).append((inventory, index))
            self._places = found
        return self._places

    def _only_through(self, pattern: PackagePattern, inventory: Inventory, index: int) -> bool:
        key = (inventory.path, pattern)
        if key not in self._apart:
            self._apart[key] = _reached(inventory, pattern)
        with_it, without = self._apart[key]
        return index in with_it and index not in without


def _reached(inventory: Inventory, pattern: PackagePattern) -> tuple[frozenset[int], frozenset[int]]:
    """What is reached from what the project asks for; and what still is, or is one of them, without those that
    match."""
    nothing = frozenset[int]()
    items, edges = inventory.dependencies, inventory.edges
    if not edges or any(item.direct is None for item in items):
        return nothing, nothing
    roots = [index for index, item in enumerate(items) if item.direct]
    matching = {index for index, item in enumerate(items) if pattern.matches(item.purl)}
    cut = [() if index in matching else children for index, children in enumerate(edges)]
    every, left = _closure(roots, edges), _closure([root for root in roots if root not in matching], cut)
    return every, left | matching


def _closure(roots: Sequence[int], edges: Sequence[Sequence[int]]) -> frozenset[int]:
    parents = shortest_parents(len(edges), roots, edges)
    return frozenset(roots) | {index for index, parent in enumerate(parents) if parent >= 0}


# -- what people hear ------------------------------------------------------------------------------------------------


def changes_at(findings: Iterable[Finding], policy: Policy, now: datetime) -> Iterator[datetime]:
    """The moments at which time alone makes waivers say something else (UTC); some of them may be over."""
    used = _used(findings)
    for waiver in policy.root.waivers:
        if waiver.id in used:
            yield waiver.expires.ends
            yield reminds_at(waiver, policy.root.remind_before.at_most)
        elif waiver.created and waiver.created.begins > now:
            yield waiver.created.begins


def _used(findings: Iterable[Finding]) -> frozenset[str]:
    """The ids of the waivers that cover a finding, alone or together."""
    return frozenset(id_ for finding in findings if (by := finding.waiver) for id_ in (by.id, *by.beside))


def lapse(lapsed: AppliedWaiver) -> Phrase:
    """What is added to the sentence of a finding that has returned."""
    return say(" Its waiver {} ended on {}; ask for a new one if it is still needed.", lapsed.id, _day(lapsed.expires))


def endings(findings: Iterable[Finding]) -> Iterator[Phrase]:
    """One sentence for each waiver that is near its end, the first to end first."""
    ending: dict[tuple[date, str], list[Finding]] = {}
    for finding in findings:
        if (by := finding.waiver) and by.ending:
            ending.setdefault((by.expires, by.id), []).append(finding)
    ordered = sorted(ending.items(), key=lambda item: item[0])
    for (day, id_), covered in ordered[:_NAMED]:
        names = join([say("{}", finding.id) for finding in covered[:_NAMED]], last=" and ")
        more = f" and {len(covered) - _NAMED:,} more" if len(covered) > _NAMED else ""
        what = (*names, more)
        yield say("Waiver {} ends on {}: settle {} until then, or ask for a new one.", id_, _day(day), what)
    if len(ordered) > _NAMED:
        yield say("{} more waivers end soon.", (f"{len(ordered) - _NAMED:,}",))


def _idle(position: int, waiver: Waiver, ended: bool) -> Observation:
    if ended:
        said = say("Waiver {} ended on {} and is still in the policy; remove it.", waiver.id, _day(waiver.expires.date))
    else:
        said = say("Waiver {} covers nothing here; remove it if no other repository needs it.", waiver.id)
    return Observation(
        rule=UNUSED,
        subject=Subject(policy=f"waivers: {waiver.id}"),
        message=said,
        headline=say("waiver {} has ended" if ended else "waiver {} covers nothing here", waiver.id[:50]),
        move=Move.OWNER,
        evidence=(Evidence("rules", say("{}", ", ".join(waiver.rules)), ("waivers",)),),
        policy_key=("waivers", str(position)),
    )


def _more_idle(count: int) -> Observation:
    return Observation(
        rule=UNUSED,
        subject=Subject(policy="waivers"),
        message=say("{} more waivers cover nothing here, or have ended.", (f"{count:,}",)),
        headline=say("{} more waivers cover nothing here", (f"{count:,}",)),
        move=Move.OWNER,
        policy_key=("waivers",),
    )


def _day(day: date) -> tuple[str]:
    return (f"{day.day} {day:%b %Y}",)


# -- which ones are needed -------------------------------------------------------------------------------------------


class Usage(NamedTuple):
    """What one waiver does."""

    waiver: Waiver
    findings: int
    """Findings that it covers."""
    repositories: tuple[str, ...]
    """Where, by name."""
    live: bool
    ended: bool
    ending: bool


def usage(reports: Iterable[Report], policy: Policy, now: datetime) -> tuple[Usage, ...]:
    """Each waiver of the policy with what it covers in the reports, in the order of the policy; `now` is UTC."""
    found: dict[str, list[str]] = {}
    for report in reports:
        for finding in report.waived:
            if finding.waiver:
                for id_ in (finding.waiver.id, *finding.waiver.beside):
                    found.setdefault(id_, []).append(report.repository.name or "")
    remind = policy.root.remind_before.at_most
    return tuple(
        Usage(
            waiver,
            len(found.get(waiver.id, ())),
            tuple(sorted(set(found.get(waiver.id, ())) - {""})),
            waiver.live(now),
            waiver.ended(now),
            waiver.live(now) and reminds_at(waiver, remind) <= now,
        )
        for waiver in policy.root.waivers
    )
