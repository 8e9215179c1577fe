"""What all pages about agreements need: who is there, who decides, and how a deed is answered."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.github.errors import GitHubError
from app.github.people import NotSignedIn, People
from app.offered import Offer, PolicyNow
from app.store.companies import CompanyStore
from app.store.signatures import SignatureStore
from app.tally import Tally
from app.web.forms import Posted, Refused, posted
from app.web.pages.rendering import Renderer
from app.web.sessions import Session, Sessions
from app.web.signin import signin_path
from app.web.throttle import Throttle
from checks.model.signatures import SignatureRecord

#: What one person may do in a minute.
DEEDS, WINDOW = 60, 60.0
#: Seconds for which it is remembered who belongs to the team that owns the policy.
REMEMBERED = 300.0
MOST = 10_000

log = structlog.get_logger()


@dataclass
class SigningDesk:
    """One for each process."""

    signatures: SignatureStore
    companies: CompanyStore
    policy: PolicyNow
    renderer: Renderer
    people: People | None = None
    sessions: Sessions | None = None
    public: bool = True
    """Whether texts are shown to who is not signed in."""
    wake: Callable[[], None] = lambda: None
    """Tells the engine that something is to be judged again."""
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], float] = time.time
    throttle: Throttle = field(default_factory=lambda: Throttle(DEEDS, WINDOW))
    _owners: dict[tuple[int, str], tuple[float, bool]] = field(default_factory=dict, repr=False)

    def session(self, request: Request) -> Session | None:
        return self.sessions.of(request) if self.sessions else None

    def closed(self, request: Request, session: Session | None) -> Response | None:
        """The answer where pages are not for everybody and nobody is signed in."""
        if self.public or session is not None:
            return None
        said = "The pages of this service are for people who are signed in."
        to = signin_path(quote(request.url.path)) if self.sessions else None
        return self.renderer.message(request, 403, "Sign in first", said, sign_in=to)

    def document_path(self, offer: Offer) -> str:
        return f"/agreements/documents/{quote(offer.document.name, safe='')}"

    async def contact(self, offer: Offer) -> str | None:
        """Where people ask about a document."""
        if offer.document.contact:
            return str(offer.document.contact)
        policies = await self.policy()
        owner = policies.plain.root.owner if policies else None
        return str(owner.contact) if owner and owner.contact else None

    async def is_owner(self, session: Session) -> bool:
        """Whether somebody belongs to the team that owns the policy, as GitHub says with their own token. What cannot
        be known is no."""
        policies = await self.policy()
        team = policies.plain.root.owner.team if policies else None
        if team is None or self.people is None:
            return False
        name = str(team).removeprefix("@").lower()
        if "/" not in name:
            return name == session.login.lower()
        now, key = self.clock(), (session.account, name)
        until, known = self._owners.get(key, (0.0, False))
        if until > now:
            return known
        try:
            member = await self.people.member(session.token, name, session.login)
        except GitHubError as error:
            log.info("owner-not-known", account=session.account, error=str(error))
            return False
        while len(self._owners) >= MOST:
            del self._owners[next(iter(self._owners))]
        self._owners[key] = (now + REMEMBERED, member)
        return member

    async def posted(self, request: Request, deed: Callable[[Posted], Awaitable[Response]]) -> Response:
        """The answer to a form of ours; anything else is refused."""
        if self.sessions is None:
            return self.renderer.not_found(request)
        try:
            sent = await posted(request, self.sessions)
        except Refused as refused:
            said = "This form is not valid any more, or not from this page. Nothing was signed. Open the page again."
            to = signin_path("/agreements") if self.session(request) is None else None
            return self.renderer.message(request, refused.status, "This form is not taken", said, sign_in=to)
        if not self.throttle.allows(str(sent.session.account)):
            said = "You did too much in one minute. Wait for one, and go on."
            return self.renderer.message(request, 429, "Too fast", said, headers={"Retry-After": f"{WINDOW:.0f}"})
        try:
            return await deed(sent)
        except NotSignedIn:
            said = "GitHub does not take this sign-in any more. Nothing was changed."
            to = signin_path("/agreements")
            return self.renderer.message(request, 403, "Sign in again", said, sign_in=to)
        except GitHubError as error:
            log.warning("signing-not-known", error=str(error))
            said = "GitHub could not be asked about this. Nothing was changed. Try again in a minute."
            return self.renderer.message(request, 503, "Try again", said, headers={"Retry-After": "60"})

    def told(self, what: str, record: SignatureRecord) -> None:
        """After a record was written."""
        self.tally.count("ospo_gate_signatures_total", record.act.value, record.how.value)
        log.info(f"agreement-{what}", document=record.document, account=record.signer.account_id, record=record.id)
        self.wake()

    def to(self, path: str) -> Response:
        """The page that is next: loading it again sends no form."""
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return RedirectResponse(path, 303, headers=headers)
