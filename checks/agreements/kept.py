"""A file of signatures in either shape, ours or the CLA action's: what it says, and one signature more in it."""

import json
from typing import Any, NamedTuple

from checks.agreements.cla_action import KEY, is_action_file, read_action_file, version_of
from checks.agreements.codec import moment_text
from checks.agreements.incoming import Terms
from checks.agreements.signature_file import Problem, appended, read_signatures, write_signatures
from checks.agreements.terms import Document
from checks.model.signatures import Company, SignatureRecord


class BrokenError(ValueError):
    """A file that is not whole. Nothing is judged by it, and nothing is written over it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}" if line else message)


class Kept(NamedTuple):
    """What a file says."""

    records: tuple[SignatureRecord, ...] = ()
    companies: tuple[Company, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Rows that say nothing of anybody: they are left out, and the rest counts."""


class Said(NamedTuple):
    """The comment by which somebody signs."""

    comment: int
    pull: int
    repository_id: int


def empty_file() -> str:
    """What a new file begins with: it is one of ours."""
    return write_signatures(())


def read_kept(text: str | None, terms: Terms) -> Kept:
    """The signatures of a file; None: there is none yet. Raises `BrokenError`."""
    if text is None:
        return Kept()
    if not _of_action(text):
        read = read_signatures(text)
        if read.problems:
            raise BrokenError(*read.problems[0])
        return Kept(read.records, read.companies)
    _action_json(text)
    try:
        done = read_action_file(text, terms)
    except ValueError as error:
        raise BrokenError(1, str(error)) from None
    return Kept(done.records, (), done.problems)


def with_signature(text: str | None, record: SignatureRecord, said: Said) -> str:
    """The file with one signature more; the same text if it has it already. What is there stays. Raises
    `BrokenError`."""
    if text is None or not _of_action(text):
        try:
            return appended(empty_file() if text is None else text, [record])
        except ValueError as error:
            raise BrokenError(0, str(error)) from None
    value = _action_json(text)
    rows, number = value[KEY], record.signer.account_id
    if any(isinstance(row, dict) and (row.get("id"), row.get("comment_id")) == (number, said.comment) for row in rows):
        return text
    row = {
        "name": record.signer.login,
        "id": number,
        "comment_id": said.comment,
        "created_at": moment_text(record.at),
        "repoId": said.repository_id,
        "pullRequestNo": said.pull,
    }
    return json.dumps({**value, KEY: [*rows, row]}, indent=2, ensure_ascii=False) + text[len(text.rstrip()) :]


def cannot_take(text: str | None, path: str, document: Document) -> str | None:
    """Why a signature of today's version cannot stand in this file; None: it can. The CLA action's rows say no
    version: the path does, for all of them."""
    if text is None or not _of_action(text):
        return None
    version = version_of(path)
    if version is None or version == document.version:
        return None
    return f"it holds signatures of version {version}, and version {document.version} is needed now"


def version_in(text: str | None, path: str, document: Document) -> str:
    """The version that rows without one were signed for."""
    return version_of(path) or document.version if text is not None and _of_action(text) else document.version


def holds_one_document(text: str | None) -> bool:
    """Whether its rows do not say which agreement was signed."""
    return text is not None and _of_action(text)


def _of_action(text: str) -> bool:
    return is_action_file(text) and '"ospo-gate signatures"' not in text[:200]


def _action_json(text: str) -> dict[str, Any]:
    """The whole of the CLA action's file. Raises `BrokenError` with the line."""
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise BrokenError(error.lineno, f"it is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise BrokenError(1, "it is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get(KEY), list):
        raise BrokenError(1, f"it has no list '{KEY}'")
    return value
