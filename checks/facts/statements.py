"""The forms in which registries give a license, as one raw statement; what it means is not decided here."""

import re
from collections.abc import Sequence

from checks.facts.fields import mapping, text, texts

_OPERATOR = re.compile(r"\s(?:AND|OR)\s|[/,;|&]", re.IGNORECASE)
#: A longer license field is the text of a license, not its name (Python packages did that).
MAX_SHORT = 64
#: Words that say that there is no statement.
_NO_STATEMENT = frozenset({"unknown", "none", "n/a", "noassertion", "null"})


def combined(statements: Sequence[str], operator: str) -> str | None:
    """`A AND (B OR C)`: each part in parentheses where its own operators could be misread; None if there is none."""
    parts = tuple(dict.fromkeys(statements))
    if len(parts) < 2:
        return parts[0] if parts else None
    return f" {operator} ".join(f"({part})" if _OPERATOR.search(part) else part for part in parts)


def named(value: object) -> str | None:
    """A statement as text or as `{"type": …}` or `{"name": …}`; None for words that say that there is none."""
    if isinstance(value, dict):
        value = mapping(value).get("type", mapping(value).get("name"))
    found = text(value)
    return found if found and found.lower() not in _NO_STATEMENT else None


def choice(value: object) -> str | None:
    """A list offers a choice (npm's old `licenses`, Composer). One that cannot be read makes the whole unknown."""
    options = value if isinstance(value, list) else [value]
    found = [named(item) for item in options]
    known = [item for item in found if item is not None]
    return combined(known, "OR") if len(known) == len(found) else None


def all_of(value: object) -> str | None:
    """A list whose relation is not said: everything in it counts (RubyGems, Hex, deps.dev)."""
    found = [item for item in texts(value) if item.lower() not in _NO_STATEMENT]
    return combined(found, "AND")
