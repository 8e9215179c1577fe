"""What of an approval only the world can tell: in which teams somebody is, and whether the policy takes a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote

from app.github.client import MEMBERS, GitHubApp, GitHubError, RateLimited, document
from app.policies import load_policies
from checks.conversation.approval import Ruling
from checks.model.errors import PolicyError
from checks.model.phrase import say
from checks.policy.approvers import Person, approvers_of
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy

#: Faults of a file that are told.
FAULTS = 3


@dataclass(frozen=True, slots=True)
class Teams:
    """Who belongs to which team, asked with the App."""

    app: GitHubApp

    async def person(self, login: str, policy: Policy, rules: Sequence[str], installation_id: int) -> Person:
        """Somebody with those teams, of all that may approve exceptions from `rules`, that they are in. What the App
        may not ask is no membership."""
        named = {account for rule in rules for account in approvers_of(policy, rule) if "/" in account}
        if policy.root.owner.team and "/" in policy.root.owner.team:
            named.add(policy.root.owner.team)
        found = [str(team) for team in sorted(named) if await self._member(login, str(team), installation_id)]
        return Person(login, tuple(found))

    async def _member(self, login: str, team: str, installation_id: int) -> bool:
        organization, _, slug = team.removeprefix("@").partition("/")
        client = self.app.installation(installation_id, []).with_permissions(MEMBERS)
        path = "/".join(quote(part, safe="") for part in ("orgs", organization, "teams", slug, "memberships", login))
        try:
            row = document(await client.request("GET", f"/{path}"))
        except RateLimited:
            raise
        except GitHubError as error:
            if error.passing:
                raise
            return False
        return isinstance(row, dict) and row.get("state") == "active"


def faulty(policies: PolicySet, texts: Mapping[str, str]) -> dict[str, Ruling]:
    """Those of the files that the policy would not be valid with, and why: too long, never to be waived, no YAML."""
    files = policies.files
    read = {**files.decisions, **{path: text.encode() for path, text in texts.items()}}
    try:
        load_policies(replace(files, decisions=MappingProxyType(read)))
    except PolicyError as error:
        wrong: dict[str, list[str]] = {}
        for issue in error.issues:
            path = next((path for path in texts if issue.file.endswith(path)), None)
            if path is not None:
                place = f"line {issue.line}: " if issue.line else ""
                wrong.setdefault(path, []).append(f"{place}{issue.message}{f' ({issue.hint})' if issue.hint else ''}")
        return {
            path: Ruling(path, approved=False, why=say("{}.", "; ".join(said[:FAULTS]))) for path, said in wrong.items()
        }
    return {}
