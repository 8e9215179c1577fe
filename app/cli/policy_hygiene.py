"""`ospo-gate policy hygiene`: what should the owner of the policy tidy up?"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.output import say, width
from app.settings import command_environment, service_place
from checks.engine.hygiene import hygiene, ordered
from checks.engine.hygiene_document import to_json
from checks.model.errors import SourceError, UsageError
from checks.policy.hygiene import Point
from checks.policy.layers import PolicySet
from checks.render.encode import encode
from checks.render.hygiene import markdown, text

if TYPE_CHECKING:
    from app.hygiene import Looked
    from app.store.database import Database


def run(options: argparse.Namespace) -> int:
    """0, or 1 if `--fail-on` says so."""
    if options.server is not None and (options.database or options.inventory):
        raise UsageError("--server asks the service, which looks at its own data")
    document = _from_service(options) if options.server is not None else _here(options)
    try:
        said = _RENDERERS[options.format](document)
        topics = {str(point["topic"]) for point in document["points"]}
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SourceError("what the service answers is not of this release's API") from None
    say(said)
    asked = set(options.fail_on.split(",")) if options.fail_on else set()
    return 1 if topics & asked or ("any" in asked and topics) else 0


def _text(document: dict[str, Any]) -> str:
    return text(document, width(sys.stdout.isatty()))


_RENDERERS = {"text": _text, "markdown": markdown, "json": encode}


def _here(options: argparse.Namespace) -> dict[str, Any]:
    from app.cli.policy_named import policies_at

    policies, now = policies_at(options.file, command_environment()), datetime.now(UTC)
    points = list(hygiene(policies, now, options.tickets))
    looked_at = list[str]()
    if options.database:
        found = _stored(policies, now)
        points += found.points
        looked_at += found.at
    if options.inventory:
        points += _in_use(options, policies, now)
        named = [Path(name).name or Path(name).resolve().name for name in options.inventory[:3]]
        looked_at.append("the packages of " + ", ".join(named) + (" …" if options.inventory[3:] else ""))
    return to_json(policies.reference, ordered(points), looked_at, now)


def _stored(policies: PolicySet, now: datetime) -> "Looked":
    """What the repositories in the service's database show, and what they use."""
    url = service_place().database
    if not url:
        raise UsageError("--database needs OSPO_GATE_DATABASE, the address of the service's database")
    from app.cli.db import on_current

    async def story(database: "Database") -> "Looked":
        from app.hygiene import stored_points

        return await stored_points(database, policies, now)

    return on_current(story, url)


def _in_use(options: argparse.Namespace, policies: PolicySet, now: datetime) -> Iterator[Point]:
    """What the packages of checkouts do not need."""
    from app.cli.hygiene_here import in_use

    facts = Path(options.facts) if options.facts else None
    return in_use([Path(name) for name in options.inventory], facts, policies, now)


def _from_service(options: argparse.Namespace) -> dict[str, Any]:
    from app.cli.service import ask_service, reached

    place = service_place()
    server, token = reached(options.server or place.server, place.token)
    query = {"tickets": "true"} if options.tickets else {}
    return ask_service(server, token, "api/v1/policy/hygiene", query)
