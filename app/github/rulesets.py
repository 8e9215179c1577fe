"""Rulesets and branch protections: the one that requires our check, and every one that still does."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.github.client import GitHubApp, GitHubError, Installation, RateLimited, document, repository_path
from app.github.listing import installations, repositories
from app.github.tokens import Permissions

_RULES: Permissions = (("contents", "read"), ("metadata", "read"))
#: Repositories that are looked at side by side.
_TOGETHER = 8
#: Rulesets of one repository with those above it, and its protected branches.
_MOST = 1000


class Enforcement(StrEnum):
    EVALUATE = "evaluate"
    """Shows in rule insights what it would have blocked: GitHub Enterprise alone has it."""
    DISABLED = "disabled"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that lets nobody merge without our check."""

    kind: str
    """`ruleset` or `branch protection`."""
    name: str
    """Of the ruleset, or of the branch."""
    source: str
    """Whose it is: a repository, an organization or an enterprise."""
    enforcement: str
    """`active`, `evaluate` or `disabled`."""
    address: str
    """The page where it is changed, as far as GitHub tells."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What must be changed before the App may go."""

    requirements: tuple[Requirement, ...]
    repositories: int
    """How many were looked at."""
    unread: tuple[str, ...]
    """What could not be looked at, and why: there may be more."""


def ruleset(app_id: int, context: str, enforcement: Enforcement, organization: bool) -> dict[str, Any]:
    """A ruleset to import: our check, by our App alone, on default branches. New branches are not held up by it."""
    conditions: dict[str, Any] = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    if organization:
        conditions["repository_name"] = {"include": ["~ALL"], "exclude": [], "protected": False}
    checks = [{"context": context, "integration_id": app_id}]
    parameters = {
        "strict_required_status_checks_policy": False,
        "do_not_enforce_on_create": True,
        "required_status_checks": checks,
    }
    return {
        "name": context,
        "target": "branch",
        "enforcement": enforcement.value,
        "conditions": conditions,
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
        "bypass_actors": [],
    }


async def leaving(app: GitHubApp, context: str) -> Leaving:
    """Look at every repository of every installation: two requests each, and one for each ruleset. Raises
    `RateLimited`, and `GitHubError` where not even the installations can be listed."""
    search = _Search(app.app_id, context)
    for installed in await installations(app):
        if installed.suspended:
            search.unread.append(f"{installed.account}: the installation is suspended")
            continue
        client = app.installation(installed.id, ()).with_permissions(_RULES)
        try:
            names = [told.name for told in await repositories(app, installed.id)]
        except RateLimited:
            raise
        except GitHubError as error:
            search.unread.append(f"{installed.account}: {error}")
            continue
        for start in range(0, len(names), _TOGETHER):
            await asyncio.gather(*(search.look(client, name) for name in names[start : start + _TOGETHER]))
    found = sorted(search.found.values(), key=lambda one: (one.source.lower(), one.kind, one.name))
    return Leaving(tuple(found), search.looked, tuple(sorted(search.unread)))


class _Search:
    def __init__(self, app_id: int, context: str) -> None:
        self.app_id, self.context = app_id, context
        self.found: dict[tuple[str, str], Requirement] = {}
        self.unread: list[str] = []
        self.looked = 0
        self._seen: set[int] = set()

    async def look(self, client: Installation, name: str) -> None:
        """At one repository."""
        path = repository_path(name)
        try:
            for row in await client.pages(f"{path}/rulesets", limit=_MOST, params={"includes_parents": "true"}):
                await self._ruleset(client, path, row)
            for row in await client.pages(f"{path}/branches", limit=_MOST, params={"protected": "true"}):
                self._branch(name, row)
            self.looked += 1
        except RateLimited:
            raise
        except GitHubError as error:
            self.unread.append(f"{name}: {error}")
        except (LookupError, TypeError, ValueError, AttributeError):
            self.unread.append(f"{name}: GitHub's answer could not be read")

    async def _ruleset(self, client: Installation, path: str, row: Mapping[str, Any]) -> None:
        id_ = int(row["id"])
        if id_ in self._seen:  # an organization's is listed by each of its repositories
            return
        whole = document(await client.request("GET", f"{path}/rulesets/{id_}", params={"includes_parents": "true"}))
        checks = list(_required(whole))
        self._seen.add(id_)
        if self._ours(checks, "integration_id"):
            address = str(((row.get("_links") or {}).get("html") or {}).get("href") or "")
            about = (str(row["name"]), str(row.get("source") or ""), str(row.get("enforcement") or ""), address)
            self.found["ruleset", str(id_)] = Requirement("ruleset", *about)

    def _branch(self, repository: str, row: Mapping[str, Any]) -> None:
        if self._ours(required_by(row), "app_id"):
            branch = str(row["name"])
            about = (branch, repository, "active", str(row.get("protection_url") or ""))
            self.found["branch", f"{repository}/{branch}"] = Requirement("branch protection", *about)

    def _ours(self, checks: list[Mapping[str, Any]], app: str) -> bool:
        """Whether one of them is given by us alone: it is ours, or by whoever has our name."""
        for check in checks:
            context, source = str(check.get("context")), check.get(app)
            named = context == self.context or context.startswith(f"{self.context} / ")
            if source == self.app_id or (named and source in (None, -1)):
                return True
        return False


def required_by(branch: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The checks that a branch's classic protection requires, each with its `context` and the `app_id` that must give
    it; -1 or none of it: anybody. Whoever may read the contents is told."""
    required = (branch.get("protection") or {}).get("required_status_checks") or {}
    if required.get("enforcement_level") == "off":
        return []
    return required.get("checks") or [{"context": context} for context in required.get("contexts") or ()]


def _required(whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for rule in whole.get("rules") or ():
        if rule.get("type") == "required_status_checks":
            yield from (rule.get("parameters") or {}).get("required_status_checks") or ()
