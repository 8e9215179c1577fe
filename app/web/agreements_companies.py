"""`/agreements/companies`: signing for a company, its people, and the OSPO's word about it. Every change is written
down with who made it."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.github.people import Account
from app.offered import Offer, derived_id, offer_named, offers
from app.store.companies import BY_APPROVAL, Actor, CompanyRow, Entry, Full, Kind, State
from app.store.signatures import ORGANIZATION, standing
from app.web import agreements_receipts as receipts
from app.web.agreements_desk import SigningDesk
from app.web.agreements_forms import REASON, Filled, answers, ending, record
from app.web.forms import Posted
from app.web.sessions import Session
from app.web.signin import signin_path
from checks.model.signatures import Act, How, SignatureRecord, Signer

#: Names that a form for a new company takes of each kind.
_FIRST = 20
_FIELDS = {Kind.DOMAIN: "domains", Kind.ORGANIZATION: "organizations"}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does to a company on its page."""

    request: Request
    session: Session
    row: CompanyRow
    filled: Filled
    owner: bool
    """Whether it is done by the OSPO."""

    @property
    def manager(self) -> bool:
        return self.row.manages(self.session.account)

    @property
    def actor(self) -> Actor:
        return Actor(self.session.account, self.session.login)

    @property
    def reason(self) -> str | None:
        return self.filled.text("reason", required=False, most=REASON) or None


def router(desk: SigningDesk) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    pages = CompanyPages(desk)

    @routes.get("/agreements/companies")
    async def companies(request: Request) -> Response:
        return await pages.overview(request)

    @routes.get("/agreements/documents/{name:path}/company")
    async def form(request: Request, name: str) -> Response:
        return await pages.form(request, name)

    @routes.post("/agreements/documents/{name:path}/company")
    async def ask(request: Request, name: str) -> Response:
        return await desk.posted(request, lambda posted: pages.ask(request, posted, name))

    @routes.get("/agreements/companies/{id_}")
    async def company(request: Request, id_: str) -> Response:
        return await pages.company(request, id_)

    @routes.post("/agreements/companies/{id_}")
    async def change(request: Request, id_: str) -> Response:
        return await desk.posted(request, lambda posted: pages.change(request, posted, id_))

    @routes.post("/agreements/companies/{id_}/acknowledge")
    async def acknowledge(request: Request, id_: str) -> Response:
        return await desk.posted(request, lambda posted: pages.acknowledge(request, posted, id_))

    return routes


@dataclass(frozen=True, slots=True)
class CompanyPages:
    """What the routes do."""

    desk: SigningDesk

    # -- reading ----------------------------------------------------------------------------------------------------

    async def overview(self, request: Request) -> Response:
        desk, session = self.desk, self.desk.session(request)
        if session is None:
            return self._sign_in(request)
        owner = await desk.is_owner(session)
        rows = await (desk.companies.all() if owner else desk.companies.managed_by(session.account))
        return desk.renderer.page(
            request,
            "companies.html",
            title="Companies",
            owner=owner,
            rows=[(row, company_path(row.id)) for row in rows],
            waiting=sum(row.state is State.ASKED or bool(row.pending) for row in rows),
            offers=[
                (offer, desk.company_path(offer))
                for offer in offers(await desk.policy(), desk.moment)
                if offer.document.kind.companies and offer.data is not None
            ],
        )

    async def company(
        self, request: Request, id_: str, status: int = 200, filled: Filled | None = None, said: str = ""
    ) -> Response:
        desk, session = self.desk, self.desk.session(request)
        if session is None:
            return self._sign_in(request)
        row = await desk.companies.get(id_[:64]) if id_.isascii() else None
        owner = await desk.is_owner(session) if row is not None else False
        if row is None or not (owner or row.manages(session.account)):
            return await self._outside(request, session, row)
        records = await desk.signatures.of_company(ORGANIZATION, row.id)
        return desk.renderer.page(
            request,
            "company.html",
            status,
            title=row.name,
            row=row,
            path=company_path(row.id),
            kinds=[(kind, _HEADINGS[kind], row.of(kind)) for kind in Kind],
            owner=owner,
            manager=row.manages(session.account),
            live=row.state in (State.ASKED, State.APPROVED),
            records=[(one, receipts.title(one)) for one in reversed(records)],
            trail=await desk.companies.trail(row.id),
            filled=filled or Filled({}),
            said=said,
            form=secrets.token_urlsafe(24),
        )

    async def _outside(self, request: Request, session: Session, row: CompanyRow | None) -> Response:
        """Somebody who may say that they contribute for the company, or nobody in particular: who has no link to it
        learns nothing about it."""
        listed = row is not None and any(one.value == str(session.account) for one in row.of(Kind.ACCOUNT))
        if row is None or row.state is not State.APPROVED or not listed:
            return self.desk.renderer.not_found(request)
        return self.desk.to("/agreements")

    async def form(self, request: Request, name: str, filled: Filled | None = None, said: str = "") -> Response:
        desk, session = self.desk, self.desk.session(request)
        if session is None:
            return self._sign_in(request)
        offer = await self._offer(name, filled.given if filled else request.query_params)
        if offer is None:
            return desk.renderer.not_found(request)
        return desk.renderer.page(
            request,
            "company_form.html",
            422 if filled else 200,
            title=f"Sign {offer.document.name} for a company",
            offer=offer,
            document=offer.document,
            path=desk.company_path(offer),
            text_path=desk.document_path(offer),
            filled=filled or Filled({}),
            said=said,
            form=secrets.token_urlsafe(24),
        )

    async def _offer(self, name: str, given: Mapping[str, str]) -> Offer | None:
        """`given`: what the address or the form says of it."""
        which = given.get("version"), given.get("text") or given.get("digest")
        offer = offer_named(await self.desk.policy(), self.desk.moment, name, *which)
        return offer if offer and offer.data is not None and offer.document.kind.companies else None

    def _sign_in(self, request: Request) -> Response:
        to = signin_path(request.url.path) if self.desk.sessions else None
        return self.desk.renderer.message(
            request, 403, "Sign in first", "Companies are for signed-in people.", sign_in=to
        )

    # -- signing for a company --------------------------------------------------------------------------------------

    async def ask(self, request: Request, posted: Posted, name: str) -> Response:
        """A manager signs; it has effect when the OSPO has approved the company."""
        desk, filled, session = self.desk, Filled(posted.fields), posted.session
        offer = await self._offer(name, filled.given)
        if offer is None or offer.data is None:
            return desk.renderer.not_found(request)
        if filled.given.get("digest") != offer.digest or filled.given.get("version") != offer.document.version:
            said = "The document has changed since the page was made. Read it once more, and sign what it says now."
            return await self.form(request, name, filled, said)
        company, address = filled.text("company"), filled.text("address")
        person, role = filled.text("person"), filled.text("role")
        entries = [*_names(filled, Kind.DOMAIN), *_names(filled, Kind.ORGANIZATION)]
        fields = answers(filled, offer.document.fields)
        filled.ticked("read", "say that you have read it and may sign for the company")
        nonce = filled.nonce
        if filled.faults or nonce is None:
            return await self.form(request, name, filled)
        id_ = derived_id("company", nonce, session.account)
        await desk.companies.ask(id_, company, entries, Actor(session.account, session.login))
        await desk.signatures.keep_text(offer.digest, offer.data)
        whose = {"company": company, "address": address, "name": person, "role": role}
        made = record(Act.SIGNED, offer, session, nonce, desk.clock(), {**fields, **whose}, id_)
        desk.told("signed", await desk.signatures.sign(ORGANIZATION, made))
        return desk.to(company_path(id_))

    async def acknowledge(self, request: Request, posted: Posted, id_: str) -> Response:
        """One press: the person contributes under the company's signature."""
        desk, filled, session = self.desk, Filled(posted.fields), posted.session
        row = await desk.companies.get(id_[:64]) if id_.isascii() else None
        offer = await self._offer(filled.given.get("document", ""), filled.given)
        nonce = filled.nonce
        if row is None or row.state is not State.APPROVED or offer is None or offer.data is None or nonce is None:
            return desk.renderer.not_found(request)
        await desk.signatures.keep_text(offer.digest, offer.data)
        made = record(Act.ACKNOWLEDGED, offer, session, nonce, desk.clock(), None, row.id)
        kept = await desk.signatures.sign(ORGANIZATION, made)
        desk.told("acknowledged", kept)
        return desk.to(f"/agreements/receipts/{kept.id}")

    # -- changes ----------------------------------------------------------------------------------------------------

    async def change(self, request: Request, posted: Posted, id_: str) -> Response:
        desk, session = self.desk, posted.session
        row = await desk.companies.get(id_[:64]) if id_.isascii() else None
        owner = await desk.is_owner(session) if row is not None else False
        filled = Filled(posted.fields)
        known: Mapping[str, tuple[bool, Callable[[Deed], Awaitable[str]]]] = {
            "approve": (owner, self._approve),
            "decline": (owner, self._decline),
            "approve-entry": (owner, self._approve_entry),
            "add": (True, self._add),
            "remove": (True, self._remove),
            "left": (True, self._left),
            "end": (True, self._end),
        }
        allowed, act = known.get(filled.given.get("act", ""), (False, self._end))
        if row is None or not allowed or not (owner or row.manages(session.account)):
            return desk.renderer.not_found(request)
        deed = Deed(request, session, row, filled, owner)
        said = await act(deed)
        if filled.faults or said:
            return await self.company(request, id_, 422, filled, said)
        desk.wake()
        return desk.to(company_path(row.id))

    async def _approve(self, deed: Deed) -> str:
        await self.desk.companies.decide(deed.row.id, True, deed.actor, deed.reason)
        return ""

    async def _decline(self, deed: Deed) -> str:
        deed.filled.text("reason", most=REASON)
        if not deed.filled.faults:
            await self.desk.companies.decide(deed.row.id, False, deed.actor, deed.reason)
        return ""

    async def _approve_entry(self, deed: Deed) -> str:
        found = _entry_of(deed)
        if found is not None:
            await self.desk.companies.approve(deed.row.id, found.kind, found.value, deed.actor)
        return ""

    async def _add(self, deed: Deed) -> str:
        kind = _kind(deed.filled.given.get("kind", ""))
        if kind is None:
            return "There is no such thing to add."
        name = deed.filled.name_of(kind.value, f"add-{kind}")
        if deed.filled.faults:
            return ""
        if kind in BY_APPROVAL:
            entry = Entry(kind, name.lower(), approved=deed.owner)
        else:
            account = await self._account(deed, name)
            if account is None:
                deed.filled.faults[f"add-{kind}"] = "GitHub knows no person with this login"
                return ""
            entry = Entry(kind, str(account.id), account.login)
        try:
            await self.desk.companies.add(deed.row.id, entry, deed.actor)
        except Full:
            return "The company has as many entries as one may have. Use a domain or an organization instead."
        return ""

    async def _remove(self, deed: Deed) -> str:
        found = _entry_of(deed)
        if found is None:
            return "It is not there any more."
        gone = await self.desk.companies.remove(deed.row.id, found.kind, found.value, deed.actor, deed.reason)
        if not gone:
            return "It is not there any more, or is the last manager, whom nobody would replace."
        if found.kind is Kind.ACCOUNT:
            await self._has_left(deed, found.signer)
        return ""

    async def _left(self, deed: Deed) -> str:
        """Somebody works for the company no longer, whichever way they belonged to it."""
        login = deed.filled.name_of("account", "left")
        if deed.filled.faults:
            return ""
        account = await self._account(deed, login)
        if account is None:
            deed.filled.faults["left"] = "GitHub knows no person with this login"
            return ""
        id_ = str(account.id)
        await self.desk.companies.remove(deed.row.id, Kind.ACCOUNT, id_, deed.actor, deed.reason)
        await self._has_left(deed, Signer(account.id, account.login))
        return ""

    async def _has_left(self, deed: Deed, person: Signer) -> None:
        """A record, so that the person is not of the company again by a domain or an organization."""
        signed = await self._signed(deed.row)
        nonce = deed.filled.nonce
        if signed is None or nonce is None:
            return
        left = SignatureRecord(
            id=derived_id("left", nonce, person.account_id, deed.row.id),
            act=Act.LEFT,
            document=signed.document,
            version=signed.version,
            signer=person,
            at=datetime.fromtimestamp(self.desk.clock(), UTC),
            how=How.PAGE,
            company=deed.row.id,
            by=Signer(deed.session.account, deed.session.login),
            reason=deed.reason,
        )
        self.desk.told("left", await self.desk.signatures.end(ORGANIZATION, left))

    async def _end(self, deed: Deed) -> str:
        """The company signs for nobody any more: its signatures are revoked."""
        deed.filled.ticked("sure", "say that you have read what it means")
        nonce = deed.filled.nonce
        if deed.filled.faults or nonce is None:
            return ""
        records = await self.desk.signatures.of_company(ORGANIZATION, deed.row.id)
        now, reason = self.desk.clock(), deed.reason or ""
        for signer in {one.signer.account_id for one in records if one.act is Act.SIGNED}:
            for one in standing(records, signer, now):
                if one.act is Act.SIGNED:
                    revoked = ending(one, Act.REVOKED, deed.session, nonce, now, reason)
                    self.desk.told("revoked", await self.desk.signatures.end(ORGANIZATION, revoked))
        await self.desk.companies.end(deed.row.id, deed.actor, deed.reason)
        return ""

    async def _signed(self, row: CompanyRow) -> SignatureRecord | None:
        records = await self.desk.signatures.of_company(ORGANIZATION, row.id)
        return next((one for one in reversed(records) if one.act is Act.SIGNED), None)

    async def _account(self, deed: Deed, login: str) -> Account | None:
        people = self.desk.people
        return await people.named(deed.session.token, login) if people else None


_HEADINGS = {
    Kind.MANAGER: "Managers",
    Kind.ACCOUNT: "People on the list",
    Kind.DOMAIN: "E-mail domains",
    Kind.ORGANIZATION: "GitHub organizations",
}


def company_path(id_: str) -> str:
    return f"/agreements/companies/{id_}"


def _kind(text: str) -> Kind | None:
    return next((kind for kind in Kind if kind == text), None)


def _entry_of(deed: Deed) -> Entry | None:
    kind, value = deed.filled.given.get("kind"), deed.filled.given.get("value")
    return next((entry for entry in deed.row.entries if entry.kind == kind and entry.value == value), None)


def _names(filled: Filled, kind: Kind) -> Sequence[Entry]:
    """Domains or organizations, separated by blanks or commas; they wait for the OSPO."""
    field = _FIELDS[kind]
    names = filled.given.get(field, "").replace(",", " ").split()
    if len(names) > _FIRST:
        filled.faults[field] = f"expected up to {_FIRST}; more can be added later"
        return ()
    found = []
    for name in dict.fromkeys(names):
        one = Filled({field: name})
        value = one.name_of(kind.value, field)
        filled.faults |= one.faults
        found.append(Entry(kind, value.lower(), approved=False))
    return () if field in filled.faults else found
