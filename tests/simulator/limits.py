"""Rate limits: the primary budget per identity and resource, and the secondary limit on content creation."""

from collections import deque
from dataclasses import dataclass, field

from .accounts import Organization
from .auth import Caller
from .errors import ApiError
from .world import Json, World

WINDOW_SECONDS = 3600
SECONDARY_MESSAGE = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID"
)


@dataclass
class Limits:
    """Settings, changeable at any time. None switches a limit off."""

    enabled: bool = True  # headers and primary limits; off on GHES
    primary: int | None = None  # per hour; None: GitHub's own formula for the identity
    graphql: int | None = None
    content_per_minute: int | None = None  # 80 on github.com
    content_per_hour: int | None = None  # 500 on github.com
    points_per_minute: int | None = None  # 900 on github.com: GET 1, writes 5
    concurrent: int | None = None  # 100 on github.com, REST and GraphQL together
    retry_after_seconds: int = 60

    def use_secondary(self) -> None:
        """Switch the secondary limits on with github.com's figures."""
        self.content_per_minute, self.content_per_hour, self.points_per_minute = 80, 500, 900
        self.concurrent = 100


# What is counted apart: requests in a window, and its length in seconds.
_APART = {
    "dependency_snapshots": (100, 60),
    "dependency_sbom": (100, 60),
    "integration_manifest": (5_000, WINDOW_SECONDS),
    "search": (30, 60),
}


def resource_of(path: str) -> str:
    """The bucket that a REST request is counted in."""
    if path.endswith("/dependency-graph/snapshots"):
        return "dependency_snapshots"
    if path.endswith("/dependency-graph/sbom"):
        return "dependency_sbom"
    return "integration_manifest" if path.startswith("/app-manifests/") else "core"


@dataclass
class Bucket:
    limit: int
    reset: float
    used: int = 0


@dataclass
class RateLimiter:
    world: World
    settings: Limits
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    _contents: dict[str, deque[float]] = field(default_factory=dict)
    _points: dict[tuple[str, str], deque[tuple[float, int]]] = field(default_factory=dict)

    def bucket(self, caller: Caller, resource: str) -> Bucket:
        key, now = (caller.identity, resource), self.world.now()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.reset <= now:
            window = _APART.get(resource, (0, WINDOW_SECONDS))[1]
            bucket = self._buckets[key] = Bucket(0, now + window)
        bucket.limit = self._limit(caller, resource)
        return bucket

    def spend(self, caller: Caller, resource: str, points: int = 1) -> Bucket:
        """Take points from the primary budget; `exhausted` tells when there were none."""
        bucket = self.bucket(caller, resource)
        bucket.used += points
        return bucket

    def refund(self, bucket: Bucket, points: int = 1) -> None:
        """A 304 costs nothing."""
        bucket.used -= points

    def headers(self, bucket: Bucket, resource: str) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(bucket.limit),
            "x-ratelimit-remaining": str(max(0, bucket.limit - bucket.used)),
            "x-ratelimit-used": str(min(bucket.used, bucket.limit)),
            "x-ratelimit-reset": str(int(bucket.reset)),
            "x-ratelimit-resource": resource,
        }

    def exceeded(self, caller: Caller) -> ApiError:
        return ApiError(403, f"API rate limit exceeded for {caller.identity}.")

    def check_secondary(self, caller: Caller, endpoint: str, points: int, contents: int) -> ApiError | None:
        """The secondary limits: points per minute and endpoint, and creation of content."""
        now, settings = self.world.now(), self.settings
        if settings.points_per_minute is not None:
            spent = self._points.setdefault((caller.identity, endpoint), deque())
            while spent and spent[0][0] <= now - 60:
                spent.popleft()
            if sum(p for _, p in spent) + points > settings.points_per_minute:
                return self.secondary()
            spent.append((now, points))
        made = self._contents.setdefault(caller.identity, deque())
        while made and made[0] <= now - WINDOW_SECONDS:
            made.popleft()
        minute = sum(at > now - 60 for at in made)
        if settings.content_per_minute is not None and minute + contents > settings.content_per_minute:
            return self.secondary()
        if settings.content_per_hour is not None and len(made) + contents > settings.content_per_hour:
            return self.secondary()
        made.extend([now] * contents)
        return None

    def overview(self, caller: Caller) -> Json:
        """What `GET /rate_limit` shows; asking costs nothing."""
        resources: Json = {}
        for name in ("core", "graphql", *_APART):
            bucket = self.bucket(caller, name)
            remaining = max(0, bucket.limit - bucket.used)
            resources[name] = {
                "limit": bucket.limit, "used": bucket.used, "remaining": remaining, "reset": int(bucket.reset),
            }  # fmt: skip
        return {"resources": resources}

    def secondary(self) -> ApiError:
        return ApiError(403, SECONDARY_MESSAGE, headers={"retry-after": str(self.settings.retry_after_seconds)})

    def _limit(self, caller: Caller, resource: str) -> int:
        if resource in _APART:
            return _APART[resource][0]
        chosen = self.settings.graphql if resource == "graphql" else self.settings.primary
        if chosen is not None:
            return chosen
        if caller.token is None:
            return 5_000 if caller.app else 60
        account = caller.token.installation.account
        repositories = sum(r.owner is account for r in self.world.repositories.values())
        users = len(account.members) if isinstance(account, Organization) else 1
        return min(12_500, 5_000 + 50 * max(0, repositories - 20) + 50 * max(0, users - 20))
