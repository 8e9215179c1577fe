"""Deciding a request on a page or by the API: what is granted counts at once, until the policy has it in a file."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.github.proposals import Proposals
from app.requesting.approving import Teams, faulty
from app.requesting.briefs import Briefs
from app.store.effects import POLICY_PUSHED
from app.store.matters import Decision, Matter, MatterStore, Request, State
from checks.conversation.claimed import Claimed
from checks.conversation.commands import Word
from checks.model.phrase import plain
from checks.policy.approvers import Person, approvers_of, may_approve
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy
from checks.policy.values import Account

#: Seconds for which is believed in which teams somebody is, and how many people are remembered.
BELIEVED, PEOPLE = 300.0, 1_000
#: Characters of a reason.
REASON = 2_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decides."""

    granted: bool
    reason: str
    """Foreign text."""
    until: date | None
    """Last day of an exception; None: as it is proposed."""
    place: str
    """`page` or `api`."""
    found: Claimed | None = None
    """What the package really is under, if the data is what is wrong."""


@dataclass(slots=True)
class Deciding:
    """Who may decide, and what becomes of it."""

    store: MatterStore
    teams: Teams
    briefs: Briefs
    policies: Callable[[], Awaitable[PolicySet]]
    proposals: Proposals | None
    """None: each repository governs itself, and nothing is decided here."""
    clock: Callable[[], datetime]
    _people: dict[str, tuple[float, Person]] = field(default_factory=dict)

    async def person(self, login: str) -> Person:
        """Somebody with those of the teams that the policy names which they are in. Raises `GitHubError`."""
        until, known = self._people.get(login.lower(), (0.0, None))
        if known is None or until < time.monotonic():
            assert self.proposals is not None
            policy, home = (await self.policies()).plain, await self.proposals.home()
            known = await self.teams.person(login, policy, list(policy.root.approvers), home.installation_id)
            if len(self._people) >= PEOPLE:
                self._people.clear()
            self._people[login.lower()] = time.monotonic() + BELIEVED, known
        return known

    async def decides(self, person: Person) -> bool:
        """Whether somebody may decide about anything: they see every request."""
        root = (await self.policies()).plain.root
        named = [account for accounts in root.approvers.values() for account in accounts]
        named += [account for account in (root.owner.team, root.owner.escalate_to) if account]
        mine = {f"@{person.login}".lower(), *(team.lower() for team in person.teams)}
        return any(account.lower() in mine for account in named)

    def refusal(self, policy: Policy, matter: Matter, requests: Sequence[Request], person: Person) -> str:
        """Why somebody may not decide it; empty: they may. Where the policy names nobody, it is decided in its file."""
        if not approvers_of(policy, matter.rule):
            return "The policy names nobody who approves, so it is decided in the policy repository."
        asked = [account for one in requests if (account := _account(one.login)) is not None]
        return plain(may_approve(policy, (matter.rule,), person, asked).why)

    async def decide(self, matter: Matter, person: Person, account_id: int | None, verdict: Verdict) -> str:
        """Why it cannot be decided so; empty: it is. Raises `GitHubError`."""
        requests, policies = await self.store.requests(matter.id), await self.policies()
        if matter.state is not State.OPEN or not requests:
            return "It is decided already."
        if refusal := self.refusal(policies.plain, matter, requests, person):
            return refusal
        made = Decision(verdict.granted, verdict.place, verdict.reason[:REASON], person.login)
        if verdict.granted:
            decided = await self._granted(matter, requests, policies, person, verdict)
            if isinstance(decided, str):
                return decided
            made = decided
        elif not verdict.reason.strip():
            return "Say why: the reason goes back to who asked."
        tasks = (POLICY_PUSHED,) if verdict.granted else ()
        made = replace(made, account_id=account_id)
        return "" if await self.store.decide(matter, made, None, tasks) else "It is decided already."

    async def _granted(
        self, matter: Matter, requests: Sequence[Request], policies: PolicySet, person: Person, verdict: Verdict
    ) -> Decision | str:
        until = None
        if matter.kind == Word.WAIVE:
            until = verdict.until or self.briefs.ends(matter, requests, policies.plain)
            if until < self.clock().date():
                return "The last day is over already."
        made = self.briefs.file(matter, requests, policies.plain, f"@{person.login}", until, found=verdict.found)
        if not made.complete and matter.kind == Word.WRONG and matter.finding["subject"]["purl"]:
            return "Say what its license text says: license, evidence and sha256 are all needed."
        if not made.complete:
            return "The decision needs what only a person can fill in: write its file in the policy repository."
        path = self.briefs.path(made)
        faults = await asyncio.to_thread(faulty, policies, {path: made.text})
        if path in faults:
            return f"The policy does not take it: {plain(faults[path].why)}"
        return Decision(True, verdict.place, verdict.reason[:REASON], person.login, None, until, path, made.text)


def _account(login: str) -> Account | None:
    try:
        return Account.parse(f"@{login}")
    except ValueError:
        return None
