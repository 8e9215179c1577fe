"""A policy with its layers: what it extends, its overrides, and the effective policy of one repository."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from checks.model.errors import PolicyError, PolicyIssue
from checks.model.facts import RepositoryFacts
from checks.model.report import PolicyReference
from checks.policy.document import Entries
from checks.policy.files import PolicyFiles, PolicyRef
from checks.policy.layered import Layers
from checks.policy.load import SectionShape, in_order, parsed
from checks.policy.schema import ComingEntry, Policy

if TYPE_CHECKING:
    from checks.policy.overrides import Override
    from checks.policy.stack import Lock

#: Policies that are kept by what matched; beyond it they are made anew.
_KEPT = 4_096


def wanted(files: PolicyFiles) -> tuple[PolicyRef, ...]:
    """What of the policy is still to be read; () when all of it is there, or what is there is not valid."""
    if b"extends" in files.main:
        from checks.policy.stack import still_wanted

        if refs := still_wanted(files):
            return refs
    if b"agreements" not in files.main and not files.others:
        return ()
    from checks.policy.named_texts import texts_wanted

    return texts_wanted(files)


def load_set(
    files: PolicyFiles,
    shapes: Sequence[SectionShape],
    *,
    own_version: str,
    source: str | None = None,
    built_in: bool = False,
) -> "PolicySet":
    """The policy in `files`: all or nothing. Raises `PolicyError`, which names file, line and column of each fault."""
    tree = parsed(files.main, files.name, own_version)
    locks: tuple[Lock, ...] = ()
    if tree.get("extends") is not None or tree.get("locked") is not None:
        from checks.policy.stack import stacked

        tree, locks = stacked(tree, files, shapes, own_version)
    if files.decisions:
        from checks.policy.decisions import with_decisions

        tree = with_decisions(tree, files)
    layers = Layers(tree, shapes, PolicyReference(source or files.name, files.digest, files.revision, built_in))
    plain = layers.read((), None)
    issues = [*plain.issues, *layers.loader.check_limits(plain.read, tree.get("waivers"))]
    if (node := tree.get("overrides")) is not None:
        from checks.policy.overriding import overrides_of

        overrides, faults = overrides_of(node, layers, plain.read, locks)
        issues += faults
        layers.overrides = overrides
    if issues or plain.read.root is None:
        if any(issue.within is not None for issue in issues):
            from checks.policy.inside import located

            issues = list(located(tuple(issues), files))
        raise PolicyError(files.name, in_order(issues))
    return PolicySet(files, layers.policy(plain), layers)


class Case(NamedTuple):
    """What decides which policy holds. Overrides are named by their position."""

    applied: tuple[int, ...] = ()
    undecided: tuple[int, ...] = ()
    later: tuple[int, ...] = ()
    """Those that will hold from a day on."""
    narrow: tuple[int, ...] = ()
    """Of `applied`, those for single packages."""
    narrow_undecided: tuple[int, ...] = ()
    unknown: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """What nobody told, by override."""
    epoch: int = 0
    mode: str | None = None
    """What the property says that names the mode; None: nothing."""
    mode_unknown: bool = False
    own: str = ""
    """Digest of the repository's own file."""


class PolicySet:
    """All that an organization's policy says; `policy_for` is what it says for one repository."""

    def __init__(self, files: PolicyFiles, plain: Policy, layers: Layers | None = None) -> None:
        self.files = files
        self.plain = plain
        """For nobody in particular: no override applies, and all that comes into force later has."""
        self._layers = layers
        self._moments = layers.moments() if layers else ()
        self._made: dict[Case, Policy] = {}
        self._own: dict[str, bytes] = {}
        self._own_moments: dict[str, tuple[datetime, ...]] = {}
        root = plain.root
        self._varies = bool(layers and (layers.overrides or self._moments or root.mode_property or self.wants_own))
        self._always: datetime | None = None

    @classmethod
    def of(cls, policy: Policy) -> "PolicySet":
        """A policy that holds for every repository."""
        return cls(PolicyFiles(b"", policy.reference.source), policy)

    def without_waivers(self) -> "PolicySet":
        """The same policy as if it had no waivers: to see what they cover."""
        if self._layers is None or self._layers.tree.get("waivers") is None:
            return self
        layers = self._layers.without("waivers")
        return PolicySet(self.files, layers.policy(layers.read((), None)), layers)

    def on(self, moment: datetime) -> "PolicySet":
        """The same policy, which is always as it is at one moment (UTC): to see what it will do then."""
        found = PolicySet(self.files, self.plain, self._layers)
        found._always = moment
        return found

    @property
    def reference(self) -> PolicyReference:
        return self.plain.reference

    @property
    def overrides(self) -> "tuple[Override, ...]":
        """In the order in which they stand."""
        return self._layers.overrides if self._layers else ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that there is, those that the policy writes among them."""
        return tuple(self._layers.loader.rules) if self._layers else ()

    @property
    def tree(self) -> Entries | None:
        """The policy as it is written, with what it extends and its decisions."""
        return self._layers.tree if self._layers else None

    @property
    def dated_entries(self) -> tuple[ComingEntry, ...]:
        """The entries of lists that have a day, whether it is over or not, besides those of overrides."""
        if self._layers is None or not self._layers.dated(self._layers.tree):
            return ()
        from checks.policy.timed import timed_entries

        return timed_entries(self._layers.tree, self._layers.loader.shapes)

    @property
    def text_faults(self) -> tuple[PolicyIssue, ...]:
        """What is wrong with the texts that people sign. The policy judges all the same: who cannot sign is told so."""
        if self._layers is None or not self.files.others:
            return ()
        from checks.policy.named_texts import text_faults

        return in_order(text_faults(self._layers.tree, self.files))

    @property
    def wants_own(self) -> str | None:
        """Path of the repository's own file, if the policy honors one."""
        own = self.plain.root.repository_file
        return str(own.path) if own.honor else None

    def policy_for(
        self, repository: RepositoryFacts, target: str | None, now: datetime, own: bytes | None = None
    ) -> Policy:
        """The effective policy for a change of `repository` that goes into the branch `target`.

        `now` is UTC; `own` are the bytes of the repository's own file, if there is one. Raises `PolicyError` where
        overrides that are right by themselves contradict each other.
        """
        if not self._varies or self._layers is None:
            return self.plain
        now = self._always or now
        case = self._case(repository, target, now)
        if own is not None and self.wants_own:
            digest = sha256(own).hexdigest()
            self._own[digest] = own
            case = case._replace(own=digest)
            case = case._replace(epoch=self._epoch(now, case))
        return self.policy_in(case, now)

    def with_only(self, overrides: tuple[int, ...], now: datetime) -> Policy:
        """What the policy says at `now` (UTC) under these overrides alone, by position, whomever they are for.

        Raises `PolicyError` where they contradict each other.
        """
        if not self._varies:
            return self.plain
        now = self._always or now
        case = Case(applied=overrides)
        return self.policy_in(case._replace(epoch=self._epoch(now, case)), now)

    def policy_in(self, case: Case, now: datetime) -> Policy:
        """The policy of a case at `now`, which is in its epoch."""
        if (made := self._made.get(case)) is not None:
            return made
        from checks.policy.effective import effective

        assert self._layers is not None
        if len(self._made) >= _KEPT:
            self._made.clear()
            self._layers.forget()
        policy = effective(self, self._layers, case, now)
        moments = self._moments_in(case)
        after = moments[case.epoch] if case.epoch < len(moments) else None
        self._made[case] = made = replace(policy, changes_at=after)
        return made

    def override(self, index: int) -> "Override":
        """One of the overrides, by its position."""
        assert self._layers is not None
        return next(override for override in self._layers.overrides if override.position == index)

    def own_file(self, case: Case) -> bytes | None:
        """The bytes of the repository's own file."""
        return self._own.get(case.own)

    def policy_on(self, case: Case, moment: datetime) -> Policy:
        """The policy of a case at another moment (UTC), with the same overrides."""
        return self.policy_in(case._replace(epoch=self._epoch(moment, case)), moment)

    def _epoch(self, now: datetime, case: Case) -> int:
        """How many of the moments are over."""
        return sum(moment <= now for moment in self._moments_in(case))

    def _moments_in(self, case: Case) -> tuple[datetime, ...]:
        """When time alone changes the policy of a case: a repository's own file has days, too."""
        if case.own and case.own not in self._own_moments:
            from checks.policy.tighten import own_moments

            assert self._layers is not None
            own = own_moments(self._own[case.own], self.wants_own or "", self._layers)
            self._own_moments[case.own] = tuple(sorted({*self._moments, *own}))
        return self._own_moments[case.own] if case.own else self._moments

    def _case(self, repository: RepositoryFacts, target: str | None, now: datetime) -> Case:
        applied, undecided, later, unknown = [], [], [], []
        overrides = self._layers.overrides if self._layers else ()
        for override in overrides:
            holds = override.match.holds(repository, target)
            if holds is False:
                continue
            if override.day is not None and now < override.day.begins:
                later.append(override.position)
            elif holds:
                applied.append(override.position)
            else:
                undecided.append(override.position)
                unknown.append((override.position, override.match.unknown(repository, target)))
        narrow = {override.position for override in overrides if override.match.narrow}
        mode, mode_unknown = self._mode(repository)
        case = Case(
            applied=tuple(index for index in applied if index not in narrow),
            undecided=tuple(index for index in undecided if index not in narrow),
            later=tuple(later),
            narrow=tuple(index for index in applied if index in narrow),
            narrow_undecided=tuple(index for index in undecided if index in narrow),
            unknown=tuple(unknown),
            mode=mode,
            mode_unknown=mode_unknown,
        )
        return case._replace(epoch=self._epoch(now, case))

    def _mode(self, repository: RepositoryFacts) -> tuple[str | None, bool]:
        name = self.plain.root.mode_property
        if name is None:
            return None, False
        from checks.policy.overrides import property_of

        value = property_of(repository, name)
        return value, value is None and not repository.properties_known
