"""`ospo-gate policy versions`: what was the organization's policy when?"""

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.cli.output import say
from app.settings import ServicePlace, service_place
from checks.model.errors import SourceError
from checks.model.phrase import visible

if TYPE_CHECKING:
    from app.store.database import Database

#: Faults that are shown of a version; `--format json` has them all.
_FAULTS = 3


def run(options: argparse.Namespace) -> int:
    """0: there is a version; 1: there is none."""
    place = service_place()
    found = _from_database(place, options) if place.database and not options.server else _from_service(place, options)
    try:
        said = json.dumps(found, indent=2) + "\n" if options.format == "json" else "".join(_text(found))
        there = bool(found["versions"])
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SourceError("what the service answers is not of this release's API") from None
    say(said)
    return 0 if there else 1


def _from_service(place: ServicePlace, options: argparse.Namespace) -> dict[str, Any]:
    from app.cli.service import BESIDE, ask_service, reached

    server, token = reached(options.server or place.server, place.token, BESIDE)
    query = {"limit": options.limit} | ({"digest": options.digest} if options.digest else {})
    return ask_service(server, token, "api/v1/policy/versions", query)


def _from_database(place: ServicePlace, options: argparse.Namespace) -> dict[str, Any]:
    from app.cli.db import on_current

    async def story(database: "Database") -> dict[str, Any]:
        from app.policy_versions import listed
        from app.store.policies import PolicyStore

        return await listed(PolicyStore(database), options.digest, None, options.limit)

    return on_current(story, place.database)


def _text(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["versions"]:
        yield "There is no such version.\n"
    for version in found["versions"]:
        yield from _version(version)
    if found.get("next"):
        yield "There are older ones: --limit shows more.\n"


def _version(version: Mapping[str, Any]) -> Iterator[str]:
    digest = str(version["digest"] or "nothing to read")[:12]
    by = f" by {visible(str(version['author']))}" if version["author"] else ""
    at = f"{str(version['revision'])[:10]}{by}" if version["revision"] else "no commit"
    yield f"{version['loaded_at']}  {digest}  {at}  {'valid' if version['valid'] else 'not valid'}\n"
    faults = version["faults"]
    for fault in faults[:_FAULTS]:
        where = f"{fault['file']}:{fault['line']}:{fault['column']}: " if fault["file"] else f"line {fault['line']}: "
        yield f"    {visible(where, 200)}{visible(str(fault['message']), 300)}\n"
    if len(faults) > _FAULTS:
        yield f"    and {len(faults) - _FAULTS:,} more\n"
