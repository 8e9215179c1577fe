"""The stored pull requests that a preview looks at, each with its newest report."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.store.components import batches
from app.store.database import Database
from app.store.tables import manifest, report, subject
from app.store.words import given
from app.subject import About, Claim, Kind


@dataclass(frozen=True, slots=True)
class StoredPull:
    """A pull request in nobody's hands."""

    claim: Claim
    document: Mapping[str, Any]
    """Its newest report."""


@dataclass(frozen=True, slots=True)
class PreviewPulls:
    """Reads only."""

    database: Database

    async def judged(self, since: float | None, installation_id: int | None, most: int) -> list[StoredPull]:
        """Those that are open, or all that were judged since (seconds since 1970); those judged last first."""
        newest = (
            select(func.max(report.c.id).label("id"))
            .where(report.c.subject.like(f"%/{Kind.PULL}/%"), report.c.made_at >= (since or 0.0))
            .group_by(report.c.subject)
            .subquery()
        )
        query = (
            select(subject, report.c.document.label("report_document"))
            .select_from(newest)
            .join(report, report.c.id == newest.c.id)
            .join(subject, subject.c.key == report.c.subject)
            .order_by(report.c.id.desc())
            .limit(most)
        )
        if since is None:
            query = query.where(subject.c.closed_at.is_(None))
        if installation_id is not None:
            query = query.where(subject.c.installation_id == installation_id)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [StoredPull(_claim(row), row.report_document) for row in rows]

    async def code_owners(self, repositories: Collection[int]) -> dict[tuple[int, str], Sequence[str]]:
        """Whom the CODEOWNERS file of default branches names for manifests, by repository and path."""
        columns = select(manifest.c.repository_id, manifest.c.path, manifest.c.owners)
        found: dict[tuple[int, str], Sequence[str]] = {}
        async with self.database.read() as connection:
            for batch in batches(sorted(repositories)):
                query = columns.where(manifest.c.repository_id.in_(batch), manifest.c.owners.is_not(None))
                for id_, path, owners in await connection.execute(query):
                    found[id_, given(path)] = tuple(owners or ())
        return found


def _claim(row: Any) -> Claim:
    return Claim(
        key=row.key,
        installation_id=row.installation_id,
        repository_id=row.repository_id,
        number=row.number,
        head=row.head,
        about=About(**row.about),
        token=row.token,
        wanted=row.wanted,
        attempts=0,
        forced=False,
        published=row.published,
        comment=None,
        head_at=row.head_at,
    )
