"""`ospo-gate db backup` and `ospo-gate db forget-person`: what is in the service's database."""

import argparse
import re
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

from app.cli.db import not_installed, on_database
from app.settings import database_url
from checks.model.errors import UsageError
from checks.model.phrase import visible

#: What GitHub takes as a login, of enterprises and of bots too.
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?")


def backup(options: argparse.Namespace) -> int:
    from app.store.backup import back_up

    parts = urlsplit(database_url())
    if not parts.scheme.startswith("sqlite"):
        raise UsageError(
            "only SQLite is backed up by this command",
            hint="PostgreSQL: pg_dump --format=custom --file=FILE ospo_gate (docs/operating.md)",
        )
    target = Path(options.file)
    try:
        size = back_up(Path(parts.path.removeprefix("/")), target)
    except (OSError, sqlite3.Error) as error:
        said = visible(str(getattr(error, "strerror", None) or error))
        raise UsageError(f"{target} could not be written: {said}") from None
    print(f"Wrote {target}: {size:,} bytes. To restore it, docs/operating.md says how.")
    return 0


def forget_person(options: argparse.Namespace) -> int:
    if not _LOGIN.fullmatch(options.login):
        raise UsageError(f"{visible(options.login)} is no login of GitHub", hint="Give it without the @.")
    if any(len(text.strip()) < 3 for text in (*options.name, *options.email)):
        raise UsageError("a name or an address of fewer than three characters would be found everywhere")
    try:
        from app.store.persons import Person, forget_person
        from app.store.signers import GHOST
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    person = Person(options.login, options.name, options.email)
    found = on_database(lambda database: forget_person(database, person))
    for table, rows in sorted(found.items()):
        print(f"{table:<10} {rows:>8,}")
    print(f"\nWhat named {options.login} is deleted, or says `{GHOST}`. Repositories and GitHub are not changed.")
    if found["signature"]:
        print(
            "Signatures stay without names, with the number of the account: that somebody agreed, to what and when, is "
            "what shows that contributions may be used. Ask your lawyers before you delete more (docs/signing.md)."
        )
    return 0
