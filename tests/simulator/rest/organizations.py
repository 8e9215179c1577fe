"""Members of organizations and teams, collaborators."""

from .. import rights
from ..accounts import Organization, User
from ..errors import ApiError, not_found
from ..payloads import organization_json, user_json
from ..repository import Repository
from ..routing import Call, Reply, route
from ..world import Json


@route("GET", "/orgs/{org}/teams/{slug}/memberships/{user}", "members:read")
def team_membership(call: Call) -> Reply:
    """404 for people outside; organization owners show as maintainers."""
    organization, login = call.organization, call.params["user"].lower()
    team = organization.teams.get(call.params["slug"])
    if team is None:
        raise not_found()
    role, state = team.role(login), "active"
    if role is None and login in team.pending:
        role, state = "member", "pending"
    if role is None:
        raise not_found()
    if organization.members.get(login) == "admin":
        role = "maintainer"
    url = f"{call.world.api_url}/organizations/{organization.id}/team/{team.id}/memberships/{login}"
    return Reply({"state": state, "role": role, "url": url})


@route("GET", "/orgs/{org}/teams/{slug}/members", "members:read")
def team_members(call: Call) -> Reply:
    team = call.organization.teams.get(call.params["slug"])
    if team is None:
        raise not_found()
    users = [call.world.users[login] for login in team.members if login in call.world.users]
    return call.page([user_json(call.world, user) for user in users])


@route("GET", "/orgs/{org}/memberships/{user}", "members:read")
def organization_membership(call: Call) -> Reply:
    organization, user = call.organization, _user(call)
    login = user.login.lower()
    role, state = organization.members.get(login), "active"
    if role is None:
        role, state = organization.invited.get(login), "pending"
    if role is None:
        raise not_found()
    url = f"{call.world.api_url}/orgs/{organization.login}"
    data: Json = {"state": state, "role": role, "direct_membership": True}
    people = {"user": user_json(call.world, user), "organization": organization_json(call.world, organization)}
    return Reply({"url": f"{url}/memberships/{user.login}", "organization_url": url, **data, **people})


@route("GET", "/orgs/{org}/members/{user}", "members:read")
def is_member(call: Call) -> Reply:
    if call.params["user"].lower() not in call.organization.members:
        raise not_found()
    return Reply(status=204)


@route("GET", "/orgs/{org}/members", "members:read")
def members(call: Call) -> Reply:
    users = [call.world.users[login] for login in call.organization.members if login in call.world.users]
    return call.page([user_json(call.world, user) for user in users])


@route("GET", "/repos/{owner}/{repo}/collaborators/{user}/permission", "metadata:read")
def permission(call: Call) -> Reply:
    """`admin`, `write`, `read` or `none`; `role_name` also knows maintain and triage."""
    repository, user = call.repository, _user(call)
    _push_access(call, repository)
    role = rights.role(repository, user)
    level = {"maintain": "write", "triage": "read"}.get(role, role)
    account = user_json(call.world, user) | {"permissions": rights.flags(role), "role_name": role}
    return Reply({"permission": level, "role_name": role, "user": account})


@route("GET", "/repos/{owner}/{repo}/collaborators/{user}", "metadata:read")
def is_collaborator(call: Call) -> Reply:
    """Members of the organization count when they see the repository; a public one makes nobody a collaborator."""
    repository, user = call.repository, _user(call)
    _push_access(call, repository)
    owner, login = repository.owner, user.login.lower()
    if owner is not user and login not in repository.collaborators:
        inside = isinstance(owner, Organization) and login in owner.members
        if not inside or rights.role(repository, user) == "none":
            raise not_found()
    return Reply(status=204)


def _push_access(call: Call, repository: Repository) -> None:
    """What a person needs who asks about others, or even about themselves."""
    if call.caller.person and not rights.at_least(call.caller.person.role(repository), "write"):
        raise ApiError(403, "Must have push access to view collaborator permission.")


def _user(call: Call) -> User:
    user = call.world.users.get(call.params["user"].lower())
    if user is None:
        raise not_found()
    return user
