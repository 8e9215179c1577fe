"""The only reader of the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar, get_origin

from checks.model.errors import PolicyIssue, UsageError
from checks.model.facts import RepositoryFacts
from checks.policy.document import Entries, Items, Node, Scalar
from checks.policy.reader import Reader
from checks.policy.shape import keys_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from app.fact_settings import FactEnvironment
    from app.service_settings import ServiceSettings
    from checks.model.packages import Known

#: No setting is larger (bytes).
_MAX_SETTING = 1_000_000
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
    branch: str | None = None
    """The branch that it asks to be merged into."""


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
    source_date: "datetime | None" = None
    """When what is written about was last changed (SOURCE_DATE_EPOCH, of the Reproducible Builds project)."""
    signatures_token: str | None = None
    """For signatures in another repository (OSPO_GATE_SIGNATURES_TOKEN; PERSONAL_ACCESS_TOKEN as in the CLA action)."""


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
        source_date=_source_date(environ.get("SOURCE_DATE_EPOCH")),
        signatures_token=(environ.get(SIGNATURES_TOKEN) or environ.get("PERSONAL_ACCESS_TOKEN") or "").strip() or None,
    )


class WorkflowRun(NamedTuple):
    """The event that a run of GitHub Actions is for."""

    name: str | None
    payload: Mapping[str, object]
    """As GitHub sent it."""
    run_id: int | None


def workflow_run(environ: Mapping[str, str] = os.environ) -> WorkflowRun:
    """The run that this command is a part of."""
    number = environ.get("GITHUB_RUN_ID", "")
    run_id = int(number) if number.isascii() and number.isdigit() else None
    return WorkflowRun(environ.get("GITHUB_EVENT_NAME"), _payload(environ.get("GITHUB_EVENT_PATH")), run_id)


def _source_date(seconds: str | None) -> "datetime | None":
    """Raises `UsageError` for what is no number of seconds since 1970: its specification says so."""
    if not seconds:
        return None
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError("SOURCE_DATE_EPOCH is not a number of seconds since 1970") from None


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
        base = pull.get("base")
        branch = _text(base.get("ref")) if isinstance(base, dict) else None
        return Workflow(_sha(base), _sha(pull.get("head")), repository, event, proposed=True, branch=branch)
    if isinstance(group, dict):
        branch = (_text(group.get("base_ref")) or "").removeprefix("refs/heads/") or None
        shas = _text(group.get("base_sha")), _text(group.get("head_sha"))
        return Workflow(*shas, repository, event, proposed=True, branch=branch)
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
        topics=_topics(found.get("topics")),
        properties_known=isinstance(properties, dict),
    )


def _topics(found: object) -> tuple[str, ...] | None:
    return tuple(topic for topic in found if isinstance(topic, str)) if isinstance(found, list) else None


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


PREFIX = "OSPO_GATE_"
FACTS = "OSPO_GATE_FACTS"
SIGNATURES_TOKEN = "OSPO_GATE_SIGNATURES_TOKEN"  # noqa: S105 (the name of a variable)
FACTS_PREFIX = "OSPO_GATE_FACTS_"


def service_settings(environ: Mapping[str, str] = os.environ, folder: str | None = None) -> "ServiceSettings":
    """The settings of the service; `folder` wins over the setting `credentials`. Raises `UsageError` that names every
    missing or wrong variable and what to do."""
    from app.service_settings import ServiceSettings  # no command but `serve` needs them

    given, unread = _given_with_files(environ)
    given = _with_credentials(given, folder)
    settings, wrong = _read(ServiceSettings, PREFIX, given)
    wrong += unread
    if not given.get("private_key") and not given.get("private_key_file"):
        wrong.append(f"{PREFIX}PRIVATE_KEY_FILE: is not set (Path of the App's private key, a PEM file.)")
    return _complete(settings, wrong, "docs/settings.md")


def app_configured(environ: Mapping[str, str] = os.environ, folder: str | None = None) -> bool:
    """Whether anything of a GitHub App is set: then set-up is not what somebody wants who forgot a setting."""
    given = _with_credentials(_given_with_files(environ)[0], folder)
    return any(given.get(name) for name in ("app_id", "webhook_secret", "private_key", "private_key_file"))


def setup_settings(
    environ: Mapping[str, str] = os.environ, folder: str | None = None
) -> "tuple[ServiceSettings, Path]":
    """The settings while there is no App, and the folder for its credentials. What stands there instead of them signs
    nobody in. Raises `UsageError` as `service_settings`."""
    from app.service_settings import ServiceSettings

    given, wrong = _given_with_files(environ)
    missing = {"app_id": "0", "webhook_secret": os.urandom(32).hex()}
    settings, faults = _read(ServiceSettings, PREFIX, {**given, **missing})
    return _complete(settings, wrong + faults, "docs/settings.md"), _credentials(given, folder)


def _given_with_files(environ: Mapping[str, str]) -> tuple[Mapping[str, str], list[str]]:
    from app.service_settings import ServiceSettings

    return _with_files(_given_to_service(environ), ServiceSettings)


def _credentials(given: Mapping[str, str], folder: str | None) -> Path:
    from app.credentials import beside
    from app.service_settings import ServiceSettings

    named = folder or given.get("credentials")
    default = str(ServiceSettings.__dataclass_fields__["database"].default)
    return Path(named) if named else beside(given.get("database") or default)


def _with_credentials(given: Mapping[str, str], folder: str | None) -> Mapping[str, str]:
    """What set-up stored serves for what is not given, unless another App is."""
    from app.credentials import stored

    found = stored(_credentials(given, folder))
    if given.get("app_id") and given["app_id"] != found.get("app_id"):
        return given
    if given.get("private_key") or given.get("private_key_file"):
        found.pop("private_key_file", None)
    return {**found, **{name: value for name, value in given.items() if value}}


class ServicePlace(NamedTuple):
    """Where a command asks the service."""

    database: str | None
    """The service's own, where the command runs beside it."""
    server: str | None
    token: str | None
    policy: str | None
    """The organization's, as the service's setting names it."""


def service_place(environ: Mapping[str, str] = os.environ) -> ServicePlace:
    """What a command that asks the service takes from its environment. Raises `UsageError` for a file that cannot be
    read."""
    from app.service_settings import ServiceSettings

    given, unread = _with_files(_given(environ, PREFIX), ServiceSettings)
    if unread:
        _complete(None, unread, "docs/settings.md")
    return ServicePlace(*(given.get(name) or None for name in ("database", "server", "api_token", "policy")))


class TrackPlace(NamedTuple):
    """Where a command uploads to."""

    url: str | None
    api_key: str | None
    variables: Mapping[str, str]
    """Of the environment: proxies and certificates."""


def dependency_track(environ: Mapping[str, str] = os.environ) -> TrackPlace:
    """The Dependency-Track of the service's settings. Raises `UsageError` for a file that cannot be read."""
    from app.service_settings import ServiceSettings

    given, unread = _with_files(_given(environ, PREFIX), ServiceSettings)
    if unread:
        _complete(None, unread, "docs/settings.md")
    url, api_key = (given.get(f"dependency_track_{name}") or None for name in ("url", "api_key"))
    return TrackPlace(url, api_key, dict(environ))


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The service's database, for commands that need nothing else of it."""
    from app.service_settings import ServiceSettings

    given, unread = _with_files(_given_to_service(environ), ServiceSettings)
    if unread:
        _complete(None, unread, "docs/settings.md")
    return given.get("database") or str(ServiceSettings.__dataclass_fields__["database"].default)


def fact_settings(environ: Mapping[str, str] = os.environ) -> "FactEnvironment":
    """What the sources of facts on the network take from the environment. Raises `UsageError` as `service_settings`."""
    from app.fact_settings import FactEnvironment, FactSettings  # only where something is looked up

    settings, wrong = _read(FactSettings, FACTS_PREFIX, _given(environ, FACTS_PREFIX))
    home = environ.get("HOME") or environ.get("USERPROFILE")
    whole = _complete(settings, wrong, "docs/facts.md")
    return FactEnvironment(whole, Path(home) if home and os.path.isabs(home) else None, dict(environ))


S = TypeVar("S")
#: Variables that begin as the settings of the service do, and are none.
_OF_COMMAND = ("server", "signatures_token")


def _given(environ: Mapping[str, str], prefix: str) -> Mapping[str, str]:
    return {name.removeprefix(prefix).lower(): value for name, value in environ.items() if name.startswith(prefix)}


def _given_to_service(environ: Mapping[str, str]) -> Mapping[str, str]:
    given = _given(environ, PREFIX)
    return {name: value for name, value in given.items() if not name.startswith("facts_") and name not in _OF_COMMAND}


def _with_files(given: Mapping[str, str], shape: type) -> tuple[Mapping[str, str], list[str]]:
    """Any setting `x` may stand in a file that `x_file` names: secrets are mounted as files. And what is wrong."""
    known, wrong = keys_of(shape), []
    found = dict(given)
    for name, path in given.items():
        setting = name.removesuffix("_file")
        if name in known or setting == name or setting not in known or not path:
            continue
        del found[name]
        try:
            with open(path, "rb") as file:
                text = file.read(_MAX_SETTING).decode().strip()
        except (OSError, ValueError) as error:
            wrong.append(
                f"{PREFIX}{name.upper()}: {path} cannot be read: {getattr(error, 'strerror', None) or 'no text'}"
            )
            continue
        if given.get(setting):
            wrong.append(f"{PREFIX}{name.upper()}: is set together with {PREFIX}{setting.upper()} (Give one of them.)")
        found[setting] = text
    return found, wrong


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
