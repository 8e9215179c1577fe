"""What the owner of a policy should tidy up: what the policy shows by itself, and what nothing that is known needs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from checks.engine.hygiene_sections import contradictions
from checks.engine.plan import Plan
from checks.engine.waiver_usage import usage
from checks.model.change import ChangeKind
from checks.model.dependency import Origin
from checks.model.facts import Facts, RepositoryFacts
from checks.model.packages import VersionFacts
from checks.model.phrase import plain
from checks.model.report import Report
from checks.packages.terms import PackagesSection, Ring
from checks.policy.hygiene import Point, places_of, tidy
from checks.policy.layers import PolicySet
from checks.policy.shape import Place
from checks.rules.licenses.allowances import Needs
from checks.rules.licenses.section import LicensesSection


def hygiene(policies: PolicySet, now: datetime, tickets: bool = False) -> tuple[Point, ...]:
    """By file and line, what the policy shows by itself; `now` is UTC, `tickets`: whether waivers must name one."""
    return ordered((*tidy(policies, now, tickets), *contradictions(policies, now)))


def ordered(points: Iterable[Point]) -> tuple[Point, ...]:
    """By file and line, each once."""
    return tuple(sorted(dict.fromkeys(points), key=lambda point: (point.file, point.line, point.topic, point.key)))


def unreachable(policies: PolicySet, repositories: Sequence[RepositoryFacts]) -> Iterator[Point]:
    """Overrides that hold for none of the repositories, which are all that are known."""
    places = places_of(policies)
    left = {override.position: override for override in policies.overrides}
    for repository in repositories:
        if not left:
            return
        held = [position for position, override in left.items() if override.match.holds(repository, None) is not False]
        for position in held:
            del left[position]
    for override in left.values() if repositories else ():
        at = Place(override.name.line, override.name.column, override.name.file)
        yield places.at(
            "override-unreachable",
            at,
            ("overrides", str(override.position)),
            f"override {override.position + 1} holds for none of {len(repositories):,} known repositories",
            "It waits for a repository that nobody has looked at, or its name or property is misspelled.",
            "correct what it matches, or remove it",
        )


class PolicyNeeds:
    """What package versions need of a policy's entries; fed with each of them once."""

    def __init__(self, policies: PolicySet) -> None:
        self._places = places_of(policies)
        licenses, packages = (policies.plain.sections.get(name) for name in ("licenses", "packages"))
        self._licenses = Needs(licenses) if isinstance(licenses, LicensesSection) else None
        self._packages = packages if isinstance(packages, PackagesSection) and packages.advice else None
        self._advised: set[int] = set()
        self._any = False

    def add(self, purl: str, version: str | None, stated: Iterable[str | None], known: VersionFacts) -> None:
        """`stated`: what lock files say of its license."""
        self._any = True
        if self._licenses is not None:
            self._licenses.add(purl, version, stated, known)
        if self._packages is not None:
            self._advised.update(self._packages.speaking(purl, version))

    def points(self) -> Iterator[Point]:
        """The entries that nothing needs; none where there are no packages."""
        for item in self._licenses.unused() if self._licenses is not None else ():
            what, why = plain(item.message).rstrip("."), "It waits for something that nobody has looked at."
            edit = "remove it, if no repository needs it"
            yield self._places.point("allowance-unused", item.policy_key, what, why, edit)
        for position, entry in enumerate(self._packages.advice if self._packages and self._any else ()):
            if position not in self._advised and entry.advice is not Ring.AVOID:
                which = f" {entry.versions}" if entry.versions else ""
                what = f"packages.advice has {entry.package}{which} on {entry.advice}, and nothing uses it"
                path = ("packages", "advice", str(position))
                yield self._places.point("advice-unused", path, what, *_UNUSED_ADVICE[entry.advice])


#: Why advice that nothing uses is to be looked at, and the edit. What is to be avoided is meant to have no use.
_UNUSED_ADVICE = {
    Ring.ADOPT: ("What is recommended and not used may not be the best choice any more.", "look at it again"),
    Ring.TRIAL: ("A trial that nobody takes part in tells nothing.", "remove it, or end the trial"),
    Ring.HOLD: ("What was there before is gone, and there are to be no new uses.", "remove it, or say avoid"),
}


def unneeded(
    policies: PolicySet, tree: Plan, facts: Facts, reports: Sequence[Report], now: datetime
) -> Iterator[Point]:
    """Allowances and waivers that no package of `tree` needs, which is all that is in use; `now` is UTC."""
    places, policy = places_of(policies), policies.plain
    needs = PolicyNeeds(policies)
    for change in tree.changes:
        stated = [place.dependency.license for place in change.places if place.dependency.origin is not Origin.PATH]
        if stated and change.kind is not ChangeKind.REMOVED:
            needs.add(change.purl, change.version, stated, facts.version(change.purl, change.version))
    yield from needs.points()
    for position, used in enumerate(usage(reports, policy, now)):
        if used.live and not used.findings:
            what = f"waiver {used.waiver.id} covers nothing that is in use"
            yield places.point("waiver-unused", ("waivers", str(position)), what, _UNWATCHED, "remove it")


_UNWATCHED = "An exception that nobody needs is one that nobody watches."
#: Rules that look at nothing but what the index of uses has of a package version.
_INDEXED_RULES = frozenset({"license-not-allowed", "license-unknown", "package-avoid", "package-hold", "package-trial"})


def unneeded_waivers(policies: PolicySet, needed: Collection[str], now: datetime) -> Iterator[Point]:
    """Waivers in force that cover nothing of default branches, as a preview without them showed; `needed`: the ids of
    those that cover something there, or in an open pull request. Of what a preview does not see nothing is said."""
    places = places_of(policies)
    for position, waiver in enumerate(policies.plain.root.waivers):
        if waiver.live(now) and waiver.id not in needed and _INDEXED_RULES.issuperset(waiver.rules):
            what = f"waiver {waiver.id} covers nothing on default branches and in open pull requests"
            yield places.point("waiver-unused", ("waivers", str(position)), what, _UNWATCHED, "remove it")
