"""`ospo-gate db`: the schema of the service's database."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from app.settings import database_url
from checks.model.errors import UsageError

if TYPE_CHECKING:
    from app.store.database import Database, Schema

T = TypeVar("T")
_WORDS = {
    "current": "The schema of the database is the one of this release.",
    "behind": "The schema of the database is older than this release: run `ospo-gate db upgrade`.",
    "ahead": "The schema of the database is newer than this release, which works on it: update ospo-gate here, too.",
}


def check(_options: argparse.Namespace) -> int:
    found = on_database(_look)
    print(_WORDS[found])
    return 0 if found == "current" else 1


def upgrade(_options: argparse.Namespace) -> int:
    async def migrate(database: "Database") -> "Schema":
        await database.migrate()
        return await database.schema()

    print(_WORDS[on_database(migrate)])
    return 0


def require(url: str) -> None:
    """Raises `UsageError` when the schema of the database at `url` is older than this release."""
    if on_database(_look, url) == "behind":
        raise _behind()


async def _look(database: "Database") -> "Schema":
    return await database.schema()


def on_database(story: "Callable[[Database], Awaitable[T]]", url: str | None = None) -> T:
    """The result of `story` on the database at `url` (default: the one that the service's settings name). Raises
    `UsageError` if it does not answer."""
    try:
        from sqlalchemy.exc import SQLAlchemyError

        from app.store.database import Database
    except ModuleNotFoundError as error:
        raise not_installed(error) from None

    async def tell() -> T:
        database = Database(url or database_url())
        try:
            return await story(database)
        except (OSError, SQLAlchemyError) as error:
            await asyncio.sleep(0.05)  # a thread of the driver still answers to this loop
            reason = str(getattr(error, "orig", error)).strip().splitlines()
            raise UsageError(
                f"the database does not answer: {reason[0] if reason else type(error).__name__}",
                hint="See to it that OSPO_GATE_DATABASE names a database that can be reached and written.",
            ) from None
        finally:
            await database.close()

    return asyncio.run(tell())


def on_current(story: "Callable[[Database], Awaitable[T]]", url: str | None = None) -> T:
    """As `on_database`, for what works with the schema of this release alone."""

    async def tell(database: "Database") -> T:
        if database.file and not database.file.exists():  # a connection would make an empty one
            raise UsageError(
                f"there is no database at {database.file}",
                hint="Set OSPO_GATE_DATABASE to the one of the service; `ospo-gate serve` makes it.",
            )
        if await database.schema() == "behind":
            raise _behind()
        return await story(database)

    return on_database(tell, url)


def _behind() -> UsageError:
    return UsageError(
        "the schema of the database is older than this release", hint="Bring it up to date: ospo-gate db upgrade"
    )


def not_installed(error: ModuleNotFoundError) -> UsageError:
    """Raises the error again if what is missing is a part of ours."""
    package = (error.name or "").split(".")[0]
    if package in ("app", "checks"):
        raise error
    distributed = package in ("procrastinate", "psycopg", "psycopg_pool")
    extra = "telemetry" if package == "opentelemetry" else "postgres" if distributed else "service"
    return UsageError(
        f"the service is not installed ({error.name} is missing)",
        hint=f"Install it: pip install 'ospo-gate[{extra}]'",
    )
