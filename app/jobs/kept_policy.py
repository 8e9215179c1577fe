"""The organization's policy as it judged last, for the time in which the newest version of it is broken."""

from dataclasses import dataclass

import structlog

from app.gate import Judged
from app.github.pull import CentralPolicy
from app.policies import PolicyPlace, load_policy
from app.store.reports import ReportStore
from checks.model.errors import PolicyError
from checks.policy.schema import Policy

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """Read from and written to the table `policy`."""

    reports: ReportStore
    central: CentralPolicy | None
    """None: each repository has its own, and none is kept."""

    async def place(self) -> PolicyPlace:
        """Where the policy is, and what judges while it is not valid."""
        if self.central is None:
            return PolicyPlace()
        return PolicyPlace(central=self.central.label, central_path=self.central.path, last_good=await self.last())

    async def last(self) -> Policy | None:
        """The last version that was valid, unless this release takes it no longer."""
        if self.central is None:
            return None
        label = self.central.label
        kept = await self.reports.last_policy(label)
        try:
            return load_policy(kept[0], label, revision=kept[1]) if kept else None
        except PolicyError as error:
            log.warning("kept-policy-not-valid", policy=label, error=str(error))
            return None

    async def keep(self, judged: Judged, last_good: Policy | None) -> None:
        """Remember the policy, if it is another than the one that is remembered."""
        reference = judged.policy.reference
        known = last_good is not None and last_good.reference.digest == reference.digest
        if self.central is not None and judged.policy_data is not None and not known:
            await self.reports.keep_policy(self.central.label, judged.policy_data, reference.revision)
