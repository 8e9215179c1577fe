"""What the policy says about agreements: the documents, who signs them and who need not."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, ClassVar, Self

from checks.policy.section import Section
from checks.policy.shape import FEWER, KeyFault, OneOrMore, key
from checks.policy.values import TEXT, Account, Day, Digest, Duration, Link, Pattern, RepositoryPattern, Word

#: What the users of the CLA action post, word for word.
CLA_PHRASE = "I have read the CLA Document and I hereby sign the CLA"
DCO_PHRASE = "I have read the DCO Document and I hereby sign the DCO"
#: Words in the name of a document that make the second one its phrase.
_DCO = re.compile(r"\bDCO\b|\bdeveloper certificate of origin\b", re.IGNORECASE)


class DocumentName(Word):
    """The name of an agreement, in signatures and for people."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": TEXT, "minLength": 1, "maxLength": 100, "examples": ["Example CLA"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip() or len(text) > 100 or not text.isprintable():
            raise ValueError("expected a name of 1 to 100 characters on one line")
        return cls(text.strip())


class DocumentVersion(Word):
    """The version of an agreement: `2` or `2026-11`. Equal means equal; there is no order."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": TEXT, "minLength": 1, "maxLength": 60, "examples": ["2", "2026-11"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip() or len(text) > 60 or not text.isprintable():
            raise ValueError("expected a version such as '2', of 1 to 60 characters")
        return cls(text.strip())


class TextPath(Word):
    """The path of a text, relative to the folder of the policy: `cla/v2.md`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "minLength": 1,
        "maxLength": 500,
        "examples": ["cla/v2.md"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        parts = text.split("/")
        if not 0 < len(text) <= 500 or not text.isprintable() or any(part in ("", ".", "..") for part in parts):
            raise ValueError("expected the path of a file below the folder of the policy, without '..'")
        return cls(text)


class FieldName(Word):
    """The name of a field in signatures and exports: `country`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[a-z][a-z0-9_]{0,39}\Z", text):
            raise ValueError("expected a name of lower-case letters, digits and '_', such as 'country'")
        return cls(text)


class Organization(Word):
    """An organization on GitHub, without `@`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$"}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"[A-Za-z0-9_-]{1,100}\Z", text):
            raise ValueError("expected the name of an organization, such as 'example'")
        return cls(text)


class Phrase(Word):
    """What somebody posts to sign: one line of plain words."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": "string", "minLength": 10, "maxLength": 300}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not 10 <= len(text.strip()) <= 300 or not text.isprintable() or set("`<>") & set(text):
            raise ValueError("expected a sentence of 10 to 300 characters on one line, without '`', '<' and '>'")
        return cls(text.strip())


class Kind(StrEnum):
    """Who can sign a document."""

    INDIVIDUAL = "individual"
    CORPORATE = "corporate"
    BOTH = "both"

    @property
    def people(self) -> bool:
        return self is not Kind.CORPORATE

    @property
    def companies(self) -> bool:
        return self is not Kind.INDIVIDUAL


class FieldType(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    URL = "url"
    COUNTRY = "country"


class AccountKind(StrEnum):
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that the form asks of who signs on the page. What is asked is kept with the signature."""

    name: FieldName = key("Its name in signatures and exports: lower-case letters, digits and `_`.")
    label: str = key("What the form says beside it.")
    required: bool = key("Whether it must be filled in; then a comment is not enough to sign.", default=False)
    type: FieldType = key("`text`, `email`, `url` or `country`.", default=FieldType.TEXT)


@dataclass(frozen=True, slots=True)
class Corporate:
    """How companies sign, and how their people do."""

    acknowledge: bool = key(
        "Whether each person says once that they contribute for the company; otherwise being on its list, in its "
        "organization or at its domain is enough.",
        default=True,
    )


@dataclass(frozen=True, slots=True)
class Document:
    """One agreement that contributors sign."""

    name: DocumentName = key("Its name; signatures are kept under it, so it stays when the version changes.")
    version: DocumentVersion = key("The version that is to be signed.")
    text: TextPath = key("The file with its text, relative to the folder of the policy.")
    kind: Kind = key("Who can sign it: `individual`, `corporate` or `both`.", default=Kind.INDIVIDUAL)
    sha256: Digest | None = key(
        "SHA-256 of the text. A signature of another text under the same version then does not count.", default=None
    )
    compatible_with: tuple[DocumentVersion, ...] = key(
        "Earlier versions that still count. Every one is named: there is no chain.", default=()
    )
    since: Day | None = key("The day from which on the version is needed; needs `grace`.", default=None)
    grace: Duration | None = key(
        "How long after `since` a signature of an earlier version still does, with a warning.", default=None
    )
    reason: str | None = key("Why everybody is asked again, in a sentence that is shown to them.", default=None)
    instead_of: tuple[DocumentName, ...] = key(
        "Documents that who is under this one need not sign: of an agreement for companies, the one for people. It is "
        "then itself required of nobody.",
        default=(),
    )
    corporate: Corporate = key("How the people of companies are covered.", default=Corporate())
    fields: tuple[FormField, ...] = key("What the form on the page asks for.", default=())
    phrase: Phrase | None = key(
        f"What is posted as a comment to sign. Default: `{CLA_PHRASE}`; with DCO where the name has that word.",
        default=None,
    )
    repositories: tuple[RepositoryPattern, ...] = key("Repositories that need it. Default: all.", default=())
    properties: Mapping[str, Annotated[tuple[Pattern, ...], OneOrMore]] = key(
        "Custom properties of the repositories that need it, each with the values that it may have. Default: any.",
        default_factory=lambda: MappingProxyType({}),
    )
    contact: Link | None = key("Where people ask about it. Default: `owner.contact`.", default=None)

    @property
    def sentence(self) -> str:
        """What is posted to sign."""
        return self.phrase or (DCO_PHRASE if _DCO.search(self.name) else CLA_PHRASE)

    @property
    def by_comment(self) -> bool:
        """Whether a comment can sign it: nothing else must be known, and people can sign it."""
        return self.kind.people and not any(field.required for field in self.fields)

    @property
    def grace_ends(self) -> datetime | None:
        """Until then (UTC) a signature of an earlier version does."""
        return self.grace.after(self.since.begins) if self.since and self.grace else None

    @property
    def title(self) -> str:
        """`Example CLA, version 2`."""
        return f"{self.name}, version {self.version}"

    def accepts(self, version: str, digest: str | None) -> bool:
        """Whether a signature of this version, and of the text with this digest, counts today."""
        if version in self.compatible_with:
            return True
        return version == self.version and not (self.sha256 and digest and digest.lower() != self.sha256)

    def faults(self) -> Iterator[KeyFault]:
        if self.version in self.compatible_with:
            yield KeyFault("compatible_with", f"it names the version itself, '{self.version}'")
        if (self.since is None) != (self.grace is None):
            yield KeyFault("grace", "'since' and 'grace' belong together", "give both, or neither")
        if self.name in self.instead_of:
            yield KeyFault("instead_of", "a document cannot stand for itself")
        if twice := _twice(field.name for field in self.fields):
            yield KeyFault("fields", f"two fields have the name '{twice}'")


@dataclass(frozen=True, slots=True)
class Required:
    """Whose work needs a signature. Authors always do."""

    committers: bool = key(
        "Who committed what others wrote; never GitHub itself.", default=False, tighter=(False, True)
    )
    co_authors: bool = key("Who is named by `Co-authored-by`.", default=True, tighter=(False, True))


@dataclass(frozen=True, slots=True)
class Trivial:
    """A change below all of the given numbers needs no signature. What cannot be counted is not trivial."""

    files: int | None = key("So many changed files need one. Default: files do not matter.", default=None)
    lines: int | None = key("So many added and removed lines need one. Default: lines do not matter.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        for name, value in (("files", self.files), ("lines", self.lines)):
            if value == 0:
                yield KeyFault(name, "no change is below 0", "leave it out, or write 1 and more")

    @property
    def given(self) -> bool:
        return self.files is not None or self.lines is not None


@dataclass(frozen=True, slots=True)
class Exempt:
    """Who need not sign."""

    accounts: tuple[AccountKind, ...] = key(
        "Types of accounts: `bot`, by GitHub's word and never by a name.", default=(AccountKind.BOT,), tighter=FEWER
    )
    logins: tuple[Pattern, ...] = key(
        'Accounts by login: `ada`, "dependabot[bot]", `example-*`; `*` is the only wildcard.', default=(), tighter=FEWER
    )
    teams: tuple[Account, ...] = key("Members of these teams: '@organization/team'.", default=(), tighter=FEWER)
    organizations: tuple[Organization, ...] = key("Members of these organizations.", default=(), tighter=FEWER)
    emails: tuple[Pattern, ...] = key(
        'Addresses, of verified commits only: "*@example.com"; `*` is the only wildcard.', default=(), tighter=FEWER
    )

    def faults(self) -> Iterator[KeyFault]:
        for name, patterns in (("logins", self.logins), ("emails", self.emails)):
            if any(pattern.everything or not pattern.strip("*@") for pattern in patterns):
                yield KeyFault(name, "it exempts everybody", "turn the check off with `agreements: off`")
        if any("@" not in pattern for pattern in self.emails):
            yield KeyFault("emails", "expected addresses or patterns of them, such as '*@example.com'")
        if any("/" not in team for team in self.teams):
            yield KeyFault("teams", "expected teams: '@organization/team'", "people belong under 'logins'")

    @property
    def groups(self) -> tuple[str, ...]:
        """Teams and organizations as `Signatures.teams` names them."""
        return (*(str(team)[1:].lower() for team in self.teams), *(str(name).lower() for name in self.organizations))


@dataclass(frozen=True, slots=True)
class AgreementsSection(Section):
    """Contributor agreements (CLA): who contributes has signed the documents that the repository needs."""

    documents: tuple[Document, ...] = key("The agreements.", default=())
    require: Required = key("Whose work needs a signature.", default=Required())
    trivial: Trivial = key("Changes that need no signature.", default=Trivial())
    exempt: Exempt = key("Who need not sign.", default=Exempt())
    match_logins: bool = key(
        "Whether imported signatures without an account's number count for whoever has the login today.",
        default=False,
        tighter=(True, False),
    )

    def faults(self) -> Iterator[KeyFault]:
        if twice := _twice(document.name for document in self.documents):
            yield KeyFault("documents", f"two documents have the name '{twice}'")
        if twice := _twice(phrase_key(document.sentence) for document in self.documents if document.kind.people):
            hint = "give each document its own 'phrase'"
            yield KeyFault("documents", f"two documents are signed by the same comment, '{twice}'", hint)
        by_name = {document.name: document for document in self.documents}
        for document in self.documents:
            for name in document.instead_of:
                if name not in by_name:
                    yield KeyFault("documents", f"there is no document '{name}', which '{document.name}' stands for")
                elif by_name[name].instead_of:
                    yield KeyFault("documents", f"'{name}' is required of nobody, so nothing can stand for it")

    def document(self, name: str) -> Document | None:
        return next((document for document in self.documents if document.name == name), None)

    @property
    def texts(self) -> tuple[TextPath, ...]:
        """The texts that it names, relative to the folder of the policy."""
        return tuple(dict.fromkeys(document.text for document in self.documents))


def phrase_key(text: str) -> str:
    """What phrases are compared by: blanks and case say nothing, nor does a period at the end."""
    return " ".join(text.casefold().split()).rstrip(".! ")


def _twice(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)
