"""The agreements that the policy asks for, with the texts that people sign."""

import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

from checks.agreements.terms import AgreementsSection, Document
from checks.model.errors import PolicyError
from checks.policy.files import PolicyFiles, PolicyRef, beside_main
from checks.policy.layers import PolicySet

#: The policy as it judges now; None: there is none, or nothing was judged by it yet.
PolicyNow = Callable[[], Awaitable[PolicySet | None]]
#: Address of the page with the documents of the organization's policy.
AGREEMENTS = "/agreements"
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
    everywhere: bool = True
    """Whether it is asked for where no override applies."""
    first: bool = True
    """Whether it is the first of its name, which needs no version to be found."""

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.data or b"").hexdigest()


def agreements_of(repository: str) -> str:
    """Address of the page with the documents of a repository (`owner/name`) that has its own policy."""
    return f"{AGREEMENTS}/repositories/{quote(repository)}"


def section_of(policies: PolicySet | None) -> AgreementsSection | None:
    """What the policy says of agreements, where no override applies."""
    section = policies.plain.sections.get("agreements") if policies else None
    return section if isinstance(section, AgreementsSection) else None


def sections_of(policies: PolicySet | None, now: datetime) -> Iterator[AgreementsSection]:
    """What the policy says of agreements: where no override applies, then under each override that names them."""
    if policies is None:
        return
    names = (override.position for override in policies.overrides if override.patch.get("agreements") is not None)
    for applied in ((), *((position,) for position in names)):
        try:
            policy = policies.with_only(applied, now) if applied else policies.plain
        except PolicyError:  # it judges nobody either
            continue
        section = policy.sections.get("agreements")
        if isinstance(section, AgreementsSection):
            yield section


def offers(policies: PolicySet | None, now: datetime) -> tuple[Offer, ...]:
    """All documents of the policy, in its order; those that only overrides name come last. A document that an override
    has in another version or with another text is one of its own."""
    found: dict[tuple[str, str, str], Offer] = {}
    names: set[str] = set()
    for index, section in enumerate(sections_of(policies, now)):
        for document in section.documents:
            key = (document.name, document.version, document.text)
            if policies is not None and key not in found:
                everywhere = index == 0 and "agreements" in policies.plain.sections
                offer = offer_of(document, policies.files)
                found[key] = replace(offer, everywhere=everywhere, first=document.name not in names)
                names.add(document.name)
    return tuple(found.values())


def queries_of(policies: PolicySet | None, section: object) -> Mapping[str, str]:
    """What tells apart the documents of a section that the plain policy has otherwise, or not at all, by their names:
    it follows their addresses."""
    plain = section_of(policies)
    if not isinstance(section, AgreementsSection) or section is plain:
        return {}
    usual = {(document.name, document.version, document.text) for document in plain.documents} if plain else set()
    others = [
        document for document in section.documents if (document.name, document.version, document.text) not in usual
    ]
    return {document.name: query_of(document) for document in others}


def query_of(document: Document) -> str:
    """What tells a document apart from others of its name."""
    return f"?{urlencode({'version': document.version, 'text': document.text})}"


def offer_named(
    policies: PolicySet | None, now: datetime, name: str, version: str | None = None, text: str | None = None
) -> Offer | None:
    """A document by its name: the one with this version, and of several with it the one with this text, as far as there
    is one."""
    named = [offer for offer in offers(policies, now) if offer.document.name == name]
    exact = [offer for offer in named if offer.document.version == version]
    same = [offer for offer in exact or named if text in (offer.document.text, offer.digest)]
    return next(iter(same or exact or named), None)


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
