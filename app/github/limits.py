"""GitHub's limits as law: what its answers told and what its documentation says, per installation and resource.

Nobody sleeps here until a limit ends: whoever meets one gets `RateLimited` with the time, and the work waits in the
queue. Only requests at the same time take turns. The figures are those of "Rate limits for the REST API" and "Rate
limits and query limits for the GraphQL API".
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.github.errors import RateLimited
from app.github.windows import Window
from app.tally import Tally

#: Requests at the same time, REST and GraphQL together.
CONCURRENT = 100
#: Points a minute. GitHub counts each REST endpoint apart; here all of them share one.
POINTS = {"core": 900, "graphql": 2_000}
READ, WRITE = 1, 5
#: What is created (check runs, comments, reactions): seconds and how many within them.
CONTENTS = ((60.0, 80), (3_600.0, 500))
#: Of these, what comments may take,
COMMENTS = 0.5
#: what is left to verdicts alone,
VERDICTS = 0.25
#: and of the primary limit, what nightly work leaves to people who wait.
SPARED = 0.1
#: Seconds to wait where GitHub names a limit but no time; doubled each time that it does so again.
UNNAMED, LONGEST = 60.0, 3_600.0
#: A limit that is named ends within two hours at the most, whatever a header says.
FARTHEST = 7_200.0
_ALL = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request takes from the limits."""

    resource: str = "core"
    points: int = READ
    contents: int = 0


#: What the least verdict takes.
VERDICT = Cost("graphql", WRITE, 1)


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a primary limit, for those who operate the service."""

    installation_id: int
    """0: the App itself."""
    resource: str
    limit: int
    remaining: int
    reset_at: float
    """Seconds since 1970, as GitHub says it."""
    held_until: float | None
    """Until when nothing is asked (seconds since 1970); None: it may be."""


@dataclass(frozen=True, slots=True)
class _Told:
    limit: int
    remaining: int
    reset_at: float


@dataclass(slots=True)
class _Account:
    """What is known of one installation."""

    turns: asyncio.Semaphore
    points: dict[str, Window]
    contents: tuple[Window, ...]
    comments: tuple[Window, ...]
    told: dict[str, _Told] = field(default_factory=dict)
    held: dict[str, float] = field(default_factory=dict)
    """Until when a resource is left alone; `_ALL`: all of them."""
    unnamed: int = 0
    """How often in a row a limit was met that names no time."""


class Limits:
    """One for the App and a process. `processes` share GitHub's limits; each takes its part. Without `paced` only what
    answers say counts: GitHub Enterprise Server has no limits unless somebody turned them on."""

    def __init__(
        self,
        processes: int = 1,
        at_once: int = CONCURRENT,
        paced: bool = True,
        clock: Callable[[], float] = time.time,
        tally: Tally | None = None,
    ) -> None:
        self.processes = max(1, processes)
        self.at_once = max(1, min(at_once, CONCURRENT // self.processes))
        self.paced = paced
        self.clock = clock
        self.tally = tally or Tally()
        self._turns = asyncio.Semaphore(max(1, CONCURRENT // self.processes))
        self._accounts: dict[int, _Account] = {}

    def _account(self, installation_id: int) -> _Account:
        if installation_id not in self._accounts:
            self._accounts[installation_id] = _Account(
                asyncio.Semaphore(self.at_once),
                {resource: Window(60, most // self.processes) for resource, most in POINTS.items()},
                tuple(Window(seconds, most // self.processes) for seconds, most in CONTENTS),
                tuple(Window(seconds, int(most * COMMENTS) // self.processes) for seconds, most in CONTENTS),
            )
        return self._accounts[installation_id]

    # -- before a request -------------------------------------------------------------------------------------------

    def check(self, installation_id: int, cost: Cost) -> None:
        """Raises `RateLimited` while a limit holds: calling on in spite of it can get an App banned."""
        account, now = self._account(installation_id), self.clock()
        until = max(account.held.get(_ALL, 0.0), account.held.get(cost.resource, 0.0))
        if until > now:
            raise RateLimited("GitHub's rate limit is reached", until)
        if full := [(window, n) for window, n in self._windows(account, cost) if not window.room(now, n)]:
            at = max(window.promise(now, n) for window, n in full)
            raise RateLimited("more would be sent to GitHub than it allows in a minute or an hour", at)

    @asynccontextmanager
    async def turn(self, installation_id: int, cost: Cost) -> AsyncIterator[None]:
        """One of the requests at the same time. Raises `RateLimited` as `check`."""
        account = self._account(installation_id)
        async with account.turns, self._turns:
            self.check(installation_id, cost)  # another request may have met the limit while this one waited
            for window, amount in self._windows(account, cost):
                window.spend(self.clock(), amount)
            yield

    def _windows(self, account: _Account, cost: Cost) -> list[tuple[Window, int]]:
        """What a request is counted in, and as how much."""
        if not self.paced:
            return []
        points = account.points.get(cost.resource)
        created = [(window, cost.contents) for window in account.contents] if cost.contents else []
        return [(points, cost.points), *created] if points else created

    def short(self, installation_id: int) -> bool:
        """Whether so much was created within the minute or hour that what can wait may have to."""
        now = self.clock()
        return self.paced and any(
            not window.room(now, 0, int(window.most * (1 - VERDICTS)))
            for window in self._account(installation_id).contents
        )

    def rest_at(self, installation_id: int, contents: int, comment: bool, waiting: int = 0) -> float | None:
        """When what can wait may be posted: `contents` new things, and a comment if there is one. None: now, and the
        comment is counted. Something is always left to the next verdicts, and all of it to so many that are `waiting`.
        """
        if not self.paced:
            return None
        account, now = self._account(installation_id), self.clock()
        left = [
            (window, max(int(window.most * VERDICTS), min(waiting, window.most - 1))) for window in account.contents
        ]
        wanted = [(window, contents, free) for window, free in left if contents]
        wanted += [(window, 1, 0) for window in account.comments if comment]
        if full := [(window, n) for window, n, free in wanted if not window.room(now, n, free)]:
            return max(window.promise(now, n, patient=True) for window, n in full)
        for window in account.comments if comment else ():
            window.spend(now, 1)
        return None

    def check_spare(self, installation_id: int) -> None:
        """Raises `RateLimited` when so little is left of a primary limit that it is kept for people who wait."""
        self.check_share(installation_id, 1 - SPARED)

    def check_share(self, installation_id: int, share: float) -> None:
        """Raises `RateLimited` when more than this share (0 to 1) of a primary limit is used, by whomever."""
        account, now = self._account(installation_id), self.clock()
        kept = 1 - share
        short = [t.reset_at for t in account.told.values() if t.reset_at > now and t.remaining < t.limit * kept]
        if short:
            raise RateLimited("what is left of GitHub's rate limit is kept for pull requests", max(short))

    # -- after an answer --------------------------------------------------------------------------------------------

    def well(self, installation_id: int) -> None:
        """Something was answered that is no limit."""
        account = self._account(installation_id)
        if account.held.get(_ALL, 0.0) <= self.clock():
            account.unnamed = 0

    def told(self, installation_id: int, headers: Mapping[str, str], ahead: float) -> None:
        """Take note of what an answer says. `ahead`: seconds that our clock is ahead of GitHub's."""
        account, now = self._account(installation_id), self.clock()
        limit, remaining, reset = (_number(headers.get(f"x-ratelimit-{n}")) for n in ("limit", "remaining", "reset"))
        if limit is None or remaining is None or reset is None:
            return  # GitHub Enterprise Server has none unless somebody turned them on
        resource = headers.get("x-ratelimit-resource", "core")[:40]
        if resource not in account.told and len(account.told) >= 20:
            return  # GitHub has about a dozen
        account.told[resource] = _Told(limit, remaining, float(reset))
        if remaining == 0:
            account.held[resource] = _within(reset + ahead, now)

    def refused(self, installation_id: int, resource: str, headers: Mapping[str, str], ahead: float) -> RateLimited:
        """GitHub refused because of a limit. Its order: `Retry-After`, then the reset of what is used up, then a
        minute and more."""
        account, now = self._account(installation_id), self.clock()
        after, reset = _number(headers.get("retry-after")), _number(headers.get("x-ratelimit-reset"))
        used_up = after is None and headers.get("x-ratelimit-remaining") == "0"
        self.tally.count("ospo_gate_github_limits_met_total", "primary" if used_up else "secondary")
        if after is not None:
            account.held[_ALL] = until = _within(now + after, now)
        elif headers.get("x-ratelimit-remaining") == "0" and reset is not None:
            account.held[resource] = until = _within(reset + ahead, now)
        else:
            until = self._unnamed(account, now)
        return RateLimited("GitHub's rate limit is reached", until)

    def _unnamed(self, account: _Account, now: float) -> float:
        """Requests that were on their way together met one limit, not several."""
        if account.held.get(_ALL, 0.0) <= now:
            account.held[_ALL] = now + min(UNNAMED * 2**account.unnamed, LONGEST)
            account.unnamed = min(account.unnamed + 1, 10)
        return account.held[_ALL]

    # -- for people -------------------------------------------------------------------------------------------------

    def budget(self) -> tuple[Budget, ...]:
        """What GitHub said last of each primary limit, by installation and resource."""
        now = self.clock()
        return tuple(
            Budget(id_, resource, told.limit, told.remaining, told.reset_at, _held(account, resource, now))
            for id_, account in sorted(self._accounts.items())
            for resource, told in sorted(account.told.items())
        )

    def forget(self, installation_id: int) -> None:
        """The installation is gone. A limit that holds is kept: it may come back within the hour."""
        account = self._accounts.get(installation_id)
        if account and max(account.held.values(), default=0.0) <= self.clock():
            del self._accounts[installation_id]


def _held(account: _Account, resource: str, now: float) -> float | None:
    until = max(account.held.get(_ALL, 0.0), account.held.get(resource, 0.0))
    return until if until > now else None


def _within(at: float, now: float) -> float:
    """A reset that lies in the past would let the queue spin, one that is years ahead would stop it."""
    return min(max(at, now + 1), now + FARTHEST)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None
