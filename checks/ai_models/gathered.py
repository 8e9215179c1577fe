"""Everything in a change that names a model or a data set, each once with all its places."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from checks.ai_models import cards, references, weights
from checks.ai_models.identity import Kind
from checks.ai_models.terms import AiModelsSection
from checks.model.dependency import Location
from checks.model.facts import PackageKey, Want
from checks.model.purl import type_of
from checks.model.snapshot import Listing, Snapshot

#: The revision that a hub gives when none is named.
NEWEST = "main"


class Named(NamedTuple):
    """A model or a data set with every place that names it, by the revision that is named there."""

    kind: Kind
    purl: str
    name: str
    versions: Mapping[str, tuple[Location, ...]]
    """`main` where none is named."""
    moving: tuple[Location, ...]
    """Places that load it without a fixed revision; a card loads nothing."""

    @property
    def keys(self) -> tuple[PackageKey, ...]:
        """What facts about it are kept under."""
        return tuple((self.purl, version) for version in self.versions)


class Gathered(NamedTuple):
    named: tuple[Named, ...]
    weights: tuple[weights.Weights, ...]
    variables: tuple[Location, ...]
    long: tuple[Location, ...]
    missing: tuple[str, ...]
    """Files whose added lines the source could not tell."""
    unreadable: tuple[Location, ...]
    """Cards that cannot be read."""


def lines_of(listing: Listing, section: AiModelsSection) -> Iterator[str]:
    """The files whose added lines are looked at."""
    for file in listing.files:
        path = file.head_path
        if path and (references.is_read(path) or cards.is_card(path)) and not section.ignores(path):
            yield path


def texts_of(listing: Listing, section: AiModelsSection) -> Iterator[str]:
    """The cards: those that the change edits, and those beside the weights that it brings."""
    edited = (file.head_path for file in listing.files if file.head_path and cards.is_card(file.head_path))
    for path in dict.fromkeys((*edited, *weights.card_paths(listing))):
        if not section.ignores(path):
            yield path


def asked(snapshot: Snapshot, section: AiModelsSection) -> Iterator[tuple[PackageKey, Want]]:
    """The license of everything that is named and that the policy does not clarify.

    Not of repositories: one may be private, and whoever is asked learns its name.
    """
    for named in gathered(snapshot, section).named:
        if type_of(named.purl) != "github" and section.clarified(named.purl) is None:
            for key in named.keys:
                yield key, Want.LICENSE


def gathered(snapshot: Snapshot, section: AiModelsSection) -> Gathered:
    """What the added lines, the cards and the new files name."""
    found: list[references.Reference] = []
    told: list[references.Reference] = []
    variables: list[Location] = []
    long: list[Location] = []
    missing: list[str] = []
    unreadable: list[Location] = []
    for path in lines_of(snapshot.listing, section):
        lines = snapshot.added.get(path, ())
        if cards.is_card(path):
            read = cards.card(snapshot.texts.get(path))
            numbers = None if lines is None else {line.line for line in lines}
            if isinstance(read, cards.Unreadable):
                unreadable.append(Location(path, read.line))
            elif read is not None:
                told += (
                    references.Reference(identity, Location(path, line))
                    for line, identity in read.references
                    if numbers is None or line in numbers
                )
        elif lines is None:
            missing.append(path)
        else:
            here = references.read(path, lines)
            found += here.references
            variables += here.variables
            long += here.long
    files = [item for item in weights.weights(snapshot.listing, snapshot.texts) if not section.ignores(item.paths[0])]
    return Gathered(
        tuple(_named(found, told)), tuple(files), tuple(variables), tuple(long), tuple(missing), tuple(unreadable)
    )


def _named(found: Iterable[references.Reference], told: Iterable[references.Reference]) -> Iterator[Named]:
    """The references of lines and those of cards by what they name, in the order in which they were found."""
    places: dict[tuple[Kind, str, str], dict[str, list[Location]]] = {}
    moving: dict[str, list[Location]] = {}
    for reference in (*(found := tuple(found)), *told):
        identity = reference.identity
        versions = places.setdefault((identity.kind, identity.purl, identity.name), {})
        versions.setdefault(identity.version or NEWEST, []).append(reference.location)
    for reference in found:
        if not reference.identity.pinned:
            moving.setdefault(reference.identity.purl, []).append(reference.location)
    for (kind, purl, name), versions in places.items():
        unique = {version: tuple(dict.fromkeys(where)) for version, where in versions.items()}
        yield Named(kind, purl, name, unique, tuple(dict.fromkeys(moving.get(purl, ()))))
