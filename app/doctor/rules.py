"""Whether our check is required on each default branch, as ours, by a ruleset or a classic protection, and whether
others post one of the same name."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from app.doctor.line import Level, Line, some
from app.github.client import GitHubApp, GitHubError, Installation, RateLimited, document, repository_path
from app.github.listing import installations, listing_client, repositories
from app.github.rulesets import required_by
from app.subject import Told
from checks.model.phrase import visible
from checks.render.checkrun import VERDICT

_REQUIRE = f"Require the status check `{VERDICT}` from this App in a ruleset, best of the organization: docs/repair.md."
#: Seconds for which a limit is waited for.
PATIENCE = 90.0
#: What may be said of a repository: level, words for several of them, and the next step.
_SAID: Mapping[str, tuple[Level, str, str]] = {
    "required": (Level.OK, f"`{VERDICT}` of this App is required", ""),
    "anybody": (Level.WARNING, f"`{VERDICT}` is required from anybody", "Choose this App as its source there, "
                "or whoever may push can post it."),
    "other": (Level.FAULT, f"`{VERDICT}` is required from another App, which will never post it", "Choose this App as "
              "its source there."),
    "not": (Level.WARNING, f"`{VERDICT}` is not required", _REQUIRE),
    "imitated": (Level.WARNING, f"something else posts a check named `{VERDICT}`", "Rename the job of that name: "
                 "people take it for the verdict."),
    "unknown": (Level.WARNING, "GitHub does not say which rules hold", "See the lines about permissions "
                "and rate limits."),
}  # fmt: skip


async def required(github: GitHubApp, limit: int) -> AsyncIterator[Line]:
    """Of at most `limit` repositories; two requests each, and one more where no ruleset requires it."""
    found: dict[str, list[str]] = defaultdict(list)
    looked = left = 0
    for one in await installations(github):
        if one.suspended:
            continue
        there = [told for told in await repositories(github, one.id) if not told.archived and told.default_branch]
        client = listing_client(github, one.id)
        for told in there[: limit - looked]:
            for what in await _patiently(client, github.app_id, told):
                found[what].append(visible(told.name))
        left += max(0, len(there) - (limit - looked))
        looked += min(len(there), limit - looked)
    for what, (level, words, then) in _SAID.items():
        if names := found.get(what):
            plural = "1 repository" if len(names) == 1 else f"{len(names)} repositories"
            which = "" if level is Level.OK else f": {some(names)}"
            yield Line("required-check", level, f"{words} in {plural}{which}", then, tuple(names))
    if left:
        yield Line("required-check", Level.OK, f"{left} more repositories were not looked at (--repositories)")


async def _patiently(client: Installation, app_id: int, told: Told) -> Sequence[str]:
    """More is asked than fits into a minute: a short limit is waited for."""
    try:
        return await _said_of(client, app_id, told)
    except RateLimited as limited:
        wait = limited.retry_at - client.app.clock()
        if wait > PATIENCE:
            return ["unknown"]
        await asyncio.sleep(max(0.0, wait))
    try:
        return await _said_of(client, app_id, told)
    except RateLimited:
        return ["unknown"]


async def _said_of(client: Installation, app_id: int, told: Told) -> Sequence[str]:
    path, branch = repository_path(told.name), quote(told.default_branch or "", safe="")
    try:
        rules = document(await client.request("GET", f"{path}/rules/branches/{branch}", params={"per_page": 100}))
        said = [of_rules(rules, app_id)]
        if said == ["not"]:
            said = [of_protection(document(await client.request("GET", f"{path}/branches/{branch}")), app_id)]
        runs = await client.pages(f"{path}/commits/{branch}/check-runs", "check_runs", 100, {"check_name": VERDICT})
        return [*said, "imitated"] if imitated(runs, app_id) else said
    except RateLimited:
        raise
    except GitHubError as error:
        # an empty repository has no commits, and a release of GitHub Enterprise Server no rules
        return [] if error.status in (409, 422) else ["unknown"]


def of_rules(rules: Any, app_id: int, name: str = VERDICT) -> str:
    """What the active rules of a branch say of our check `name`."""
    sources: list[Any] = []
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict) and rule.get("type") == "required_status_checks":
            checks = (rule.get("parameters") or {}).get("required_status_checks") or ()
            sources += _sources(checks, "integration_id", name)
    return _required(sources, app_id)


def of_protection(branch: Any, app_id: int, name: str = VERDICT) -> str:
    """What a branch's classic protection says of our check `name`."""
    checks = required_by(branch) if isinstance(branch, dict) else ()
    return _required([None if source == -1 else source for source in _sources(checks, "app_id", name)], app_id)


def _sources(checks: Iterable[Any], app: str, name: str) -> list[Any]:
    """The Apps from which our check is required; None: from anybody."""
    return [check.get(app) for check in checks if isinstance(check, dict) and check.get("context") == name]


def _required(sources: Sequence[Any], app_id: int) -> str:
    if any(source not in (None, app_id) for source in sources):
        return "other"
    return "required" if app_id in sources else "anybody" if sources else "not"


def imitated(runs: Iterable[Any], app_id: int) -> bool:
    """Whether another App has posted a run of our name."""
    return any(
        isinstance(run, dict) and run.get("name") == VERDICT and (run.get("app") or {}).get("id") != app_id
        for run in runs
    )
