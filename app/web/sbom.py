"""`GET /api/v1/sbom`: the SBOM of a repository's default branch, or of a product that spans several repositories."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.store.heads import Head, HeadStore
from app.store.repositories import RepositoryStore
from app.version import VERSION
from app.web.ask import known, refused
from checks.model.errors import UsageError
from checks.sboms.assembly import About, assemble
from checks.sboms.bill import FORMAT
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.formats import VERSIONS, write
from checks.sboms.inert import inert
from checks.sboms.merge import merge

#: Each takes a second of a processor for a large product; what comes beyond is told to come again.
AT_ONCE = 2
#: Repositories of one product.
MOST = 200
#: Characters of a name or version that somebody chooses.
_LONGEST = 200
_TYPES = {
    "cyclonedx-json": "application/vnd.cyclonedx+json",
    "cyclonedx-xml": "application/vnd.cyclonedx+xml",
    "spdx-json": "application/spdx+json",
    "spdx-tag-value": "text/spdx",
    "spdx3-json": "application/spdx+json",
}
_NAMES = ("repositories", "name", "version", "format", "spec_version")
_TOOL = Tool("ospo-gate", VERSION)


class _Unknown(Exception):
    """What is asked for is not stored; the message says what."""


@dataclass(frozen=True, slots=True)
class _Asked:
    repositories: tuple[str, ...]
    """`owner/name` or `owner/name@sha`."""
    name: str
    """Of the product; empty for the one repository itself."""
    version: str | None
    format: str
    spec_version: str | None


def router(token: str, repositories: RepositoryStore, heads: HeadStore, server_url: str) -> APIRouter:
    """The route; `token` is what callers send as `Authorization: Bearer …`, `server_url` where repositories are."""
    routes = APIRouter()
    free = asyncio.Semaphore(AT_ONCE)

    @routes.get("/api/v1/sbom")
    async def sbom(request: Request) -> Response:
        if not known(request.headers.get("authorization", ""), token):
            return refused(401, "the Authorization header is missing or wrong", {"WWW-Authenticate": "Bearer"})
        try:
            asked = _asked(request.query_params)
        except UsageError as error:
            return refused(400, str(error))
        if free.locked():
            return refused(429, f"{AT_ONCE} documents are being written", {"Retry-After": "1"})
        async with free:
            try:
                found = [await _stored(name, repositories, heads) for name in asked.repositories]
            except _Unknown as error:
                return refused(404, str(error))
            text = await asyncio.to_thread(_written, asked, found, server_url)
        return Response(text, media_type=_TYPES[asked.format])

    return routes


def _asked(query: Mapping[str, str]) -> _Asked:
    """Raises `UsageError`."""
    if query.keys() - set(_NAMES):
        raise UsageError("there are only the parameters " + ", ".join(_NAMES))
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in query.get("repositories", "").split(",")))))
    if not 1 <= len(names) <= MOST:
        raise UsageError(
            f"repositories: expected 1 to {MOST} as OWNER/NAME or OWNER/NAME@SHA, with commas between them"
        )
    name, version = query.get("name", ""), query.get("version")
    if len(names) > 1 and not name:
        raise UsageError("name: a product of several repositories needs one")
    if len(name) > _LONGEST or len(version or "") > _LONGEST:
        raise UsageError(f"name and version: at most {_LONGEST} characters")
    format_, spec = query.get("format", "cyclonedx-json"), query.get("spec_version")
    _choice("format", format_, VERSIONS)
    if spec is not None:
        _choice("spec_version", spec, VERSIONS[format_])
    return _Asked(names, inert(name), inert(version) if version else None, format_, spec)


def _choice(name: str, given: str, known: Collection[str]) -> None:
    if given not in known:
        raise UsageError(f"{name}: expected " + ", ".join(known))


async def _stored(asked: str, repositories: RepositoryStore, heads: HeadStore) -> tuple[str, Head]:
    """The repository by its present name, and its head. Raises `_Unknown`."""
    name, _, sha = asked.partition("@")
    row = await repositories.named(name)
    if row is None:
        raise _Unknown(f"no such repository is known: {name}")
    head = await heads.head(row.id)
    if head is None:
        raise _Unknown(f"{row.name} was not read yet")
    if not head.sha.startswith(sha):
        raise _Unknown(f"of {row.name} the head of the default branch is stored, which is {head.sha}")
    return row.name, head


def _written(asked: _Asked, found: Collection[tuple[str, Head]], server_url: str) -> str:
    contents = [_content(name, head, server_url) for name, head in found]
    content = merge(contents, About(Subject(asked.name, asked.version), _TOOL)) if asked.name else contents[0]
    return write(content, asked.format, asked.spec_version)


def _content(name: str, head: Head, server_url: str) -> Content:
    # a committed SBOM says what the lock files beside it say, once more
    shown = tuple(item for item in head.inventories if item.format != FORMAT) or head.inventories
    created = datetime.fromtimestamp(head.at, UTC)
    subject = Subject(name, head.sha, head.sha, f"{server_url.rstrip('/')}/{name}")
    content = assemble(shown, About(subject, _TOOL, f"{created:%Y-%m-%dT%H:%M:%SZ}"))
    if not head.unread:
        return content
    many = f"{head.unread:,} manifests" if head.unread > 1 else "1 manifest"
    sentence = f"{many} could not be read at this commit; what was known of an earlier one is listed."
    return content._replace(subject=content.subject._replace(complete=False), unread=(*content.unread, sentence))
