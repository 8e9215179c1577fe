"""`ospo-gate pause` and `ospo-gate resume`: for a time every verdict is neutral."""

import argparse
import getpass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.cli.db import on_current
from app.cli.deliveries import repository_id
from app.cli.moments import moment, shown
from app.cli.output import say
from checks.model.errors import UsageError
from checks.model.phrase import visible

if TYPE_CHECKING:
    from app.store.database import Database
    from app.store.pauses import Pause

#: A gate that is off for longer is no gate: whoever means it can say so again.
LONGEST = timedelta(days=31)


def pause(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    until = moment("--until", options.until, now, ahead=True)
    if not now < until <= now + LONGEST:
        raise UsageError(f"--until: a pause ends within {LONGEST.days} days from now", hint="Pause again if need be.")
    reason, by = _text("--reason", options.reason, 1000), _person(options)

    async def story(database: "Database") -> "Pause":
        from app.store.pauses import PauseStore

        repository = await repository_id(database, options.repository) if options.repository else None
        return await PauseStore(database).begin(until.timestamp(), reason, by, options.installation, repository)

    begun = on_current(story)
    say(
        f"Paused until {shown(begun.until)} UTC by {by}{_where(options)}: new verdicts are neutral.\n"
        "Those that stand on GitHub stay. End it before with: ospo-gate resume\n"
    )
    return 0


def resume(options: argparse.Namespace) -> int:
    by = _person(options)

    async def story(database: "Database") -> "list[tuple[Pause, int]]":
        from app.store.pauses import PauseStore

        store = PauseStore(database)
        repository = await repository_id(database, options.repository) if options.repository else None
        everything = options.installation is None and repository is None
        place = (options.installation, repository)
        chosen = [
            one for one in await store.active() if everything or (one.installation_id, one.repository_id) == place
        ]
        return [(one, await store.end(one, by)) for one in chosen]

    ended = on_current(story)
    for one, count in ended:
        verdicts = "1 verdict follows" if count == 1 else f"{count} verdicts follow"
        say(
            f"Ended the pause of {visible(one.by)} until {shown(one.until)} UTC ({visible(one.reason)}): {verdicts} "
            "within a minute.\n"
        )
    if not ended:
        say(f"Nothing is paused{_where(options)}.\n")
    return 0


def _where(options: argparse.Namespace) -> str:
    if options.repository:
        return f" in {visible(options.repository)}"
    return "" if options.installation is None else f" in installation {options.installation}"


def _person(options: argparse.Namespace) -> str:
    if options.by is not None:
        return _text("--by", options.by, 200)
    try:
        return getpass.getuser()[:200]
    except (OSError, KeyError):  # a container runs as a number that has no name
        raise UsageError("nobody is named", hint="Say who does it: --by NAME") from None


def _text(option: str, text: str, most: int) -> str:
    if not text.strip() or len(text) > most:
        raise UsageError(f"{option}: 1 to {most} characters")
    return text.strip()
