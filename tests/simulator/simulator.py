"""The simulator as tests and demos use it: build a world in a few calls, start it, look at what happened."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn

from . import administration, apps, checks, comments, snapshots
from .accounts import Organization, Owner, User
from .apps import DEFAULT_EVENTS, DEFAULT_PERMISSIONS, App
from .checks import CheckRun
from .comments import Comment
from .faults import Fault, Faults, Hold, Matcher
from .limits import Limits, RateLimiter
from .payloads import comment_json
from .repository import Files, Repository, create_repository
from .server import RequestRecord, Server
from .webhooks import Delivery, Dispatcher
from .world import Json, Profile, World

_MEMORY_NEEDED_BYTES = 1024**3


class _Server(uvicorn.Server):
    """Uvicorn that ends at once: hundreds of tests start and stop one."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._end.set)

    async def main_loop(self) -> None:
        self._loop, counter = asyncio.get_running_loop(), 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Without the grace that uvicorn gives to requests under way."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for task in self.server_state.tasks:
            task.cancel()
        await asyncio.sleep(0.002)  # lets the transports close


class Simulator:
    """A GitHub on 127.0.0.1. Its URL is known at once, it answers after `start()` (or inside `with`)."""

    def __init__(self, profile: Profile = "github.com", port: int = 0) -> None:
        # asyncio switches Nagle off only for sockets that say they are TCP; with it an answer takes 40 ms
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._directory = Path(tempfile.mkdtemp(prefix="github-simulator-", dir=_scratch()))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.world = World(self._directory, self.url, profile)
        self.limits = Limits(enabled=profile == "github.com")
        self.faults = Faults()
        self.dispatcher = Dispatcher(self.world)
        self.world.emit = self.dispatcher.emit
        self.server = Server(self.world, self.dispatcher, RateLimiter(self.world, self.limits), self.faults)
        self._uvicorn: _Server | None = None
        self._thread: threading.Thread | None = None
        self.create_user("octo-dev", name="Octo Dev", email="octo-dev@example.com")

    # Running

    @property
    def api_url(self) -> str:
        return self.world.api_url

    @property
    def graphql_url(self) -> str:
        return self.world.graphql_url

    def start(self) -> "Simulator":
        """Serve in a background thread; returns when requests are answered."""
        config = uvicorn.Config(
            self.server, http="httptools", lifespan="off", log_level="warning", access_log=False, ws="none",
            server_header=False, timeout_graceful_shutdown=1, backlog=1024,
        )  # fmt: skip
        self._uvicorn = _Server(config)
        started = self._uvicorn
        self._thread = threading.Thread(target=lambda: started.run(sockets=[self._socket]), daemon=True)
        self._thread.start()
        while not started.started:
            if not self._thread.is_alive():
                raise RuntimeError("the simulator could not be started")
            self._thread.join(0.002)
        return self

    def stop(self) -> None:
        """Stop serving and delivering, and remove the repositories from disk."""
        self.faults.clear()
        if self._uvicorn and self._thread:
            self._uvicorn.end()
            self._thread.join(5)
        self._socket.close()
        self.dispatcher.close()
        for store in {repository.git.objects for repository in self.world.repositories.values()}:
            store.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # Building a world

    def create_user(
        self,
        login: str,
        name: str | None = None,
        email: str | None = None,
        type: str = "User",
        emails: Iterable[str] = (),
    ) -> User:
        """An account; a `Bot` needs a login that ends in `[bot]`."""
        with self.world.lock:
            return self.world.add_user(login, name, email, type, emails)

    def create_org(self, login: str) -> Organization:
        with self.world.lock:
            organization = Organization(self.world.next_id("organization"), login)
            organization.node_id = self.world.register("O", organization.id, organization)
            self.world.organizations[login.lower()] = organization
            return organization

    def create_app(
        self,
        slug: str = "ospo-gate",
        webhook_url: str | None = None,
        webhook_secret: str | None = "simulated-webhook-secret",
        permissions: Mapping[str, str] | None = None,
        events: Iterable[str] | None = None,
        owner: str | None = None,
        private_key_pem: str | None = None,
        callback_urls: Iterable[str] = (),
    ) -> App:
        """An App with its bot account `slug[bot]` and, unless one is given, a fresh key (about 0.1 s)."""
        with self.world.lock:
            app = apps.create_app(
                self.world, slug, self._owner(owner) if owner else None,
                webhook_url=webhook_url, webhook_secret=webhook_secret, private_key_pem=private_key_pem,
                permissions=DEFAULT_PERMISSIONS if permissions is None else permissions,
                events=DEFAULT_EVENTS if events is None else events,
            )  # fmt: skip
            app.callback_urls = list(callback_urls)
            return app

    def install(
        self,
        app: App,
        account: str,
        repositories: str | Iterable[str] = "all",
        permissions: Mapping[str, str] | None = None,
    ) -> int:
        """Install an App on an account; sends `installation.created` and answers the installation's id."""
        with self.world.lock:
            selected = None
            if repositories != "all":
                selected = {self.repository(f"{account}/{name}").id for name in repositories}
            return apps.install(self.world, app, self._owner(account), selected, permissions).id

    def uninstall(self, installation_id: int) -> None:
        with self.world.lock:
            apps.tell_installation(self.world, self.world.installations[installation_id], "deleted")
            del self.world.installations[installation_id]

    def add_repositories(self, installation_id: int, names: Iterable[str]) -> None:
        """Add repositories to a selected installation; sends `installation_repositories.added`."""
        self._select(installation_id, names, "added")

    def remove_repositories(self, installation_id: int, names: Iterable[str]) -> None:
        self._select(installation_id, names, "removed")

    def select_all(self, installation_id: int) -> None:
        """From chosen repositories to all of them; sends `installation_repositories.added`."""
        with self.world.lock:
            self.world.installations[installation_id].select_all(self.world)

    def suspend(self, installation_id: int, suspended: bool = True) -> None:
        with self.world.lock:
            installation = self.world.installations[installation_id]
            installation.suspended = False
            apps.tell_installation(self.world, installation, "suspend" if suspended else "unsuspend")
            installation.suspended = suspended

    def ask_permissions(
        self, app: App, permissions: Mapping[str, str] | None = None, events: Iterable[str] | None = None
    ) -> None:
        """Change what an App asks for: installations keep what they granted until somebody accepts."""
        with self.world.lock:
            app.permissions = {"metadata": "read", **permissions} if permissions is not None else app.permissions
            app.events = list(events) if events is not None else app.events

    def accept_permissions(self, installation_id: int) -> None:
        """Grant what the App asks for now; sends `installation.new_permissions_accepted`."""
        with self.world.lock:
            installation = self.world.installations[installation_id]
            installation.permissions = dict(installation.app.permissions)
            apps.tell_installation(self.world, installation, "new_permissions_accepted")

    def create_repository(
        self,
        owner: str,
        name: str,
        private: bool = False,
        files: Files | None = None,
        *,
        default_branch: str = "main",
        description: str | None = None,
        visibility: str | None = None,
        topics: Iterable[str] = (),
        custom_properties: Mapping[str, Any] | None = None,
        license: str | None = None,
        announce: bool = False,
    ) -> Repository:
        """A repository with a first commit of `files` (without any: an empty commit).

        `announce` sends what GitHub sends for a new one: `repository.created`, `installation_repositories.added`.
        """
        with self.world.lock:
            private = private or visibility in ("private", "internal")
            repository = create_repository(self.world, self._owner(owner), name, private, default_branch)
            repository.description, repository.topics = description, list(topics)
            repository.visibility = visibility or repository.visibility
            repository.custom_properties = dict(custom_properties or {})
            if license:
                node = {"key": license.lower(), "name": license, "spdx_id": license, "url": None, "node_id": "L"}
                repository.license = node
            repository.commit(default_branch, files or {}, "First commit", notify=False)
            if announce:
                administration.announce(repository, None)
            return repository

    def repository(self, full_name: str) -> Repository:
        found = self.world.repository(full_name)
        if found is None:
            raise KeyError(full_name)
        return found

    # Things people do

    def comment(self, repository: Repository, number: int, user: User, body: str, app: App | None = None) -> Comment:
        """A person's comment, or with its bot as `user` that of another App; sends `issue_comment.created`."""
        with self.world.lock:
            return comments.create(self.world, repository.pulls[number], user, body, app)

    def comment_on_issue(self, repository: Repository, number: int, user: User, body: str) -> None:
        """A comment on what is no pull request."""
        with self.world.lock:
            comments.on_issue(repository, number, user, body)

    def edit_comment(self, comment: Comment, body: str, user: User | None = None) -> None:
        with self.world.lock:
            comments.edit(self.world, comment, body, user or comment.user)

    def delete_comment(self, comment: Comment, user: User | None = None) -> None:
        with self.world.lock:
            comments.delete(self.world, comment, user or comment.user)

    def rerequest_check_run(self, run_id: int, sender: User | None = None) -> None:
        """The "Re-run" of one check."""
        with self.world.lock:
            checks.emit_run(self.world.check_runs[run_id], "rerequested", sender or self._anybody())

    def rerequest_check_suite(self, repository: Repository, sha: str, sender: User | None = None) -> None:
        """ "Re-run all checks" of a commit, for every app that has a suite there."""
        with self.world.lock:
            for suite in checks.suites_of(self.world, repository, sha):
                checks.emit_suite(suite, "rerequested", sender or self._anybody())

    def request_action(self, run_id: int, identifier: str, sender: User | None = None) -> None:
        """A click on a button of a check run."""
        with self.world.lock:
            run = self.world.check_runs[run_id]
            if identifier not in {action["identifier"] for action in run.actions}:
                raise ValueError(f"check run {run.name} has no button {identifier!r}")
            extra = {"requested_action": {"identifier": identifier}}
            checks.emit_run(run, "requested_action", sender or self._anybody(), extra)

    # What happened

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self.dispatcher.deliveries)

    @property
    def requests(self) -> list[RequestRecord]:
        return list(self.server.requests)

    def reset_counts(self) -> None:
        """Forget the requests (not the deliveries) seen so far."""
        self.server.requests.clear()
        self.server.peak = 0

    def check_runs(self, repository: Repository, sha: str | None = None) -> list[Json]:
        """Every run, oldest first, as REST shows it, with `annotations` and `actions` in full."""
        with self.world.lock:
            runs = [r for r in self.world.check_runs.values() if r.suite.repository is repository]
            return [self._run(run) for run in runs if sha in (None, run.suite.head_sha)]

    def comments(self, repository: Repository, number: int) -> list[Json]:
        """Comments as REST shows them, with `minimized` and `edits`."""
        with self.world.lock:
            found = repository.pulls[number].comments
            return [comment_json(self.world, c) | {"minimized": c.minimized, "edits": c.edits} for c in found]

    def dependencies(self, repository: Repository) -> list[Json]:
        """The packages that were submitted for the default branch, by package URL."""
        with self.world.lock:
            return snapshots.packages(repository)

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until no webhook delivery is in flight."""
        return self.dispatcher.wait_idle(timeout)

    # Webhooks by hand

    def redeliver(self, guid: str) -> Delivery:
        """Deliver the newest attempt with this GUID again, with the same GUID and bytes."""
        found = next(d for d in reversed(self.dispatcher.deliveries) if d.guid == guid)
        again = self.dispatcher.redeliver(found)
        assert again is not None
        return again

    def send_raw(
        self,
        event: str,
        payload: Json | bytes,
        headers: Mapping[str, str | None] | None = None,
        *,
        app: App | None = None,
        guid: str | None = None,
    ) -> Delivery:
        """Send anything. A header set to None is left out, so that missing and wrong signatures can be tried."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        target = app or next(iter(self.world.apps.values()))
        action = payload.get("action") if isinstance(payload, dict) else None
        sent = self.dispatcher.send(target, event, body, headers=dict(headers or {}), guid=guid, action=action)
        if sent is None:
            raise ValueError("nothing was sent: no webhook URL, or a payload above 25 MB")
        return sent

    # Trouble

    def fail_next(
        self,
        matcher: Matcher,
        status: int = 502,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        after: bool = False,
        delay_seconds: float = 0.0,
    ) -> Fault:
        """Answer an error to the next matching requests; with `after` the operation is done all the same.

        The matcher is a predicate over a `Seen` request, a pattern such as `POST /repos/*/check-runs`, or a
        text that the GraphQL document contains, such as `createCheckRun`.
        """
        fault = Fault(matcher, status, body, dict(headers or {}), times, after, delay_seconds)
        self.faults.faults.append(fault)
        return fault

    def hold(self, matcher: Matcher, times: int = 1) -> Hold:
        """Let the next matching request wait until `release()` of the answered hold."""
        hold = Hold(matcher, times=times)
        self.faults.holds.append(hold)
        return hold

    def expire_tokens(self) -> None:
        """Every installation token issued so far is refused with 401 from now on."""
        with self.world.lock:
            for token in self.server.authenticator.tokens.values():
                token.expires_at = 0

    def advance(self, seconds: float) -> None:
        """Move the simulator's clock: tokens, rate limits, retention and timestamps (not the check of JWTs)."""
        self.world.clock_offset += seconds

    @property
    def graphql_available(self) -> bool:
        return self.server.graphql_available

    @graphql_available.setter
    def graphql_available(self, value: bool) -> None:
        self.server.graphql_available = value

    def _owner(self, login: str) -> Owner:
        owner = self.world.owner(login)
        if owner is None:
            raise KeyError(f"no account {login}")
        return owner

    def _anybody(self) -> User:
        return self.world.users["octo-dev"]

    def _run(self, run: CheckRun) -> Json:
        data = checks.run_json(self.world, run)
        output = data["output"] | {"annotations": list(run.annotations), "images": list(run.images)}
        more = {"annotations": list(run.annotations), "actions": list(run.actions), "updates": run.updates}
        return data | {"output": output} | more

    def _select(self, installation_id: int, names: Iterable[str], action: str) -> None:
        with self.world.lock:
            installation = self.world.installations[installation_id]
            if installation.selected is None:
                raise ValueError("this installation has all repositories")
            chosen = {self.repository(f"{installation.account.login}/{name}").id for name in names}
            installation.select(chosen, action, self.world)


def _scratch() -> Path | None:
    """Memory, where there is enough of it: the loose objects of a repository are thousands of small files."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _MEMORY_NEEDED_BYTES
    return memory if roomy and "TMPDIR" not in os.environ and os.access(memory, os.W_OK) else None
