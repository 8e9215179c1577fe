"""The state of the simulated GitHub: who and what exists, identities, clock, events."""

import base64
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .accounts import Organization, Owner, User

if TYPE_CHECKING:
    from .apps import App, Installation
    from .checks import CheckRun, CheckSuite
    from .comments import Comment
    from .manifests import Conversion
    from .oauth import Code, UserToken
    from .repository import Repository

Json = dict[str, Any]
Profile = Literal["github.com", "ghes"]
GHES_VERSION = "3.19.0"

# Numbers start where github.com's are today: check runs and comments no longer fit into 32 bits.
_FIRST_ID = {
    "app": 1_280_000, "installation": 61_400_000, "user": 170_000_000, "organization": 180_000_000,
    "repository": 910_000_000, "pull": 2_460_000_000, "comment": 2_810_000_000, "check_run": 41_000_000_000,
    "check_suite": 38_000_000_000, "annotation": 1, "reaction": 280_000_000, "review": 3_300_000_000,
    "delivery": 190_000_000_000, "snapshot": 55_000_000,
}  # fmt: skip


@dataclass(eq=False)
class Event:
    """Something apps are told about. `targets` limits it to these apps (re-runs go to the owner only)."""

    name: str
    action: str | None
    payload: Json
    repository: "Repository | None"
    targets: "list[App] | None" = None
    installation: "Installation | None" = None


class World:
    """All state, behind one lock. `emit` is called with the lock held and must return at once."""

    def __init__(self, directory: Path, url: str, profile: Profile = "github.com") -> None:
        self.directory = directory
        self.profile = profile
        self.html_url = url
        self.api_url = f"{url}/api/v3" if profile == "ghes" else url
        self.graphql_url = f"{url}/api/graphql" if profile == "ghes" else f"{url}/graphql"
        self.lock = threading.RLock()
        self.users: dict[str, User] = {}
        self.organizations: dict[str, Organization] = {}
        self.repositories: dict[int, Repository] = {}
        self.names: dict[str, int] = {}  # "owner/name" in lower case, old names included
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.check_runs: dict[int, CheckRun] = {}
        self.check_suites: dict[int, CheckSuite] = {}
        self.suites_of_commit: dict[tuple[int, str], list[CheckSuite]] = {}  # repository id, SHA
        self.comments: dict[int, Comment] = {}
        self.nodes: dict[str, object] = {}
        self.oauth_codes: dict[str, Code] = {}
        self.user_tokens: dict[str, UserToken] = {}
        self.refresh_tokens: dict[str, UserToken] = {}
        self.conversions: dict[str, Conversion] = {}  # code → App made from a manifest
        self.emit: Callable[[Event], None] = lambda event: None
        self.clock_offset = 0.0
        self._ids = dict(_FIRST_ID)
        # clients keep tokens by these two numbers, and one process may meet many simulators
        for kind in ("app", "installation"):
            self._ids[kind] += 7 * secrets.randbelow(100_000)
        self._addresses: dict[str, User] = {}
        self._addresses_of: tuple[tuple[str, int], ...] = ()

    @property
    def ghes(self) -> bool:
        return self.profile == "ghes"

    def now(self) -> float:
        """Seconds since 1970, UTC, moved by `Simulator.advance`."""
        return time.time() + self.clock_offset

    def timestamp(self) -> str:
        return iso(self.now())

    def next_id(self, kind: str) -> int:
        # steps of seven: an answer that mixes two kinds of number is noticed
        self._ids[kind] += 7
        return self._ids[kind]

    def add_user(
        self,
        login: str,
        name: str | None = None,
        email: str | None = None,
        type: str = "User",
        emails: Iterable[str] = (),
    ) -> User:
        address = email or f"{login.removesuffix('[bot]')}@example.com"
        user = User(self.next_id("user"), login, name or login, address, type, set(emails))
        user.node_id = self.register("BOT" if type == "Bot" else "U", user.id, user)
        self.users[login.lower()] = user
        return user

    def register(self, prefix: str, number: int, value: object) -> str:
        node_id = make_node_id(prefix, number)
        self.nodes[node_id] = value
        return node_id

    def subscribed(self, event: str) -> bool:
        """Whether any app listens, so that payloads nobody gets need not be made."""
        return any(i.app.webhook_url and event in i.app.events for i in self.installations.values())

    def owner(self, login: str) -> Owner | None:
        key = login.lower()
        return self.organizations.get(key) or self.users.get(key)

    def repository(self, full_name: str) -> "Repository | None":
        """By current or former name; compare `full_name` to learn of a rename."""
        number = self.names.get(full_name.lower())
        return self.repositories.get(number) if number else None

    def account_of(self, email: str) -> User | None:
        """The account an e-mail address belongs to."""
        state = tuple((user.email, len(user.emails)) for user in self.users.values())
        if state != self._addresses_of:
            self._addresses = {address: user for user in self.users.values() for address in user.addresses()}
            self._addresses_of = state
        return self._addresses.get(email.lower())


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_node_id(prefix: str, *parts: int | str) -> str:
    """A node id of GitHub's current form: a prefix for the type and an opaque rest."""
    packed = base64.urlsafe_b64encode(":".join(map(str, parts)).encode()).decode().rstrip("=")
    return f"{prefix}_kw{packed}"
