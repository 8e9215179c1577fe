"""What the tests of the simulator share: a small organization, a signed-in client and a webhook receiver."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import pytest

from . import App, Organization, Repository, Simulator, User
from .apps import generate_key
from .auth import load_key


@dataclass
class Place:
    """`example/web-shop` with the App `ospo-gate` installed; `api` holds an installation token."""

    sim: Simulator
    app: App
    org: Organization
    ada: User
    repo: Repository
    installation: int
    api: httpx.Client
    path: str = "/repos/example/web-shop"

    def app_jwt(self, **claims: Any) -> str:
        now = int(time.time())
        values = {"iat": now - 60, "exp": now + 540, "iss": self.app.client_id, **claims}
        return jwt.encode(values, load_key(self.app.private_key_pem), algorithm="RS256")  # type: ignore[arg-type]

    def as_app(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """One request with the App's JWT."""
        headers = {"authorization": f"Bearer {token or self.app_jwt()}"}
        return self.api.request(method, path, headers=headers, **more)

    def new_token(self, **body: Any) -> httpx.Response:
        return self.as_app("POST", f"/app/installations/{self.installation}/access_tokens", json=body)

    def token_of(self, app: App, installation: int) -> str:
        """A token of another App's installation."""
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": app.client_id}
        signed = jwt.encode(claims, load_key(app.private_key_pem), algorithm="RS256")  # type: ignore[arg-type]
        answer = self.as_app("POST", f"/app/installations/{installation}/access_tokens", signed)
        return str(answer.json()["token"])

    def with_token(self, token: str) -> httpx.Client:
        return client(self.sim, token)

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The JSON of an answer, which is HTTP 200 whatever happened."""
        answer = self.api.post(self.sim.graphql_url, json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()
        return data

    def check_run(self, sha: str | None = None, **values: Any) -> httpx.Response:
        body = {"name": "ospo-gate", "head_sha": sha or self.repo.head(), **values}
        return self.api.post(f"{self.path}/check-runs", json=body)


def client(sim: Simulator, token: str | None = None) -> httpx.Client:
    headers = {"accept": "application/vnd.github+json", "user-agent": "simulator-tests"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    return httpx.Client(base_url=sim.api_url, headers=headers, trust_env=False, verify=False)


def build(sim: Simulator, key: str, **app: Any) -> Place:
    org = sim.create_org("example")
    ada = sim.create_user("ada", name="Ada Lovelace", email="ada@example.com")
    org.add_member(ada)
    files = {"package.json": '{"name": "web-shop"}\n', "src/index.js": "export {}\n"}
    repo = sim.create_repository("example", "web-shop", files=files)
    made = sim.create_app(private_key_pem=key, **app)
    place = Place(sim, made, org, ada, repo, sim.install(made, "example"), client(sim))
    place.api.headers["authorization"] = f"Bearer {place.new_token().json()['token']}"
    return place


@pytest.fixture(scope="session")
def key() -> str:
    return generate_key()


@pytest.fixture
def place(key: str) -> Iterator[Place]:
    with Simulator() as sim:
        made = build(sim, key)
        yield made
        made.api.close()


@pytest.fixture
def ghes(key: str) -> Iterator[Place]:
    with Simulator("ghes") as sim:
        made = build(sim, key)
        yield made
        made.api.close()


@dataclass
class Receiver:
    """An App's webhook endpoint: keeps what arrives, answers `status` after `delay` seconds."""

    url: str
    status: int = 202
    delay: float = 0.0
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[str]:
        return [headers["x-github-event"] for headers, _ in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            time.sleep(made.delay)
            made.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(made.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_port}/webhook")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
