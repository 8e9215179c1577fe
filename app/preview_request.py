"""The files of a policy as JSON, for whoever asks a service what they would change."""

from collections.abc import Mapping
from typing import Any

from app.policies import PATH
from checks.model.errors import UsageError
from checks.policy.document import MAX_CHARACTERS
from checks.policy.files import MAX_DECISIONS, PolicyFiles, PolicyRef

#: Files that a policy may be made of beside its decisions.
MAX_OTHERS = 200
#: Of all files together (characters).
MAX_TEXT = 8 * MAX_CHARACTERS


def to_json(files: PolicyFiles) -> dict[str, Any]:
    """What `read` takes. What is no text is sent as far as it is one, and refused like any other policy."""
    return {
        "name": files.name,
        "path": files.path,
        "main": _text(files.main),
        "decisions": {path: _text(data) for path, data in files.decisions.items()},
        "others": [[*ref, None if data is None else _text(data)] for ref, data in files.others.items()],
    }


def read(document: object) -> PolicyFiles:
    """Raises `UsageError` for what is not the files of a policy."""
    if not isinstance(document, Mapping):
        raise _not_a_policy("expected an object with 'main', the text of the policy")
    decisions, others = document.get("decisions", {}), document.get("others", [])
    if not isinstance(decisions, Mapping) or len(decisions) > MAX_DECISIONS:
        raise _not_a_policy(f"decisions: expected texts by path, at most {MAX_DECISIONS:,}")
    if not isinstance(others, list) or len(others) > MAX_OTHERS:
        raise _not_a_policy(f"others: expected a list of at most {MAX_OTHERS:,}")
    files = PolicyFiles(
        _bytes(document.get("main"), "main"),
        _word(document.get("name", PATH), "name"),
        _word(document.get("path", PATH), "path"),
        others=dict(map(_other, others)),
        decisions={_word(path, "decisions"): _bytes(text, "decisions") for path, text in decisions.items()},
    )
    every = (files.main, *files.decisions.values(), *(data or b"" for data in files.others.values()))
    if sum(map(len, every)) > MAX_TEXT:
        raise _not_a_policy(f"its files have more than {MAX_TEXT:,} bytes together")
    return files


def _other(entry: object) -> tuple[PolicyRef, bytes | None]:
    if not isinstance(entry, list) or len(entry) != 4:
        raise _not_a_policy("others: expected entries of path, repository, revision and text")
    path, repository, revision, text = entry
    given = (None if word is None else _word(word, "others") for word in (repository, revision))
    return PolicyRef(_word(path, "others"), *given), None if text is None else _bytes(text, "others")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _bytes(value: object, key: str) -> bytes:
    if not isinstance(value, str):
        raise _not_a_policy(f"{key}: expected text")
    return value.encode("utf-8", "replace")


def _word(value: object, key: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 500 or not value.isprintable():
        raise _not_a_policy(f"{key}: expected a name of at most 500 characters")
    return value


def _not_a_policy(what: str) -> UsageError:
    return UsageError(f"this is not the files of a policy: {what}")
