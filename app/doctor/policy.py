"""The organization's policy: whether it can be read, and is valid."""

from collections.abc import AsyncIterator, Collection, Mapping

from app.doctor.agreements import agreements
from app.doctor.line import Line, fault, ok
from app.github.client import GitHubApp, Installation
from app.github.listing import installations
from app.github.policy_files import CONTENTS, Elsewhere, PolicyReader
from app.github.pull import CentralPolicy
from app.policies import load_policies
from checks.model.errors import PolicyError
from checks.model.phrase import visible


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
    client = github.installation(mine[0].id, [central.repository])
    found = await PolicyReader(client, central, _Nothing(), _of(github, mine[0].id, owner)).read()
    if found.files is None and found.error:
        then = "See OSPO_GATE_POLICY, and that the App may read the repository. Until then the last valid one judges."
        yield fault("policy", f"the policy {label} cannot be read: {visible(found.error.issues[0].message, 300)}", then)
        return
    try:
        assert found.files is not None
        policies = load_policies(found.files)
    except PolicyError as error:
        first = error.issues[0].at(error.file)
        then = "Until it is corrected the last valid one judges: ospo-gate policy validate"
        yield fault("policy", f"the policy is not valid: {visible(first, 300)}", then)
        return
    yield ok("policy", f"the policy {label} can be read and is valid")
    for line in agreements(policies):
        yield line


class _Nothing:
    """Implements `KnownFiles`: all of it is read."""

    async def files(self, blobs: Collection[str]) -> Mapping[str, bytes]:
        return {}


def _of(github: GitHubApp, installation_id: int, owner: str) -> Elsewhere:
    async def elsewhere(repository: str) -> Installation | None:
        mine = repository.partition("/")[0].lower() == owner
        return github.installation(installation_id, [repository]).with_permissions(CONTENTS) if mine else None

    return elsewhere
