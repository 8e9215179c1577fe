"""What people fill in to sign, and the records that come of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.offered import Offer, derived_id
from app.web.sessions import Session
from checks.agreements.terms import FieldType, FormField
from checks.model.signatures import Act, How, SignatureRecord, Signer

#: Characters of one answer, and of a reason.
ANSWER, REASON = 300, 1_000
_EMAIL = re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+\Z")
_DOMAIN = re.compile(r"(?=.{4,190}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+\Z")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")


@dataclass(slots=True)
class Filled:
    """A form as it was sent, and what is wrong with it by field."""

    given: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, required: bool = True, most: int = ANSWER) -> str:
        """One line of words."""
        value = " ".join(self.given.get(name, "").split())
        if not value and required:
            self.faults[name] = "it is needed"
        elif len(value) > most or not value.isprintable():
            self.faults[name] = f"expected up to {most:,} characters that can be printed"
        return value

    def name_of(self, kind: str, name: str) -> str:
        """A domain, an organization or a login, in the form in which it is kept."""
        value = self.given.get(name, "").strip().removeprefix("@")
        value = value.lower() if kind == "domain" else value
        pattern, said = (_DOMAIN, "example.com") if kind == "domain" else (_LOGIN, "example")
        if not pattern.match(value):
            self.faults[name] = f"expected names such as {said}, not '{value[:60]}'"
        return value

    def ticked(self, name: str, said: str) -> None:
        if self.given.get(name) != "on":
            self.faults[name] = said

    @property
    def nonce(self) -> str | None:
        """What the page was given when it was made: the same form twice is the same deed."""
        value = self.given.get("form", "")
        return value if _NONCE.match(value) else None


def answers(filled: Filled, fields: tuple[FormField, ...]) -> dict[str, str]:
    """What the document's form asks for, by the name of the field; faults are in the form."""
    found: dict[str, str] = {}
    for item in fields:
        key = f"f-{item.name}"
        value = filled.text(key, item.required)
        if value and key not in filled.faults and (said := _fault(item.type, value)):
            filled.faults[key] = said
        if value:
            found[item.name] = value
    return found


def _fault(type_: FieldType, value: str) -> str | None:
    if type_ is FieldType.EMAIL and not _EMAIL.match(value):
        return "expected an e-mail address such as ada@example.com"
    if type_ is FieldType.URL and not _is_address(value):
        return "expected an address such as https://example.com"
    if type_ is FieldType.COUNTRY and len(value) < 2:
        return "expected the name of a country"
    return None


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def record(
    act: Act,
    offer: Offer,
    session: Session,
    nonce: str,
    now: float,
    fields: Mapping[str, str] | None = None,
    company: str | None = None,
) -> SignatureRecord:
    """A signature or an acknowledgement of who is signed in, as the page shows the document."""
    name = (fields or {}).get("name")
    return SignatureRecord(
        id=derived_id("page", nonce, session.account, offer.document.name, act.value),
        act=act,
        document=offer.document.name,
        version=offer.document.version,
        signer=Signer(session.account, session.login, name),
        at=datetime.fromtimestamp(now, UTC),
        how=How.PAGE,
        digest=offer.digest,
        company=company,
        fields=dict(fields or {}),
    )


def ending(of: SignatureRecord, act: Act, session: Session, nonce: str, now: float, reason: str) -> SignatureRecord:
    """The end of a signature, by who is signed in."""
    who = Signer(session.account, session.login)
    mine = of.signer.account_id == session.account
    return SignatureRecord(
        id=derived_id("end", nonce, session.account, of.id, act.value),
        act=act,
        document=of.document,
        version=of.version,
        signer=of.signer,
        at=datetime.fromtimestamp(now, UTC),
        how=How.PAGE,
        company=of.company,
        ends=of.id,
        by=None if mine else who,
        reason=reason or None,
    )
