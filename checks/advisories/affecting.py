"""Which advisories affect a package version, of those that a source names for it."""

from collections.abc import Iterator

from checks.advisories.ecosystems import identity
from checks.advisories.matching import affects
from checks.model.advisory import Advisory
from checks.model.facts import Facts, PackageKey


def affecting(facts: Facts, key: PackageKey) -> Iterator[tuple[Advisory, bool]]:
    """Each that its own record does not rule out, and whether it is certain.

    A source may only know the package: an action's tag moves. Where the record could not be read or does not speak of
    the package, the source's word counts.
    """
    known = facts.version(*key).advisories
    for id_ in known.value if known else ():
        record = facts.advisories.get(id_) or Advisory(
            id_, malicious=id_.startswith("MAL-"), source=known.source if known else ""
        )
        answer = affects(record, *key) if speaks(record, key[0]) else True
        if answer is not False:
            yield record, answer is True
    if facts.reported:
        for record in facts.reported.get((identity(key[0]), key[1]), ()):
            yield record, True


def speaks(record: Advisory, purl: str) -> bool:
    """Whether the record has an entry of its own for the package."""
    wanted = identity(purl)
    return any(entry.purl == wanted for entry in record.affected)
