"""The settings of the service."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.address import Address
from checks.model.errors import UsageError
from checks.policy.shape import KeyFault, key

_LONG_ENOUGH = "x" * 16
_RANGES = {
    "workers": (1, 100),
    "lease_seconds": (1, 3600),
    "retry_seconds": (1, 900),
    "refresh_hour": (0, 23),
    "port": (0, 65535),
}


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
    github_api_url: str = key(
        "Address of the REST API; on GitHub Enterprise Server `https://HOST/api/v3`.", default="https://api.github.com"
    )
    github_url: str = key("Address that people open; used in links.", default="https://github.com")
    database: str = key(
        "SQLAlchemy URL of the database: SQLite for one machine.", default="sqlite+aiosqlite:///ospo-gate.db"
    )
    policy: str | None = key(
        "The organization's policy: `owner/repo[/path]@ref`. Default: each repository's own `policy.yaml`.",
        default=None,
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
        "What callers of the API send as `Authorization: Bearer …`: docs/ask.md. Default: there is no API.",
        default=None,
        repr=False,
    )
    host: str = key("Address to listen on.", default="127.0.0.1")
    port: int = key("Port to listen on.", default=8080)
    workers: int = key("How many pull requests are judged at the same time.", default=4)
    lease_seconds: int = key("After how many silent seconds the job of a dead worker is taken over.", default=60)
    retry_seconds: int = key(
        "Seconds before a call that GitHub could not answer is tried again; doubled each time.", default=5
    )
    log_level: LogLevel = key("How much is logged.", default=LogLevel.INFO)

    def faults(self) -> Iterator[KeyFault]:
        """What would let the service start and not work."""
        for name in ("webhook_secret", "webhook_secret_previous", "api_token"):
            if len(getattr(self, name) or _LONG_ENOUGH) < len(_LONG_ENOUGH):
                yield KeyFault(name, "is shorter than 16 characters", "create one with `openssl rand -hex 32`")
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                yield KeyFault(name, f"must be {least} to {most}")
        if self.facts and "://" in self.facts:
            try:
                Address.parse(self.facts)
            except ValueError as error:
                yield KeyFault("facts", str(error))

    @property
    def key_text(self) -> str:
        """The private key's PEM text. Raises `UsageError` when the file cannot be read."""
        if self.private_key:
            return self.private_key.replace("\\n", "\n")
        try:
            return Path(self.private_key_file or "").read_text("ascii")
        except (OSError, ValueError) as error:
            raise UsageError(
                f"OSPO_GATE_PRIVATE_KEY_FILE: {error}", hint="Give the path of the App's PEM file."
            ) from None
