"""`ospo-gate where`: which repositories use it?"""

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.cli.output import say
from app.settings import ServicePlace, service_place
from checks.engine.where import question
from checks.model.errors import SourceError, UsageError
from checks.render.where import rows, text

if TYPE_CHECKING:
    from app.store.database import Database
    from checks.model.where import Question
    from checks.policy.owners import Owners

#: Uses of one page, where all are wanted.
_PAGE = 1000


def run(options: argparse.Namespace) -> int:
    """0: it is used; 1: it is not used now, or that cannot be said."""
    asked = question(options.package, options.version_range, options.license, options.advisory)
    place = service_place()
    every = options.all or options.format == "csv"
    pages = _from_database(place, asked, every) if place.database and not options.server else _from_service(
        place, options, every)  # fmt: skip
    try:
        said = _RENDERERS[options.format](pages)
        used = pages[0]["standing"] == "used"
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SourceError("what the service answers is not of this release's API") from None
    say(said)
    return 0 if used else 1


def _text(pages: list[dict[str, Any]]) -> str:
    return text(pages[0], pages[1:])


def _json(pages: list[dict[str, Any]]) -> str:
    places = [place for page in pages for place in page["places"]]
    return json.dumps({**pages[0], "places": places, "next": pages[-1]["next"]}, indent=2, ensure_ascii=False) + "\n"


_RENDERERS = {"text": _text, "json": _json, "csv": rows}


def _from_service(place: ServicePlace, options: argparse.Namespace, every: bool) -> list[dict[str, Any]]:
    from app.cli.service import BESIDE, reached

    server, token = reached(options.server or place.server, place.token, BESIDE)
    given = {
        "package": options.package,
        "version_range": options.version_range,
        "license": options.license,
        "advisory": options.advisory,
    }
    query = {name: value for name, value in given.items() if value} | ({"limit": str(_PAGE)} if every else {})
    return list(_pages(server, token, query, every))


def _pages(server: str, token: str, query: Mapping[str, str], every: bool) -> Iterator[dict[str, Any]]:
    from app.cli.service import ask_service

    page = ask_service(server, token, "api/v1/where", query)
    yield page
    while every and page.get("next"):
        page = ask_service(server, token, "api/v1/where", {**query, "cursor": str(page["next"])})
        yield page


def _from_database(place: ServicePlace, asked: "Question", every: bool) -> list[dict[str, Any]]:
    from app.cli.db import on_current

    async def story(database: "Database") -> list[dict[str, Any]]:
        from app.store.where import PAGE, WhereStore
        from checks.render.where import to_json

        where, owners = WhereStore(database), await _owners(database, place.policy)
        answer = await where.ask(asked, owners, limit=_PAGE if every else PAGE)
        pages = [to_json(answer)]
        while every and answer.following:
            answer = await where.ask(asked, owners, answer.following, _PAGE)
            pages.append(to_json(answer))
        return pages

    return on_current(story, place.database)


async def _owners(database: "Database", policy: str | None) -> "Owners":
    """What the organization's policy says of owners, as it judged last."""
    from app.policies import load_policies
    from app.store.policies import PolicyStore
    from checks.model.errors import PolicyError
    from checks.policy.owners import Owners

    if not policy:
        return Owners()
    from app.github.pull import central_policy

    try:
        label = central_policy(policy).label
        files = await PolicyStore(database).last(label)
        return load_policies(files).plain.root.owners if files else Owners()
    except PolicyError:
        return Owners()
    except ValueError as error:
        raise UsageError(f"OSPO_GATE_POLICY: {error}") from None
