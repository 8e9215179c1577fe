"""The licenses that the index of uses remembers, as a source that asks nobody."""

from collections.abc import Collection

from sqlalchemy import select

from app.store.components import batches, component_digest
from app.store.database import Database
from app.store.tables import component
from app.store.words import given
from checks.model.facts import Facts, Questions, Want
from checks.model.packages import Known, VersionFacts

#: Its name in evidence.
SOURCE = "index of uses"


class IndexedLicenses:
    """Implements `PackageSource`: what was read or learned last of a package version."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def answer(self, questions: Questions, private: Collection[str] = ()) -> Facts:
        wanted = {component_digest(*key): key for key, want in questions.items() if want & Want.LICENSE}
        found = {}
        query = select(component.c.digest, component.c.license).where(component.c.license.is_not(None))
        async with self.database.read() as connection:
            for batch in batches(sorted(wanted)):
                for digest, license_ in await connection.execute(query.where(component.c.digest.in_(batch))):
                    found[wanted[digest]] = VersionFacts(license=Known(given(license_), SOURCE))
        return Facts(versions=found)
