"""Who signed what: asked of our own store for the people of a change, and of GitHub only what the store cannot say."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.github.client import GitHubError, Installation, RateLimited
from app.github.co_authors import accounts
from app.github.groups import Groups
from app.store.companies import CompanyStore
from app.store.signatures import SignatureStore
from app.subject import About
from checks.agreements.needed import Wanted, demanded, groups_of, people, people_wanted, wanted
from checks.agreements.people import addresses_of_co_authors
from checks.agreements.standing import Who, standing
from checks.agreements.terms import AgreementsSection
from checks.engine.plan import Plan
from checks.model.facts import Facts, RepositoryFacts, SourceState
from checks.model.signatures import Signatures, Signer
from checks.model.snapshot import Listing
from checks.policy.schema import Policy

SOURCE = "service"
#: Requests that one pull request asks at the same time.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class SignedHere:
    """What every judgment of this process asks of signatures."""

    signatures: SignatureStore
    companies: CompanyStore
    groups: Groups
    told: Callable[[AgreementsSection], None] = lambda _: None
    """Who wants to know what policies say of agreements."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """Implements `FactSource` for one pull request."""

    here: SignedHere
    client: Installation
    about: About
    repository: RepositoryFacts
    scope: str
    """Under whose policy was signed: see `app.store.signatures`."""
    key: str | None = None
    """Of the pull request, if it is to be judged again when somebody signs."""

    async def lookup(self, plan: Plan, policy: Policy) -> Facts:
        section = policy.sections.get("agreements")
        if not isinstance(section, AgreementsSection):
            return Facts()
        self.here.told(section)
        listing, now = plan.snapshot.listing, self.here.clock()
        asked = wanted(listing, section, self.repository)
        if not asked.accounts and not asked.logins and not asked.addresses:
            await self._depends(asked)
            return Facts(signatures=Signatures(as_of=now, source=SOURCE))
        told, trouble = await self._addresses(listing, asked)
        whose = Signatures(people=told)
        if told:
            asked = replace(people_wanted(listing, section, whose), groups=asked.groups)
        await self._depends(asked)
        found = await self._stored(asked, section)
        found = replace(found, people=told, as_of=now, source=SOURCE)
        found = replace(found, teams=await self._members(listing, section, asked, found, now))
        state = SourceState("signatures", now, trouble)
        return Facts(signatures=found, sources=(state,) if trouble else ())

    async def _depends(self, asked: Wanted) -> None:
        """Before the records are read: nobody's signature falls between that and the verdict."""
        if self.key is not None:
            await self.here.signatures.depends(self.key, asked.accounts)

    async def _stored(self, asked: Wanted, section: AgreementsSection) -> Signatures:
        rows = await self.here.companies.speaking_for(asked.accounts, asked.domains)
        logins = asked.logins if section.match_logins else ()
        records = await self.here.signatures.about(self.scope, asked.accounts, logins, [row.id for row in rows])
        return Signatures(records, tuple(row.company for row in rows))

    async def _addresses(self, listing: Listing, asked: Wanted) -> tuple[dict[str, Signer | None], str | None]:
        """Whose the addresses of co-authors are, where no other commit says so."""
        if not asked.addresses:
            return {}, None
        theirs = [commit.sha for commit in listing.commits if addresses_of_co_authors([commit])]
        try:
            found = await accounts(self.client, self.about.repository, theirs)
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            return {}, str(error)
        return {address: found[address] for address in asked.addresses if address in found}, None

    async def _members(
        self, listing: Listing, section: AgreementsSection, asked: Wanted, found: Signatures, now: datetime
    ) -> dict[str, frozenset[str] | None]:
        """Memberships of those whom no signature covers."""
        groups = tuple(dict.fromkeys((*asked.groups, *groups_of(found.companies))))
        logins = self._uncovered(listing, section, found, now) if groups else []
        pairs = [(group, login) for group in groups for login in logins]
        turn = asyncio.Semaphore(AT_ONCE)

        async def ask(group: str, login: str) -> bool | None:
            async with turn:
                return await self.here.groups.member(self.client, group, login)

        answers = dict(zip(pairs, await asyncio.gather(*(ask(*pair) for pair in pairs)), strict=True))
        return {group: _known(group, logins, answers) for group in groups}

    def _uncovered(self, listing: Listing, section: AgreementsSection, found: Signatures, now: datetime) -> list[str]:
        demands = demanded(section, self.repository).demands
        logins: dict[str, None] = {}
        for one in people(listing, section, found):
            login, account = one.person.login, one.person.account_id
            if login is None or one.is_bot:
                continue
            who = Who(account, login, one.proven, section.match_logins)
            ways = ((demand.document, *demand.others) for demand in demands)
            if not all(any(standing(who, item, found, now).state.holds for item in items) for items in ways):
                logins[login.lower()] = None
        return list(logins)


def _known(group: str, logins: Iterable[str], answers: dict[tuple[str, str], bool | None]) -> frozenset[str] | None:
    """The members among the people; None as soon as that cannot be known of one of them."""
    told = {login: answers[group, login] for login in logins}
    return None if None in told.values() else frozenset(login for login, member in told.items() if member)
