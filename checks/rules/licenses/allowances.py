"""Entries of the policy that nothing in the whole tree needs."""

from collections.abc import Iterable, Iterator, Sequence

from checks.licenses.item import LicenseItem, items
from checks.licenses.judge import Judge, Terms, Verdict
from checks.licenses.statement import read
from checks.licenses.tree import Leaf, License, With, leaves
from checks.model.dependency import Origin
from checks.model.facts import Facts, PackageKey
from checks.model.finding import Evidence, Move, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.snapshot import Snapshot
from checks.rules.licenses.layers import layers, states_license
from checks.rules.licenses.section import LicensesSection

UNUSED = "license-allowance-unused"
#: What is allowed where no policy says otherwise: an attitude, which needs no use to be right.
_USUAL = frozenset(items("public-domain", "permissive"))

#: The licenses, pairs and words that each package version names; none where nothing is known.
_Named = dict[PackageKey, tuple[Leaf, ...]]


def unused(snapshot: Snapshot, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
    """One observation for each entry of `allow`, `exceptions` and `clarify` that has no effect on this tree.

    Entries of `allow` are named only where the license of every package is known: one that is not may need them.
    """
    packages = _packages(snapshot, facts, section) if _allowances(section) else {}
    if not packages:
        return
    stating = {key: named for key, named in packages.items() if named or states_license(key[0])}
    if all(named and all(isinstance(leaf, License | With) for leaf in named) for named in stating.values()):
        yield from _unused_licenses(stating, section)
    yield from _unused_exceptions(packages, section)
    yield from _unused_clarifications(packages, section)


def _allowances(section: LicensesSection) -> bool:
    """Whether the policy allows anything of its own."""
    return bool(section.exceptions or section.clarify or set(section.allow) - _USUAL)


def _packages(snapshot: Snapshot, facts: Facts, section: LicensesSection) -> _Named:
    stated: dict[PackageKey, list[str | None]] = {}
    for pair in snapshot.manifests:
        for dependency in pair.head.dependencies if pair.head else ():
            if dependency.origin is not Origin.PATH:
                stated.setdefault((dependency.purl, dependency.version), []).append(dependency.license)
    packages: _Named = {}
    named: dict[str, tuple[Leaf, ...]] = {}
    for (purl, version), lock in stated.items():
        effective = layers(section, purl, version, lock, facts.version(purl, version)).effective
        for claim in effective:
            if claim.raw not in named:
                expression = read(claim.raw).expression
                named[claim.raw] = leaves(expression) if expression else ()
        packages[purl, version] = tuple(leaf for claim in effective for leaf in named[claim.raw])
    return packages


def _allow(entries: Sequence[LicenseItem], named: Iterable[Leaf], section: LicensesSection) -> bool:
    """Whether one of the entries is what allows one of the licenses."""
    return next(_allowed(entries, named, section), None) is not None


def _allowed(entries: Sequence[LicenseItem], named: Iterable[Leaf], section: LicensesSection) -> Iterator[Leaf]:
    """The licenses that the entries allow."""
    judge = Judge(Terms(tuple(item.value for item in entries), (), (), section.with_falls_back_to_base))
    return (leaf for leaf in named if judge.expression(leaf).verdict is Verdict.ALLOWED)


def _unused_licenses(packages: _Named, section: LicensesSection) -> Iterator[Observation]:
    every = dict.fromkeys(leaf for named in packages.values() for leaf in named)
    # What all entries together do not allow, none of them does: thousands of licenses are not judged by each entry.
    allowed = tuple(_allowed(section.allow, every, section))
    for position, item in enumerate(section.allow):
        if item not in _USUAL and not _allow((item,), allowed, section):
            none = (
                "the only package here is not"
                if len(packages) == 1
                else f"none of the {len(packages):,} packages here is"
            )
            yield _observation(
                ("allow", str(position)), item.text, say("licenses.allow has {}, and {} under it.", item.text, (none,))
            )


def _unused_exceptions(packages: _Named, section: LicensesSection) -> Iterator[Observation]:
    covered: dict[int, list[tuple[Leaf, ...]]] = {}
    for key, named in packages.items():
        for position in section.exceptions_for(*key):
            covered.setdefault(position, []).append(named)
    for position, entry in enumerate(section.exceptions):
        found = covered.get(position, [])
        if not found:
            said = say("licenses.exceptions has {}, and there is no such package here.", entry.package)
        elif all(named and not _allow(entry.allow, named, section) for named in found):
            allowed = join([say("{}", item.text) for item in entry.allow], last=" or ")
            said = say("licenses.exceptions lets {} be {}, and here it is something else.", entry.package, allowed)
        else:
            continue
        yield _observation(("exceptions", str(position)), entry.package, said)


def _unused_clarifications(packages: _Named, section: LicensesSection) -> Iterator[Observation]:
    used = {position for key in packages for position in section.clarifications_for(*key)}
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
