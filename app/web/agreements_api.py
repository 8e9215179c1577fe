"""`GET /api/v1/agreements/signatures.json` and `.csv`: all records, for other programs of the organization, with a
token."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.store.companies import CompanyStore
from app.store.signatures import ORGANIZATION, SignatureStore
from app.web.ask import known, refused
from checks.agreements.outgoing import csv_of
from checks.agreements.signature_file import write_signatures
from checks.model.signatures import SignatureRecord

#: Records of one look into the database, and exports that are made at the same time.
PAGE, AT_ONCE = 2_000, 2
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def router(token: str, signatures: SignatureStore, companies: CompanyStore) -> APIRouter:
    """The routes; `token` is what callers send as `Authorization: Bearer …`."""
    routes = APIRouter()
    free = asyncio.Semaphore(AT_ONCE)

    @routes.get("/api/v1/agreements/signatures.json")
    @routes.get("/api/v1/agreements/signatures.csv")
    async def exported(request: Request) -> Response:
        if not known(request.headers.get("authorization", ""), token):
            return refused(401, "the Authorization header is missing or wrong", {"WWW-Authenticate": "Bearer"})
        if free.locked():
            return refused(429, f"{AT_ONCE} exports are being made", {"Retry-After": "1"})
        async with free:
            records = await everything(signatures)
            if request.url.path.endswith(".csv"):
                text, type_ = await asyncio.to_thread(csv_of, records), "text/csv; charset=utf-8"
            else:
                rows = [row.company for row in await companies.all()]
                text, type_ = await asyncio.to_thread(write_signatures, records, rows), "application/json"
        return Response(text.encode("utf-8", "replace"), 200, _HEADERS, type_)

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
