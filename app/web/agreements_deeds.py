"""What managers and the OSPO do to a company on its page. Each of it is written down with who did it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.github.people import Account
from app.offered import derived_id
from app.store.companies import BY_APPROVAL, Actor, CompanyRow, Entry, Full, Kind
from app.store.signatures import ORGANIZATION, standing
from app.web.agreements_desk import SigningDesk
from app.web.agreements_forms import REASON, Filled, ending
from app.web.sessions import Session
from checks.model.signatures import Act, How, SignatureRecord, Signer


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does to a company on its page."""

    session: Session
    row: CompanyRow
    filled: Filled
    owner: bool
    """Whether it is done by the OSPO."""

    @property
    def actor(self) -> Actor:
        return Actor(self.session.account, self.session.login)

    @property
    def reason(self) -> str | None:
        return self.filled.text("reason", required=False, most=REASON) or None


@dataclass(frozen=True, slots=True)
class Deeds:
    """Each returns why it is not done, if it is not; what is wrong with the form, the form has."""

    desk: SigningDesk

    def act(self, name: str, owner: bool) -> Callable[[Deed], Awaitable[str]] | None:
        """By the name in a form; None: there is none, or it is not for whoever sends it."""
        known = {
            "add": self._add,
            "remove": self._remove,
            "left": self._left,
            "end": self._end,
        }
        of_owner = {"approve": self._approve, "decline": self._decline, "approve-entry": self._approve_entry}
        return (known | of_owner if owner else known).get(name)

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


def _kind(text: str) -> Kind | None:
    return next((kind for kind in Kind if kind == text), None)


def _entry_of(deed: Deed) -> Entry | None:
    kind, value = deed.filled.given.get("kind"), deed.filled.given.get("value")
    return next((entry for entry in deed.row.entries if entry.kind == kind and entry.value == value), None)
