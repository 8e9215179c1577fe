"""`GET /api/v1/sbom`: the SBOM of a product that spans several repositories, by the heads of their default branches."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.api_tokens import Callers, Grant
from app.store.repositories import RepositoryStore
from app.stored_sboms import Asked, StoredSboms
from app.version import VERSION
from app.web.refusing import Turns, refused, turned_away
from checks.model.errors import UsageError
from checks.sboms.assembly import About
from checks.sboms.content import Content, Subject, Tool
from checks.sboms.formats import write
from checks.sboms.inert import inert
from checks.sboms.merge import merge

#: Each takes a second of a processor for a large product; what comes beyond is told to come again.
AT_ONCE = 2
#: Repositories of one product.
MOST = 200
#: Characters of a name or version that somebody chooses.
_LONGEST = 200
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
    document: Asked
    """Which format."""


def router(callers: Callers, repositories: RepositoryStore, sboms: StoredSboms) -> APIRouter:
    """The route; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()
    turns = Turns(AT_ONCE, f"{AT_ONCE} documents are being written")

    @routes.get("/api/v1/sbom")
    async def sbom(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.READ)) is not None:
            return away
        try:
            asked = _asked(request.query_params)
        except UsageError as error:
            return refused(400, str(error))

        async def work() -> Response:
            try:
                found = [await _stored(name, repositories, sboms) for name in asked.repositories]
            except _Unknown as error:
                return refused(404, str(error))
            text = await asyncio.to_thread(_written, asked, found)
            return Response(text, media_type=asked.document.media_type)

        return await turns.answer(work)

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
    document = Asked(name, query.get("format", "cyclonedx-json"), query.get("spec_version", ""))
    if fault := document.faults():
        raise UsageError(fault)
    return _Asked(names, inert(name), inert(version) if version else None, document)


async def _stored(asked: str, repositories: RepositoryStore, sboms: StoredSboms) -> Content:
    """What the head of a default branch has. Raises `_Unknown`."""
    name, _, sha = asked.partition("@")
    row = await repositories.named(name)
    if row is None:
        raise _Unknown(f"no such repository is known: {name}")
    tree = await sboms.documents.head(row.id)
    if tree is None or not tree.done:
        raise _Unknown(f"{row.name} was not read yet")
    if not tree.head.startswith(sha):
        raise _Unknown(f"of {row.name} the head of the default branch is stored, which is {tree.head}")
    return await sboms.content(row.name, tree)


def _written(asked: _Asked, contents: Sequence[Content]) -> str:
    product = merge(contents, About(Subject(asked.name, asked.version), _TOOL)) if asked.name else contents[0]
    return write(product, asked.document.format, asked.document.spec_version)
