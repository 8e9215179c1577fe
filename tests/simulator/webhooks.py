"""Signed webhook deliveries: which app is told, headers, sending from background threads, redelivery."""

import hashlib
import hmac
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from .accounts import Organization, User
from .apps import App, Installation
from .payloads import OLDER_VERSION, organization_json, user_json
from .world import GHES_VERSION, Event, Json, World, iso

DEADLINE_SECONDS = {"github.com": 10.0, "ghes": 30.0}
PAYLOAD_MAX_BYTES = 25 * 1024 * 1024  # a larger event is not delivered at all
RETENTION_SECONDS = {"github.com": 3 * 86_400, "ghes": 7 * 86_400}
SENDERS = 16

# Sent to every app, subscribed or not.
ALWAYS = {
    "installation", "installation_repositories", "installation_target", "github_app_authorization", "ping", "meta",
}  # fmt: skip
# Re-runs and buttons reach an app with `checks: write` without a subscription.
_AUTOMATIC = {("check_run", "rerequested"), ("check_run", "requested_action"), ("check_suite", "requested"),
              ("check_suite", "rerequested")}  # fmt: skip
# One of these permissions lets an app hear of it; the other events need none but `metadata`.
PERMISSION = {
    "check_run": ("checks",),
    "check_suite": ("checks",),
    "dependabot_alert": ("vulnerability_alerts",),
    "issue_comment": ("issues", "pull_requests"),
    "merge_group": ("merge_queues",),
    "pull_request": ("pull_requests",),
    "pull_request_review": ("pull_requests",),
    "push": ("contents",),
}


@dataclass(eq=False)
class Delivery:
    """One attempt to deliver an event. `status_code` is 0 and `status` says why when nobody answered."""

    id: int
    guid: str
    event: str
    action: str | None
    payload: bytes
    headers: dict[str, str]
    app: App
    url: str
    installation_id: int | None
    repository_id: int | None
    redelivery: bool
    created: float
    status_code: int | None = None
    status: str = "pending"
    duration: float = 0.0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""

    @property
    def json(self) -> Json:
        data: Json = json.loads(self.payload)
        return data


class Dispatcher:
    """Delivers what the world emits. With `outage` every delivery fails, and is recorded so."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.deliveries: list[Delivery] = []
        self.duplicate = False  # deliver everything twice, as GitHub sometimes does
        self.outage = False
        self.deadline_seconds = DEADLINE_SECONDS[world.profile]
        self.api_version = OLDER_VERSION  # whose shape payloads have
        self._by_id: dict[int, Delivery] = {}
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        # without verification: receivers are on this machine, and loading certificates takes 15 ms
        # servers close a connection that rested for some seconds; one that is sent just then would not be delivered
        resting = httpx.Limits(keepalive_expiry=2.0)
        self._client = httpx.Client(trust_env=False, verify=False, limits=resting)
        self._idle = threading.Condition()
        self._in_flight = 0

    def emit(self, event: Event) -> None:
        """Queue an event for each installation that receives it, or for the App itself."""
        if event.name in ("github_app_authorization", "ping"):
            for app in event.targets or []:
                if app.webhook_url:
                    action = {"action": event.action} if event.action else {}
                    self._send_all(app, event, action | event.payload, None)
            return
        for installation in list(self._world.installations.values()):
            if self._receives(installation, event):
                self._deliver(installation, event)

    def send(
        self,
        app: App,
        event: str,
        body: bytes,
        *,
        headers: dict[str, str | None] | None = None,
        guid: str | None = None,
        action: str | None = None,
        installation_id: int | None = None,
        repository_id: int | None = None,
        redelivery: bool = False,
    ) -> Delivery | None:
        """Queue raw bytes. A header given as None is left out; None is answered when nothing can be sent."""
        if not app.webhook_url or len(body) > PAYLOAD_MAX_BYTES:
            return None
        guid = guid or str(uuid.uuid4())
        all_headers: dict[str, str | None] = dict(self._headers(app, event, guid, body))
        chosen = {name: value for name, value in (all_headers | (headers or {})).items() if value is not None}
        delivery = Delivery(
            self._world.next_id("delivery"), guid, event, action, body, chosen, app, app.webhook_url,
            installation_id, repository_id, redelivery, self._world.now(),
        )  # fmt: skip
        self.deliveries.append(delivery)
        self._by_id[delivery.id] = delivery
        with self._idle:
            self._in_flight += 1
        self._pool.submit(self._post, delivery)
        return delivery

    def redeliver(self, delivery: Delivery) -> Delivery | None:
        """A new attempt with the same GUID and bytes, signed with today's secret."""
        return self.send(
            delivery.app, delivery.event, delivery.payload, guid=delivery.guid, action=delivery.action,
            installation_id=delivery.installation_id, repository_id=delivery.repository_id, redelivery=True,
        )  # fmt: skip

    def find(self, app: App, number: int) -> Delivery | None:
        """A delivery of this app, while it is kept."""
        found = self._by_id.get(number)
        return found if found and self._is_kept(app, found) else None

    def kept(self, app: App) -> list[Delivery]:
        """What is kept of an app's deliveries, newest first."""
        return [delivery for delivery in reversed(self.deliveries) if self._is_kept(app, delivery)]

    def _is_kept(self, app: App, delivery: Delivery) -> bool:
        oldest = self._world.now() - RETENTION_SECONDS[self._world.profile]
        return delivery.app is app and delivery.created >= oldest and delivery.status != "pending"

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until no delivery is in flight; False when the time is over."""
        with self._idle:
            return self._idle.wait_for(lambda: self._in_flight == 0, timeout)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _receives(self, installation: Installation, event: Event) -> bool:
        app = installation.app
        if installation.suspended or not app.webhook_url:
            return False
        if event.installation is not None:
            return event.installation is installation
        if event.targets is not None and app not in event.targets:
            return False
        if event.repository is not None and not installation.covers(event.repository):
            return False
        if event.name in ALWAYS:
            return True
        needed = PERMISSION.get(event.name)
        if needed and not any(name in installation.permissions for name in needed):
            return False
        automatic = (event.name, event.action) in _AUTOMATIC and installation.permissions.get("checks") == "write"
        return event.name in app.events or automatic

    def _deliver(self, installation: Installation, event: Event) -> None:
        payload: Json = {"action": event.action} if event.action else {}
        payload |= event.payload
        if isinstance(installation.account, Organization):
            payload["organization"] = organization_json(self._world, installation.account)
        if "sender" not in payload:
            account = installation.account
            payload["sender"] = user_json(self._world, account if isinstance(account, User) else self._anybody())
        if "installation" not in payload:
            payload["installation"] = {"id": installation.id, "node_id": installation.node_id}
        self._send_all(installation.app, event, payload, installation.id)

    def _send_all(self, app: App, event: Event, payload: Json, installation_id: int | None) -> None:
        if self.api_version != OLDER_VERSION and "pull_request" in payload:
            gone = ("merge_commit_sha", "assignee")
            payload["pull_request"] = {key: value for key, value in payload["pull_request"].items() if key not in gone}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        guid = str(uuid.uuid4())
        for _ in range(2 if self.duplicate else 1):
            self.send(
                app, event.name, body, guid=guid, action=event.action,
                installation_id=installation_id, repository_id=event.repository.id if event.repository else None,
            )  # fmt: skip

    def _anybody(self) -> User:
        return self._world.users["octo-dev"]

    def _headers(self, app: App, event: str, guid: str, body: bytes) -> dict[str, str]:
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": f"GitHub-Hookshot/{uuid.uuid4().hex[:7]}",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(app.hook_id),
            "X-GitHub-Hook-Installation-Target-ID": str(app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
        }
        if self._world.ghes:
            headers["X-GitHub-Enterprise-Version"] = GHES_VERSION
            headers["X-GitHub-Enterprise-Host"] = self._world.html_url.partition("//")[2]
        if app.webhook_secret:
            headers |= signatures(app.webhook_secret, body)
        return headers

    def _post(self, delivery: Delivery) -> None:
        start = time.perf_counter()
        try:
            if self.outage:
                delivery.status, delivery.status_code = "failed to connect to host", 0
                return
            answer = self._client.post(
                delivery.url, content=delivery.payload, headers=delivery.headers, timeout=self.deadline_seconds
            )
            delivery.response_headers, delivery.response_body = dict(answer.headers), answer.text
            delivery.status_code = answer.status_code
            delivery.status = "OK" if answer.is_success else f"Invalid HTTP Response: {answer.status_code}"
        except httpx.TimeoutException:
            delivery.status, delivery.status_code = "timed out", 0
        except httpx.HTTPError as error:
            delivery.status, delivery.status_code = f"failed to connect to host: {error}", 0
        finally:
            delivery.duration = time.perf_counter() - start
            with self._idle:
                self._in_flight -= 1
                self._idle.notify_all()


def signatures(secret: str, body: bytes) -> dict[str, str]:
    """Both signature headers: SHA-256, and the legacy SHA-1."""
    key = secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def delivery_json(delivery: Delivery) -> Json:
    """A delivery as lists show it."""
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": iso(delivery.created),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.duration, 3),
        "status": delivery.status,
        "status_code": delivery.status_code or 0,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }
