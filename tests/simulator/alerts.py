"""Dependabot alerts of a repository: their life and its events."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .accounts import User
from .payloads import repository_json, user_json
from .world import Event, Json

if TYPE_CHECKING:
    from .repository import Repository

DISMISSALS = ("fix_started", "inaccurate", "no_bandwidth", "not_used", "tolerable_risk")
COMMENT_MAX_CHARACTERS = 280


@dataclass(frozen=True, slots=True)
class Advisory:
    """What an alert is about. `vulnerable` is a range in GitHub's words, such as `< 1.2.3`."""

    ghsa_id: str
    package: str
    ecosystem: str = "npm"
    vulnerable: str = "< 1.0.0"
    patched: str | None = "1.0.0"
    severity: str = "high"
    cve_id: str | None = None
    summary: str = "A vulnerability"


@dataclass(eq=False)
class Alert:
    """One alert; `state` is open, dismissed, auto_dismissed or fixed."""

    repository: "Repository"
    number: int
    advisory: Advisory
    manifest: str
    created_at: str
    state: str = "open"
    updated_at: str = ""
    fixed_at: str | None = None
    auto_dismissed_at: str | None = None
    dismissed_at: str | None = None
    dismissed_by: User | None = None
    dismissed_reason: str | None = None
    dismissed_comment: str | None = None
    relationship: str = "direct"
    scope: str = "runtime"

    def fix(self) -> None:
        with self.repository.world.lock:
            self.state, self.fixed_at = "fixed", self.repository.world.timestamp()
            self.tell("fixed")

    def reintroduce(self) -> None:
        with self.repository.world.lock:
            self.state, self.fixed_at = "open", None
            self.tell("reintroduced")

    def dismiss(self, user: User, reason: str, comment: str | None = None) -> None:
        if reason not in DISMISSALS or len(comment or "") > COMMENT_MAX_CHARACTERS:
            raise ValueError(f"no such dismissal: {reason}")
        with self.repository.world.lock:
            self.state, self.dismissed_at = "dismissed", self.repository.world.timestamp()
            self.dismissed_by, self.dismissed_reason, self.dismissed_comment = user, reason, comment
            self.tell("dismissed", user)

    def auto_dismiss(self) -> None:
        """As a rule of the organization does."""
        with self.repository.world.lock:
            self.state, self.auto_dismissed_at = "auto_dismissed", self.repository.world.timestamp()
            self.tell("auto_dismissed")

    def reopen(self, user: User | None = None) -> None:
        with self.repository.world.lock:
            action = "auto_reopened" if self.state == "auto_dismissed" else "reopened"
            self.state = "open"
            self.dismissed_at = self.dismissed_by = self.dismissed_reason = self.dismissed_comment = None
            self.auto_dismissed_at = None
            self.tell(action, user)

    def tell(self, action: str, sender: User | None = None) -> None:
        world = self.repository.world
        self.updated_at = world.timestamp()
        payload: Json = {"alert": alert_json(self), "repository": repository_json(self.repository)}
        by = {"sender": user_json(world, sender)} if sender else {}
        world.emit(Event("dependabot_alert", action, payload | by, self.repository))


def open_alert(repository: "Repository", advisory: Advisory, manifest: str) -> Alert:
    """Sends `dependabot_alert.created`."""
    alert = Alert(repository, len(repository.alerts) + 1, advisory, manifest, repository.world.timestamp())
    repository.alerts.append(alert)
    alert.tell("created")
    return alert


def alert_json(alert: Alert) -> Json:
    repository, advisory = alert.repository, alert.advisory
    world = repository.world
    path = f"{repository.full_name}/dependabot/alerts/{alert.number}"
    html = f"{world.html_url}/{repository.full_name}/security/dependabot/{alert.number}"
    package = {"ecosystem": advisory.ecosystem, "name": advisory.package}
    patched = {"identifier": advisory.patched} if advisory.patched else None
    vulnerability = {
        "package": package,
        "severity": advisory.severity,
        "vulnerable_version_range": advisory.vulnerable,
        "first_patched_version": patched,
    }
    names = [{"type": "GHSA", "value": advisory.ghsa_id}]
    if advisory.cve_id:
        names.append({"type": "CVE", "value": advisory.cve_id})
    return {
        "number": alert.number,
        "state": alert.state,
        "dependency": {
            "package": package,
            "manifest_path": alert.manifest,
            "scope": alert.scope,
            "relationship": alert.relationship,
        },
        "security_advisory": {
            "ghsa_id": advisory.ghsa_id,
            "cve_id": advisory.cve_id,
            "summary": advisory.summary,
            "description": advisory.summary,
            "severity": advisory.severity,
            "classification": "general",
            "identifiers": names,
            "references": [],
            "published_at": alert.created_at,
            "updated_at": alert.created_at,
            "withdrawn_at": None,
            "vulnerabilities": [vulnerability],
            "cvss": {"score": 0.0, "vector_string": None},
            "cvss_severities": {"cvss_v3": None, "cvss_v4": None},
            "cwes": [],
        },
        "security_vulnerability": vulnerability,
        "url": f"{world.api_url}/repos/{path}",
        "html_url": html,
        "created_at": alert.created_at,
        "updated_at": alert.updated_at,
        "dismissed_at": alert.dismissed_at,
        "dismissed_by": user_json(world, alert.dismissed_by) if alert.dismissed_by else None,
        "dismissed_reason": alert.dismissed_reason,
        "dismissed_comment": alert.dismissed_comment,
        "fixed_at": alert.fixed_at,
        "auto_dismissed_at": alert.auto_dismissed_at,
    }
