"""Plain values of unknown shape, and license statements put together from several."""

import re
from collections.abc import Iterable, Iterator

from checks.manifests.collect import MAX_WORD
from checks.manifests.jsontext import Array, Span

#: SPDX: the author makes no statement, or there is no license at all; neither is one.
_NO_STATEMENT = frozenset({"", "NOASSERTION", "NONE"})
_CHOICE = re.compile(r"\bor\b|[|/]", re.IGNORECASE).search
_BRACKETS = re.compile(r"[()]")


def text_of(value: object) -> str | None:
    """`value` without blanks around it, if it is text that is not empty."""
    return value.strip() or None if isinstance(value, str) else None


def stated(value: object) -> str | None:
    """`value` as `text_of`, unless it is one of SPDX's words for "nothing is said"."""
    text = text_of(value)
    return None if text is None or text in _NO_STATEMENT else text


def tables(value: object) -> Iterable[dict[str, object]]:
    """The objects of a list, if it is one."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) and value else ()


def texts(value: object) -> Iterator[str]:
    """The texts of a list; SPDX 3 also writes a single one without its list."""
    if isinstance(value, str):
        return iter((value,))
    return (row for row in value if isinstance(row, str)) if isinstance(value, list) else iter(())


def located(value: object) -> Iterator[tuple[object, Span]]:
    """The items of a list with their lines."""
    return zip(value, value.lines, strict=True) if isinstance(value, Array) else iter(())


def hash_of(algorithm: object, value: object) -> str | None:
    """`SHA-512` or `SHA512` and hexadecimal digits as `sha512:…`."""
    if not isinstance(algorithm, str) or not isinstance(value, str) or not value:
        return None
    name = algorithm.lower()
    return f"{'sha' + name[4:] if name.startswith('sha-') else name}:{value}"


def all_of(statements: Iterable[str]) -> str | None:
    """Every statement holds. One is kept as it is; of several, each keeps its own alternatives to itself."""
    parts = list(dict.fromkeys(statements))
    if len(parts) < 2:
        return parts[0] if parts else None
    return " AND ".join(map(_part, parts))


def _part(text: str) -> str:
    """A name with a bracket too many must not open another statement: `MIT) OR (MIT` is one name, not a choice."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += 1 if match[0] == "(" else -1
        if depth < 0:
            break
    if depth:
        text = _BRACKETS.sub(" ", text)
    return f"({text})" if _CHOICE(text) else text


def is_word(text: str) -> bool:
    """Whether a name or version is one: nothing is called by more than a page of text."""
    return len(text) <= MAX_WORD
