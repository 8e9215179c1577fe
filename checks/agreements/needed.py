"""Which agreements a change needs, who need not sign them, and what must be known to judge it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from checks.agreements.people import Contributor, addresses_of_co_authors, contributors
from checks.agreements.standing import is_member
from checks.agreements.terms import AccountKind, AgreementsSection, Document, Exempt, Trivial
from checks.model.facts import RepositoryFacts
from checks.model.signatures import Company, Signatures
from checks.model.snapshot import Listing
from checks.policy.section import Section


class Demand(NamedTuple):
    """A document that must be signed, and those that do instead of it."""

    document: Document
    others: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Demanded:
    """What a repository needs."""

    demands: tuple[Demand, ...]
    unclear: tuple[Document, ...]
    """Whether it needs these cannot be said: its name or its properties are not known."""


def demanded(section: AgreementsSection, repository: RepositoryFacts) -> Demanded:
    """The documents that contributions to the repository need."""
    required = [document for document in section.documents if not document.instead_of]
    answers = [(document, _needs(document, repository)) for document in required]
    return Demanded(
        tuple(Demand(document, _instead(section, document)) for document, needs in answers if needs),
        tuple(document for document, needs in answers if needs is None),
    )


def _instead(section: AgreementsSection, document: Document) -> tuple[Document, ...]:
    return tuple(other for other in section.documents if document.name in other.instead_of)


def _needs(document: Document, repository: RepositoryFacts) -> bool | None:
    if document.repositories:
        if repository.name is None:
            return None
        if not any(pattern.matches(repository.name) for pattern in document.repositories):
            return False
    told = bool(repository.properties) or repository.visibility is not None
    if document.properties and not told:
        return None
    values = ((repository.properties.get(name), patterns) for name, patterns in document.properties.items())
    return all(value is not None and any(pattern.matches(value) for pattern in patterns) for value, patterns in values)


def is_trivial(listing: Listing, trivial: Trivial) -> bool:
    """Whether the change is below every given threshold; what could not be listed or counted is not."""
    if not trivial.given or listing.problems:
        return False
    if trivial.files is not None and len(listing.files) >= trivial.files:
        return False
    if trivial.lines is None:
        return True
    counts = [file.changed_lines for file in listing.files]
    return all(count is not None for count in counts) and sum(filter(None, counts)) < trivial.lines


def wants_lines(listing: Listing, section: Section) -> bool:
    """Whether its changed lines decide. Each file that counts has at least one, so a change of as many files as lines
    are too many is decided."""
    if not isinstance(section, AgreementsSection) or not listing.commits or listing.merge_queue or listing.problems:
        return False
    most = section.trivial
    return most.lines is not None and len(listing.files) < min(most.lines, most.files or most.lines)


class Exemption(NamedTuple):
    """Why somebody need not sign, or what could not be known about that."""

    because: str | None = None
    unknown: tuple[str, ...] = ()
    """Teams and organizations that could not be asked."""


def exemption(contributor: Contributor, exempt: Exempt, signatures: Signatures) -> Exemption:
    """Whether the policy exempts somebody."""
    login = contributor.person.login
    if contributor.is_bot and AccountKind.BOT in exempt.accounts:
        return Exemption("accounts")
    if login and any(pattern.matches(login) for pattern in exempt.logins):
        return Exemption("logins")
    # One commit whose address is proven must not speak for others that only claim to be of the same person.
    if contributor.every_commit_proven and all(
        any(pattern.matches(email) for pattern in exempt.emails) for email in contributor.proven
    ):
        return Exemption("emails")
    answers = [(group, is_member(group, login, signatures.teams)) for group in exempt.groups]
    if any(member for _, member in answers):
        return Exemption("teams")
    return Exemption(None, tuple(group for group, member in answers if member is None))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be known to judge a change: whose signatures, whose membership in what, whose addresses."""

    accounts: tuple[int, ...] = ()
    logins: tuple[str, ...] = ()
    """Lower case, of everybody who has one."""
    addresses: tuple[str, ...] = ()
    """Of co-authors, lower case: whose they are."""
    domains: tuple[str, ...] = ()
    """Of proven addresses, lower case."""
    groups: tuple[str, ...] = ()
    """Teams and organizations of the policy, lower case."""


#: Nothing is asked for nobody.
NOTHING_WANTED = Wanted()


def wanted(listing: Listing, section: AgreementsSection, repository: RepositoryFacts) -> Wanted:
    """What to ask before the change is judged; nothing where nobody must sign. Who can find accounts for `addresses`
    puts them into `Signatures.people` and asks once more with `people_wanted`."""
    if not _asks(listing, section, repository):
        return NOTHING_WANTED
    addresses = addresses_of_co_authors(listing.commits) if section.require.co_authors else ()
    return _wanted(people(listing, section, Signatures()), section, addresses)


def people_wanted(listing: Listing, section: AgreementsSection, signatures: Signatures) -> Wanted:
    """The same with the accounts of co-authors that were found."""
    return _wanted(people(listing, section, signatures), section, ())


def groups_of(companies: Sequence[Company]) -> tuple[str, ...]:
    """The organizations whose members companies speak for, lower case."""
    return tuple(dict.fromkeys(name.lower() for company in companies for name in company.organizations))


def people(listing: Listing, section: AgreementsSection, signatures: Signatures) -> tuple[Contributor, ...]:
    """Whose work the change is, as far as the policy asks for them."""
    require = section.require
    return contributors(listing.commits, signatures, committers=require.committers, co_authors=require.co_authors)


def _asks(listing: Listing, section: AgreementsSection, repository: RepositoryFacts) -> bool:
    if not listing.commits or listing.merge_queue or is_trivial(listing, section.trivial):
        return False
    found = demanded(section, repository)
    return bool(found.demands or found.unclear)


def _wanted(found: Sequence[Contributor], section: AgreementsSection, addresses: tuple[str, ...]) -> Wanted:
    everybody = [one for one in found if not exemption(one, section.exempt, Signatures()).because]
    ids = (one.person.account_id for one in everybody)
    logins = (one.person.login for one in everybody)
    domains = (email.rpartition("@")[2] for one in everybody for email in sorted(one.proven))
    return Wanted(
        tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None)),
        tuple(dict.fromkeys(login.lower() for login in logins if login)),
        addresses,
        tuple(dict.fromkeys(domains)),
        section.exempt.groups if any(one.person.login for one in everybody) else (),
    )
