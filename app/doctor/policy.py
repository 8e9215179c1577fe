"""The organization's policy: whether it can be read, and is valid."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from app.doctor.line import Line, fault, ok
from app.github.client import GitHubApp, GitHubError, repository_path
from app.github.listing import installations, listing_client
from app.github.pull import CentralPolicy
from app.policies import load_policy
from checks.model.errors import PolicyError
from checks.model.phrase import visible

#: A file as it is; a folder is listed all the same.
_ACCEPT = "application/vnd.github.raw+json"


async def policy(github: GitHubApp, central: CentralPolicy | None) -> AsyncIterator[Line]:
    """Raises `GitHubError` when GitHub does not answer."""
    if central is None:
        yield ok("policy", "each repository is judged by its own policy.yaml")
        return
    owner = central.repository.partition("/")[0].lower()
    mine = [one for one in await installations(github) if one.account.lower() == owner and not one.suspended]
    label = visible(central.label)
    if not mine:
        yield fault("policy", f"the App is not installed where the policy {label} is", "Install it there, too.")
        return
    client = listing_client(github, mine[0].id)
    path = f"{repository_path(central.repository)}/contents/{quote(central.path, safe='/')}"
    try:
        answer = await client.request("GET", path, params={"ref": central.ref}, accept=_ACCEPT)
    except GitHubError as error:
        if error.passing:
            raise
        then = "See OSPO_GATE_POLICY, and that the App may read the repository."
        yield fault("policy", f"the policy {label} cannot be read: {error}", then)
        return
    if answer.headers.get("content-type", "").startswith("application/json"):
        yield fault("policy", f"{label} is no file", "See OSPO_GATE_POLICY.")
        return
    try:
        load_policy(answer.content, label)
    except PolicyError as error:
        first = error.issues[0].at(error.file)
        then = "Until it is corrected the last valid one judges: ospo-gate policy check"
        yield fault("policy", f"the policy is not valid: {visible(first, 300)}", then)
        return
    yield ok("policy", f"the policy {label} can be read and is valid")
