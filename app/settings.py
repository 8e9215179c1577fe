"""The only reader of the environment."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, get_origin

from checks.model.errors import PolicyIssue, UsageError
from checks.model.facts import RepositoryFacts
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.shape import KeyFault, Reader, key, keys_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.fact_settings import FactEnvironment
    from checks.model.packages import Known

#: A payload of GitHub has at most 25 MB.
_MAX_EVENT = 26_000_000


@dataclass(frozen=True, slots=True)
class Workflow:
    """What a GitHub Actions runner tells: the change to judge and the repository."""

    base: str | None = None
    head: str | None = None
    repository: RepositoryFacts = RepositoryFacts()
    event: str | None = None
    proposed: bool = False
    """Whether the head only asks to be merged: then nothing that judges it may come from it."""


@dataclass(frozen=True, slots=True)
class CommandEnvironment:
    """What the command takes from its environment."""

    color: bool | None
    """True or False when the user decided (NO_COLOR, FORCE_COLOR); None: only on a terminal."""
    api_url: str
    server_url: str | None
    token: str | None
    workflow: Workflow | None
    appended: frozenset[str] = frozenset()
    """Files of the runner that other commands of the same step may have written to already."""
    cache: Path | None = None
    """Where parsed inventories are kept. None in a workflow: what another job left on a runner is no evidence."""
    facts: Path | None = None
    """The facts file (OSPO_GATE_FACTS)."""


def command_environment(environ: Mapping[str, str] = os.environ) -> CommandEnvironment:
    forced = environ.get("FORCE_COLOR") not in (None, "", "0")
    color = False if environ.get("NO_COLOR") else True if forced else False if environ.get("TERM") == "dumb" else None
    in_workflow = environ.get("GITHUB_ACTIONS") == "true"
    return CommandEnvironment(
        color=color,
        api_url=environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        server_url=environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/") if in_workflow else None,
        token=(environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or "").strip() or None,
        workflow=_workflow(environ) if in_workflow else None,
        appended=frozenset(filter(None, (environ.get("GITHUB_OUTPUT"), environ.get("GITHUB_STEP_SUMMARY")))),
        cache=None if in_workflow else _cache(environ),
        facts=Path(environ[FACTS]) if environ.get(FACTS) else None,
    )


def _cache(environ: Mapping[str, str]) -> Path | None:
    """The user's cache folder: XDG Base Directory specification, and what macOS and Windows have for it."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    own = {"darwin": "Library/Caches", "win32": "AppData/Local"}.get(sys.platform, ".cache")
    named = environ.get("XDG_CACHE_HOME") or (environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    folder = named if named and os.path.isabs(named) else os.path.join(home, own) if home else None
    return Path(folder, "ospo-gate", "inventories") if folder and os.path.isabs(folder) else None


def _workflow(environ: Mapping[str, str]) -> Workflow:
    """The event of the run. GITHUB_SHA of a pull request is a test merge: the event's own head is judged instead."""
    payload = _payload(environ.get("GITHUB_EVENT_PATH"))
    repository = _repository(payload, environ.get("GITHUB_REPOSITORY"))
    event = environ.get("GITHUB_EVENT_NAME")
    pull, group = payload.get("pull_request"), payload.get("merge_group")
    if isinstance(pull, dict):
        return Workflow(_sha(pull.get("base")), _sha(pull.get("head")), repository, event, proposed=True)
    if isinstance(group, dict):
        return Workflow(_text(group.get("base_sha")), _text(group.get("head_sha")), repository, event, proposed=True)
    before, after = _commit(payload.get("before")), _commit(payload.get("after"))
    return Workflow(before, after, repository, event)


def _payload(path: str | None) -> dict[str, object]:
    import json

    try:
        file = Path(path or "")
        if not path or file.stat().st_size > _MAX_EVENT:
            return {}
        payload = json.loads(file.read_bytes())
        return payload if isinstance(payload, dict) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _repository(payload: Mapping[str, object], name: str | None) -> RepositoryFacts:
    found = payload.get("repository")
    found = found if isinstance(found, dict) else {}
    owner = found.get("owner")
    properties = found.get("custom_properties")
    return RepositoryFacts(
        name=_text(found.get("full_name")) or name,
        visibility=_text(found.get("visibility")) or _visibility(found.get("private")),
        default_branch=_text(found.get("default_branch")),
        owner_is_organization=owner.get("type") == "Organization" if isinstance(owner, dict) else None,
        properties={k: str(v) for k, v in properties.items()} if isinstance(properties, dict) else {},
        license=_license(found.get("license")),
    )


def _license(found: object) -> "Known[str] | None":
    """What GitHub recognized; it says NOASSERTION where it did not."""
    name = _text(found.get("spdx_id")) if isinstance(found, dict) else None
    if not name or name == "NOASSERTION":
        return None
    from checks.model.packages import Known

    return Known(name, "GitHub")


def _visibility(private: object) -> str | None:
    return None if not isinstance(private, bool) else "private" if private else "public"


def _sha(side: object) -> str | None:
    return _text(side.get("sha")) if isinstance(side, dict) else None


def _commit(value: object) -> str | None:
    """The commit of a push; zeros mean that the branch is new or gone."""
    sha = _text(value)
    return sha if sha and sha.strip("0") else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


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
        for name in ("webhook_secret", "webhook_secret_previous"):
            if len(getattr(self, name) or _LONG_ENOUGH) < len(_LONG_ENOUGH):
                yield KeyFault(name, "is shorter than 16 characters", "create one with `openssl rand -hex 32`")
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                yield KeyFault(name, f"must be {least} to {most}")

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


PREFIX = "OSPO_GATE_"
FACTS = "OSPO_GATE_FACTS"
FACTS_PREFIX = "OSPO_GATE_FACTS_"


def service_settings(environ: Mapping[str, str] = os.environ) -> ServiceSettings:
    """The settings of the service. Raises `UsageError` that names every missing or wrong variable and what to do."""
    given = {name: value for name, value in _given(environ, PREFIX).items() if not name.startswith("facts_")}
    settings, wrong = _read(ServiceSettings, PREFIX, given)
    if not given.get("private_key") and not given.get("private_key_file"):
        wrong.append(f"{PREFIX}PRIVATE_KEY_FILE: is not set (Path of the App's private key, a PEM file.)")
    return _complete(settings, wrong, "docs/settings.md")


def fact_settings(environ: Mapping[str, str] = os.environ) -> "FactEnvironment":
    """What the sources of facts on the network take from the environment. Raises `UsageError` as `service_settings`."""
    from app.fact_settings import FactEnvironment, FactSettings  # only where something is looked up

    settings, wrong = _read(FactSettings, FACTS_PREFIX, _given(environ, FACTS_PREFIX))
    home = environ.get("HOME") or environ.get("USERPROFILE")
    whole = _complete(settings, wrong, "docs/facts.md")
    return FactEnvironment(whole, Path(home) if home and os.path.isabs(home) else None, dict(environ))


S = TypeVar("S")


def _given(environ: Mapping[str, str], prefix: str) -> Mapping[str, str]:
    return {name.removeprefix(prefix).lower(): value for name, value in environ.items() if name.startswith(prefix)}


def _read(shape: type[S], prefix: str, given: Mapping[str, str]) -> tuple[S | None, list[str]]:
    """The settings, and what is wrong with them, a line each."""
    reader = Reader()
    lists = {item.name for item in keys_of(shape).values() if get_origin(item.type) is tuple}
    entries = [(Scalar(name, 0, 0), _node(value, name in lists)) for name, value in sorted(given.items()) if value]
    settings = reader.read_shape(Entries(tuple(entries), 0, 0), shape, ())
    return (settings if isinstance(settings, shape) else None), [_issue(issue, prefix) for issue in reader.issues]


def _node(value: str, several: bool) -> Node:
    return Items(tuple(Scalar(item, 0, 0) for item in value.split()), 0, 0) if several else Scalar(value, 0, 0)


def _complete(settings: S | None, wrong: list[str], page: str) -> S:
    if wrong or settings is None:
        raise UsageError(
            "the settings are not complete:\n" + "\n".join(f"  {line}" for line in wrong),
            hint=f"Every setting is explained in {page}.",
        )
    return settings


def _issue(issue: PolicyIssue, prefix: str) -> str:
    name = f"{prefix}{issue.key.partition('.')[0].upper()}: " if issue.key else ""
    message = "is not set" if issue.message.endswith("is missing") else issue.message
    return f"{name}{message}" + (f" ({issue.hint})" if issue.hint else "")
