"""`/r/…/{head}/explain`: the tree of rules behind one finding or package of a verdict, made when it is asked for."""

import asyncio
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter, Request, Response

from app.store.repositories import RepositoryRow
from app.store.verdicts import Verdict
from app.subject import Kind
from app.verdict_trees import Listed, VerdictTrees
from app.web.pages.details import Asked, Details, asked_for, title_of
from app.web.pages.finding import Further, block
from app.web.pages.links import Links
from app.web.pages.rendering import utc, wants_json
from app.web.pages.tree import tree
from app.web.pages.verdict import redacted
from app.web.throttle import Throttle
from checks.engine.ask import read
from checks.model.errors import UsageError
from checks.render.english import capital

Json = dict[str, Any]
#: How many trees are made at the same time, for how many seconds at most, and how often one caller may ask a minute.
AT_ONCE, SECONDS, LIMIT, WINDOW = 2, 20.0, 60, 60.0
#: Characters of a parameter.
LONGEST = 2_000
_KNOWN = frozenset({"purl", "version", "finding"})


@dataclass(frozen=True, slots=True)
class ExplainPages:
    """What the pages need."""

    details: Details
    trees: VerdictTrees
    throttle: Throttle = field(default_factory=lambda: Throttle(LIMIT, WINDOW))
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def router(self) -> APIRouter:
        """To be asked before the other routes of verdicts."""
        routes = APIRouter()

        @routes.get("/r/{owner}/{name}/branch/{head}/explain")
        @routes.get("/r/{owner}/{name}/branch/{head}/explain.json")
        async def branch(request: Request, owner: str, name: str, head: str) -> Response:
            return await self._answer(request, asked_for(f"{owner}/{name}", Kind.BRANCH, "HEAD", head))

        @routes.get("/r/{owner}/{name}/{kind}/{ref}/{head}/explain")
        @routes.get("/r/{owner}/{name}/{kind}/{ref}/{head}/explain.json")
        async def subject(request: Request, owner: str, name: str, kind: str, ref: str, head: str) -> Response:
            return await self._answer(request, asked_for(f"{owner}/{name}", kind, ref, head))

        return routes

    async def _answer(self, request: Request, asked: Asked | None) -> Response:
        row, renderer = await self.details.admitted(request, asked), self.details.renderer
        if asked is None or isinstance(row, Response):
            return row if isinstance(row, Response) else renderer.not_found(request)
        verdict = await self.details.verdicts.verdict(asked.key(row.id), asked.head)
        if verdict is None:
            return renderer.not_found(request)
        if not self.throttle.allows(self._caller(request)):
            said = "This page takes some work, and you asked for many of its kind just now. Try again in a minute."
            return renderer.message(request, 429, "Try again", said, {"Retry-After": f"{WINDOW:.0f}"})
        try:
            async with asyncio.timeout(SECONDS), self.free:
                return await self._made(request, asked, row, verdict)
        except UsageError as error:
            return renderer.message(request, 404, "Not in this change", f"{capital(str(error))}. {error.hint}")
        except TimeoutError:
            said = "It takes too long to put this together just now. Try again in a minute."
            return renderer.message(request, 503, "Try again", said, {"Retry-After": f"{WINDOW:.0f}"})

    def _caller(self, request: Request) -> str:
        session = self.details.sessions.of(request) if self.details.sessions else None
        return f"account {session.account}" if session else request.client.host if request.client else ""

    async def _made(self, request: Request, asked: Asked, row: RepositoryRow, verdict: Verdict) -> Response:
        """Raises `UsageError` for what the change and its verdict do not have."""
        key, given = asked.key(row.id), request.query_params
        verdict = replace(verdict, document=redacted(verdict.document, row.visibility == "public"))
        if not given:
            listed = await self.trees.listed(key, verdict, row)
            further = Further(tree=f"{asked.path(row.name)}/{verdict.head}/explain")
            return self._page(request, "packages.html", asked, row, verdict, {"listed": _linked(listed, further)})
        found = self._found(verdict, given)
        document = await self._document(row, key, verdict, given, found)
        seen = await self.details.rule_pages(request)
        if not seen:  # the reader sees no page of the policy
            document = {**document, "pages": {}}
        if wants_json(request):
            return self.details.renderer.json(document)
        values = {
            "tree": await asyncio.to_thread(tree, document, self._links(row, verdict, document)),
            "command": _command(asked, row, document),
        }
        if found is not None and document["package"] is None:
            values |= {"evidence": found["evidence"], "message": found["message"], "finding": found["id"]}
            values["headline"] = found["headline"]
        return self._page(request, "explain.html", asked, row, verdict, values)

    def _links(self, row: RepositoryRow, verdict: Verdict, document: Json) -> Links:
        policy = document["policy"]
        central = row.visibility in ("private", "internal")
        return Links(
            self.details.github_url,
            row.name,
            verdict.head,
            policy["source"],
            policy["revision"],
            central_policy=central,
        )

    def _found(self, verdict: Verdict, given: Mapping[str, str]) -> Json | None:
        """The finding that is asked about; None: it is a package. Raises `UsageError`."""
        if given.keys() - _KNOWN or any(len(text) > LONGEST for text in given.values()):
            raise UsageError("there is nothing at this address", hint="Open it from the page of the verdict.")
        if "finding" not in given:
            return None
        found = next((f for f in verdict.document["findings"] if f["id"] == given["finding"]), None)
        if found is None:
            raise UsageError("the verdict has no such finding")
        return dict(found)

    async def _document(
        self, row: RepositoryRow, key: str, verdict: Verdict, given: Mapping[str, str], found: Json | None
    ) -> Json:
        if found is not None:
            subject = found["subject"]
            if not subject["purl"]:
                return await self.trees.finding(row, key, verdict, found)
            return await self.trees.package(row, key, verdict, subject["purl"], subject["version"])
        purl, version = given.get("purl", ""), given.get("version")
        if "version" not in given:  # typed by somebody, or the link of a package without one
            named = read(purl)
            exact = purl.startswith("pkg:") and not named.version
            purl, version = (purl if exact else named.purl), named.version
        return await self.trees.package(row, key, verdict, purl, version)

    def _page(
        self,
        request: Request,
        template: str,
        asked: Asked,
        row: RepositoryRow,
        verdict: Verdict,
        values: Mapping[str, Any],
    ) -> Response:
        path = f"{asked.path(row.name)}/{verdict.head}"
        return self.details.renderer.page(
            request,
            template,
            title=f"Why, in {title_of(asked, row.name)}",
            of=title_of(asked, row.name),
            path=path,
            query=request.url.query,
            head=verdict.head,
            judged_at=utc(verdict.made_at),
            **values,
        )


def _linked(listed: Listed, further: Further) -> dict[str, Any]:
    """The packages with the addresses of their trees."""
    rows = [
        (name, version, did, further.tree_of({"subject": {"purl": purl, "version": version}}))
        for name, purl, version, did in listed.packages
    ]
    return {"packages": rows, "more": listed.more, "kept": listed.kept}


def _command(asked: Asked, row: RepositoryRow, document: Json) -> str:
    """What says the same in a terminal; empty where a name in it could be misread, or where there is none."""
    package = document["package"]
    if asked.number is None or package is None:
        return ""
    words = ["ospo-gate", "policy", "explain", "--server", "--repository", row.name, "--pull", str(asked.number)]
    return block([shlex.join([*words, "--dependency", package["package"]])])
