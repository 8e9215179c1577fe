"""Apps, installations and tokens, and what GitHub tells of itself."""

from ..apps import LEVELS, Installation, new_token, token_json
from ..errors import ApiError, not_found
from ..manifests import convert
from ..payloads import app_json, installation_json, repository_json, user_json
from ..repository import Repository
from ..routing import Call, Reply, route
from ..world import GHES_VERSION, Json

REPOSITORIES_PER_TOKEN = 500


@route("GET", "/app", who="app")
def get_app(call: Call) -> Reply:
    count = sum(i.app is call.app for i in call.world.installations.values())
    return Reply(app_json(call.world, call.app) | {"installations_count": count})


@route("GET", "/app/installations", who="app")
def list_installations(call: Call) -> Reply:
    own = [i for i in call.world.installations.values() if i.app is call.app]
    return call.page([installation_json(call.world, i) for i in own])


@route("GET", "/app/installations/{id:int}", who="app")
def get_installation(call: Call) -> Reply:
    return Reply(installation_json(call.world, _installation(call)))


@route("POST", "/app/installations/{id:int}/access_tokens", who="app")
def create_token(call: Call) -> Reply:
    installation = _installation(call)
    if installation.suspended:
        raise ApiError(403, "This installation has been suspended")
    body = call.json if call.body is not None else {}
    repositories = _narrowed_repositories(call, installation, body)
    permissions = _narrowed_permissions(installation, body)
    ids = None if repositories is None else {repository.id for repository in repositories}
    token = new_token(call.world, installation, permissions, ids)
    call.authenticator.tokens[token.value] = token
    data = token_json(token)
    if repositories is not None:
        data["repositories"] = [repository_json(repository, full=True) for repository in repositories]
    return Reply(data, 201)


@route("DELETE", "/installation/token", who="installation")
def revoke_token(call: Call) -> Reply:
    call.authenticator.tokens.pop(call.token.value)
    return Reply(status=204)


@route("GET", "/installation/repositories", "metadata:read", who="installation")
def list_repositories(call: Call) -> Reply:
    reached = [r for r in call.world.repositories.values() if call.token.reaches(r)]
    selection = "all" if call.token.installation.selected is None else "selected"
    return call.page(
        [repository_json(r, full=True) for r in reached],
        lambda page, total: {"total_count": total, "repository_selection": selection, "repositories": page},
    )


@route("GET", "/repos/{owner}/{repo}/installation", who="app")
def repository_installation(call: Call) -> Reply:
    repository = call.repository
    for installation in call.world.installations.values():
        if installation.app is call.app and installation.covers(repository):
            return Reply(installation_json(call.world, installation))
    raise not_found()


@route("POST", "/app-manifests/{code}/conversions", who="anybody")
def convert_manifest(call: Call) -> Reply:
    """Once, and within an hour of the App's making."""
    app = convert(call.world, call.params["code"])
    if app is None:
        raise not_found()
    secrets = {"client_secret": app.client_secret, "webhook_secret": app.webhook_secret, "pem": app.private_key_pem}
    return Reply(app_json(call.world, app) | secrets, 201)


@route("GET", "/orgs/{org}/installation", who="app")
def organization_installation(call: Call) -> Reply:
    organization = call.organization
    for installation in call.world.installations.values():
        if installation.app is call.app and installation.account is organization:
            return Reply(installation_json(call.world, installation))
    raise not_found()


@route("GET", "/meta", who="anybody")
def meta(call: Call) -> Reply:
    data: Json = {"verifiable_password_authentication": False, "hooks": ["127.0.0.0/8"], "api": ["127.0.0.0/8"]}
    if call.world.ghes:
        data = {"verifiable_password_authentication": True, "installed_version": GHES_VERSION}
    return Reply(data)


@route("GET", "/rate_limit", who="anybody")
def rate_limit(call: Call) -> Reply:
    if not call.limiter.settings.enabled:
        raise ApiError(404, "Rate limiting is not enabled.")
    data = call.limiter.overview(call.caller)
    if call.version == "2022-11-28":
        data["rate"] = data["resources"]["core"]
    return Reply(data)


@route("GET", "/users/{login}", who="anybody")
def get_user(call: Call) -> Reply:
    owner = call.world.owner(call.params["login"])
    if owner is None:
        raise not_found()
    return Reply(user_json(call.world, owner) | {"name": getattr(owner, "name", None)})


def _installation(call: Call) -> Installation:
    installation = call.world.installations.get(int(call.params["id"]))
    if installation is None or installation.app is not call.app:
        raise not_found()
    return installation


def _narrowed_repositories(call: Call, installation: Installation, body: Json) -> list[Repository] | None:
    names, numbers = body.get("repositories"), body.get("repository_ids")
    if names is None and numbers is None:
        return None
    if len(names or []) > REPOSITORIES_PER_TOKEN or len(numbers or []) > REPOSITORIES_PER_TOKEN:
        raise ApiError(422, f"The number of repositories must be at most {REPOSITORIES_PER_TOKEN}.")
    found: list[Repository] = []
    for name in names or []:
        repository = call.world.repository(f"{installation.account.login}/{name}")
        found.append(_reachable(installation, repository))
    found.extend(_reachable(installation, call.world.repositories.get(number)) for number in numbers or [])
    return found


def _reachable(installation: Installation, repository: Repository | None) -> Repository:
    if repository is None or not installation.covers(repository):
        raise ApiError(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        )
    return repository


def _narrowed_permissions(installation: Installation, body: Json) -> dict[str, str]:
    wanted = body.get("permissions")
    if not wanted:
        return dict(installation.permissions)
    for name, level in wanted.items():
        granted = LEVELS.get(installation.permissions.get(name, ""), 0)
        if level not in LEVELS or LEVELS[level] > granted:
            raise ApiError(422, "The permissions requested are not granted to this installation.")
    return {"metadata": "read", **wanted}
