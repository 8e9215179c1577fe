"""Signatures in the service's database, for `ospo-gate agreements`."""

from collections.abc import Sequence

from app.cli.db import not_installed, on_current
from checks.model.signatures import SignatureRecord


def stored(records: Sequence[SignatureRecord]) -> int:
    """Add records to the service's database; how many are new. Whoever's pull requests they concern is judged again.
    Raises `UsageError`."""
    try:
        from app.store.signatures import ORGANIZATION, SignatureStore
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    return on_current(lambda database: SignatureStore(database).add(ORGANIZATION, records))
