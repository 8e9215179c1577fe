"""Where a package comes from, judged by what its entries name and never by asking anybody."""

from collections.abc import Iterable, Iterator

from checks.model.change import Change
from checks.model.dependency import Dependency, Origin
from checks.model.facts import RepositoryFacts
from checks.model.finding import Evidence, Observation
from checks.model.phrase import Phrase, say
from checks.model.purl import type_of
from checks.packages.addresses import Address, address, pinned
from checks.packages.hosts import unreachable
from checks.packages.names import Name
from checks.packages.terms import InternalName, PackagesSection, Sources
from checks.packages.words import addressed, observe, subject

#: What programs disagree about is no address that anybody can allow.
ODD = "an address that programs read in different ways"


def said(change: Change, repository: RepositoryFacts, section: PackagesSection) -> Iterator[Observation]:
    """Each rule at most once, for the first entry that it speaks of."""
    found: dict[str, Observation] = {}
    seen = set()
    for place in change.places:
        entry = place.dependency
        if entry.origin is not Origin.PATH and (entry.origin, entry.source) not in seen:
            seen.add((entry.origin, entry.source))
            for observation in _said(change, entry, repository, section):
                found.setdefault(observation.rule, observation)
    yield from found.values()


def _said(
    change: Change, entry: Dependency, repository: RepositoryFacts, section: PackagesSection
) -> Iterator[Observation]:
    place = address(entry)
    if place is not None and leaks(place, repository, section.sources):
        return  # said of the whole file, without the name of the host
    name = internal_name(entry.purl, section)
    if name is not None and place is None:
        yield _unnamed(change, entry, name)
    elif name is not None and place is not None and not _own(place, entry.origin, section.sources):
        yield _confused(change, entry, place, name)
    elif place is not None and not _allowed(place, entry.origin, section.sources):
        yield _not_allowed(change, entry, place)
    if place is not None and not pinned(entry):
        yield _not_pinned(change, entry, place)


def internal_name(purl: str, section: PackagesSection) -> InternalName | None:
    """The pattern of internal names that a package's name has."""
    if not section.internal:
        return None
    name = Name.of(purl).text
    return next((pattern for pattern in section.internal if pattern.covers(type_of(purl), name)), None)


def internal(place: Address, sources: Sources) -> bool:
    """Whether people outside cannot use an address: its host says so, or the policy does."""
    return unreachable(place.host) or listed_internal(place, sources)


def listed_internal(place: Address, sources: Sources) -> bool:
    """Whether the policy says that an address is the organization's own."""
    return any(pattern.matches(*place.repository) for pattern in sources.internal)


def ours(entries: Iterable[Dependency], section: PackagesSection) -> bool:
    """Whether a package is the organization's own, so that nobody outside is asked about it."""
    return any(
        internal_name(entry.purl, section) or ((place := address(entry)) and internal(place, section.sources))
        for entry in entries
    )


def leaks(place: Address, repository: RepositoryFacts, sources: Sources) -> bool:
    """Whether an address shows everybody a host that nobody outside can use."""
    return repository.visibility == "public" and internal(place, sources)


def _own(place: Address, origin: Origin, sources: Sources) -> bool:
    """Whether internal names may come from there."""
    listed = origin is Origin.GIT and any(pattern.matches(*place.repository) for pattern in sources.git or ())
    return listed or internal(place, sources)


def _allowed(place: Address, origin: Origin, sources: Sources) -> bool:
    """Whether the policy's lists have an address. Archives of a repository count as the repository."""
    open_ = {
        Origin.GIT: sources.git is None,
        Origin.URL: sources.registries is None and sources.git is None,
        Origin.REGISTRY: sources.registries is None,
    }
    if open_[origin]:
        return True
    if any(pattern.matches(*place.repository) for pattern in (*(sources.git or ()), *sources.internal)):
        return True
    return origin is not Origin.GIT and any(p.matches(place.host, place.path) for p in sources.registries or ())


def shown(place: Address, origin: Origin) -> Phrase:
    """What people recognize an address by: the host, and of a repository its path."""
    if not place.host:
        return (ODD,)
    host, path = place.repository
    return say("{}", f"{host}{path}" if origin is Origin.GIT else place.host)


def _not_allowed(change: Change, entry: Dependency, place: Address) -> Observation:
    of = "git" if entry.origin is Origin.GIT else "registries"
    return observe(
        "source-not-allowed",
        subject(change),
        (" comes from ", *shown(place, entry.origin), f", and packages.sources.{of} does not list it."),
        " comes from a source that is not listed",
        ("sources", of),
        evidence=(addressed(entry),),
    )


def _confused(change: Change, entry: Dependency, place: Address, name: InternalName) -> Observation:
    where = shown(place, entry.origin)
    return observe(
        "name-is-internal",
        subject(change),
        (" has an internal name and comes from ", *where, ", which packages.sources.internal does not list."),
        " has an internal name and comes from elsewhere",
        ("internal",),
        evidence=(Evidence("internal name", say("{}", name)), addressed(entry)),
    )


def _unnamed(change: Change, entry: Dependency, name: InternalName) -> Observation:
    return observe(
        "internal-source-unknown",
        subject(change),
        say(" has an internal name, and {} does not say where it comes from.", entry.location.path),
        " has an internal name; its source is not named",
        ("internal",),
        evidence=(Evidence("internal name", say("{}", name)), addressed(entry)),
    )


def _not_pinned(change: Change, entry: Dependency, place: Address) -> Observation:
    at = say(" at {}", place.ref) if place.ref and "=" not in place.ref else ()
    return observe(
        "git-source-not-pinned",
        subject(change),
        (
            " comes from ",
            *shown(place, entry.origin),
            *at,
            ", which can come to mean other code: name a full commit id.",
        ),
        " comes from a repository, at no fixed commit",
        ("levels", "git-source-not-pinned"),
        evidence=(addressed(entry),),
    )
