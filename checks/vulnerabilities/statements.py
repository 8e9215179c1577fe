"""VEX statements of the repository: which count, which do not, and whether one accepts a vulnerability."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from checks.advisories.ecosystems import identity
from checks.advisories.groups import Vulnerability
from checks.model.advisory import Statement
from checks.model.dependency import Location
from checks.model.facts import Facts, PackageKey
from checks.model.finding import Observation, Subject
from checks.model.phrase import Phrase, say
from checks.model.purl import package, type_of
from checks.model.snapshot import Listing, Snapshot
from checks.vulnerabilities.terms import Vex

RULE = "vex-ignored"
#: Authors without the policy's trust that are named.
_NAMED = 10
_NO_TIME = datetime.min.replace(tzinfo=UTC)


def texts(listing: Listing, vex: Vex) -> Sequence[str]:
    """The files to read: those that the policy names and this change does not edit."""
    edited = _edited(listing)
    return [path for path in vex.files if path not in edited]


def own_facts(snapshot: Snapshot, vex: Vex) -> Facts:
    """The statements that the policy trusts, by package."""
    found: dict[str, list[Statement]] = {}
    for _, statements in _documents(snapshot, vex):
        for statement in statements or ():
            if _trusted(statement.author, vex):
                found.setdefault(statement.purl, []).append(statement)
    return Facts(statements={purl: tuple(items) for purl, items in found.items()})


def ignored(snapshot: Snapshot, vex: Vex) -> Iterator[Observation]:
    """A note for each file whose statements do not count, or not all of them."""
    edited = _edited(snapshot.listing)
    for named in vex.files:
        if named in edited:
            yield _note(named, say("This change edits {}: its statements count after the merge.", named))
    for path, statements in _documents(snapshot, vex):
        if statements is None:
            yield _note(path, say("{} is no VEX document in JSON, so no statement of it counts.", path))
        authors = {statement.author for statement in statements or ()}
        for author in sorted(author for author in authors if not _trusted(author, vex))[:_NAMED]:
            by = say("the policy does not trust {}", author) if author else ("they name no author",)
            yield _note(path, say("Statements of {} do not count: {}.", path, by))


def accepting(vulnerability: Vulnerability, facts: Facts, key: PackageKey) -> Statement | None:
    """The statement that accepts a vulnerability of a package version; None where none does.

    Of several the newest counts, and of two of one time the one that accepts nothing.
    """
    purl, version = key
    spoken = [
        item
        for item in facts.statements.get(identity(purl), ())
        if not item.names.isdisjoint(vulnerability.names)
        and _covers(item.versions, type_of(purl), version)
        and _about_this_repository(item.product, facts.repository.name)
    ]
    newest = max(spoken, key=lambda item: (item.at or _NO_TIME, not item.accepts), default=None)
    return newest if newest is not None and newest.accepts else None


def _edited(listing: Listing) -> frozenset[str]:
    """The paths whose content at the head is this change's own; without a base there is none."""
    return frozenset(file.path for file in listing.files) if listing.base else frozenset()


def _documents(snapshot: Snapshot, vex: Vex) -> Iterator[tuple[str, Sequence[Statement] | None]]:
    """Each file that is there with its statements; None where it cannot be read."""
    from checks.advisories.vex import UnreadableVex, read_statements

    edited = _edited(snapshot.listing)
    for path in vex.files:
        if path not in snapshot.texts or path in edited:
            continue
        try:
            yield path, read_statements(snapshot.texts[path] or "", path)
        except UnreadableVex:
            yield path, None


def _trusted(author: str, vex: Vex) -> bool:
    return any(pattern.matches(author) for pattern in vex.authors)


def _covers(versions: str | None, type_: str, version: str | None) -> bool:
    """Whether a statement speaks of this version; of one that cannot be compared, only in so many words."""
    if versions is None or versions == version:
        return True
    if version is None:
        return False
    from checks.model.versions import InvalidRange, InvalidVersion, compare, parse_range

    try:
        if versions.startswith("vers:"):
            return parse_range(type_, versions).contains(version)
        return compare(type_, versions, version) == 0
    except (InvalidRange, InvalidVersion):
        return False


def _about_this_repository(product: str | None, repository: str | None) -> bool:
    """Whether the product that uses the package may be what is judged: only another repository's purl rules it out."""
    if product is None or repository is None or type_of(product) != "github":
        return True
    owner, _, name = repository.partition("/")
    return product == package("github", name, owner)


def _note(path: str, message: Phrase) -> Observation:
    return Observation(
        rule=RULE,
        subject=Subject(path=path),
        message=message,
        headline=say("statements of {} do not count", path),
        location=Location(path),
        policy_key=("vulnerabilities", "vex"),
    )
