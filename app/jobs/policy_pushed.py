"""The task that brings a push to the policy repository into force: read, validated, said on the commit, and what it
concerns judged again. It also looks from time to time, for a webhook may be lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from app.github.client import GitHubApp, GitHubError, document, repository_path
from app.github.tokens import Permissions
from app.jobs import again
from app.jobs.kept_policy import Current, KeptPolicy
from app.jobs.policy_words import POLICY, broken, valid
from app.store.effects import POLICY_PUSHED
from app.store.policies import Version
from app.store.subjects import SubjectStore
from app.subject import Claim
from checks.model.errors import PolicyError
from checks.policy.layers import PolicySet

#: Its key; whoever pushes to the policy repository wants it.
KEY = POLICY_PUSHED
#: Seconds between two looks at a policy of which nothing was heard.
LOOK = 900.0
#: Versions that are looked through for the last valid one.
_LAST = 100
_SAYING: Permissions = (("checks", "write"), ("metadata", "read"))

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PolicyPushed:
    """Handles the claims of the task. The claim's `head` is the number of the version that was dealt with last."""

    app: GitHubApp
    subjects: SubjectStore
    kept: Callable[[], KeptPolicy]
    looks: bool = True
    """Whether it looks by itself, too."""

    async def handle(self, claim: Claim) -> None:
        """Never raises for what GitHub does: it is tried again."""
        kept = self.kept()
        if kept.central is None:
            await self.subjects.finish(claim)
            return
        try:
            current = await kept.read()
            version = await self._dealt_with(claim, kept, current)
        except GitHubError as error:  # a limit among them
            log.warning("policy-not-read", policy=kept.central.label, error=str(error))
            at = getattr(error, "retry_at", None) or self.subjects.clock() + min(5.0 * 2**claim.attempts, LOOK)
            await self.subjects.retry(claim, str(error), at)
            return
        later = self.subjects.clock() + LOOK if self.looks else None
        await self.subjects.finish(claim, later, head=version)

    async def _dealt_with(self, claim: Claim, kept: KeptPolicy, current: Current) -> str:
        """The number of the newest version, of which everybody knows now."""
        assert kept.central is not None
        versions = await kept.keeper.store.versions(kept.central.label, limit=_LAST)
        newest = str(versions[0].id)
        if newest == claim.head:
            return newest
        before = await self._before(kept, versions)
        await self._say(kept, current, before)
        if current.error is None and current.policies is not None:
            await again.want(self.subjects, current.policies, before)
        return newest

    async def _before(self, kept: KeptPolicy, versions: Sequence[Version]) -> PolicySet | None:
        """The last version that was valid before the newest one."""
        store = kept.keeper.store
        for version in versions[1:]:
            files = await store.bundle(version.id) if version.error is None else None
            if files is not None:
                try:
                    return await kept.keeper.loaded(version.source, files)
                except PolicyError:
                    return None  # of a release that took other policies
        return None

    # -- saying -----------------------------------------------------------------------------------------------------

    async def _say(self, kept: KeptPolicy, current: Current, before: PolicySet | None) -> None:
        """On the commit, once. Whether GitHub lets us say it there changes nothing for those who are judged."""
        central, found = kept.central, current.found
        assert central is not None
        if found.commit is None:
            return
        said = (
            valid(current.policies, before, current.left_out)
            if current.policies is not None and current.error is None
            else broken(current.error or _unknown(central.label), central.path, current.policies is not None)
        )
        try:
            await self._posted(kept, found.commit.id, f"policy:{found.commit.id}:{found.digest[:12]}", said)
        except GitHubError as error:
            if error.passing:
                raise
            log.warning("policy-check-not-posted", policy=central.label, error=str(error))

    async def _posted(self, kept: KeptPolicy, commit: str, external_id: str, said: dict[str, Any]) -> None:
        assert kept.central is not None
        client = await kept.keeper.places.client(kept.central.repository)
        if client is None:
            return
        client = client.with_permissions(_SAYING)
        path = f"{repository_path(kept.central.repository)}"
        params = {"check_name": POLICY, "app_id": self.app.app_id, "filter": "all"}
        listed = document(await client.request("GET", f"{path}/commits/{commit}/check-runs", params=params))
        if any(row.get("external_id") == external_id for row in listed["check_runs"]):
            return  # an earlier attempt was broken off after it
        body = {"name": POLICY, "head_sha": commit, "status": "completed", "external_id": external_id, **said}
        await client.request("POST", f"{path}/check-runs", json=body)


def _unknown(label: str) -> PolicyError:
    return PolicyError(label, ())
