"""Previews out of the service's database: which policies are meant."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.github.pull import central_policy
from app.policies import load_policies, starter_policies
from app.store.database import Database
from app.store.policies import PolicyStore
from checks.model.errors import UsageError
from checks.model.phrase import visible
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet

_HINT = "Name a file, a folder, REVISION:PATH, or the beginning of the digest of a version that judged."


@dataclass(frozen=True, slots=True)
class Previewing:
    """`policy`: where the organization's policy is, as the setting names it; None: each repository has its own."""

    database: Database
    policy: str | None

    async def current(self) -> PolicySet:
        """What judges now. Raises `PolicyError` if this release takes it no longer."""
        files = await PolicyStore(self.database).last(self._label()) if self.policy else None
        return await self.loaded(files) if files else starter_policies()

    def _label(self) -> str:
        try:
            return central_policy(self.policy or "").label
        except ValueError as error:
            raise UsageError(f"OSPO_GATE_POLICY: {error}") from None

    async def loaded(self, files: PolicyFiles) -> PolicySet:
        """The policy that these files are. Raises `PolicyError`."""
        return await asyncio.to_thread(load_policies, files)

    async def recorded(self, name: str) -> PolicySet:
        """The version whose digest begins like this. Raises `UsageError`."""
        store = PolicyStore(self.database)
        versions = await store.with_digest(name.lower()) if len(name) >= 6 and name.isalnum() else ()
        for version in versions:
            if version.error is None and (files := await store.bundle(version.id)):
                return await self.loaded(files)
        raise UsageError(f"there is no policy {visible(name, 80)}", hint=_HINT)

    async def preview(
        self,
        old: PolicySet,
        new: PolicySet,
        now: datetime,
        since: datetime | None = None,
        installation_id: int | None = None,
    ) -> dict[str, Any]:
        """The document of `checks.render.preview`. `since`: with what would have become of the pull requests that were
        judged from then on."""
        # Here, for a tenth of the time until the service is ready would go into it, and 3 MiB.
        from app.compared import compared

        return await compared(self.database, old, new, now, since, installation_id)
