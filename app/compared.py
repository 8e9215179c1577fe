"""What came of a preview out of the service's database, as a document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.facts.indexed import IndexedLicenses
from app.preview import Previewed, preview
from app.preview_pulls import PullPreview
from app.store.database import Database
from app.store.inventories import InventoryStore
from app.store.preview import PreviewStore
from app.store.preview_pulls import PreviewPulls
from app.store.snapshots import SnapshotStore
from checks.engine.indexed import INDEXED
from checks.engine.preview import Comparison
from checks.engine.preview_document import About, Basis, to_json, with_pulls
from checks.policy.layers import PolicySet


async def compared(
    database: Database,
    old: PolicySet,
    new: PolicySet,
    now: datetime,
    since: datetime | None,
    installation_id: int | None,
) -> dict[str, Any]:
    """The document of `checks.render.preview`. `since` (UTC): with what would have become of the pull requests that
    were judged from then on; `installation_id`: of one installation alone."""
    comparison = Comparison(old, new, now, INDEXED)
    found = await preview(PreviewStore(database), comparison, installation_id)
    turns = await _pulls(database).turns(Comparison(old, new, now), since, installation_id)
    document = to_json(
        *(old.reference, new.reference, now, found.impact, _about(found)),
        Basis(
            *(found.known, len(found.repositories), found.uses, found.judged, found.lacking, found.vulnerable),
            own_files=bool(old.wants_own or new.wants_own),
        ),
        *(found.checks, found.left_out, found.partly),
    )
    names = await PreviewStore(database).names({turn.repository for turn in turns})
    return with_pulls(document, turns, {id_: About(*name) for id_, name in names.items()}, since)


def _pulls(database: Database) -> PullPreview:
    licenses = (IndexedLicenses(database),)
    return PullPreview(PreviewPulls(database), SnapshotStore(database), InventoryStore(database), licenses)


def _about(found: Previewed) -> Mapping[int, About]:
    return {
        id_: About(item.facts.name or f"repository {id_}", item.facts.visibility)
        for id_, item in found.repositories.items()
    }
