"""What users of contributor-assistant/github-action, the CLA action, bring: its JSON file, comments and settings."""

import json
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from checks.agreements.incoming import Collector, Imported, Terms, account_number, derived_id, time_of
from checks.agreements.signature_file import MAX_CHARACTERS
from checks.model.signatures import Act, How, SignatureRecord, Signer
from checks.policy.values import Pattern

#: The key of the list in its file.
KEY = "signedContributors"
_VERSION = re.compile(r"version[-_]?([0-9][A-Za-z0-9.]*?)(?=/|\.json\Z)")
#: What the comments of older bots have in them, each by its own rule.
_OLD_COMMENTS = (
    (re.compile(r"CLA Assistant Lite bot"), "the CLA action"),
    (re.compile(r"DCO Assistant Lite bot"), "the CLA action"),
    (re.compile(r"!\[CLA assistant check\]"), "cla-assistant"),
)


def is_action_file(text: str) -> bool:
    """Whether it looks like one."""
    return f'"{KEY}"' in text[:1_000]


def version_of(path: str) -> str | None:
    """The version that the path of a file says, as the documentation of the action has it:
    `signatures/version1/cla.json` is `1`."""
    found = _VERSION.search(path)
    return found[1] if found else None


def read_action_file(text: str, terms: Terms) -> Imported:
    """The records of the file. Raises ValueError for what is no such file."""
    try:
        if len(text) > MAX_CHARACTERS:
            raise ValueError
        value = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    rows = value.get(KEY) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise ValueError(f"it has no list '{KEY}'")
    version = terms.version
    if version is None:
        raise ValueError("it does not say which version was signed")
    lines = _lines(text, len(rows))
    collector = Collector(terms, len(rows))
    for line, row in zip(lines, rows, strict=True):
        _add(collector, version, line, row)
    return collector.done()


def _lines(text: str, count: int) -> list[int]:
    """The lines on which the entries begin, by the key that each has; their numbers where that does not fit."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if '"name"' in line]
    return found if len(found) == count else list(range(1, count + 1))


def _add(collector: Collector, version: str, line: int, row: object) -> None:
    if not isinstance(row, dict):
        collector.problem(line, "it is no object with keys")
        return
    number, login = account_number(row.get("id")), row.get("name")
    login = login.strip()[:100] if isinstance(login, str) and login.strip() else None
    if number is None and login is None:
        collector.problem(line, "it names nobody")
        return
    try:
        at = time_of(row.get("created_at"))
    except ValueError as error:
        collector.problem(line, str(error))
        return
    terms, comment = collector.terms, account_number(row.get("comment_id"))
    record = SignatureRecord(
        id=derived_id("cla-action", terms.document, version, number or login, comment or at),
        act=Act.SIGNED,
        document=terms.document,
        version=version,
        signer=Signer(number, login),
        at=at,
        how=How.IMPORT,
        evidence=_evidence(terms, row, comment),
    )
    collector.add(line, record)


def _evidence(terms: Terms, row: dict[str, object], comment: int | None) -> str:
    """The address of the comment; without the name of the repository what the file says of it."""
    pull, repository = account_number(row.get("pullRequestNo")), account_number(row.get("repoId"))
    if terms.repository and pull:
        place = f"{terms.server}/{quote(terms.repository, safe='/')}/pull/{pull}"
        return f"{place}#issuecomment-{comment}" if comment else place
    parts = (("repository", repository), ("pull request", pull), ("comment", comment))
    said = ", ".join(f"{name} {value}" for name, value in parts if value)
    return f"CLA action: {said}" if said else "CLA action"


def action_file(records: Iterable[SignatureRecord]) -> str:
    """Signatures of people as the action's file, for who goes back to it; without what has ended and accounts that
    are not known."""
    ended = {record.ends for record in records if record.ends}
    rows = [
        {"name": record.signer.login or "", "id": record.signer.account_id, "created_at": record.at.isoformat()}
        for record in records
        if record.act is Act.SIGNED and record.signer.account_id and not record.company and record.id not in ended
    ]
    return json.dumps({KEY: rows}, indent=2) + "\n"


def old_comment(body: str) -> str | None:
    """Which bot's comment it is, to be taken over; whether that bot wrote it, its author says."""
    return next((name for pattern, name in _OLD_COMMENTS if pattern.search(body)), None)


class Allowlist(NamedTuple):
    """The action's `allowlist` as patterns of ours."""

    patterns: tuple[str, ...]
    lost: tuple[str, ...]
    """Names that were exempt and are no more: the action's `*` was not anchored."""
    gained: tuple[str, ...]
    """Names that are exempt now and were not: ours ignore case."""


def allowlist(text: str, names: Iterable[str]) -> Allowlist:
    """What becomes of the comma list `text`; `names` are those that people know of, to see who is affected."""
    patterns = tuple(dict.fromkeys(item.strip() for item in text.split(",") if item.strip()))
    known = tuple(dict.fromkeys(names))
    before = [name for name in known if any(_action_matches(pattern, name) for pattern in patterns)]
    now = [name for name in known if any(Pattern(pattern).matches(name) for pattern in patterns)]
    return Allowlist(
        patterns,
        tuple(name for name in before if name not in now),
        tuple(name for name in now if name not in before),
    )


def _action_matches(pattern: str, name: str) -> bool:
    """As the action does: `*` is anything, and nothing is anchored; without `*` the whole name."""
    if "*" not in pattern:
        return pattern == name
    position = 0
    for piece in pattern.split("*"):
        found = name.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return True
