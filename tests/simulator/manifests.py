"""Apps from a manifest: what GitHub accepts in one, and the code that stands for the App until it is fetched."""

import json
import re
import secrets
from dataclasses import dataclass

from .accounts import Owner
from .apps import LEVELS, App, create_app
from .webhooks import PERMISSION
from .world import Event, Json, World

CODE_SECONDS = 3600
NAME_MAX_CHARACTERS = 34
CALLBACKS_MAX = 10
_KEYS = {
    "name", "url", "hook_attributes", "redirect_url", "callback_urls", "setup_url", "description", "public",
    "default_events", "default_permissions", "request_oauth_on_install", "setup_on_update",
}  # fmt: skip
_EVENTS = {
    "check_run", "check_suite", "custom_property_values", "dependabot_alert", "issue_comment", "merge_group",
    "pull_request", "pull_request_review", "push", "repository",
}  # fmt: skip
_NOT_ON_GHES = {"merge_group"}
_NEEDED = PERMISSION | {"custom_property_values": ("organization_custom_properties", "repository_custom_properties")}
_ADDRESS = re.compile(r"https?://[^\s/]+")


class Unusable(Exception):
    """What is wrong with a manifest, a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Conversion:
    """An App whose secrets nobody has fetched yet."""

    app: App
    expires_at: float


def read(world: World, text: str) -> Json:
    """The manifest as an object; raises Unusable with everything that GitHub refuses."""
    try:
        manifest = json.loads(text)
    except ValueError:
        raise Unusable(["The manifest is not valid JSON"]) from None
    if not isinstance(manifest, dict):
        raise Unusable(["The manifest must be a JSON object"])
    problems = [f"Unknown key: {key}" for key in manifest if key not in _KEYS]
    problems += _addresses(manifest) + _permissions(manifest) + _events(world, manifest)
    if problems:
        raise Unusable(problems)
    return manifest


def create(world: World, owner: Owner, manifest: Json, name: str) -> str:
    """Make the App under the name that the person chose; answers the code. Raises Unusable for the name."""
    name = name.strip()
    if not name or len(name) > NAME_MAX_CHARACTERS:
        raise Unusable([f"Name must have 1 to {NAME_MAX_CHARACTERS} characters"])
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug or any(app.slug == slug for app in world.apps.values()):
        raise Unusable(["Name is already taken"])
    hook = manifest.get("hook_attributes") or {}
    listens = bool(hook) and hook.get("active", True)
    app = create_app(
        world, slug, owner, webhook_url=hook["url"] if listens else None,
        webhook_secret=secrets.token_hex(20) if listens else None,
        permissions=manifest.get("default_permissions", {}), events=manifest.get("default_events", []),
    )  # fmt: skip
    app.name, app.description, app.url = name, manifest.get("description") or "", manifest["url"]
    app.callback_urls, app.setup_url = list(manifest.get("callback_urls", [])), manifest.get("setup_url")
    app.public = bool(manifest.get("public", False))
    app.request_oauth_on_install = bool(manifest.get("request_oauth_on_install", False))
    code = secrets.token_hex(20)
    if listens:
        ping(world, app)
    world.conversions[code] = Conversion(app, world.now() + CODE_SECONDS)
    return code


def ping(world: World, app: App) -> None:
    """What a new webhook hears first, before its receiver can know the secret."""
    hook: Json = {"type": "App", "id": app.hook_id, "name": "web", "active": True, "app_id": app.id}
    hook["events"] = app.events
    hook["config"] = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": app.webhook_url}
    hook["created_at"] = hook["updated_at"] = app.created_at
    payload = {"zen": "Design for failure.", "hook_id": app.hook_id, "hook": hook}
    world.emit(Event("ping", None, payload, None, targets=[app]))


def convert(world: World, code: str) -> App | None:
    """The App behind a code: once, and within an hour."""
    found = world.conversions.pop(code, None)
    return found.app if found and found.expires_at > world.now() else None


def _addresses(manifest: Json) -> list[str]:
    problems = []
    hook = manifest.get("hook_attributes")
    single = {key: manifest[key] for key in ("redirect_url", "setup_url") if manifest.get(key) is not None}
    single["url"] = manifest.get("url")
    if hook is not None:
        single["hook_attributes.url"] = hook.get("url") if isinstance(hook, dict) else None
    callbacks = manifest.get("callback_urls", [])
    if not isinstance(callbacks, list) or len(callbacks) > CALLBACKS_MAX:
        problems.append(f"callback_urls must be a list of at most {CALLBACKS_MAX}")
        callbacks = []
    single |= {f"callback_urls[{at}]": value for at, value in enumerate(callbacks)}
    for key, value in single.items():
        if not isinstance(value, str) or not _ADDRESS.match(value):
            problems.append(f"{key} must be a URL")
    return problems


def _permissions(manifest: Json) -> list[str]:
    given = manifest.get("default_permissions", {})
    if not isinstance(given, dict):
        return ["default_permissions must be an object"]
    return [f"Permission {name} cannot be {level!r}" for name, level in given.items() if level not in LEVELS]


def _events(world: World, manifest: Json) -> list[str]:
    events, granted = manifest.get("default_events", []), manifest.get("default_permissions", {})
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        return ["default_events must be a list of names"]
    known = _EVENTS - _NOT_ON_GHES if world.ghes else _EVENTS
    unknown = [event for event in events if event not in known]
    problems = [f"Default events unsupported: {', '.join(unknown)}"] if unknown else []
    if isinstance(granted, dict):
        for event in events:
            needed = _NEEDED.get(event)
            if needed and not any(name in granted for name in needed):
                problems.append(f"Default event {event} needs the permission {' or '.join(needed)}")
    return problems
