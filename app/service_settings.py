"""The settings of the service."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.address import Address, usable_proxy
from app.api_tokens import ApiToken, Callers
from checks.policy.shape import KeyFault, key

_LONG_ENOUGH = "x" * 16
_RANGES = {
    "workers": (0, 100),
    "backfill_share": (0, 90),
    "lease_seconds": (1, 3600),
    "retry_seconds": (1, 900),
    "refresh_hour": (0, 23),
    "github_processes": (1, 100),
    "github_requests": (1, 100),
    "port": (0, 65535),
    "internal_port": (1, 65535),
    "keep_deliveries": (7, 3650),
    "keep_reports": (1, 3650),
    "keep_uses": (1, 3650),
    "keep_gone": (1, 3650),
}


class Engine(StrEnum):
    EMBEDDED = "embedded"
    """Workers of the process that serves take what is due from the database."""
    DISTRIBUTED = "distributed"
    """Any number of processes of `ospo-gate work` are woken by PostgreSQL."""


class ApiVersion(StrEnum):
    V2022_11_28 = "2022-11-28"
    V2026_03_10 = "2026-03-10"


class Pacing(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Submission(StrEnum):
    OFF = "off"
    MISSING = "missing"
    ALL = "all"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """The settings of the service; each is an environment variable `OSPO_GATE_<NAME>`. See docs/settings.md."""

    app_id: int = key("Number of the GitHub App, from its settings page.")
    webhook_secret: str = key("The secret that the GitHub App signs its webhooks with.", repr=False)
    private_key: str | None = key(
        "The App's private key, PEM text. Or give `private_key_file`.", default=None, repr=False
    )
    private_key_file: str | None = key("Path of the App's private key, a PEM file.", default=None)
    webhook_secret_previous: str | None = key(
        "During a rotation: the secret that is still valid.", default=None, repr=False
    )
    credentials: str | None = key(
        "Folder with the App's credentials as set-up writes them (docs/setup.md), for what is not set otherwise. "
        "Default: `ospo-gate-credentials` beside the database.",
        default=None,
    )
    setup_token: str | None = key(
        "What the set-up page asks for. Default: one is made and shown on the terminal.", default=None, repr=False
    )
    github_api_url: str = key(
        "Address of the REST API; on GitHub Enterprise Server `https://HOST/api/v3`.", default="https://api.github.com"
    )
    github_url: str = key("Address that people open; used in links.", default="https://github.com")
    github_api_version: ApiVersion = key(
        "The dated version of GitHub's REST API to ask for.", default=ApiVersion.V2022_11_28
    )
    github_ca_file: str | None = key(
        "PEM file of certificate authorities to trust for GitHub besides those of the system.", default=None
    )
    github_proxy: str | None = key(
        "Address of the proxy that leads to GitHub, or `direct`. Otherwise HTTPS_PROXY and NO_PROXY count.",
        default=None,
        repr=False,
    )
    github_pacing: Pacing = key(
        "Whether what is sent keeps within github.com's published limits by itself: `on`, `off`, or `auto`: for "
        "github.com and ghe.com. What GitHub's answers say of limits always counts.",
        default=Pacing.AUTO,
    )
    github_processes: int = key(
        "How many processes of this service work for the same GitHub App: each takes its part of the limits.", default=1
    )
    github_requests: int = key(
        "Requests to GitHub at the same time for one installation; GitHub allows 100 for all of them.", default=25
    )
    database: str = key(
        "SQLAlchemy URL of the database: SQLite for one machine.", default="sqlite+aiosqlite:///ospo-gate.db"
    )
    engine: Engine = key(
        "Who works: `embedded` in `ospo-gate serve` itself, `distributed` in processes of `ospo-gate work`, which "
        "needs PostgreSQL.",
        default=Engine.EMBEDDED,
    )
    migrate: bool = key(
        "Whether `serve` and `work` bring the schema of the database up to date; if not, `ospo-gate db upgrade` does.",
        default=True,
    )
    policy: str | None = key(
        "The organization's policy: `owner/repo[/path]@ref`. Default: each repository's own `policy.yaml`.",
        default=None,
    )
    policy_app_id: int | None = key(
        "Number of a second GitHub App that is installed on the policy repository alone and may write there: it makes "
        "the pull requests that decide requests (docs/requests.md). Default: the App itself does, if it may.",
        default=None,
    )
    policy_private_key: str | None = key("Its private key, PEM text.", default=None, repr=False)
    notify_urls: tuple[str, ...] = key(
        "Where the owner of the policy is told of requests, of late ones, and of merges in spite of the gate: "
        "addresses of Apprise with spaces between them, for Slack, Teams, e-mail, webhooks and others: "
        "docs/requests.md.",
        default=(),
        repr=False,
    )
    online: bool = key("Whether the sources of facts on the network are asked: docs/facts.md.", default=False)
    facts: str | None = key(
        "Path or https:// address of a facts file: docs/offline.md. It may be replaced while the service runs; with "
        "`online` it serves where the network is silent.",
        default=None,
    )
    refresh_hour: int = key(
        "Hour of the day (UTC) at which facts that are in use are renewed and default branches judged again.", default=2
    )
    api_token: str | None = key(
        "A token that may do all that the API can; callers send it as `Authorization: Bearer …`: docs/api-tokens.md.",
        default=None,
        repr=False,
    )
    api_tokens: tuple[ApiToken, ...] = key(
        "Tokens with names and scopes, `NAME:SCOPE,SCOPE=TOKEN` with spaces or line ends between them, and with a "
        "last day `NAME:SCOPE,SCOPE:2027-06-30=TOKEN`: docs/api-tokens.md. Default: without these and `api_token` "
        "there is no API.",
        default=(),
        repr=False,
    )
    public_url: str | None = key(
        "Address at which people reach this service, `https://HOST`: verdicts then link to pages with their details "
        "(docs/pages.md). Default: there are no pages.",
        default=None,
    )
    public_pages: bool = key("Whether pages about public repositories are shown without signing in.", default=True)
    public_policy: bool = key(
        "Whether everybody may read the public edition of the organization's policy at `/policy`: "
        "docs/policy-document.md.",
        default=False,
    )
    client_id: str | None = key(
        "The GitHub App's client id: people sign in with it to see pages about other repositories.", default=None
    )
    client_secret: str | None = key("The GitHub App's client secret.", default=None, repr=False)
    session_secret: str | None = key(
        "What the cookies of people who signed in are encrypted with, the same in every web process. Default: derived "
        "from the client secret.",
        default=None,
        repr=False,
    )
    host: str = key("Address to listen on.", default="127.0.0.1")
    port: int = key("Port to listen on.", default=8080)
    internal_host: str = key("Address of the internal listener.", default="127.0.0.1")
    internal_port: int | None = key(
        "Port of a second, internal listener: then pages, API, metrics and health are there, and the webhook alone on "
        "`port` (docs/operating.md). Default: one listener for all, without metrics unless the API has a token.",
        default=None,
    )
    workers: int = key("How many pull requests a process judges at the same time; 0: `serve` judges none.", default=4)
    repair: bool = key(
        "Whether GitHub is asked again and again for what no webhook told, and for failed webhooks: docs/repair.md.",
        default=True,
    )
    backfill_share: int = key(
        "Percent of GitHub's rate limit that may be used when default branches are read for the first time; 0: they "
        "are read when something is pushed to them. docs/sbom-service.md.",
        default=50,
    )
    backfill_forks: bool = key("Whether the default branches of forks are read, too.", default=True)
    dependency_submission: Submission = key(
        "What default branches use that is told to GitHub's dependency graph, so that its alerts know of it: `off`; "
        "`missing`, what GitHub does not read itself; or `all`. It needs the permission `contents: write`: "
        "docs/sbom-service.md.",
        default=Submission.OFF,
    )
    dependency_track_url: str | None = key(
        "Address of a Dependency-Track server (version 4 or 5) that gets the SBOM of each default branch. Default: "
        "none does.",
        default=None,
    )
    dependency_track_api_key: str | None = key("The API key for it.", default=None, repr=False)
    dependency_track_hours: int = key(
        "After how many hours its findings and violated policies are read back again, besides after each upload; the "
        "key needs VIEW_VULNERABILITY and VIEW_POLICY_VIOLATION for it. 0: never.",
        default=0,
    )
    lease_seconds: int = key("After how many silent seconds the job of a dead worker is taken over.", default=8)
    retry_seconds: int = key(
        "Seconds before a call that GitHub could not answer is tried again; doubled each time.", default=5
    )
    traces: str | None = key(
        "Address that spans of OpenTelemetry are sent to, `http://HOST:4318/v1/traces`; needs the extra `telemetry`. "
        "Default: none are made.",
        default=None,
    )
    keep_deliveries: int = key("Days for which deliveries and what was published are kept.", default=30)
    keep_reports: int = key("Days for which reports are kept; the newest of each pull request stays.", default=90)
    keep_uses: int = key("Days for which is kept what a repository used once.", default=730)
    keep_gone: int = key(
        "Days after which everything of a repository is deleted that the App does not see any more: it was deleted, or "
        "the App was uninstalled.",
        default=365,
    )
    log_level: LogLevel = key("How much is logged.", default=LogLevel.INFO)

    def faults(self) -> Iterator[KeyFault]:
        """What would let the service start and not work."""
        for name in ("webhook_secret", "webhook_secret_previous", "api_token", "session_secret", "setup_token"):
            if len(getattr(self, name) or _LONG_ENOUGH) < len(_LONG_ENOUGH):
                yield KeyFault(name, "is shorter than 16 characters", "create one with `openssl rand -hex 32`")
        for name, (least, most) in _RANGES.items():
            given = getattr(self, name)
            if given is not None and not least <= given <= most:
                yield KeyFault(name, f"must be {least} to {most}")
        secrets = [*filter(None, [self.api_token]), *(token.secret for token in self.api_tokens)]
        if len(set(secrets)) < len(secrets):
            yield KeyFault("api_tokens", "has the same token twice", "give every name a token of its own")
        if self.internal_port == self.port:
            yield KeyFault("internal_port", "is the port of the webhook", "give the two listeners a port each")
        yield from self._github_faults()
        yield from self._page_faults()
        yield from self._track_faults()
        if bool(self.policy_app_id) != bool(self.policy_private_key):
            yield KeyFault("policy_private_key", "is needed with policy_app_id, and only with it")
        if self.engine is Engine.DISTRIBUTED and not self.database.startswith("postgresql"):
            yield KeyFault("engine", "`distributed` needs PostgreSQL", "set OSPO_GATE_DATABASE=postgresql+psycopg://…")
        if self.facts and "://" in self.facts:
            try:
                Address.parse(self.facts)
            except ValueError as error:
                yield KeyFault("facts", str(error))
        if self.traces and urlsplit(self.traces).scheme not in ("http", "https"):
            yield KeyFault("traces", "is no address of HTTP", "collectors take OTLP at http://HOST:4318/v1/traces")

    @property
    def callers(self) -> Callers:
        """Who may call the API."""
        return Callers.of(self.api_token, self.api_tokens)

    def _track_faults(self) -> Iterator[KeyFault]:
        if self.dependency_track_hours < 0:
            yield KeyFault("dependency_track_hours", "expected 0 or more hours")
        if not self.dependency_track_url:
            if self.dependency_track_hours:
                yield KeyFault("dependency_track_url", "is needed with dependency_track_hours")
            return
        try:
            Address.parse(self.dependency_track_url)
        except ValueError as error:
            yield KeyFault("dependency_track_url", str(error))
        if not self.dependency_track_api_key:
            yield KeyFault("dependency_track_api_key", "is needed with dependency_track_url")

    def _github_faults(self) -> Iterator[KeyFault]:
        try:
            Address.parse(self.github_api_url)
        except ValueError as error:
            yield KeyFault("github_api_url", str(error))
        if self.github_proxy not in (None, "direct") and not usable_proxy(self.github_proxy or ""):
            yield KeyFault("github_proxy", "is neither 'direct' nor the address of an HTTP or HTTPS proxy")

    @property
    def paced(self) -> bool:
        """Whether github.com's published limits are kept without being told."""
        host = urlsplit(self.github_api_url).hostname or ""
        public = host == "api.github.com" or host.endswith(".ghe.com")
        return public if self.github_pacing is Pacing.AUTO else self.github_pacing is Pacing.ON

    def _page_faults(self) -> Iterator[KeyFault]:
        if self.public_url is not None:
            try:
                address = Address.parse(self.public_url)
            except ValueError as error:
                yield KeyFault("public_url", str(error))
            else:
                if urlsplit(address).path:
                    yield KeyFault("public_url", "has a path: the pages need a host of their own")
        if self.client_id:
            try:
                Address.parse(self.github_url)  # the client secret goes there
            except ValueError as error:
                yield KeyFault("github_url", str(error))
        for name, needed in (
            ("client_id", "client_secret"),
            ("client_secret", "client_id"),
            ("client_id", "public_url"),
        ):
            if getattr(self, name) and not getattr(self, needed):
                yield KeyFault(needed, f"is needed with {name}", "people sign in with it: docs/pages.md")
