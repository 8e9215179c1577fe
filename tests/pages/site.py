"""The pages on a real port, over a real database, with a GitHub that signs people in."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
from tests.pages.hub import CLIENT_ID, CLIENT_SECRET, Hub
from tests.pages.served import Served

T = TypeVar("T")
#: The repositories: one for everybody, one that `ada` may see, one that she may not.
PUBLIC, PRIVATE, SECRET = "example/web-shop", "example/vault", "example/moonshot"
IDS = {PUBLIC: 1, PRIVATE: 2, SECRET: 3}
_numbers = itertools.count(1)


class Site:
    """Use it in a `with` statement."""

    def __init__(
        self, folder: Path, public_pages: bool = True, signs_in: bool = True, commands: frozenset[str] = frozenset()
    ) -> None:
        self.folder = folder
        self.url = f"sqlite+aiosqlite:///{folder / 'gate.db'}"
        self.hub = Hub()
        self.hub.person.sees = {IDS[PRIVATE]}
        self.hub.names = IDS | {"example/safe": IDS[PRIVATE]}
        self.ahead = 0.0
        """Seconds that the site's clock is ahead of the real one."""
        self._public_pages, self._signs_in, self._commands = public_pages, signs_in, commands

    def clock(self) -> float:
        return time.time() + self.ahead

    def __enter__(self) -> Self:
        self._github, self._served = Served(), Served()
        self._github.start(self.hub.app)
        self.base = self._served.url
        self._served.start(self._application())
        rows = [
            RepositoryRow(IDS[PUBLIC], 5, PUBLIC, visibility="public", default_branch="main"),
            RepositoryRow(IDS[PRIVATE], 5, PRIVATE, visibility="private", default_branch="main"),
            RepositoryRow(IDS[SECRET], 5, SECRET, visibility="internal", default_branch="main"),
        ]
        self.stored(lambda database: RepositoryStore(database).seen(rows))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._served.stop()
        self._github.stop()

    def _application(self) -> Any:
        database = Database(self.url)
        github = self._github.url
        people = People(CLIENT_ID, CLIENT_SECRET, github, f"{github}/api/v3") if self._signs_in else None
        sessions = Sessions("a-session-secret", secure=False, clock=self.clock) if self._signs_in else None
        renderer = Renderer(self.base, sessions)
        rights = Rights(RepositoryStore(database), people, self._public_pages, self.clock)
        details = Details(
            VerdictStore(database), rights, renderer, "https://github.com", sessions, self._commands, self.clock
        )
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
        id_ = IDS[repository]
        key = key or (pull_key(id_, number) if number else branch_key(id_))
        wanted = Wanted(key, 5, id_, number, head, time.time(), About(repository, "R_1"))
        delivery = Delivery(f"d{next(_numbers)}", "pull_request", "opened", wanted)
        self.stored(lambda database: SubjectStore(database).accept(delivery))

    def judged(self, report: Report, repository: str = PUBLIC, number: int = 12, key: str | None = None) -> None:
        """A worker judges it."""
        self.wants(repository, number, report.head, key)

        async def story(database: Database) -> None:
            subjects = SubjectStore(database)
            claim = await subjects.claim(60)
            assert claim is not None
            assert claim.head == report.head, "something else waits, too"
            publication: dict[str, Any] = {"digest": "d", "head": report.head, "runs": [], "comment": None}
            await ReportStore(database).save(claim, to_json(report), publication, 1.5)
            await subjects.finish(claim)

        self.stored(story)

    def browser(self) -> httpx.Client:
        """Somebody with a browser, who follows no redirect unasked."""
        return httpx.Client(base_url=self.base, headers={"Accept": "text/html"})

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """The same after signing in."""
        with self.browser() as client:
            client.get("/signin", follow_redirects=True).raise_for_status()
            yield client

    def get(self, path: str, **headers: str) -> httpx.Response:
        """What somebody sees who is not signed in."""
        with self.browser() as client:
            return client.get(path, headers=headers)
