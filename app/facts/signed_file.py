"""Who signed what, from a file of signatures, for an Action that has no service: its token asks GitHub for the rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from app.linked_accounts import COMMITS, QUERIES, accounts_in, query_of
from app.plain_api import PlainApi, RefusedError
from checks.agreements.incoming import Terms
from checks.agreements.kept import Kept, holds_one_document, read_kept, version_in
from checks.agreements.needed import demanded, groups_of, people, people_wanted, wanted
from checks.agreements.people import Contributor, addresses_of_co_authors
from checks.agreements.standing import Who, standing
from checks.agreements.terms import AgreementsSection, Document
from checks.engine.plan import Plan
from checks.model.errors import SourceError, UsageError
from checks.model.facts import Facts, RepositoryFacts, SourceState
from checks.model.phrase import visible
from checks.model.signatures import Signatures, Signer
from checks.model.snapshot import Listing
from checks.policy.schema import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.signatures_file import Place, SignaturesFile

#: Memberships that are asked for one change.
MOST = 200


def documents_of(section: AgreementsSection, repository: RepositoryFacts) -> list[Document]:
    """Those that the repository may need and people can sign, each once."""
    found = demanded(section, repository)
    asked = [document for demand in found.demands for document in (demand.document, *demand.others)]
    unique = {document.name: document for document in (*asked, *found.unclear)}
    return [document for document in unique.values() if document.kind.people]


def kept_in(
    text: str | None,
    place: "Place",
    section: AgreementsSection,
    repository: RepositoryFacts,
    now: datetime,
    server: str = "https://github.com",
) -> Kept:
    """What a file of signatures says. Raises `SourceError` for one that is not whole, `UsageError` for one that does
    not say enough."""
    asked = documents_of(section, repository) or section.documents[:1]
    if holds_one_document(text) and len(asked) > 1:
        raise UsageError(
            f"{place} does not say which agreement was signed, and the policy has {len(asked)}",
            hint="Make a file of ours of it: ospo-gate agreements import.",
        )
    document = next(iter(asked), None)
    if document is None:
        return Kept()
    terms = Terms(document.name, version_in(text, place.path, document), now, (), repository.name, server)
    try:
        return read_kept(text, terms)
    except ValueError as error:
        raise SourceError(
            f"{place}: {visible(str(error))}", hint="Nobody is judged by half a file: repair it."
        ) from None


@dataclass(frozen=True, slots=True)
class SignedAtPlace:
    """Implements `FactSource`: reads the file when the policy asks for agreements."""

    file: "SignaturesFile"
    api: PlainApi
    repository: RepositoryFacts
    clock: Callable[[], datetime]

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        section = policy.sections.get("agreements")
        if not isinstance(section, AgreementsSection):
            return Facts()
        text, now = self.file.read().text, self.clock()
        kept = kept_in(text, self.file.place, section, self.repository, now)
        source = SignedInFile(self.api, kept, str(self.file.place), self.repository, now)
        return source.about(plan.snapshot.listing, section)


@dataclass(frozen=True, slots=True)
class SignedInFile:
    """What a judgment knows of its people."""

    api: PlainApi
    kept: Kept
    source: str
    """For people: where the file is."""
    repository: RepositoryFacts
    now: datetime
    """When the file was read (UTC)."""

    def about(self, listing: Listing, section: AgreementsSection) -> Facts:
        """What the judgment of a change must know."""
        found = Signatures(self.kept.records, self.kept.companies, as_of=self.now, source=self.source)
        asked = wanted(listing, section, self.repository)
        linked, trouble = self._linked(listing, asked.addresses)
        found = replace(found, people=linked)
        if linked:
            asked = replace(people_wanted(listing, section, found), groups=asked.groups)
        groups = tuple(dict.fromkeys((*asked.groups, *groups_of(found.companies))))
        logins = list(self._uncovered(listing, section, found)) if groups else []
        found = replace(found, teams={group: self._members(group, logins) for group in groups})
        return Facts(signatures=found, sources=(SourceState("signatures", self.now, trouble),) if trouble else ())

    def _linked(self, listing: Listing, addresses: Sequence[str]) -> tuple[Mapping[str, Signer | None], str | None]:
        """Whose the addresses of co-authors are, where no other commit says so."""
        theirs = [commit.sha for commit in listing.commits if addresses and addresses_of_co_authors([commit])]
        found: dict[str, Signer | None] = {}
        try:
            for start in range(0, min(len(theirs), COMMITS * QUERIES), COMMITS):
                query, variables = query_of(self.repository.name or "", theirs[start : start + COMMITS])
                found |= accounts_in(self.api.graphql(query, variables))
        except RefusedError as error:
            return {}, str(error)
        except (LookupError, TypeError, ValueError, AttributeError):
            return {}, "GitHub's answer about co-authors could not be read"
        return {address: found[address] for address in addresses if address in found}, None

    def _uncovered(self, listing: Listing, section: AgreementsSection, found: Signatures) -> Iterator[str]:
        """Logins of those whom no signature covers: whether they are members may matter."""
        for one in people(listing, section, found):
            if one.person.login and not one.is_bot and not self._covered(one, section, found):
                yield one.person.login

    def _covered(self, one: Contributor, section: AgreementsSection, found: Signatures) -> bool:
        who = Who(one.person.account_id, one.person.login, one.proven, section.match_logins)
        ways = ((demand.document, *demand.others) for demand in demanded(section, self.repository).demands)
        return all(any(standing(who, item, found, self.now).state.holds for item in items) for items in ways)

    def _members(self, group: str, logins: Sequence[str]) -> frozenset[str] | None:
        """The members among the people; None as soon as that cannot be known of one of them: a token sees no member
        who hides it, so nobody is known not to be one."""
        asked = tuple(dict.fromkeys(login.lower() for login in logins))
        known = len(asked) <= MOST and all(self._is_member(group, login) for login in asked)
        return frozenset(asked) if known else None

    def _is_member(self, group: str, login: str) -> bool:
        """Whether the token can see that."""
        organization, slash, team = (quote(part, safe="") for part in group.partition("/"))
        who, of = quote(login, safe=""), f"/orgs/{organization}"
        try:
            answer = self.api.get(f"{of}/teams/{team}/memberships/{who}" if slash else f"{of}/members/{who}")
            return not slash or answer.json.get("state") == "active"
        except (RefusedError, AttributeError):
            return False
