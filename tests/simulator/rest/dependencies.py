"""The dependency graph and Dependabot's alerts."""

import base64
import binascii

from .. import snapshots
from ..alerts import Alert, alert_json
from ..errors import ApiError, not_found
from ..payloads import repository_json
from ..routing import Call, Reply, route
from ..world import Json

_FILTERS = {
    "state": lambda alert: alert.state,
    "severity": lambda alert: alert.advisory.severity,
    "ecosystem": lambda alert: alert.advisory.ecosystem,
    "package": lambda alert: alert.advisory.package,
    "manifest": lambda alert: alert.manifest,
    "scope": lambda alert: alert.scope,
}


@route("POST", "/repos/{owner}/{repo}/dependency-graph/snapshots", "contents:write")
def submit(call: Call) -> Reply:
    made = snapshots.submit(call.repository, call.json)
    data = {"id": made.id, "created_at": made.created_at, "result": made.result, "message": made.message}
    return Reply(data, 201)


@route("GET", "/repos/{owner}/{repo}/dependabot/alerts", "vulnerability_alerts:read")
def list_alerts(call: Call) -> Reply:
    return _page(call, list(call.repository.alerts))


@route("GET", "/orgs/{org}/dependabot/alerts", "vulnerability_alerts:read")
def list_alerts_of_organization(call: Call) -> Reply:
    """Each with its repository."""
    organization = call.organization
    own = [r for r in call.world.repositories.values() if r.owner is organization and call.sees(r)]
    return _page(call, [alert for repository in own for alert in repository.alerts], with_repository=True)


@route("GET", "/repos/{owner}/{repo}/dependabot/alerts/{number:int}", "vulnerability_alerts:read")
def get_alert(call: Call) -> Reply:
    number = int(call.params["number"])
    found = next((alert for alert in call.repository.alerts if alert.number == number), None)
    if found is None:
        raise not_found()
    return Reply(_shown(call, found))


def _page(call: Call, alerts: list[Alert], with_repository: bool = False) -> Reply:
    """Newest first, paged by `after`; each filter takes values with commas between them."""
    for name, value in call.query.items():
        if name in _FILTERS:
            alerts = [alert for alert in alerts if _FILTERS[name](alert) in value.split(",")]
    newest = call.query.get("direction", "desc") == "desc"
    alerts.sort(key=lambda alert: (alert.created_at, alert.repository.id, alert.number), reverse=newest)
    start, size = _start(call.query.get("after")), call.page_size()
    page = [_shown(call, alert, with_repository) for alert in alerts[start : start + size]]
    headers = {}
    if len(alerts) > start + size:
        after = base64.urlsafe_b64encode(f"v1:{start + size}".encode()).decode()
        query = "&".join(f"{k}={v}" for k, v in (call.query | {"after": after}).items())
        headers["link"] = f'<{call.world.api_url}{call.path}?{query}>; rel="next"'
    return Reply(page, headers=headers)


def _shown(call: Call, alert: Alert, with_repository: bool = False) -> Json:
    """Version 2026-03-10 has `cvss_severities` alone."""
    data = alert_json(alert)
    if call.version != "2022-11-28":
        del data["security_advisory"]["cvss"]
    if with_repository:
        data["repository"] = repository_json(alert.repository)
    return data


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).partition(b":")[2])
    except (ValueError, binascii.Error):
        raise ApiError(422, "Invalid cursor") from None
