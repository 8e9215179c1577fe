"""`ospo-gate policy preview`: what would another policy change?"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.output import say
from app.cli.policy_given import policy_given
from app.settings import ServicePlace, service_place
from checks.model.errors import SourceError, UsageError
from checks.render.encode import encode
from checks.render.preview import markdown, rows, text

if TYPE_CHECKING:
    from app.store.database import Database
    from checks.policy.layers import PolicySet
    from checks.policy.values import Day

_UNREACHED = (
    "Set OSPO_GATE_SERVER and OSPO_GATE_API_TOKEN, on the server itself OSPO_GATE_DATABASE; or name checkouts with "
    "--inventory."
)
_BLOCKED = ("newly_blocked", "newly_would_block")


def run(options: argparse.Namespace) -> int:
    """0, or 1 if `--fail-on` says so."""
    if len(options.policies) > 2:
        raise UsageError("name the new policy, or the old and the new one")
    day = _day(options.at)
    if options.inventory and (options.since or options.server):
        raise UsageError("--inventory looks at what lies here; --since and --server need the service")
    document = _document(options, day, service_place())
    try:
        said = _RENDERERS[options.format](document)
        blocked = sum(int(document["total"][name]) for name in _BLOCKED)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SourceError("what the service answers is not of this release's API") from None
    say(said)
    return 1 if blocked and options.fail_on else 0


def _document(options: argparse.Namespace, day: "Day | None", place: ServicePlace) -> dict[str, Any]:
    if not options.inventory and (options.server or not place.database):
        return _from_service(options, day, options.server or place.server, place.token)
    found = _from_database(options, day, place) if not options.inventory else _from_inventories(options, day)
    if day is None:
        return found
    from checks.engine.preview_document import on_day

    return on_day(found, day)


def _day(text: str | None) -> "Day | None":
    if text is None:
        return None
    from checks.policy.values import Day

    try:
        return Day.parse(text)
    except ValueError as error:
        raise UsageError(f"--at: {error}") from None


def _on(policies: "PolicySet", day: "Day | None") -> "PolicySet":
    return policies.on(day.begins) if day is not None else policies


_RENDERERS = {"text": text, "markdown": markdown, "json": encode, "csv": rows}


def _given(name: str) -> "PolicySet":
    """Raises `UsageError` for what is nothing of the kind."""
    found = policy_given(name)
    if found is None:
        raise UsageError(f"there is no policy {name}", hint="Name a file, a folder, or REVISION:PATH.")
    return found


# -- what lies here ----------------------------------------------------------------------------------------------------


def _from_inventories(options: argparse.Namespace, day: "Day | None") -> dict[str, Any]:
    from app.cli.preview_here import preview_here

    if len(options.policies) != 2 and day is None:
        raise UsageError("with --inventory the old and the new policy are needed")
    old, new = _given(options.policies[0]), _given(options.policies[-1])
    facts = Path(options.facts) if options.facts else None
    return preview_here(old, _on(new, day), [Path(name) for name in options.inventory], facts, datetime.now(UTC))


# -- the service -------------------------------------------------------------------------------------------------------


def _from_database(options: argparse.Namespace, day: "Day | None", place: ServicePlace) -> dict[str, Any]:
    from app.cli.db import on_current

    async def story(database: "Database") -> dict[str, Any]:
        from app.previewing import Previewing

        service = Previewing(database, place.policy)
        named = [policy_given(name) or await service.recorded(name) for name in options.policies]
        old = named[0] if len(named) == 2 else await service.current()
        now = datetime.now(UTC)
        return await service.preview(old, _on(named[-1], day), now, _since(options, now))

    return on_current(story, place.database)


def _from_service(
    options: argparse.Namespace, day: "Day | None", server: str | None, token: str | None
) -> dict[str, Any]:
    from app.cli.service import reached, tell_service
    from app.preview_request import to_json

    server, token = reached(server, token, _UNREACHED)
    named: Sequence[Any] = [
        name if (found := policy_given(name)) is None else to_json(found.files) for name in options.policies
    ]
    body = {"new": named[-1], **({"old": named[0]} if len(named) == 2 else {})}
    if since := _since(options, datetime.now(UTC)):
        body["since"] = since.isoformat(timespec="seconds")
    if day is not None:
        body["at"] = str(day)
    return tell_service(server, token, "api/v1/policy/preview", body)


def _since(options: argparse.Namespace, now: datetime) -> datetime | None:
    if options.since is None:
        return None
    from app.cli.moments import moment

    return moment("--since", options.since, now, ahead=False)
