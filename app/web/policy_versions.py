"""`GET /api/v1/policy/versions`: the versions of the organization's policy, or those that have a digest."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api_tokens import Callers, Grant
from app.policy_versions import listed
from app.store.policies import PolicyStore
from app.web.refusing import refused, turned_away, unusable
from checks.model.errors import UsageError

_NAMES = ("digest", "cursor", "limit")


def router(callers: Callers, policies: PolicyStore) -> APIRouter:
    """The route; `callers` send their token as `Authorization: Bearer …`."""
    routes = APIRouter()

    @routes.get("/api/v1/policy/versions")
    async def versions(request: Request) -> Response:
        if (away := turned_away(request, callers, Grant.POLICY)) is not None:
            return away
        if request.query_params.keys() - set(_NAMES):
            return refused(400, "there are only the parameters " + ", ".join(_NAMES))
        try:
            return JSONResponse(await listed(policies, *(request.query_params.get(name) for name in _NAMES)))
        except UsageError as error:
            return unusable(error)

    return routes
