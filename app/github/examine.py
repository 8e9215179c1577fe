"""Whether a new App works: it signs in, has what it was asked for, and GitHub's webhooks arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.github.client import GitHubApp, document
from app.github.errors import GitHubError
from app.github.listing import installations
from app.github.manifest import Wish, title
from checks.model.phrase import visible

#: Deliveries that are looked at: a new App has a few.
_DELIVERIES = 30
_ORDER = ("read", "write", "admin")


@dataclass(frozen=True, slots=True)
class Line:
    """What was found, in a sentence."""

    good: bool
    text: str
    todo: str = ""
    """What to do about it, a sentence; nothing where all is well."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Where nothing could be asked there is one line that says why."""

    lines: tuple[Line, ...]
    accounts: tuple[str, ...] = ()
    """Where the App is installed."""


async def examine(app: GitHubApp, wish: Wish) -> Examination:
    """Ask GitHub, in the name of the App."""
    try:
        about = await app.about()
        lines = [
            Line(True, f"The App signs in as {visible(str(about.get('name') or wish.name), 100)}."),
            *_needs(about, wish),
        ]
        lines += await _hook(app, wish)
        return Examination(tuple(lines), tuple(found.account for found in await installations(app)))
    except GitHubError as error:
        return Examination((Line(False, f"{error}.", "Load this page again in a minute."),))


def _needs(about: Mapping[str, Any], wish: Wish) -> list[Line]:
    granted, heard = about.get("permissions"), about.get("events")
    granted, heard = granted if isinstance(granted, dict) else {}, heard if isinstance(heard, list) else []
    lacking = [
        f"{title(name)}: {level}" for name, level in wish.permissions.items() if not _enough(granted.get(name), level)
    ]
    silent = [event for event in wish.events if event not in heard]
    todo = "Add them on the App's settings page, under “Permissions & events”."
    return [
        _line(lacking, "It has every permission that it was asked for.", "It lacks permissions", todo),
        _line(silent, "It hears every event that it was asked for.", "It does not hear", todo),
    ]


def _line(missing: list[str], good: str, bad: str, todo: str) -> Line:
    return Line(False, f"{bad}: {', '.join(missing)}.", todo) if missing else Line(True, good)


async def _hook(app: GitHubApp, wish: Wish) -> list[Line]:
    configured = document(await app.request("GET", "/app/hook/config"))
    address = str(configured.get("url") or "") if isinstance(configured, dict) else ""
    if address != wish.hook:
        todo = f"Enter {wish.hook} on the App's settings page, or set OSPO_GATE_PUBLIC_URL to the right address."
        return [Line(False, f"GitHub sends webhooks to {visible(address, 300) or 'no address'}.", todo)]
    sent = document(await app.request("GET", "/app/hook/deliveries", params={"per_page": _DELIVERIES}))
    known = [str(row.get("status")) for row in sent if isinstance(row, dict)] if isinstance(sent, list) else []
    if any(status == "OK" for status in known):
        return [Line(True, f"GitHub's webhooks arrive at {wish.hook}.")]
    todo = "See to it that GitHub reaches this address, then load this page again."
    if known:
        return [Line(False, f"GitHub's webhooks do not arrive at {wish.hook}: {visible(known[0], 100)}.", todo)]
    return [Line(False, f"GitHub has not yet said whether {wish.hook} can be reached.", "Load this page again.")]


def _enough(granted: object, wanted: str) -> bool:
    return granted in _ORDER and _ORDER.index(str(granted)) >= _ORDER.index(wanted)
