"""Signatures under agreements: append-only records of who agreed to what, and the companies that sign for people.

A record is never changed. What ends a signature is another record about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Act(StrEnum):
    SIGNED = "signed"
    """A person for themselves, or a manager for a company."""
    ACKNOWLEDGED = "acknowledged"
    """A person says that they contribute under their company's signature."""
    REVOKED = "revoked"
    """A signature or an acknowledgement ends: by the person, the company or the OSPO."""
    LEFT = "left"
    """A person works for the company no longer."""


class How(StrEnum):
    COMMENT = "comment"
    PAGE = "page"
    IMPORT = "import"
    ADMINISTRATION = "administration"
    """By somebody of the OSPO, with a reason."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A person as the record names them. The account id decides; a login may be taken over by somebody else."""

    account_id: int | None = None
    login: str | None = None
    name: str | None = None
    email: str | None = None
    """Only where the person gave it, or an import has it; lower case."""


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """One record. All words are foreign."""

    id: str
    """Unique and stable: a UUID, or derived from its evidence where two writers could add the same."""
    act: Act
    document: str
    """Name of the document, as in the policy's `agreements.documents`."""
    version: str
    signer: Signer
    at: datetime
    """UTC."""
    how: How
    digest: str | None = None
    """SHA-256 of the document's text as it was shown; None: an import does not know."""
    company: str | None = None
    """Id of the company that it is for."""
    evidence: str | None = None
    """URL of the comment, or what an import says."""
    until: datetime | None = None
    """The last moment at which it holds, if it ends by itself (UTC)."""
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the document's form asked for, by the name of the field."""
    ends: str | None = None
    """For `REVOKED` and `LEFT`: id of the record that ends; None: all of this person (and company) for the document."""
    by: Signer | None = None
    """Who acted, where it was not the signer."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A company with a signed corporate agreement, and for whom it speaks."""

    id: str
    name: str
    managers: tuple[Signer, ...] = ()
    domains: tuple[str, ...] = ()
    """E-mail domains whose verified commits count as its people: `example.com`, lower case."""
    organizations: tuple[str, ...] = ()
    """GitHub organizations whose members count as its people."""
    accounts: tuple[Signer, ...] = ()
    """People on its list."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """What is known about signatures for one judgment."""

    records: tuple[SignatureRecord, ...] = ()
    """Those about the people of this change and their companies, oldest first."""
    companies: tuple[Company, ...] = ()
    teams: Mapping[str, frozenset[str] | None] = field(default_factory=lambda: MappingProxyType({}))
    """Logins (lower case) of the members among this change's people, by `organization/team` or organization that the
    policy or a company names, lower case; None: it could not be known."""
    people: Mapping[str, Signer | None] = field(default_factory=lambda: MappingProxyType({}))
    """The account that GitHub links to an address of a co-author, by the address, lower case; None: to none."""
    as_of: datetime | None = None
    """When the store was read, or the commit date of a signatures file (UTC)."""
    source: str = ""
    """For people: `service`, or `example/signatures/cla.json@main`."""
