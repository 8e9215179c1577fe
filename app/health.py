"""Whether a process can do its part: what load balancers and platforms ask."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from app.store.database import Database, Schema

#: Seconds that the database has to answer.
PATIENCE = 5.0


class Health:
    """Of one process. It is not ready before everything has begun and after the wish to end; then what it has in hand
    comes to its end."""

    def __init__(self, database: Database, counts: Callable[[], Awaitable[dict[str, object]]], workers: int) -> None:
        self.database = database
        self.counts = counts
        self.workers = workers
        self.begun = False
        """Whether the database is migrated and all that runs in this process does."""
        self.ending = False
        self._schema = Schema.BEHIND

    async def ready(self) -> dict[str, object] | None:
        """Details when it is; None when it is not."""
        if not self.begun or self.ending:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                if self._schema is Schema.BEHIND:  # once it is not, it never is again
                    self._schema = await self.database.schema()
                counts = await self.counts()
        except (OSError, TimeoutError, SQLAlchemyError):
            return None
        if self._schema is Schema.BEHIND:
            return None
        return {**counts, "schema": self._schema.value, "workers": self.workers}
