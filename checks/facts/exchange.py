"""What is asked of a source of facts and what its answer says: values, so that who fetches need not know the sources.

A source is a module with `SOURCE`, `answers`, `requests` and `read` (the protocol `Source`). Whoever fetches sends the
requests, hands each answer to `read` together with its request, sends what that asks for in addition, and joins the
facts. Answers that say "not found" (404, 410) say nothing: they are not read, and they are no gap.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from checks.model.facts import NOTHING, Facts, PackageKey, Questions, SourceState, Want
from checks.model.packages import Gap, Known, PackageFacts, VersionFacts

T = TypeVar("T")

#: Pages of one answer that are read; a source that always names another one is stopped here.
MAX_PAGES = 50


class UnreadableAnswer(Exception):
    """An answer that is not in the source's format as a whole; the message finishes "SOURCE's answer cannot be read:".

    Single fields of the wrong type do not raise: they are absent.
    """


class Form(StrEnum):
    """What `read` is given."""

    JSON = "json"
    """The parsed value."""
    TEXT = "text"
    """The decoded text: XML, go.mod, lines of JSON."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request below the base address of a source."""

    path: str
    """Relative to the base address, with its query; every name in it is percent-encoded."""
    keys: tuple[PackageKey, ...] = ()
    """What its answer is about: where it fails, these have a gap."""
    want: Want = NOTHING
    """What of the keys it was asked for."""
    method: str = "GET"
    body: bytes | None = None
    """JSON."""
    form: Form = Form.JSON
    accept: str = "application/json"
    limit_bytes: int = 10_000_000
    """An answer that is larger is not read."""
    step: str = ""
    """Which of the source's documents this is; for its reader."""
    subjects: tuple[str, ...] = ()
    """What is asked for in the source's own words; one for each of `keys` if there are keys (a repository, a CVE)."""
    carried: tuple[Any, ...] = ()
    """What earlier pages said; for its reader."""
    page: int = 0
    """How many pages came before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says."""

    facts: Facts = field(default_factory=Facts)
    more: tuple[Request, ...] = ()
    """What has to be asked to know the rest: further pages, documents that this one names."""
    records: Mapping[str, datetime | None] = field(default_factory=lambda: MappingProxyType({}))
    """Advisories that it names without their content: ids, and when each was last modified (UTC)."""


class Source(Protocol):
    """What every module of a source offers. `requests` may take further arguments with defaults."""

    SOURCE: str

    def answers(self, purl_type: str) -> Want:
        """What it can answer about packages of that type."""
        ...

    def requests(self, questions: Questions) -> Iterator[Request]:
        """As few as possible; questions that it cannot answer are left out. Each request can be made again for fewer
        keys: where one bad item fails a batch, ask for its halves."""
        ...

    def read(self, request: Request, document: object, as_of: datetime) -> Answer:
        """What the answer to `request`, read at `as_of` (UTC), says. Raises `UnreadableAnswer`."""
        ...


def next_page(request: Request, *, path: str | None = None, body: bytes | None = None) -> Request:
    """`request` for its next page. Raises `UnreadableAnswer` when there are too many."""
    if request.page + 1 >= MAX_PAGES:
        raise UnreadableAnswer(f"it has more than {MAX_PAGES} pages")
    return replace(request, path=path or request.path, body=body or request.body, page=request.page + 1)


def silence(request: Request, source: str, reason: str, retry_at: datetime | None = None) -> Facts:
    """That `source` could not answer `request`: a gap for each of its keys, about what was asked."""
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    if of_version := request.want.of_version:
        silent = VersionFacts(gaps=(Gap(source, reason, retry_at, of_version),))
        versions = dict.fromkeys(request.keys, silent)
    if of_package := request.want.of_package:
        nothing = PackageFacts(gaps=(Gap(source, reason, retry_at, of_package),))
        packages = {purl: nothing for purl, _ in request.keys}
    return Facts(versions=versions, packages=packages, sources=(SourceState(source, trouble=reason),))


def opinion(facts: Facts) -> Facts:
    """`facts` of a source that was asked for a second opinion: its licenses stand beside the first one, not for it."""
    versions = {
        key: replace(known, license=None, opinions=(*known.opinions, known.license)) if known.license else known
        for key, known in facts.versions.items()
    }
    return replace(facts, versions=versions)


def said(
    source: str,
    as_of: datetime,
    versions: Mapping[PackageKey, VersionFacts] | None = None,
    packages: Mapping[str, PackageFacts] | None = None,
    more: tuple[Request, ...] = (),
) -> Answer:
    """The answer of a source that was read at `as_of`; what it knows nothing of is left out."""
    facts = Facts(
        versions={key: known for key, known in (versions or {}).items() if known != _NOTHING},
        packages={purl: known for purl, known in (packages or {}).items() if known != _NO_PACKAGE},
        sources=(SourceState(source, as_of),),
    )
    return Answer(facts, more)


_NOTHING = VersionFacts()
_NO_PACKAGE = PackageFacts()


def known(value: T | None, source: str, as_of: datetime) -> Known[T] | None:
    """A fact, or that there is none."""
    return None if value is None else Known(value, source, as_of)


def object_of(document: object) -> Mapping[str, object]:
    """The document if it is a JSON object. Raises `UnreadableAnswer`."""
    if not isinstance(document, dict):
        raise UnreadableAnswer("it is not a JSON object")
    return document


def list_of(document: object) -> list[object]:
    """The document if it is a JSON list. Raises `UnreadableAnswer`."""
    if not isinstance(document, list):
        raise UnreadableAnswer("it is not a JSON list")
    return document


def text_of(document: object) -> str:
    """The document if it is text. Raises `UnreadableAnswer`."""
    if not isinstance(document, str):
        raise UnreadableAnswer("it is not text")
    return document


def body_of(value: object) -> bytes:
    """A value as the JSON body of a request; the same value gives the same bytes."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, sort_keys=True).encode("ascii")
