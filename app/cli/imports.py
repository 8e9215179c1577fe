"""`ospo-gate policy import`: another tool's configuration as a first policy, and what will be judged differently."""

import argparse
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from app.cli.output import check_target, say
from app.policies import load_policy
from checks.imports import table
from checks.imports.draft import Terms, account
from checks.imports.kinds import MAX_CHARACTERS, Imported, import_policy
from checks.model.errors import UsageError
from checks.model.phrase import visible

_MAX_BYTES = 4 * MAX_CHARACTERS + 1


def run(options: argparse.Namespace) -> int:
    name = "standard input" if options.file == "-" else options.file
    done = import_policy(_text(options.file, name), name, _terms(options), options.kind)
    load_policy(done.policy.encode(), f"the policy of {name}")  # what is written must be what the gate reads
    differences = _table(done, name, options.format)
    if options.output is None:
        say(done.policy)
        sys.stderr.write(differences)
    else:
        _write(Path(options.output), done.policy)
        say(differences)
        name = visible(options.output)
        print(f"Wrote {name}. Next: ospo-gate policy validate {name}", file=sys.stderr)
    return 0


def _terms(options: argparse.Namespace) -> Terms:
    today, end = datetime.now(UTC).date(), options.waivers_end
    try:
        last = date.fromisoformat(end) if end else None
    except ValueError:
        raise UsageError(f"--waivers-end: expected a day such as 2027-03-31, not '{visible(end, 40)}'") from None
    if last is not None and last < today:
        raise UsageError(f"--waivers-end: {last} is over, so nothing would be waived")
    try:
        return Terms(today, last, account(options.approved_by) if options.approved_by else None)
    except ValueError as error:
        raise UsageError(f"--approved-by: {error}") from None


def _text(file: str, name: str) -> str:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(_MAX_BYTES)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(_MAX_BYTES)
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no such file: {name}") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}:{line}: not UTF-8 text", hint="Save the file as UTF-8.") from None


def _write(path: Path, text: str) -> None:
    """A policy that is there already is never touched."""
    check_target(path)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already", hint="Name another file, and compare the two.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _table(done: Imported, name: str, format_: str) -> str:
    if format_ == "json":
        return json.dumps(table.document(done.differences, name, done.kind.id), indent=2) + "\n"
    write = table.markdown if format_ == "markdown" else table.text
    return write(done.differences, name)
