"""The effective policy of one case: overrides, mode, what is not decided, and the repository's own file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from checks.model.finding import Evidence
from checks.model.phrase import join, say
from checks.model.report import Mode
from checks.policy.document import Entries, Scalar
from checks.policy.layered import Layers, Made
from checks.policy.layers import Case, PolicySet
from checks.policy.merging import patched
from checks.policy.schema import ComingEntry, Policy, Remark
from checks.policy.shape import Place
from checks.policy.values import Day

if TYPE_CHECKING:
    from checks.model.change import Change
    from checks.policy.overrides import Override

#: Days on which entries of lists come into force that are told beforehand; each is one more judgment.
ANNOUNCED = 8

#: Values of the property that names the mode, with GitHub's own words for it.
_MODES = {
    "off": Mode.OFF,
    "inactive": Mode.OFF,
    "evaluate": Mode.EVALUATE,
    "enforce": Mode.ENFORCE,
    "active": Mode.ENFORCE,
}


def effective(policies: PolicySet, layers: Layers, case: Case, now: datetime) -> Policy:
    """The policy that judges. Raises `PolicyError`."""
    overrides = {override.position: override for override in layers.overrides}
    made = layers.read([overrides[index] for index in sorted(case.applied)], now)
    made = _with_mode(layers, made, case, now)
    policy = layers.policy(made)
    floor = replace(policy, narrowed=_narrowed(policies, case._replace(undecided=(), narrow_undecided=(), own=""), now))
    strict, remarks = _stricter(policies, layers, case, now, made, floor)
    said = tuple(_announced(layers, overrides[index]) for index in case.later)
    later = _later(policies, layers, case, now, strict)
    return replace(strict, remarks=(*remarks, *_remarks(layers, case, policy)), announced=said, later=later)


def _stricter(
    policies: PolicySet, layers: Layers, case: Case, now: datetime, made: Made, floor: Policy
) -> tuple[Policy, tuple[Remark, ...]]:
    """`floor`, made stricter by the overrides of which nobody knows whether they hold, and by the own file."""
    own = policies.own_file(case)
    if not case.undecided and not case.narrow_undecided and own is None:
        return floor, ()
    from checks.policy.tighten import Tightening

    overrides = {override.position: override for override in layers.overrides}
    tightening = Tightening(layers, made, now)
    for index in case.undecided:
        tightening.take(overrides[index].patch)
    tightening.ignored.clear()  # what would loosen waits until somebody tells
    if own is not None:
        tightening.take_file(own, policies.wants_own or "")
    policy = replace(layers.policy(tightening.made), floor=floor, narrowed=_narrowed(policies, case, now))
    return policy, tightening.remarks(policies.wants_own or "")


def _with_mode(layers: Layers, made: Made, case: Case, now: datetime) -> Made:
    """What the property says of the mode comes over all that the policy says."""
    mode = _MODES.get((case.mode or "").strip().lower())
    node = made.tree.get("mode_property")
    if mode is None or not isinstance(node, Scalar):
        return made
    at = (node.line, node.column, False, node.file)
    patch = Entries(((Scalar("mode", *at), Scalar(mode.value, *at)),), node.line, node.column, node.file)
    return layers.at(patched(made.tree, patch, {}), now)


class _Later:
    """What a policy becomes as entries of its lists come into force."""

    def __init__(self, policies: PolicySet, case: Case, entries: Sequence[ComingEntry]) -> None:
        self._policies, self._case = policies, case
        self._days = sorted({entry.day for entry in entries})[:ANNOUNCED]
        self.checks = frozenset(entry.path[0] for entry in entries)

    def policies(self) -> Iterator[tuple[Day, Policy]]:
        """Each day, the nearest first, with the policy as it is then."""
        return ((day, self._policies.policy_on(self._case, day.begins)) for day in self._days)


def _later(policies: PolicySet, layers: Layers, case: Case, now: datetime, policy: Policy) -> _Later | None:
    """`policy` says what its own lists wait for; those of overrides for single packages are asked here."""
    entries = list(policy.coming_entries)
    narrow = [policies.override(index).patch for index in (*case.narrow, *case.narrow_undecided)]
    if any(layers.dated(patch) for patch in narrow):
        from checks.policy.timed import timed_entries

        found = (entry for patch in narrow for entry in timed_entries(patch, layers.loader.shapes))
        entries += (entry for entry in found if now < entry.day.begins)
    return _Later(policies, case, entries) if entries else None


class _Narrowed:
    """The policies of single packages."""

    def __init__(self, policies: PolicySet, case: Case, now: datetime, checks: frozenset[str]) -> None:
        self.policies, self.case, self.now, self.checks = policies, case, now, checks

    def of(self, change: "Change") -> Policy:
        """The policy for a package of the change."""
        case = self.case
        narrow, undecided = self._covering(case.narrow, change), self._covering(case.narrow_undecided, change)
        own = case._replace(
            applied=tuple(sorted((*case.applied, *narrow))),
            undecided=tuple(sorted((*case.undecided, *undecided))),
            narrow=(),
            narrow_undecided=(),
        )
        return self.policies.policy_in(own, self.now)

    def _covering(self, indices: tuple[int, ...], change: "Change") -> tuple[int, ...]:
        return tuple(index for index in indices if self.policies.override(index).match.covers(change))


def _narrowed(policies: PolicySet, case: Case, now: datetime) -> _Narrowed | None:
    indices = (*case.narrow, *case.narrow_undecided)
    checks = frozenset(name.text for index in indices for name, _ in policies.override(index).patch.entries)
    return _Narrowed(policies, case, now, checks) if indices else None


def _remarks(layers: Layers, case: Case, policy: Policy) -> tuple[Remark, ...]:
    overrides = {override.position: override for override in layers.overrides}
    found = []
    for index, unknown in case.unknown:
        node = overrides[index].name
        place = where(Place(node.line, node.column, node.file), layers.reference.source)
        what = join([say("{}", word) for word in unknown], last=" and ")
        found.append(
            Remark(
                "override-undecided",
                f"overrides.{index}",
                say("an override of the policy is not decided"),
                say(
                    "Nobody told {}, so it is not known whether the override in {} holds here; what it makes stricter "
                    "counts until somebody does.",
                    what,
                    place,
                ),
                (Evidence("not told", what, place),),
                ("overrides", str(index)),
            )
        )
    name = policy.root.mode_property or ""
    if case.mode_unknown:
        message = "Nobody told the property {}, which says the mode of a repository; the mode of the policy counts."
        found.append(_mode_remark("override-undecided", say("the mode is not decided"), say(message, name)))
    elif case.mode is not None and case.mode.strip().lower() not in _MODES:
        message = "The property {} of the repository is {}, and no mode: off, evaluate or enforce; the policy's counts."
        found.append(_mode_remark("mode-unknown", say("the mode is not known"), say(message, name, case.mode)))
    return tuple(found)


def _announced(layers: Layers, override: "Override") -> tuple[str, ...]:
    """What is said of an override before its day."""
    place = Place(override.name.line, override.name.column, override.name.file)
    return say("From {} on, the override in {} holds here.", override.day, where(place, layers.reference.source))


def _mode_remark(rule: str, headline: tuple[str, ...], message: tuple[str, ...]) -> Remark:
    return Remark(rule, "mode_property", headline, message, (), ("mode_property",))


def where(place: Place, main: str) -> tuple[str, ...]:
    """A line of the policy, for people."""
    return say("{} line {}", place.file or main, place.line)
