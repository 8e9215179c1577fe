"""Entries of the policy that nothing in the whole tree needs."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from checks.licenses.item import LicenseItem, items
from checks.licenses.judge import Judge, Terms, Verdict
from checks.licenses.statement import read
from checks.licenses.tree import Leaf, License, With, leaves
from checks.model.dependency import Origin
from checks.model.facts import Facts, PackageKey
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.packages import VersionFacts
from checks.model.phrase import Phrase, join, say
from checks.model.snapshot import Snapshot
from checks.rules.licenses.layers import layers, states_license
from checks.rules.licenses.section import LicensesSection

UNUSED = "license-allowance-unused"
#: What is allowed where no policy says otherwise: an attitude, which needs no use to be right.
_USUAL = frozenset(items("public-domain", "permissive"))

#: The licenses, pairs and words that a package version names; none where nothing is known.
_Leaves = tuple[Leaf, ...]


def unused(snapshot: Snapshot, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
    """One observation for each entry of `allow`, `exceptions` and `clarify` that has no effect on this tree.

    Entries of `allow` are named only where the license of every package is known: one that is not may need them.
    """
    if not _allowances(section):
        return
    stated: dict[PackageKey, list[str | None]] = {}
    for pair in snapshot.manifests:
        for dependency in pair.head.dependencies if pair.head else ():
            if dependency.origin is not Origin.PATH:
                stated.setdefault((dependency.purl, dependency.version), []).append(dependency.license)
    needs = Needs(section)
    for (purl, version), lock in stated.items():
        needs.add(purl, version, lock, facts.version(purl, version))
    yield from needs.unused()


def _allowances(section: LicensesSection) -> bool:
    """Whether the policy allows anything of its own."""
    return bool(section.exceptions or section.clarify or set(section.allow) - _USUAL)


class Needs:
    """What packages need of the entries; fed with each package version once, it keeps no list of them."""

    def __init__(self, section: LicensesSection) -> None:
        self.section = section
        self._packages = 0
        self._stating = 0
        """Of them those of which somebody should say the license."""
        self._every: dict[Leaf, None] = {}
        self._all_known = True
        self._covered: dict[int, dict[_Leaves, None]] = {}
        self._clarified: set[int] = set()
        self._named: dict[str, _Leaves] = {}

    def add(self, purl: str, version: str | None, lock: Iterable[str | None], known: VersionFacts) -> None:
        """A package version, what the lock files say of its license, and what is known of it."""
        effective = layers(self.section, purl, version, lock, known).effective
        named = tuple(leaf for claim in effective for leaf in self._leaves(claim.raw))
        self._packages += 1
        if named or states_license(purl):
            self._stating += 1
            self._all_known = self._all_known and bool(named) and all(isinstance(x, License | With) for x in named)
            self._every.update(dict.fromkeys(named))
        for position in self.section.exceptions_for(purl, version):
            self._covered.setdefault(position, {})[named] = None
        self._clarified.update(self.section.clarifications_for(purl, version))

    def _leaves(self, raw: str) -> _Leaves:
        if raw not in self._named:
            expression = read(raw).expression
            self._named[raw] = leaves(expression) if expression else ()
        return self._named[raw]

    def unused(self) -> Iterator[Observation]:
        """One observation for each entry without effect; none where there is no package."""
        if not self._packages or not _allowances(self.section):
            return
        if self._all_known:
            yield from _unused_licenses(self._every, self._stating, self.section)
        yield from _unused_exceptions(self._covered, self.section)
        yield from _unused_clarifications(self._clarified, self.section)


def _allow(entries: Sequence[LicenseItem], named: Iterable[Leaf], section: LicensesSection) -> bool:
    """Whether one of the entries is what allows one of the licenses."""
    return next(_allowed(entries, named, section), None) is not None


def _allowed(entries: Sequence[LicenseItem], named: Iterable[Leaf], section: LicensesSection) -> Iterator[Leaf]:
    """The licenses that the entries allow."""
    judge = Judge(Terms(tuple(item.value for item in entries), (), (), section.with_falls_back_to_base))
    return (leaf for leaf in named if judge.expression(leaf).verdict is Verdict.ALLOWED)


def _unused_licenses(every: Iterable[Leaf], packages: int, section: LicensesSection) -> Iterator[Observation]:
    # What all entries together do not allow, none of them does: thousands of licenses are not judged by each entry.
    allowed = tuple(_allowed(section.allow, every, section))
    for position, item in enumerate(section.allow):
        if item not in _USUAL and not _allow((item,), allowed, section):
            none = "the only package here is not" if packages == 1 else f"none of the {packages:,} packages here is"
            yield _observation(
                ("allow", str(position)), item.text, say("licenses.allow has {}, and {} under it.", item.text, (none,))
            )


def _unused_exceptions(covered: Mapping[int, Iterable[_Leaves]], section: LicensesSection) -> Iterator[Observation]:
    for position, entry in enumerate(section.exceptions):
        found = covered.get(position)
        if not found:
            said = say("licenses.exceptions has {}, and there is no such package here.", entry.package)
        elif all(named and not _allow(entry.allow, named, section) for named in found):
            allowed = join([say("{}", item.text) for item in entry.allow], last=" or ")
            said = say("licenses.exceptions lets {} be {}, and here it is something else.", entry.package, allowed)
        else:
            continue
        yield _observation(("exceptions", str(position)), entry.package, said)


def _unused_clarifications(used: Collection[int], section: LicensesSection) -> Iterator[Observation]:
    for position, entry in enumerate(section.clarify):
        if position not in used:
            said = say("licenses.clarify has {}, and there is no such package here.", entry.package)
            yield _observation(("clarify", str(position)), entry.package, said)


def _observation(key: tuple[str, str], entry: str, message: Phrase) -> Observation:
    name = f"licenses.{key[0]}"
    return Observation(
        rule=UNUSED,
        subject=Subject(policy=f"{name}: {entry}"),
        message=message,
        headline=say("nothing needs {} in {}", entry[:40], (name,)),
        move=Move.OWNER,
        evidence=(Evidence("entry", say("{}", entry), (name,)),),
        policy_key=("licenses", *key),
    )
