"""What a whole manifest tells about where its packages come from, said once for each file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.model.dependency import Dependency, Origin
from checks.model.facts import RepositoryFacts
from checks.model.finding import Evidence, Observation, Subject
from checks.model.phrase import Phrase, join, say
from checks.model.purl import type_of
from checks.model.secrets import MASK
from checks.model.snapshot import ManifestPair, Snapshot
from checks.packages.addresses import Address, address
from checks.packages.hosts import loopback
from checks.packages.sources import ODD, internal, leaks, listed_internal
from checks.packages.terms import PackagesSection
from checks.packages.words import addressed, observe, subject
from checks.policy.section import Judge
from checks.render.english import counted

#: Further lines and names that a finding of a whole file carries.
_PLACES, _NAMES = 20, 5
#: Of a path in a headline (characters).
_PATH = 44
#: Fewer entries, or a smaller share of them, do not show where packages usually come from.
_USUAL, _MOST = 3, 0.75
#: Ecosystems whose packages usually come from one registry; images, charts and archives of code hosts do not.
_ONE_REGISTRY = frozenset({"npm", "pypi", "cargo", "gem", "nuget", "pub", "hex"})
#: What no registry gives: runtimes that are named, and own code.
_UNREGISTERED = frozenset({"generic", "github", "gitlab", "bitbucket"})


@dataclass(frozen=True, slots=True)
class _Lock:
    """One manifest of the head with the entries that count."""

    pair: ManifestPair
    entries: tuple[Dependency, ...]
    """All of the head."""
    judged: tuple[tuple[Dependency, Address | None], ...]
    """Those that the change brings or edits; all of them where there is no base or everything is judged."""
    introduced: bool = True


def said(snapshot: Snapshot, repository: RepositoryFacts, section: PackagesSection) -> Iterator[Observation]:
    """Every rule about a file."""
    for lock in _locks(snapshot, section):
        yield from _secrets(lock)
        yield from _hidden(lock, repository, section)
        yield from _insecure(lock, repository, section)
        if section.sources.registries is None:
            yield from _unusual(lock, repository, section)
        else:
            yield from _not_named(lock)


def not_judged_here(snapshot: Snapshot, repository: RepositoryFacts, section: PackagesSection) -> Iterator[Phrase]:
    """Whether internal addresses may stand in a repository that nobody says is public or not."""
    if repository.visibility is None:
        for lock in _locks(snapshot, section):
            if any(place and internal(place, section.sources) for _, place in lock.judged):
                yield say(
                    "whether the internal addresses in {} may be seen, because nobody said whether this repository is "
                    "public (--visibility)",
                    lock.pair.path,
                )


def _locks(snapshot: Snapshot, section: PackagesSection) -> Iterator[_Lock]:
    for pair in snapshot.manifests:
        entries = tuple(item for item in pair.head.dependencies if item.origin is not Origin.PATH) if pair.head else ()
        before = {_key(item) for item in pair.base.dependencies} if pair.base else set()
        new = [item for item in entries if _key(item) not in before]
        yield _Lock(pair, entries, tuple((item, address(item)) for item in new))
        if section.judge is Judge.EVERYTHING and len(new) < len(entries):
            old = [item for item in entries if _key(item) in before]
            yield _Lock(pair, entries, tuple((item, address(item)) for item in old), introduced=False)


def _key(item: Dependency) -> tuple[str, str | None, str | None]:
    return item.purl, item.version, item.source


def _of_file(
    lock: _Lock,
    rule: str,
    found: Sequence[Dependency],
    words: tuple[Phrase, Phrase],
    headline: str,
    evidence: tuple[Evidence, ...] = (),
    key: tuple[str, ...] = (),
) -> Observation:
    """`words`: what comes before and behind the packages."""
    names = list(dict.fromkeys(item.name for item in found))
    named = say("{}", names[0]) if len(names) == 1 else (counted(len(names), "package"),)
    places = tuple(dict.fromkeys(item.location for item in found))
    listed = join([say("{}", name) for name in names[:_NAMES]])
    rest = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return Observation(
        rule=rule,
        subject=Subject(path=lock.pair.path),
        message=(*say("{} ", lock.pair.path), *words[0], *named, *words[1], "."),
        headline=(*say("{} ", _tail(lock.pair.path)), headline),
        location=places[0],
        related=places[1:_PLACES],
        introduced=lock.introduced,
        evidence=(Evidence("packages", (*listed, rest)), *evidence),
        policy_key=("packages", *(key or ("levels", rule))),
    )


def _tail(path: str) -> str:
    return path if len(path) <= _PATH else f"…{path[1 - _PATH :]}"


def _secrets(lock: _Lock) -> Iterator[Observation]:
    found = [item for item, _ in lock.judged if MASK in (item.source or "")]
    if found:
        words = (
            ("has credentials in the address of ",),
            (": remove them, and revoke them, because Git keeps what was committed once",),
        )
        yield _of_file(lock, "credentials-in-source", found, words, "has credentials in an address")


def _hidden(lock: _Lock, repository: RepositoryFacts, section: PackagesSection) -> Iterator[Observation]:
    found = [item for item, place in lock.judged if place and leaks(place, repository, section.sources)]
    if found:
        words = (
            ("takes ",),
            (" from an internal address, which this public repository shows and nobody outside can install from",),
        )
        rule = "internal-source-in-public-repository"
        yield _of_file(lock, rule, found, words, "names an internal address", key=("sources", "internal"))


def _insecure(lock: _Lock, repository: RepositoryFacts, section: PackagesSection) -> Iterator[Observation]:
    found = {
        item: place.host
        for item, place in lock.judged
        if place and place.insecure and not loopback(place.host) and not leaks(place, repository, section.sources)
    }
    if found:
        hosts = list(dict.fromkeys(found.values()))
        words = (
            ("fetches ",),
            (
                " without encryption, from ",
                *join([say("{}", host) if host else (ODD,) for host in hosts[:3]], last=" and "),
                " and others" if len(hosts) > 3 else "",
                ": use https",
            ),
        )
        yield _of_file(lock, "insecure-source", tuple(found), words, "fetches packages without encryption")


def _not_named(lock: _Lock) -> Iterator[Observation]:
    """Only the package manager's configuration knows: it is not read, because it is not part of the change."""
    found = [
        item
        for item, place in lock.judged
        if place is None and item.origin is Origin.REGISTRY and type_of(item.purl) not in _UNREGISTERED
    ]
    if found:
        words = (("does not say from which registry ",), (" comes" if len(found) == 1 else " come",))
        yield _of_file(lock, "source-not-named", found, words, "names no registry", key=("sources", "registries"))


def _unusual(lock: _Lock, repository: RepositoryFacts, section: PackagesSection) -> Iterator[Observation]:
    """Entries whose host is that of no other entry of the same ecosystem, and was none of them before."""
    hosts: dict[str, Counter[str]] = {}
    for item in lock.entries:
        if item.origin is not Origin.GIT:
            hosts.setdefault(type_of(item.purl), Counter())[_host(address(item))] += 1
    tallies = {type_: (beside, *beside.most_common(1)[0], beside.total()) for type_, beside in hosts.items()}
    base = lock.pair.base.dependencies if lock.pair.base else ()
    known = {_host(address(item)) for item in base}
    versions = {(item.purl, item.version) for item in base}
    for item, place in lock.judged:
        moved = (item.purl, item.version) in versions  # the check `inventory` says so
        if place is None or moved or item.origin is Origin.GIT or type_of(item.purl) not in _ONE_REGISTRY:
            continue
        if listed_internal(place, section.sources) or leaks(place, repository, section.sources):
            continue
        host, (beside, usual, count, total) = _host(place), tallies[type_of(item.purl)]
        scattered = count < _USUAL or count < (total - beside[host]) * _MOST
        if host not in known and not scattered and (beside[host] == 1 or (known and beside[host] < count)):
            yield _odd(item, host, usual)


def _host(place: Address | None) -> str:
    """Empty where the entry names none: that is one place as well, the package manager's own."""
    return "" if place is None else place.host or ODD


def _odd(item: Dependency, host: str, usual: str) -> Observation:
    named = say("{}", usual) if usual else ("the registry that is configured",)
    return observe(
        "source-unusual",
        subject(item),
        (
            " comes from ",
            *((ODD,) if host == ODD else say("{}", host)),
            ", and the others from ",
            *named,
            ": make sure that it is meant.",
        ),
        " comes from elsewhere than all others",
        ("sources", "registries"),
        evidence=(addressed(item), Evidence("usual source", named)),
    )
