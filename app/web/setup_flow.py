"""Setting up: one App, made once, by somebody who has the set-up token. Everything is in memory until GitHub gives the
credentials, and then in files; see docs/setup.md."""

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.credentials import FILES, occupied, store
from app.github.client import AppKey, GitHubApp
from app.github.connection import Reach
from app.github.examine import Examination, examine
from app.github.manifest import FLOW, CodeRefused, Made, Place, Wish, convert
from app.web.throttle import Throttle
from checks.model.errors import UsageError

#: How often one caller may try a token, and in how many seconds.
TRIES, WINDOW = 10, 60.0
#: Seconds that somebody who gave the token may go on.
VISIT = 2 * FLOW
#: People at work, and forms on their way to GitHub, that are remembered: the oldest go first.
MOST = 50


class NotBegun(Exception):
    """What came back from GitHub did not set out from here: another browser, another time, or a second time."""


@dataclass(eq=False)
class Visit:
    """Somebody who gave the token, in one browser."""

    id: str = field(repr=False)
    csrf: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent to GitHub."""

    visit: Visit
    wish: Wish
    until: float


class Setup:
    """One for each process that starts without an App."""

    def __init__(
        self,
        place: Place,
        folder: Path,
        token: str,
        reach: Reach | None = None,
        finish: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`place`: the GitHub of the settings. `finish` is called when the credentials are stored."""
        self.place = place
        self.folder = folder
        self.reach = reach or Reach()
        self.finish = finish
        self.clock = clock
        self.made: Made | None = None
        self.wish: Wish | None = None
        self.maker: Visit | None = None
        """Who made it; nobody else is shown a secret."""
        self.fault: str | None = None
        """Why the credentials are not in files."""
        self._token = token.encode()
        self._throttle = Throttle(TRIES, WINDOW)
        self._visits: dict[str, Visit] = {}
        self._attempts: dict[str, Attempt] = {}
        self._turn = asyncio.Lock()
        self._shown = False

    @property
    def open(self) -> bool:
        """Whether an App can still be made."""
        return self.made is None and not occupied(self.folder)

    def enter(self, token: str, caller: str) -> Visit | None:
        """A visit for the right token. None: it is wrong, or this caller tried too often."""
        if not self._throttle.allows(caller) or not hmac.compare_digest(token.strip().encode(), self._token):
            return None
        visit = Visit(secrets.token_urlsafe(32), secrets.token_urlsafe(32), self.clock() + VISIT)
        self._visits[visit.id] = visit
        _forget(self._visits)
        return visit

    def visit(self, id_: str) -> Visit | None:
        """Who is behind a cookie."""
        found = self._visits.get(id_)
        return found if found and found.until > self.clock() else None

    def begin(self, visit: Visit, wish: Wish) -> str:
        """The state with which the form sets out for GitHub: for this browser, once, for an hour."""
        state = secrets.token_urlsafe(32)
        self._attempts[state] = Attempt(visit, wish, self.clock() + FLOW)
        _forget(self._attempts)
        return state

    async def complete(self, visit: Visit | None, state: str, code: str) -> None:
        """Exchange the code, and store what GitHub gives. Raises `NotBegun`, `CodeRefused`, or `GitHubError`, after
        which the same code may be tried again."""
        async with self._turn:
            attempt = self._attempts.get(state)
            if not self.open or attempt is None or attempt.visit is not visit or attempt.until <= self.clock():
                raise NotBegun
            try:
                self.made = await convert(attempt.wish.place, code, self.reach)
            except CodeRefused:
                del self._attempts[state]
                raise
            self.wish, self.maker = attempt.wish, visit
            self._attempts.clear()
            await asyncio.to_thread(self.store)

    def store(self) -> None:
        """Write the credentials into their files; if that fails, `fault` says why, and nothing is lost yet."""
        try:
            store(self.folder, self.values())
        except (UsageError, OSError) as error:
            self.fault = getattr(error, "strerror", None) or str(error)
            return
        self.fault = None
        self.finish()

    def values(self) -> dict[str, str]:
        """The settings by name."""
        if self.made is None or self.wish is None:
            raise NotBegun
        return {
            "app_id": str(self.made.app_id),
            "private_key": self.made.private_key,
            "webhook_secret": self.made.webhook_secret,
            "client_id": self.made.client_id,
            "client_secret": self.made.client_secret,
            "public_url": str(self.wish.public_url),
            "github_url": str(self.wish.place.web),
            "github_api_url": str(self.wish.place.api),
        }

    def may_show(self, visit: Visit) -> bool:
        """Whether the secrets may still be shown: to who made the App, once."""
        return self.made is not None and visit is self.maker and not self._shown

    def show(self, visit: Visit, form: str) -> str:
        """The credentials as text, once. `form`: `environment` or `kubernetes`. Raises `NotBegun`."""
        if not self.may_show(visit):
            raise NotBegun
        self._shown = True
        return _as_kubernetes(self.values()) if form == "kubernetes" else _as_environment(self.values())

    async def examine(self) -> Examination:
        """What GitHub says of the new App. Raises `NotBegun`."""
        if self.made is None or self.wish is None:
            raise NotBegun
        app = GitHubApp(self.made.app_id, AppKey(self.made.private_key), self.wish.place.api, reach=self.reach)
        try:
            return await examine(app, self.wish)
        finally:
            await app.close()


def _forget(known: dict[str, Visit] | dict[str, Attempt]) -> None:
    while len(known) > MOST:
        del known[next(iter(known))]


def _as_environment(values: dict[str, str]) -> str:
    """Lines of an environment file: the key on one line, with its line breaks escaped."""
    lines = (f"OSPO_GATE_{name.upper()}={json.dumps(value.strip())}" for name, value in values.items())
    return "\n".join(lines) + "\n"


def _as_kubernetes(values: dict[str, str]) -> str:
    """The Secret that the chart reads, and as a comment what belongs to its settings."""
    hidden = ("webhook_secret", "client_secret")
    key = values["private_key"].strip().splitlines()
    lines = ["apiVersion: v1", "kind: Secret", "metadata: {name: ospo-gate}", "type: Opaque", "stringData:"]
    lines += [f"  {FILES[name]}: {json.dumps(values[name])}" for name in hidden]
    lines += [f"  {FILES['private_key']}: |", *(f"    {line}" for line in key)]
    lines += ["# values.yaml of the chart:", "#", "# secrets:", "#   existing: ospo-gate", "#   keys:"]
    lines += [f"#     {name}: {FILES[name]}" for name in (*hidden, "private_key")]
    shown = {name: text for name, text in values.items() if name not in (*hidden, "private_key")}
    lines += ["# settings:", *(f"#   {name}: {json.dumps(text)}" for name, text in shown.items())]
    return "\n".join(lines) + "\n"
