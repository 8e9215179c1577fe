"""Requests to the owner of the policy: whether they become pull requests there, and none is merged unapproved."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from app.doctor.line import Line, ok, warning
from app.doctor.rules import of_protection, of_rules
from app.github.client import GitHubApp, GitHubError, Installation, RateLimited, document, repository_path
from app.github.listing import installations, listing_client
from app.github.pull import CentralPolicy
from app.jobs.approvals import CHECK
from checks.model.phrase import visible

_WRITES = ("contents", "pull_requests")
_SECOND = "Grant the App `contents: write` and `pull_requests: write`, or use a second one there: docs/requests.md."


async def requests(github: GitHubApp, second: GitHubApp | None, central: CentralPolicy | None) -> AsyncIterator[Line]:
    """`second`: the App that is installed on the policy repository alone, if there is one. Raises `GitHubError` when
    GitHub does not answer."""
    if central is None:
        return
    label, writer = visible(central.repository), second or github
    yield await _written(writer, central, "second App" if second else "App", label)
    owner = central.repository.partition("/")[0].lower()
    mine = [one for one in await installations(github) if one.account.lower() == owner and not one.suspended]
    if mine:
        yield await _required(listing_client(github, mine[0].id), github.app_id, central, label)


async def _written(writer: GitHubApp, central: CentralPolicy, name: str, label: str) -> Line:
    """By what the App may do where it is installed."""
    try:
        found = document(await writer.request("GET", f"{repository_path(central.repository)}/installation"))
    except RateLimited:
        raise
    except GitHubError as error:
        if error.passing or error.status != 404:
            raise
        return warning("requests", f"the {name} is not installed on {label}: requests stay on the page", _SECOND)
    granted = found.get("permissions") or {}
    lacking = [what for what in _WRITES if granted.get(what) != "write"]
    if lacking:
        what = f"the {name} may not write to {label} ({', '.join(lacking)}): requests stay on the page"
        return warning("requests", what, _SECOND)
    return ok("requests", f"the {name} may write to {label}: requests become pull requests there")


async def _required(client: Installation, app_id: int, central: CentralPolicy, label: str) -> Line:
    path, branch = repository_path(central.repository), quote(central.ref.removeprefix("refs/heads/"), safe="")
    try:
        rules = document(await client.request("GET", f"{path}/rules/branches/{branch}", params={"per_page": 100}))
        said = of_rules(rules, app_id, CHECK)
        if said == "not":
            said = of_protection(document(await client.request("GET", f"{path}/branches/{branch}")), app_id, CHECK)
    except RateLimited:
        raise
    except GitHubError as error:
        if error.passing:
            raise
        what = f"GitHub does not say whether `{CHECK}` is required on {label}"
        return warning("approval", what, "See the lines about permissions.")
    if said == "required":
        return ok("approval", f"`{CHECK}` of this App is required on {label}")
    what = {
        "anybody": f"`{CHECK}` is required on {label}, from anybody",
        "other": f"`{CHECK}` is required on {label} from another App, which will never post it",
        "not": f"`{CHECK}` is not required on {label}: whoever may merge there can merge an exception unapproved",
    }[said]
    return warning(
        "approval", what, f"Require the status check `{CHECK}` from this App in a ruleset: docs/requests.md."
    )
