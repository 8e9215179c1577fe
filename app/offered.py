"""The agreements that the policy asks for, with the texts that people sign."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from checks.agreements.terms import AgreementsSection, Document
from checks.policy.files import PolicyFiles, PolicyRef, beside_main
from checks.policy.layers import PolicySet

#: The policy as it judges now; None: there is none, or nothing was judged by it yet.
PolicyNow = Callable[[], Awaitable[PolicySet | None]]
#: Bytes of a text that somebody can be asked to read.
MAX_TEXT = 512 * 1024
#: Everything that we derive an id from.
_OURS = uuid.UUID("6e0f5c1a-6d8e-4c0a-9a37-0f6c1d2e9b54")


@dataclass(frozen=True, slots=True)
class Offer:
    """A document, and what can be signed of it."""

    document: Document
    data: bytes | None = None
    """The text as it is signed; None: nobody can sign, `fault` says why."""
    fault: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.data or b"").hexdigest()


def section_of(policies: PolicySet | None) -> AgreementsSection | None:
    """What the policy says of agreements, where no override applies."""
    section = policies.plain.sections.get("agreements") if policies else None
    return section if isinstance(section, AgreementsSection) else None


def offers(policies: PolicySet | None) -> tuple[Offer, ...]:
    """All documents of the policy, in its order."""
    section = section_of(policies)
    return tuple(offer_of(document, policies.files) for document in section.documents) if section and policies else ()


def offer_named(policies: PolicySet | None, name: str) -> Offer | None:
    return next((offer for offer in offers(policies) if offer.document.name == name), None)


def offer_of(document: Document, files: PolicyFiles) -> Offer:
    """The document with the text that lies beside the policy."""
    data = files.others.get(PolicyRef(beside_main(files.path, document.text)))
    if data is None:
        return Offer(document, fault="its text is not beside the policy, or could not be read")
    if len(data) > MAX_TEXT:
        return Offer(document, fault=f"its text has {len(data):,} bytes, more than {MAX_TEXT:,}")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return Offer(document, fault="its text is not UTF-8")
    found = sha256(data).hexdigest()
    if document.sha256 is not None and found != document.sha256:
        return Offer(document, fault="its text is not the one whose SHA-256 the policy names")
    return Offer(document, data)


def derived_id(*parts: object) -> str:
    """An id of a record that is the same for the same evidence."""
    return str(uuid.uuid5(_OURS, "\n".join(str(part).encode("unicode_escape").decode() for part in parts)))
