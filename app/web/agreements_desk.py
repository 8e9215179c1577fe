"""What all pages about agreements need: who is there, who decides, and how a deed is answered."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.github.errors import GitHubError
from app.github.people import NotSignedIn, People
from app.offered import AGREEMENTS, Offer, PolicyNow, agreements_of, query_of
from app.own_policies import OwnPolicy
from app.store.companies import CompanyStore
from app.store.signatures import ORGANIZATION, SignatureStore, scope_of
from app.tally import Tally
from app.web.forms import Posted, Refused, posted
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Session, Sessions
from app.web.signin import signin_path
from app.web.throttle import Throttle
from checks.model.signatures import SignatureRecord
from checks.policy.layers import PolicySet

#: What one person may do in a minute.
DEEDS, WINDOW = 60, 60.0
#: Pages of repositories that one person may open in a minute: each may cost requests to GitHub.
LOOKS = 30
#: Seconds for which it is remembered who belongs to the team that owns the policy.
REMEMBERED = 300.0
MOST = 10_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Under whose policy somebody reads and signs."""

    scope: str
    """See `app.store.signatures`."""
    path: str
    """Address of its list of documents."""
    policy: PolicyNow
    repository: str | None = None
    """`owner/name` that governs itself; None: the policy is the organization's."""


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
    rights: Rights | None = None
    """Who may see what of a repository; needed where repositories have their own policies."""
    own: OwnPolicy | None = None
    """The policy of a repository that governs itself; None: the organization's policy is for all."""
    looks: Throttle = field(default_factory=lambda: Throttle(LOOKS, WINDOW))
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

    @property
    def moment(self) -> datetime:
        """UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @property
    def place(self) -> "Place":
        """Where the documents of the organization's policy are."""
        return Place(ORGANIZATION, AGREEMENTS, self.policy)

    async def repository(self, request: Request, name: str) -> "Place | Response":
        """Where those of a repository (`owner/name`) that governs itself are; a response for who may not see them."""
        session, rights, own = self.session(request), self.rights, self.own
        if rights is None or own is None:
            return self.renderer.not_found(request)
        if session is None:
            said = "This repository has its own policy. Sign in to read what it asks to sign, and to sign it."
            to = signin_path(request.url.path) if self.sessions else None
            return self.renderer.message(request, 403, "Sign in first", said, sign_in=to)
        if not self.looks.allows(str(session.account)):
            return self._too_fast(request)
        try:
            row = await rights.repository(name, session)
        except NotSignedIn:
            return self._sign_in_again(request)
        except GitHubError as error:
            return self._not_now(request, error)
        if row is None or row.gone_at is not None:
            return self.renderer.not_found(request)
        return Place(scope_of(row.id), agreements_of(row.name), lambda: own(row), row.name)

    def document_path(self, offer: Offer, at: str = AGREEMENTS) -> str:
        """The address of a document; of the second and further ones of a name with what tells it apart."""
        path = f"{at}/documents/{quote(offer.document.name, safe='')}"
        return path if offer.first else path + query_of(offer.document)

    def company_path(self, offer: Offer) -> str:
        """Where companies sign it."""
        path = f"{AGREEMENTS}/documents/{quote(offer.document.name, safe='')}/company"
        return path if offer.first else path + query_of(offer.document)

    async def contact(self, offer: Offer, policies: PolicySet | None) -> str | None:
        """Where people ask about a document."""
        if offer.document.contact:
            return str(offer.document.contact)
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
            return self._too_fast(request)
        try:
            return await deed(sent)
        except NotSignedIn:
            return self._sign_in_again(request)
        except GitHubError as error:
            return self._not_now(request, error)

    async def shown(self, request: Request, page: Awaitable[Response]) -> Response:
        """A page for which GitHub may have to be asked."""
        try:
            return await page
        except GitHubError as error:
            return self._not_now(request, error)

    def _too_fast(self, request: Request) -> Response:
        said = "You did too much in one minute. Wait for one, and go on."
        return self.renderer.message(request, 429, "Too fast", said, headers={"Retry-After": f"{WINDOW:.0f}"})

    def _sign_in_again(self, request: Request) -> Response:
        said = "GitHub does not take this sign-in any more. Nothing was changed."
        return self.renderer.message(request, 403, "Sign in again", said, sign_in=signin_path(AGREEMENTS))

    def _not_now(self, request: Request, error: GitHubError) -> Response:
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
