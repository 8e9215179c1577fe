"""The pages on a real port, over a real database, beside a simulated GitHub."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from app.github.people import People
from app.store.database import Database
from app.store.reports import ReportStore
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.subjects import SubjectStore
from app.store.verdicts import VerdictStore
from app.subject import About, Delivery, Wanted, branch_key, pull_key
from app.web.application import application
from app.web.pages.details import Details
from app.web.pages.rendering import Renderer
from app.web.rights import Rights
from app.web.sessions import Sessions
from app.web.signin import SignIn
from app.web.signin import router as signin_router
from checks.model.report import Report
from checks.render.json_report import to_json
from tests.pages.served import Served
from tests.simulator import Repository, Simulator

T = TypeVar("T")
#: The repositories: one for everybody, one that `ada` may see, one that she may not.
PUBLIC, PRIVATE, SECRET = "example/web-shop", "example/vault", "example/moonshot"
#: What `PRIVATE` was called before.
EARLIER = "example/safe"
INSTALLATION = 5
_numbers = itertools.count(1)


class World:
    """A GitHub with our App, `ada`, `eve` and the three repositories; for any number of sites."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.app = sim.create_app("ospo-gate")
        self.app.callback_urls = []
        sim.create_org("example")
        sim.install(self.app, "example")
        for login in ("ada", "eve"):
            sim.create_user(login)
        hidden = (sim.create_repository("example", name, private=True) for name in ("safe", "moonshot"))
        vault, moonshot = hidden
        vault.rename("vault")
        self.repositories: dict[str, Repository] = {
            PUBLIC: sim.create_repository("example", "web-shop"),
            PRIVATE: vault,
            SECRET: moonshot,
        }

    def reset(self) -> None:
        """As it was at the beginning."""
        for repository in self.repositories.values():
            repository.collaborators.clear()
        self.repositories[PRIVATE].collaborators["ada"] = "read"
        self.sim.world.user_tokens.clear()
        self.sim.faults.clear()
        self.sim.reset_counts()

    @property
    def asked(self) -> list[str]:
        """What was asked of the API."""
        return [request.path.removeprefix("/api/v3") for request in self.sim.requests if "/login/" not in request.path]

    @property
    def tokens(self) -> list[str]:
        """Of people who are signed in."""
        return list(self.sim.world.user_tokens)


class Site:
    """Use it in a `with` statement."""

    def __init__(
        self,
        folder: Path,
        world: World,
        public_pages: bool = True,
        signs_in: bool = True,
    ) -> None:
        self.folder = folder
        self.url = f"sqlite+aiosqlite:///{folder / 'gate.db'}"
        self.world = world
        self.ahead = 0.0
        """Seconds that the site's clock is ahead of the real one."""
        self._public_pages, self._signs_in = public_pages, signs_in

    def id(self, repository: str) -> int:
        return int(self.world.repositories[repository].id)

    def clock(self) -> float:
        return time.time() + self.ahead

    def __enter__(self) -> Self:
        self._served = Served()
        self.base = self._served.url
        self.world.reset()
        self.world.app.callback_urls = [f"{self.base}/signin/callback"]
        self._served.start(self._application())
        rows = [
            RepositoryRow(self.id(PUBLIC), INSTALLATION, PUBLIC, visibility="public", default_branch="main"),
            RepositoryRow(self.id(PRIVATE), INSTALLATION, PRIVATE, visibility="private", default_branch="main"),
            RepositoryRow(self.id(SECRET), INSTALLATION, SECRET, visibility="internal", default_branch="main"),
        ]
        self.stored(lambda database: RepositoryStore(database).seen(rows))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._served.stop()

    def _application(self) -> Any:
        database = Database(self.url)
        app, sim = self.world.app, self.world.sim
        people = People(app.client_id, app.client_secret, sim.url, sim.api_url) if self._signs_in else None
        sessions = Sessions("a-session-secret", secure=False, clock=self.clock) if self._signs_in else None
        renderer = Renderer(self.base, sessions)
        rights = Rights(RepositoryStore(database), people, self._public_pages, self.clock)
        details = Details(VerdictStore(database), rights, renderer, "https://github.com", sessions, clock=self.clock)
        routers = [renderer.assets(), details.router()]
        if people and sessions:
            routers.append(signin_router(SignIn(people, sessions, rights, self.base), renderer))

        async def accept(_: object) -> bool:
            return True

        async def ready() -> dict[str, object] | None:
            return {}

        @asynccontextmanager
        async def running() -> AsyncIterator[None]:
            await database.migrate()
            yield
            await database.close()
            if people:
                await people.close()

        return application(["x" * 16], accept, ready, running, routers=routers)

    def stored(self, story: Callable[[Database], Awaitable[T]]) -> T:
        """Do something with the database."""

        async def on_database() -> T:
            database = Database(self.url)
            try:
                return await story(database)
            finally:
                await database.close()

        # in a thread of its own: a browser that is driven from this one has an event loop here
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(on_database())).result()

    def wants(self, repository: str = PUBLIC, number: int = 12, head: str = "a" * 40, key: str | None = None) -> None:
        """An event wants a pull request (0: the default branch) judged, or the subject that `key` names."""
        delivery = self._delivery(repository, number, head, key)
        self.stored(lambda database: SubjectStore(database).accept(delivery))

    def judged(
        self,
        report: Report,
        repository: str = PUBLIC,
        number: int = 12,
        key: str | None = None,
        commands: Sequence[str] = (),
    ) -> None:
        """An event wants it, and a worker judges it."""
        delivery = self._delivery(repository, number, report.head, key)

        async def story(database: Database) -> None:
            subjects = SubjectStore(database)
            await subjects.accept(delivery)
            claim = await subjects.claim(60)
            assert claim is not None
            assert claim.head == report.head, "something else waits, too"
            publication: dict[str, Any] = {"digest": "d", "head": report.head, "runs": [], "comment": None}
            await ReportStore(database).save(claim, {**to_json(report), "commands": commands}, publication, 1.5)
            await subjects.finish(claim)

        self.stored(story)

    def _delivery(self, repository: str, number: int, head: str, key: str | None) -> Delivery:
        id_ = self.id(repository)
        key = key or (pull_key(id_, number) if number else branch_key(id_))
        wanted = Wanted(key, INSTALLATION, id_, number, head, time.time(), About(repository, "R_1"))
        return Delivery(f"d{next(_numbers)}", "pull_request", "opened", wanted)

    def browser(self) -> httpx.Client:
        """Somebody with a browser, who follows no redirect unasked."""
        return httpx.Client(base_url=self.base, headers={"Accept": "text/html"})

    @contextmanager
    def signed_in(self, login: str = "ada") -> Iterator[httpx.Client]:
        """The same after signing in."""
        with self.browser() as client:
            self.signs_in(client, login)
            yield client

    def signs_in(self, client: httpx.Client, login: str = "ada", to: str = "/account") -> httpx.Response:
        """The answer to coming back from GitHub."""
        return client.get(on_the_way(client, to, login=login))

    def get(self, path: str, **headers: str) -> httpx.Response:
        """What somebody sees who is not signed in."""
        with self.browser() as client:
            return client.get(path, headers=headers)


def on_the_way(client: httpx.Client, to: str = "/account", **choice: str) -> str:
    """The way back from GitHub, where somebody has agreed, or done what `choice` says."""
    begun = client.get("/signin", params={"to": to})
    assert begun.status_code == 303
    done = httpx.post(begun.headers["location"], data=choice or {"login": "ada"})
    assert done.status_code == 302, done.text
    return str(done.headers["location"])
