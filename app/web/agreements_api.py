"""`GET /api/v1/agreements/signatures.json` and `.csv`: all records, for other programs of the organization, with a
token."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.api_tokens import Callers, Grant
from app.store.companies import CompanyStore, State
from app.store.signatures import ORGANIZATION, SignatureStore
from app.web.refusing import Turns, turned_away
from checks.agreements.outgoing import csv_of
from checks.agreements.signature_file import write_signatures
from checks.model.signatures import SignatureRecord

#: Records of one look into the database, and exports that are made at the same time.
PAGE, AT_ONCE = 2_000, 2
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def router(callers: Callers, signatures: SignatureStore, companies: CompanyStore) -> APIRouter:
    """The routes; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()
    turns = Turns(AT_ONCE, f"{AT_ONCE} exports are being made")

    @routes.get("/api/v1/agreements/signatures.json")
    @routes.get("/api/v1/agreements/signatures.csv")
    async def exported(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.AGREEMENTS)) is not None:
            return away

        async def work() -> Response:
            records = await everything(signatures)
            if request.url.path.endswith(".csv"):
                text, type_ = await asyncio.to_thread(csv_of, records), "text/csv; charset=utf-8"
            else:
                # what nobody has approved speaks for nobody, and a file says nothing of that
                rows = [row.company for row in await companies.all() if row.state in (State.APPROVED, State.ENDED)]
                text, type_ = await asyncio.to_thread(write_signatures, records, rows), "application/json"
            return Response(text.encode("utf-8", "replace"), 200, _HEADERS, type_)

        return await turns.answer(work)

    return routes


async def everything(signatures: SignatureStore) -> Sequence[SignatureRecord]:
    """All records under the organization's policy, in the order in which they were written."""
    found: list[SignatureRecord] = []
    after = 0
    while True:
        after, page = await signatures.page(ORGANIZATION, after, PAGE)
        found += page
        if len(page) < PAGE:
            return found
