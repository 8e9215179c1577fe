"""Under which circumstances a package is judged, and the lists that hold under them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from checks.licenses.item import LicenseItem
from checks.licenses.judge import Judge, Judgment, Terms
from checks.model.change import Change
from checks.model.dependency import SCOPE_ORDER, Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.purl import type_of
from checks.policy.shape import KeyPath
from checks.rules.licenses.layers import Claim
from checks.rules.licenses.section import Adjustment, Denied, Distribution, LicensesSection, Linkage, Wider

#: Ecosystems whose build joins all packages into one program, and those whose packages are programs of their own.
#: `github` is in neither: it is the type of actions as well as of source code that is compiled in.
_LINKAGE = {
    **dict.fromkeys(("golang", "cargo"), Linkage.STATIC),
    **dict.fromkeys(("docker", "oci", "helm", "terraform"), Linkage.SEPARATE),
}

#: The keys of the section that speak of a scope; the first one that is given counts.
_SCOPE_KEYS = {
    Scope.BUILD: ("build", "development"),
    Scope.DEVELOPMENT: ("development",),
    Scope.TEST: ("test", "development"),
    Scope.OPTIONAL: ("optional",),
}


class Circumstances(NamedTuple):
    """What the lists depend on besides the license."""

    context: Distribution
    scope: Scope
    linkage: Linkage | None
    internal: bool
    """Whether licenses for internal use may be used."""
    exceptions: tuple[int, ...]
    """Positions in `exceptions`."""


class Denial(NamedTuple):
    """The entry of the policy that denies a license."""

    key: KeyPath
    reason: str | None = None


class Lists(NamedTuple):
    """The lists that hold under one set of circumstances, and a judge that knows them."""

    judge: Judge
    allow: tuple[KeyPath, ...]
    """The lists that allow something."""
    denials: Mapping[str, Denial]
    """By the entry, canonically written."""


class Ruling(NamedTuple):
    """One claim about a package, judged under one set of circumstances."""

    claim: Claim
    judgment: Judgment
    circumstances: Circumstances
    lists: Lists


def held_for(change: Change, facts: Facts, section: LicensesSection) -> Iterator[tuple[Circumstances, Lists]]:
    """The circumstances of a change with the lists that hold under them."""
    for circumstances in circumstances_of(change, facts, section):
        yield circumstances, lists(circumstances, section)


def circumstances_of(change: Change, facts: Facts, section: LicensesSection) -> Sequence[Circumstances]:
    """One for each context that a manifest of the change is in; nearly always there is one."""
    linkage = linkage_of(change.purl) if section.linkage else None
    exceptions = section.exceptions_for(change.purl, change.version)
    usual, internal = context_of(facts.repository, section), not facts.repository.public
    if not section.own:
        scopes = {usual: change.scope}
    else:
        scopes = {}
        for place in change.places:
            context, scope = own_context(place.dependency.location.path, section) or usual, place.dependency.scope
            scopes[context] = min(scope, scopes.get(context, scope), key=SCOPE_ORDER.index)
    return [
        Circumstances(context, scope, linkage, internal or context is Distribution.INTERNAL, exceptions)
        for context, scope in scopes.items()
    ]


def linkage_of(purl: str) -> Linkage | None:
    """How packages of this ecosystem are joined with the work; None where that is not certain."""
    return _LINKAGE.get(type_of(purl))


def context_of(repository: RepositoryFacts, section: LicensesSection) -> Distribution:
    """The context of the repository: what its custom property names, else what the policy says."""
    return named_context(repository, section) or section.context


def named_context(repository: RepositoryFacts, section: LicensesSection) -> Distribution | None:
    """The context that the custom property names; None if the policy reads none, or it is not there or names none."""
    if section.context_property is None:
        return None
    value = repository.properties.get(section.context_property, "")
    return next((context for context in Distribution if context == value.strip().lower()), None)


def own_context(path: str, section: LicensesSection) -> Distribution | None:
    """The context that the policy gives a manifest by its path."""
    return next((item.context for item in reversed(section.own) if item.context and item.path.matches(path)), None)


def lists(circumstances: Circumstances, section: LicensesSection) -> Lists:
    """The lists under these circumstances; made once for a policy, so that each license is judged once by them."""
    known: Lists | None = section.cache.get(circumstances)
    if known is None:
        difference = _difference(circumstances, section)
        known = section.cache.get(difference) or _lists(circumstances, section)
        section.cache[circumstances] = section.cache[difference] = known
    return known


def _difference(circumstances: Circumstances, section: LicensesSection) -> tuple[object, ...]:
    """Equal for circumstances of which this policy makes no difference."""
    adjusted = tuple(key for key, _ in _adjustments(circumstances, section))
    return "lists", adjusted, circumstances.internal and bool(section.inner_source), circumstances.exceptions


def _lists(circumstances: Circumstances, section: LicensesSection) -> Lists:
    allow = [*section.allow]
    allowing: list[KeyPath] = [("licenses", "allow")]
    deny = list(_denied(("licenses", "deny"), section.deny))
    for key, adjustment in _adjustments(circumstances, section):
        if adjustment.allow_also:
            allow += adjustment.allow_also
            allowing.append((*key, "allow_also"))
        if isinstance(adjustment, Adjustment):
            deny += _denied((*key, "deny_also"), adjustment.deny_also)
    if section.inner_source:
        inner = ("licenses", "inner_source")
        if circumstances.internal:
            allow += section.inner_source
            allowing.append(inner)
        else:
            deny += _denied(inner, [Denied(item) for item in section.inner_source])
    denials: dict[str, Denial] = {}
    for item, denial in deny:
        denials.setdefault(str(item.value), denial)
    terms = Terms(
        allow=tuple(item.value for item in allow),
        deny=tuple(item.value for item, _ in deny),
        excepted=tuple(
            item.value for position in circumstances.exceptions for item in section.exceptions[position].allow
        ),
        with_falls_back_to_base=section.with_falls_back_to_base,
    )
    return Lists(Judge(terms), tuple(allowing), denials)


def _denied(key: KeyPath, entries: Iterable[Denied]) -> Iterator[tuple[LicenseItem, Denial]]:
    for position, entry in enumerate(entries):
        yield entry.license, Denial((*key, str(position)), entry.reason)


def _adjustments(circumstances: Circumstances, section: LicensesSection) -> Iterator[tuple[KeyPath, Wider]]:
    """What the policy adds to the lists under these circumstances, each with its place."""
    for name in _SCOPE_KEYS.get(circumstances.scope, ()):
        if (wider := getattr(section, name)) is not None:
            yield ("licenses", name), wider
            break
    if circumstances.context in section.contexts:
        yield ("licenses", "contexts", circumstances.context), section.contexts[circumstances.context]
    if circumstances.linkage is not None and circumstances.linkage in section.linkage:
        yield ("licenses", "linkage", circumstances.linkage), section.linkage[circumstances.linkage]
