"""Signatures and companies in the service's database, for `ospo-gate agreements`."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.db import not_installed, on_current
from checks.agreements.incoming import Imported
from checks.model.phrase import visible
from checks.model.signatures import Company, Signer
from checks.render.english import counted

if TYPE_CHECKING:
    from app.store.database import Database


def stored(done: Imported, file: str) -> list[str]:
    """Add what was read to the service's database; what came of it, in lines. Whoever's pull requests it concerns is
    judged again. Raises `UsageError`."""
    try:
        from app.store.companies import Actor, CompanyStore, State
        from app.store.signatures import ORGANIZATION, SignatureStore
    except ModuleNotFoundError as error:
        raise not_installed(error) from None

    async def store(database: "Database") -> list[str]:
        signatures = SignatureStore(database)
        added = await signatures.add(ORGANIZATION, done.records)
        lines = [f"The service's database: {counted(added, 'record')} added."]
        companies, actor = CompanyStore(database, signatures), Actor(None, "ospo-gate agreements", "import")
        for company in done.companies:
            name, numberless = visible(company.name), sum(one.account_id is None for one in _people(company))
            state, entries = await companies.take_over(company, actor, f"from {Path(file).name}"[:300])
            taken = f"{counted(entries, 'entry')} added" if state is State.APPROVED else f"{state} here, so it stays so"
            left = f"; {numberless:,} without an account's number left out" if numberless else ""
            lines.append(f"  {name}: {taken}{left}.")
        return lines

    return on_current(store)


def _people(company: Company) -> tuple[Signer, ...]:
    return (*company.managers, *company.accounts)
