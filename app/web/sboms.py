"""`GET /api/v1/repositories/OWNER/NAME/sbom`: the SBOM of a default branch or of a pull request, as it is stored."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from app.api_tokens import Callers, Grant
from app.store.documents import StoredTree
from app.store.repositories import RepositoryRow, RepositoryStore
from app.stored_sboms import Asked, StoredSboms, etag
from app.subject import pull_key
from app.web.refusing import Turns, refused, turned_away

#: How many documents are written at the same time; what comes beyond is told to come again.
AT_ONCE = 2
_LARGEST_NUMBER = 2**31
_NOT_STORED = (
    "it was not judged yet, or before the default branch was read, or it goes into another branch than the default one"
)


def router(callers: Callers, repositories: RepositoryStore, sboms: StoredSboms) -> APIRouter:
    """The routes; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()
    turns = Turns(AT_ONCE, f"{AT_ONCE} documents are being written")

    async def answered(
        request: Request, name: str, find: Callable[[RepositoryRow], Awaitable[StoredTree | Response]], *names: str
    ) -> Response:
        if (away := turned_away(request, callers, Grant.READ)) is not None:
            return away
        given, taken = request.query_params, (*names, "format", "spec_version")
        if given.keys() - set(taken):
            return refused(400, "there are only the parameters " + ", ".join(taken))
        row = await repositories.named(name)
        if row is None:
            return refused(404, "no such repository is known")
        asked = Asked(row.name, given.get("format", "cyclonedx-json"), given.get("spec_version", ""))
        if fault := asked.faults():
            return refused(400, fault)
        tree = await find(row)
        if isinstance(tree, Response):
            return tree
        headers = {"ETag": etag(asked, tree), "Cache-Control": "private, no-cache"}
        if headers["ETag"] in request.headers.get("if-none-match", "").replace("W/", "").split(", "):
            return Response(status_code=304, headers=headers)

        async def work() -> Response:
            return Response(await sboms.written(asked, tree), media_type=asked.media_type, headers=headers)

        return await turns.answer(work)

    @routes.get("/api/v1/repositories/{owner}/{name}/sbom")
    async def branch(request: Request, owner: str, name: str) -> Response:
        async def find(row: RepositoryRow) -> StoredTree | Response:
            tree = await sboms.documents.head(row.id)
            if tree is None:
                return refused(404, f"the default branch of {row.name} was not read yet")
            if not tree.done:
                return refused(503, "the default branch is being stored at this moment", {"Retry-After": "1"})
            ref = request.query_params.get("ref", "HEAD")
            if ref not in ("HEAD", tree.head, row.default_branch, f"refs/heads/{row.default_branch}"):
                at = tree.head or "nothing, for it is empty"
                return refused(404, f"of {row.name} only the head of the default branch is stored: {at}")
            return tree

        return await answered(request, f"{owner}/{name}", find, "ref")

    @routes.get("/api/v1/repositories/{owner}/{name}/pull/{number}/sbom")
    async def pull(request: Request, owner: str, name: str, number: str) -> Response:
        async def find(row: RepositoryRow) -> StoredTree | Response:
            if not (number.isascii() and number.isdigit() and len(number) < 11 and int(number) < _LARGEST_NUMBER):
                return refused(404, "that is not the number of a pull request")
            tree = await sboms.documents.pull(pull_key(row.id, int(number)))
            return tree or refused(404, f"of {row.name}#{int(number)} nothing is stored: {_NOT_STORED}")

        return await answered(request, f"{owner}/{name}", find)

    return routes
