"""The task that judges all open pull requests again, some at a time, those first that a change may set free."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from app.store.effects import AGAIN
from app.store.open_pulls import OpenPulls
from app.store.subjects import SubjectStore
from app.subject import Claim, Kind
from checks.policy.layers import PolicySet
from checks.policy.waivers import Waiver

#: Its key; whoever changes the policy wants it.
KEY = AGAIN
#: Pull requests that become due in one second: what people push meanwhile is judged between them.
PACE = 50
#: Rows of one transaction: webhooks are accepted between the slices.
SLICE = 200
#: Seconds over which default branches follow: nobody waits for them.
BRANCHES = 600.0
#: Waivers that are looked at for the order, at the most.
_WAIVERS = 200
_WAIVED = "waived"

log = structlog.get_logger()


async def want(subjects: SubjectStore, policies: PolicySet, before: PolicySet | None) -> None:
    """Judge all again by `policies`; `before` is what judged until now."""
    old = {waiver.id: waiver for waiver in before.plain.root.waivers} if before else {}
    ids = [waiver.id for waiver in policies.plain.root.waivers if waiver != old.get(waiver.id)][:_WAIVERS]
    await subjects.want_task(KEY, {_WAIVED: ids})


async def no_policy() -> PolicySet | None:
    """Each repository has its own."""
    return None


@dataclass(frozen=True, slots=True)
class JudgeAgain:
    """Handles the claims of the task. One that is broken off begins anew: what is judged twice says the same."""

    subjects: SubjectStore
    pulls: OpenPulls
    policies: Callable[[], Awaitable[PolicySet | None]] = no_policy
    """The organization's policy."""

    async def handle(self, claim: Claim) -> None:
        begin, count = self.subjects.clock(), 0
        fresh = await self._fresh(claim)
        first = await self._waived(fresh) if fresh else ()
        for start in range(0, len(first), SLICE):
            keys = first[start : start + SLICE]
            await self.pulls.due(keys, begin + count / PACE, 1 / PACE)
            count += len(keys)
        done = set(first)
        for blocked in (True, False):
            after = ""
            while page := await self.pulls.page(blocked, after, SLICE):
                keys = [key for key in page if key not in done]
                await self.pulls.due(keys, begin + count / PACE, 1 / PACE)
                after, count = page[-1], count + len(keys)
        await self.subjects.hasten(Kind.BRANCH, BRANCHES)
        log.info("judged-again", pulls=count, first=len(first))
        await self.subjects.finish(claim, comment=None)

    async def _fresh(self, claim: Claim) -> Sequence[Waiver]:
        """The waivers that are new."""
        ids = set((claim.comment or {}).get(_WAIVED, ()))
        policies = await self.policies() if ids else None
        return [waiver for waiver in policies.plain.root.waivers if waiver.id in ids] if policies else ()

    async def _waived(self, fresh: Sequence[Waiver]) -> Sequence[str]:
        """The blocked pull requests that may be set free: something blocks them that a new waiver may cover."""
        found: list[str] = []
        after = ""
        while page := await self.pulls.blocked(after, SLICE):
            found += [key for key, document in page if _may_cover(fresh, document)]
            after = page[-1][0]
        return found


def _may_cover(waivers: Sequence[Waiver], report: Mapping[str, Any]) -> bool:
    """Whether one of the waivers speaks of something that blocks. For the order alone: judging says the rest."""
    blocking = [finding for finding in report["findings"] if finding["counts"] and finding["level"] == "block"]
    return any(
        finding["rule"] in waiver.rules and _speaks_of(waiver, finding["subject"].get("purl"))
        for finding in blocking
        for waiver in waivers
    )


def _speaks_of(waiver: Waiver, purl: str | None) -> bool:
    return waiver.package is None or (purl is not None and waiver.package.matches(purl))
