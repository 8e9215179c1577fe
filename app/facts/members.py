"""Who belongs to the organization: asked only for people whose commits the policy would exempt."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from app.github.client import MEMBERS, GitHubError, Installation
from app.subject import About
from checks.engine.plan import Plan
from checks.model.facts import Facts, Membership
from checks.policy.schema import Policy
from checks.signoffs.repository_file import applied, said_by
from checks.signoffs.terms import Require, SignoffSection


class Members:
    """Membership of the organization (or ownership of a personal repository), by login."""

    def __init__(self, client: Installation, about: About) -> None:
        self.client = client.with_permissions(MEMBERS)
        self.about = about

    async def lookup(self, plan: Plan, policy: Policy, known: Mapping[str, Membership] | None = None) -> Facts:
        """`known`: those who were looked up before."""
        section = policy.sections.get("signoff")
        logins: list[str] = []
        if isinstance(section, SignoffSection):
            section = applied(section, said_by(plan.snapshot, section))
        if isinstance(section, SignoffSection) and section.require is Require.NON_MEMBERS:
            logins = sorted({(c.author.login or "").lower() for c in plan.snapshot.listing.commits} - {""})
        asked = [login for login in logins if login not in (known or {})]
        found = dict(zip(asked, await asyncio.gather(*map(self.membership, asked)), strict=True))
        return Facts(members={**{login: known[login] for login in logins if known and login in known}, **found})

    async def membership(self, login: str) -> Membership:
        owner = self.about.repository.split("/")[0]
        if self.about.owner_is_organization is False:
            return Membership.MEMBER if login == owner.lower() else Membership.NOT_MEMBER
        try:
            await self.client.request("GET", f"/orgs/{quote(owner, safe='')}/members/{quote(login, safe='')}")
        except GitHubError as error:
            if error.status == 404:
                return Membership.NOT_MEMBER
            if error.status in (403, 422):  # the App may not ask
                return Membership.UNKNOWN
            raise
        return Membership.MEMBER
