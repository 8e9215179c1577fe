"""`/agreements`: reading and signing agreements, the receipts of what one signed, and revoking it."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from app.offered import AGREEMENTS, Offer, agreements_of, offer_named, offers
from app.store.companies import CompanyRow, Kind, State
from app.store.signatures import standing
from app.web import agreements_receipts as receipts
from app.web.agreements_desk import Place, SigningDesk
from app.web.agreements_forms import REASON, Filled, answers, ending, record
from app.web.agreements_texts import Piece, as_html, changes
from app.web.forms import Posted
from app.web.pages.rendering import wants_json
from app.web.sessions import Session
from app.web.signin import signin_path
from checks.agreements.standing import Standing, Who
from checks.agreements.standing import State as Stands
from checks.agreements.standing import standing as stands
from checks.model.signatures import Act, SignatureRecord, Signatures


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list."""

    offer: Offer
    path: str
    state: str
    """One or two words."""
    sign: bool
    """Whether it is the reader's move."""


def router(desk: SigningDesk) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    of_all = AgreementPages(desk, desk.place)

    @routes.get("/agreements")
    async def overview(request: Request) -> Response:
        wanted = request.query_params.get("repository", "").strip().strip("/")[:201]
        if wanted and desk.own is not None:
            return desk.to(agreements_of(wanted))
        return await of_all.overview(request)

    @routes.get("/agreements/documents/{name:path}")
    async def document(request: Request, name: str) -> Response:
        return await of_all.document(request, name)

    @routes.post("/agreements/documents/{name:path}")
    async def sign(request: Request, name: str) -> Response:
        return await desk.posted(request, lambda posted: of_all.sign(request, posted, name))

    @routes.get("/agreements/receipts/{id_}")
    async def receipt(request: Request, id_: str) -> Response:
        return await of_all.receipt(request, id_)

    @routes.get("/agreements/receipts/{id_}/{file}")
    async def download(request: Request, id_: str, file: str) -> Response:
        return await of_all.download(request, id_, file)

    @routes.post("/agreements/receipts/{id_}/revoke")
    async def revoke(request: Request, id_: str) -> Response:
        return await desk.posted(request, lambda posted: of_all.revoke(request, posted, id_))

    return routes


def own_router(desk: SigningDesk) -> APIRouter:
    """The same routes for each repository that governs itself."""
    routes, at = APIRouter(), f"{AGREEMENTS}/repositories/{{owner}}/{{repo}}"

    async def there(
        request: Request, owner: str, repo: str, do: Callable[[AgreementPages], Awaitable[Response]]
    ) -> Response:
        place = await desk.repository(request, f"{owner}/{repo}")
        return await desk.shown(request, do(AgreementPages(desk, place))) if isinstance(place, Place) else place

    @routes.get(at)
    async def overview(request: Request, owner: str, repo: str) -> Response:
        return await there(request, owner, repo, lambda pages: pages.overview(request))

    @routes.get(f"{at}/documents/{{name:path}}")
    async def document(request: Request, owner: str, repo: str, name: str) -> Response:
        return await there(request, owner, repo, lambda pages: pages.document(request, name))

    @routes.post(f"{at}/documents/{{name:path}}")
    async def sign(request: Request, owner: str, repo: str, name: str) -> Response:
        async def deed(posted: Posted) -> Response:
            return await there(request, owner, repo, lambda pages: pages.sign(request, posted, name))

        return await desk.posted(request, deed)

    @routes.get(f"{at}/receipts/{{id_}}")
    async def receipt(request: Request, owner: str, repo: str, id_: str) -> Response:
        return await there(request, owner, repo, lambda pages: pages.receipt(request, id_))

    @routes.get(f"{at}/receipts/{{id_}}/{{file}}")
    async def download(request: Request, owner: str, repo: str, id_: str, file: str) -> Response:
        return await there(request, owner, repo, lambda pages: pages.download(request, id_, file))

    @routes.post(f"{at}/receipts/{{id_}}/revoke")
    async def revoke(request: Request, owner: str, repo: str, id_: str) -> Response:
        async def deed(posted: Posted) -> Response:
            return await there(request, owner, repo, lambda pages: pages.revoke(request, posted, id_))

        return await desk.posted(request, deed)

    return routes


@dataclass(frozen=True, slots=True)
class AgreementPages:
    """What the routes do, under one policy."""

    desk: SigningDesk
    place: Place

    # -- reading ----------------------------------------------------------------------------------------------------

    async def overview(self, request: Request) -> Response:
        desk, session = self.desk, self.desk.session(request)
        if (closed := desk.closed(request, session)) is not None:
            return closed
        policies = await self.place.policy()
        found = offers(policies, desk.moment)
        signed = await self._known(session)
        rows = [self._row(offer, session, signed) for offer in found]
        mine = [one for one in signed.records if session and one.signer.account_id == session.account]
        looked_for = request.query_params.get("company", "").strip().lower()[:100]
        listed = await self._listing(session, found, signed, looked_for)
        own = self.place.repository is not None
        waiting = len(await desk.signatures.waiting(session.account)) if session and not own else 0
        return desk.renderer.page(
            request,
            "agreements.html",
            title="Agreements",
            known=policies is not None,
            governs=self.place.repository,
            apart=desk.own is not None and not own,
            sign_in=signin_path(self.place.path),
            rows=rows,
            to_sign=[row for row in rows if row.sign],
            records=[(one, receipts.title(one), self._receipt(one.id)) for one in reversed(mine)],
            listed=listed,
            waiting=waiting,
            looked_for=looked_for,
            has_corporate=not own and any(offer.document.kind.companies for offer in found),
            form=secrets.token_urlsafe(24),
            owner=session is not None and not own and await desk.is_owner(session),
        )

    async def _known(self, session: Session | None) -> Signatures:
        """What is known of who is signed in. Nobody's e-mail is known here: a company that speaks by domain is found
        where verdicts are made."""
        if session is None:
            return Signatures()
        own = self.place.repository is not None  # companies sign for the organization's policy
        rows = [] if own else await self.desk.companies.speaking_for([session.account])
        found = await self.desk.signatures.about(self.place.scope, [session.account], [], [row.id for row in rows])
        return Signatures(found, tuple(row.company for row in rows))

    def _row(self, offer: Offer, session: Session | None, known: Signatures) -> Row:
        path = self.desk.document_path(offer, self.place.path)
        if session is None:
            return Row(offer, path, "", False)
        found = self._stands(offer, session, known)
        if found.state is Stands.NEVER and not offer.document.kind.people:
            return Row(offer, path, "for companies", False)
        words = {
            Stands.SIGNED: "signed",
            Stands.COVERED: "signed by your company",
            Stands.GRACE: "new version",
            Stands.UNACKNOWLEDGED: "signed by your company",
            Stands.OUTDATED: "new version",
            Stands.ENDED: "ended",
        }
        needed = offer.everywhere and offer.document.kind.people and not offer.document.instead_of
        return Row(offer, path, words.get(found.state, "not signed"), needed and not found.state.holds)

    def _stands(self, offer: Offer, session: Session, known: Signatures) -> Standing:
        return stands(Who(session.account, session.login), offer.document, known, self.desk.moment)

    async def _listing(
        self, session: Session | None, found: Sequence[Offer], known: Signatures, looked_for: str
    ) -> list[tuple[CompanyRow, Offer]]:
        """Companies that have the person on their list, or that the person names by a domain or an organization, with
        the documents that the person has not acknowledged."""
        if session is None or self.place.repository is not None:
            return []
        names = {str(session.account), looked_for}
        rows = [
            row
            for row in await self.desk.companies.speaking_for([session.account], [looked_for])
            if row.state is State.APPROVED
            and any(one.value in names for one in row.entries if one.approved and one.kind is not Kind.MANAGER)
        ]
        mine = standing(known.records, session.account, self.desk.clock())
        said = {(one.company, one.document) for one in mine if one.act is Act.ACKNOWLEDGED}
        asked = [offer for offer in found if offer.document.kind.companies and offer.data is not None]
        return [
            (row, offer)
            for row in rows
            for offer in asked
            if offer.document.corporate.acknowledge and (row.id, offer.document.name) not in said
        ]

    async def document(
        self, request: Request, name: str, status: int = 200, filled: Filled | None = None, said: str = ""
    ) -> Response:
        desk, session = self.desk, self.desk.session(request)
        if (closed := desk.closed(request, session)) is not None:
            return closed
        policies, given = await self.place.policy(), request.query_params
        which = (filled.given if filled else given).get("version"), given.get("text")
        offer = offer_named(policies, desk.moment, name, *which)
        if offer is None:
            return desk.renderer.not_found(request)
        signed = await self._known(session)
        mine = standing(signed.records, session.account, desk.clock()) if session is not None else []
        here = [one for one in mine if one.document == offer.document.name and one.company is None]
        now = [one for one in here if offer.document.accepts(one.version, one.digest)]
        before = next((one for one in reversed(here) if one.digest not in (None, offer.digest)), None)
        return desk.renderer.page(
            request,
            "agreement.html",
            status,
            title=offer.document.title,
            offer=offer,
            document=offer.document,
            place=self.place.path,
            path=desk.document_path(offer, self.place.path),
            company_path=desk.company_path(offer),
            html=as_html(offer.document.text, offer.data.decode()) if offer.data is not None else None,
            signed=(now[-1], self._receipt(now[-1].id)) if now else None,
            before=before,
            changed=await self._changed(before, offer),
            filled=filled or Filled({}),
            said=said,
            form=secrets.token_urlsafe(24),
            sign_in=signin_path(desk.document_path(offer, self.place.path)),
            contact=await desk.contact(offer, policies),
            may_sign=offer.data is not None and offer.document.kind.people,
            companies=offer.data is not None and offer.document.kind.companies and self.place.repository is None,
        )

    async def _changed(self, before: SignatureRecord | None, offer: Offer) -> tuple[Piece, ...] | None:
        if before is None or before.digest is None or offer.data is None:
            return None
        old = await self.desk.signatures.text(before.digest)
        return None if old is None else await changes(old, offer.data)

    # -- signing ----------------------------------------------------------------------------------------------------

    async def sign(self, request: Request, posted: Posted, name: str) -> Response:
        desk, filled = self.desk, Filled(posted.fields)
        given = filled.given
        offer = offer_named(await self.place.policy(), desk.moment, name, given.get("version"), given.get("digest"))
        if offer is None or offer.data is None or not offer.document.kind.people:
            return desk.renderer.not_found(request)
        if (given.get("digest"), given.get("version")) != (offer.digest, offer.document.version):
            said = "The document has changed since the page was made. Read it once more, and sign what it says now."
            return await self.document(request, name, 409, said=said)
        fields = answers(filled, offer.document.fields)
        filled.ticked("read", "say that you have read it")
        nonce = filled.nonce
        if filled.faults or nonce is None:
            return await self.document(request, name, 422, filled)
        await desk.signatures.keep_text(offer.digest, offer.data)
        made = record(Act.SIGNED, offer, posted.session, nonce, desk.clock(), fields)
        kept = await desk.signatures.sign(self.place.scope, made)
        desk.told("signed", kept)
        return desk.to(self._receipt(kept.id))

    # -- receipts ---------------------------------------------------------------------------------------------------

    async def _seen(self, session: Session | None, id_: str) -> tuple[SignatureRecord, CompanyRow | None] | None:
        """A record, for its signer, who acted, who manages the company, and the OSPO."""
        found = await self.desk.signatures.get(self.place.scope, id_[:64]) if session and id_.isascii() else None
        if found is None or session is None:
            return None
        row = await self.desk.companies.get(found.company) if found.company else None
        theirs = {found.signer.account_id, found.by.account_id if found.by else None}
        if session.account in theirs or (row is not None and row.manages(session.account)):
            return found, row
        own = self.place.repository is not None
        return (found, row) if not own and await self.desk.is_owner(session) else None

    async def receipt(self, request: Request, id_: str, status: int = 200, filled: Filled | None = None) -> Response:
        desk, session = self.desk, self.desk.session(request)
        seen = await self._seen(session, id_)
        if session is None:
            said = "Receipts are for those who signed."
            return desk.renderer.message(request, 403, "Sign in first", said, sign_in=signin_path(request.url.path))
        if seen is None:
            return desk.renderer.not_found(request)
        found, company = seen
        if wants_json(request):
            return self._file(receipts.as_json(found, company.name if company else None), "application/json", None)
        others = await desk.signatures.about(self.place.scope, [found.signer.account_id or 0])
        ended = next((one for one in others if one.ends == found.id), None)
        mine = found.signer.account_id == session.account
        return desk.renderer.page(
            request,
            "receipt.html",
            status,
            title=receipts.title(found),
            record=found,
            company=company,
            place=self.place.path,
            path=self._receipt(found.id),
            ended=ended,
            may_revoke=mine and ended is None and found.act in (Act.SIGNED, Act.ACKNOWLEDGED),
            has_text=found.digest is not None and await desk.signatures.text(found.digest) is not None,
            filled=filled or Filled({}),
            form=secrets.token_urlsafe(24),
            reason_most=REASON,
        )

    async def download(self, request: Request, id_: str, file: str) -> Response:
        desk = self.desk
        seen = await self._seen(desk.session(request), id_)
        if seen is None:
            return desk.renderer.not_found(request)
        found, company = seen
        name = company.name if company else None
        match file:
            case "receipt.json":
                return self._file(receipts.as_json(found, name), "application/json", f"receipt-{found.id}.json")
            case "receipt.txt":
                return self._file(receipts.as_text(found, name), _TEXT, f"receipt-{found.id}.txt")
            case "document.txt" if found.digest and (text := await desk.signatures.text(found.digest)) is not None:
                return self._file(text, _TEXT, f"document-{found.digest[:16]}.txt")
        return desk.renderer.not_found(request)

    def _file(self, body: bytes, type_: str, name: str | None) -> Response:
        headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
        return self.desk.renderer.answer(body, type_, 200, None, headers)

    async def revoke(self, request: Request, posted: Posted, id_: str) -> Response:
        desk, filled, session = self.desk, Filled(posted.fields), posted.session
        seen = await self._seen(session, id_)
        if seen is None or seen[0].signer.account_id != session.account:
            return desk.renderer.not_found(request)
        found = seen[0]
        reason = filled.text("reason", required=False, most=REASON)
        filled.ticked("sure", "say that you have read what it means")
        nonce = filled.nonce
        if filled.faults or nonce is None or found.act not in (Act.SIGNED, Act.ACKNOWLEDGED):
            return await self.receipt(request, id_, 422, filled)
        revoked = ending(found, Act.REVOKED, session, nonce, desk.clock(), reason)
        kept = await desk.signatures.end(self.place.scope, replace(revoked, digest=found.digest))
        desk.told("revoked", kept)
        return desk.to(self._receipt(found.id))

    def _receipt(self, id_: str) -> str:
        return f"{self.place.path}/receipts/{id_}"


_TEXT = "text/plain; charset=utf-8"
