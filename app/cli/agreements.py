"""`ospo-gate agreements`: signatures in files, without a server."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.cli.output import check_target, say, write_file
from app.cli.policy_files import policies_on_disk
from app.settings import command_environment
from checks.agreements.cla_action import action_file, allowlist, is_action_file, read_action_file, version_of
from checks.agreements.incoming import Imported, Terms
from checks.agreements.outgoing import csv_of
from checks.agreements.signature_file import (
    MAX_CHARACTERS,
    Problem,
    SignatureFile,
    appended,
    read_signatures,
    with_companies,
    write_signatures,
)
from checks.agreements.standing import Standing, State, Who, standing
from checks.agreements.tables import read_table
from checks.agreements.terms import AgreementsSection, Document
from checks.model.errors import SourceError, UsageError
from checks.model.phrase import visible
from checks.model.signatures import SignatureRecord, Signatures
from checks.render.english import counted, day

#: Problems that are printed one by one, and names of one list.
_SHOWN = 50


def imported(options: argparse.Namespace) -> int:
    """0: everything was taken over; 1: something does not match."""
    text = _text(options.file)
    target = Path(options.output) if options.output else None
    if target is not None:
        check_target(target)
    done = _imported(options, text)
    fresh = _write(target, done) if target else None
    lines = list(_report(options, done, fresh))
    if options.into_service:
        from app.cli.agreements_stored import stored  # files need no database

        lines += stored(done, options.file)
    say("".join(f"{line}\n" for line in lines))
    return 1 if done.problems else 0


def _imported(options: argparse.Namespace, text: str) -> Imported:
    section = _section(options.policy) if options.policy else None
    ours = read_signatures(text)
    if ours.records or '"ospo-gate signatures"' in text[:200]:
        return Imported(ours.records, ours.problems, len(ours.records), ours.companies)
    if not options.document:
        raise UsageError("the file does not say which agreement was signed", hint="Name it: --document 'Example CLA'.")
    of_action = is_action_file(text)
    version = options.version or (version_of(options.file) if of_action else None)
    if of_action and version is None:
        raise UsageError("neither the file nor its path says which version was signed", hint="Name it: --version 1.")
    terms = Terms(
        options.document, version, datetime.now(UTC), section.documents if section else (), options.repository_name,
        company_document=options.company_document,
    )  # fmt: skip
    try:
        return read_action_file(text, terms) if of_action else read_table(text, terms)
    except ValueError as error:
        raise SourceError(f"{visible(options.file)}: {visible(str(error))}") from None


def _write(target: Path, done: Imported) -> int:
    """How many records were new."""
    records = done.records
    if not target.exists():
        write_file(target, write_signatures(records, done.companies))
        return len(records)
    before = _text(str(target))
    try:
        after = with_companies(appended(before, records), done.companies)
    except ValueError as error:
        raise SourceError(
            f"{visible(str(target))}: {visible(str(error))}", hint="Nothing was written: repair the file first."
        ) from None
    if after != before:
        write_file(target, after)
    known = {record.id for record in read_signatures(before).records}
    return len({record.id for record in records} - known)


def _report(options: argparse.Namespace, done: Imported, fresh: int | None) -> Iterator[str]:
    name = visible(options.file)
    companies = f", {counted(len(done.companies), 'company')}" if done.companies else ""
    yield f"{name}: {counted(done.rows, 'row')}, {counted(len(done.records), 'record')}{companies}."
    if done.without_account:
        yield f"{done.without_account:,} without an account's number: they count only with `match_logins: true`."
    yield from _problems(name, done.problems)
    if options.allowlist is not None:
        yield from _allowed(options.allowlist, done.records)
    if fresh is None and not options.into_service:
        yield "Nothing was written: give --output or --into-service."
    elif fresh is not None:
        yield f"{visible(options.output)}: {counted(fresh, 'record')} added."


def _problems(name: str, problems: Sequence[Problem]) -> Iterator[str]:
    for problem in problems[:_SHOWN]:
        yield f"  {name}:{problem.line}: {visible(problem.message)}"
    if len(problems) > _SHOWN:
        kinds = Counter(visible(problem.message, 100) for problem in problems)
        yield f"  and {len(problems) - _SHOWN:,} more; in all:"
        yield from (f"  {count:,} × {message}" for message, count in kinds.most_common(10))


def _allowed(text: str, records: Sequence[SignatureRecord]) -> Iterator[str]:
    """What becomes of an allowlist: patterns that match the whole name."""
    made = allowlist(text, sorted({record.signer.login for record in records if record.signer.login}))
    patterns = ", ".join('"{}"'.format(visible(item).replace('"', "")) for item in made.patterns)
    yield f"exempt: {{logins: [{patterns}]}}"
    for what, names in (("not exempt any more", made.lost), ("exempt now, and not before", made.gained)):
        if names:
            shown = ", ".join(visible(item, 60) for item in names[:_SHOWN])
            yield f"  {what}: {shown}{' …' if len(names) > _SHOWN else ''}"


def exported(options: argparse.Namespace) -> int:
    """0; 1 where something in the file could not be read, which is then not in what is written."""
    read = _read(options.file)
    text = {
        "json": lambda: write_signatures(read.records, read.companies),
        "csv": lambda: csv_of(read.records),
        "cla-action": lambda: action_file(read.records),
    }[options.format]()
    if options.output:
        write_file(Path(options.output), text)
    else:
        say(text)
    sys.stderr.write("".join(f"{line}\n" for line in _problems(visible(options.file), read.problems)))
    return 1 if read.problems else 0


def shown(options: argparse.Namespace) -> int:
    """0; 1: something could not be read, or the person has not signed what the policy needs."""
    read = _read(options.file)
    section = _section(options.policy) if options.policy else None
    if options.person:
        lines, holds = _person(options.person, read, section)
    else:
        lines, holds = list(_overview(read)), True
    lines += _problems(visible(options.file), read.problems)
    say("".join(f"{line}\n" for line in lines))
    return 0 if holds and not read.problems else 1


def _overview(read: SignatureFile) -> Iterator[str]:
    counts = Counter((record.document, record.version, record.act.value) for record in read.records)
    for (document, version, act), count in sorted(counts.items()):
        yield f"{visible(document)}, version {visible(version)}: {count:,} {act}"
    people = {record.signer.account_id or (record.signer.login or "").lower() for record in read.records}
    records, companies = counted(len(read.records), "record"), counted(len(read.companies), "company")
    yield f"{records} of {len(people):,} people, {companies}."


def _person(name: str, read: SignatureFile, section: AgreementsSection | None) -> tuple[list[str], bool]:
    who = _who(name, read.records, by_login=section.match_logins if section else True)
    mine = [record for record in read.records if who.is_(record.signer)]
    names = {company.id: company.name for company in read.companies}
    lines = [_row(record, names) for record in mine]
    if section is None:
        return lines or [f"{visible(name)} has signed nothing."], bool(mine)
    known = Signatures(read.records, read.companies)
    ways = [standing(who, document, known, datetime.now(UTC)) for document in section.documents]
    lines += [_standing_row(way, _holds(way.document, ways)) for way in ways]
    required = [way for way in ways if not way.document.instead_of]
    return lines, all(_holds(way.document, ways) for way in required)


def _holds(document: Document, ways: Sequence[Standing]) -> bool:
    return any(way.state.holds for way in ways if way.document is document or document.name in way.document.instead_of)


def _who(name: str, records: Sequence[SignatureRecord], by_login: bool) -> Who:
    """Somebody by the number of the account, or by the login that the newest record of the account has."""
    if name.isascii() and name.isdigit() and len(name) < 20:
        return Who(int(name), None)
    logins = {record.signer.account_id: record.signer.login for record in records if record.signer.account_id}
    same = [number for number, login in logins.items() if (login or "").lower() == name.lower()]
    return Who(same[-1] if same else None, name, by_login=by_login)


def _row(record: SignatureRecord, names: Mapping[str, str]) -> str:
    company = f" for {visible(names.get(record.company, record.company))}" if record.company else ""
    number = f" (account {record.signer.account_id})" if record.signer.account_id else " (no account's number)"
    who = f"{visible(record.signer.login or '?')}{number}"
    title = f"{visible(record.document)}, version {visible(record.version)}"
    return f"{day(record.at)}  {record.act.value}  {title}{company}  {who}  {visible(record.evidence or '')}".rstrip()


def _standing_row(way: Standing, holds: bool) -> str:
    """`holds`: whether this document or one instead of it is signed."""
    words = {
        State.SIGNED: "signed",
        State.COVERED: "covered by a company",
        State.GRACE: "an earlier version is signed, which still counts for a time",
        State.UNKNOWN: "not known: only the service can ask for members",
        State.UNACKNOWLEDGED: "covered by a company, and not acknowledged",
        State.OUTDATED: "an earlier version is signed, which does not count any more",
        State.ENDED: "signed, and ended",
        State.NEVER: "not signed",
    }
    instead = ", and not needed beside what stands for it" if holds and not way.state.holds else ""
    return f"{visible(way.document.title)}: {words[way.state]}{instead}"


def _section(name: str) -> AgreementsSection:
    section = policies_on_disk(name, command_environment(), "").plain.sections.get("agreements")
    if not isinstance(section, AgreementsSection):
        raise UsageError(f"{visible(name)} says nothing of agreements", hint="Add the section `agreements`.")
    return section


def _read(name: str) -> SignatureFile:
    read = read_signatures(_text(name))
    if not read.records and read.problems:
        problem = read.problems[0]
        hint = "Make one of what another tool keeps: ospo-gate agreements import."
        raise SourceError(f"{visible(name)}:{problem.line}: {visible(problem.message)}", hint=hint)
    return read


def _text(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no such file: {visible(name)}") from None
    except OSError as error:
        raise UsageError(f"{visible(name)} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, ValueError):
        raise UsageError(f"{visible(name)} is not UTF-8 text") from None
