"""The values of a foreign configuration with their lines; what has another form than its tool takes is a fault."""

from collections.abc import Iterator
from datetime import date, datetime

from checks.manifests.jsontext import Array, Object, line_of
from checks.model.errors import UnreadableManifest
from checks.model.phrase import visible

#: No configuration that people write has more entries in one list; a hostile one has millions.
MAX_ITEMS = 5_000


def fault(message: str, line: int) -> UnreadableManifest:
    """What is wrong with the file, and where (1-based; 0: nowhere in particular)."""
    return UnreadableManifest(message, line)


def root_of(value: object) -> Object:
    """The root, which must be a mapping; an empty file is an empty one."""
    if value is None:
        return Object()
    if not isinstance(value, Object):
        raise fault("it is no mapping of keys", 1)
    return value


def members(holder: Object) -> Iterator[tuple[str, object, int]]:
    """Each key with its value and its line."""
    for name, value in holder.items():
        yield name, value, line_of(holder, name)[0]


def object_in(holder: Object, key: str) -> Object:
    """The mapping under `key`; an empty one where there is none."""
    value = holder.get(key)
    if value is None:
        return Object()
    if not isinstance(value, Object):
        raise fault(f"'{key}' must be a mapping", line_of(holder, key)[0])
    return value


def items_in(holder: Object, key: str) -> list[tuple[object, int]]:
    """The items of the list under `key` with their lines; none where there is no list."""
    value = holder.get(key)
    if value is None:
        return []
    line = line_of(holder, key)[0]
    if not isinstance(value, Array):
        raise fault(f"'{key}' must be a list", line)
    if len(value) > MAX_ITEMS:
        raise fault(f"'{key}' has more than {MAX_ITEMS:,} entries", line)
    return [(item, span[0]) for item, span in zip(value, value.lines, strict=True)]


def objects_in(holder: Object, key: str) -> Iterator[tuple[Object, int]]:
    """As `items_in`, of a list of mappings."""
    for item, line in items_in(holder, key):
        if not isinstance(item, Object):
            raise fault(f"each entry of '{key}' must be a mapping", line)
        yield item, line


def texts_in(holder: Object, key: str) -> list[tuple[str, int]]:
    """As `items_in`, of a list of text; empty text is left out."""
    found = []
    for item, line in items_in(holder, key):
        if not isinstance(item, str):
            raise fault(f"each entry of '{key}' must be text", line)
        if item.strip():
            found.append((item.strip(), line))
    return found


def text_in(holder: Object, key: str) -> str:
    """The text under `key`, trimmed; empty where there is none."""
    value = holder.get(key)
    if value is None:
        return ""
    if isinstance(value, Object | Array):
        raise fault(f"'{key}' must be text", line_of(holder, key)[0])
    return day_of(value) or str(value).strip()


def day_of(value: object) -> str | None:
    """The day of a TOML date or time, as text; None for anything else."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else None


def switch(holder: Object, key: str, default: bool) -> bool:
    """A boolean of YAML 1.2 (`true`, `True`, `TRUE`) or of TOML and JSON."""
    value = holder.get(key)
    if value is None or value == "":
        return default
    word = str(value).lower() if isinstance(value, str | bool) else ""
    if word not in ("true", "false"):
        raise fault(f"'{key}' must be true or false, not '{visible(str(value), 40)}'", line_of(holder, key)[0])
    return word == "true"
