"""`/agreements/companies`: signing for a company, its people, and the OSPO's word about it. Every change is written
down with who made it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.offered import Offer, derived_id, offer_named, offers
from app.store.companies import Actor, CompanyRow, Entry, Kind, State
from app.store.signatures import ORGANIZATION
from app.web import agreements_receipts as receipts
from app.web.agreements_deeds import Deed, Deeds
from app.web.agreements_desk import SigningDesk
from app.web.agreements_forms import Filled, answers, record
from app.web.forms import Posted
from app.web.sessions import Session
from app.web.signin import signin_path
from checks.model.signatures import Act

#: Names that a form for a new company takes of each kind.
_FIRST = 20
_FIELDS = {Kind.DOMAIN: "domains", Kind.ORGANIZATION: "organizations"}


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
        """What a form on the page of a company says is done to it."""
        desk, session = self.desk, posted.session
        row = await desk.companies.get(id_[:64]) if id_.isascii() else None
        owner = await desk.is_owner(session) if row is not None else False
        filled = Filled(posted.fields)
        act = Deeds(desk).act(filled.given.get("act", ""), owner)
        if row is None or act is None or not (owner or row.manages(session.account)):
            return desk.renderer.not_found(request)
        deed = Deed(session, row, filled, owner)
        said = await act(deed)
        if filled.faults or said:
            return await self.company(request, id_, 422, filled, said)
        desk.wake()
        return desk.to(company_path(row.id))


_HEADINGS = {
    Kind.MANAGER: "Managers",
    Kind.ACCOUNT: "People on the list",
    Kind.DOMAIN: "E-mail domains",
    Kind.ORGANIZATION: "GitHub organizations",
}


def company_path(id_: str) -> str:
    return f"/agreements/companies/{id_}"


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
