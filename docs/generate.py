"""Writes the generated parts of docs/: tables between markers, and the JSON Schema. `make docs` runs it.

    python -m docs.generate            write
    python -m docs.generate --check    say what is out of date, exit code 1

To generate one more table: a function that returns Markdown lines, an entry in `TABLES`, and in the page the markers
`<!-- generated: NAME -->` and `<!-- end: NAME -->`.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from app.fact_settings import FactSettings
from app.github.needs import EVENTS as EVENTS_NEEDED
from app.github.needs import PERMISSIONS, WELCOME
from app.metrics import METRICS
from app.policies import SHAPES
from app.service_settings import ServiceSettings
from app.settings import FACTS_PREFIX, PREFIX
from app.web.events import EVENTS
from checks.custom.fields import FIELDS as CUSTOM_FIELDS
from checks.custom.fields import RECORDS, Field
from checks.manifests import FORMATS
from checks.model.facts import NOTHING
from checks.policy.json_schema import json_schema
from checks.policy.schema import Root
from checks.policy.shape import Key, is_shape, keys_of
from checks.rules import CHECKS

DOCS = Path(__file__).parent
Lines = Iterator[str]


def rules() -> Lines:
    """Every rule of every check, by the order of the checks."""
    yield "| rule | default | when it speaks | what to do |"
    yield "|---|---|---|---|"
    for check in CHECKS:
        for rule in check.rules:
            kind = " Could not tell." if rule.could_not_tell else ""
            waivers = "" if rule.waivable else " Cannot be waived."
            name = f'<a id="{rule.id}"></a>`{rule.id}`'
            yield f"| {name} | `{rule.level}` | {_cell(rule.summary)}{kind}{waivers} | {_cell(rule.help)} |"


def keys() -> Lines:
    """Every key of the policy: of the file, of what all sections have, and of each section."""
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    yield from _keys(Root, "")
    for shape in SHAPES:
        yield f"| `{shape.check}` | {'on' if shape.always_on else 'off'} | {_section_words(shape.check)} |"
        yield from _keys(shape.section, f"{shape.check}.")


def settings() -> Lines:
    """Every setting of the service."""
    return _settings(ServiceSettings, PREFIX)


def fact_settings() -> Lines:
    """Every setting of the sources of facts."""
    return _settings(FactSettings, FACTS_PREFIX)


def _settings(shape: type, prefix: str) -> Lines:
    yield "| variable | default | meaning |"
    yield "|---|---|---|"
    for item in keys_of(shape).values():
        default = "**must be set**" if item.required else _default(item)
        yield f"| `{prefix}{item.name.upper()}` | {default} | {_cell(item.doc)} |"


def formats() -> Lines:
    """Every format, with the files that carry it and those that are read with it."""
    yield "| format | ecosystem | files | read with it |"
    yield "|---|---|---|---|"
    for item in FORMATS:
        names, beside = (" ".join(f"`{_cell(name)}`" for name in found) for found in (item.names, item.companions))
        yield f"| `{item.id}` | {item.ecosystem} | {names} | {beside} |"


def fields() -> Lines:
    """Every field that a custom rule can read."""
    yield "| field | | in rules on | what it is |"
    yield "|---|---|---|---|"
    every = {name: field for known in CUSTOM_FIELDS.values() for name, field in known.items()}
    for name, field in every.items():
        on = ", ".join(kind for kind, known in CUSTOM_FIELDS.items() if name in known)
        yield f"| `{name}` | {field.type} | {on} | {_cell(_field(field))} |"
        for key, item in RECORDS.get(name, {}).items():
            yield f"| &emsp;`.{key}` | {item.type} | | {_cell(_field(item))} |"


def _field(field: Field) -> str:
    words = " ".join(f"`{word}`" for word in field.words)
    return f"{field.doc} {words}".strip() + ("" if field.want == NOTHING else " *Asked of the sources.*")


def events() -> Lines:
    """Every event and action that causes something."""
    yield "| event | action | what it changes |"
    yield "|---|---|---|"
    for event, actions in EVENTS.items():
        same: dict[str, list[str]] = {}
        for action, row in actions.items():
            same.setdefault(row.changes, []).append(f"`{action}`" if action else "")
        for changes, names in same.items():
            yield f"| `{event}` | {', '.join(names)} | {_cell(changes)} |"


def needs() -> Lines:
    """The permissions and events of the App."""
    yield "| permission | level | why | without it |"
    yield "|---|---|---|---|"
    for item in PERMISSIONS:
        yield f"| `{item.name}` | {item.level} | {_cell(item.reason)} | {_without(item.optional)} |"
    for more in WELCOME:
        brings = f"event `{more.event}`; " if more.event else ""
        reason = f"{more.reason} ({brings}not chosen by default)"
        yield f"| `{more.name}` | {more.level} | {_cell(reason)} | {_without(more.optional)} |"
    yield ""
    yield "| event | why |"
    yield "|---|---|"
    for event in EVENTS_NEEDED:
        elsewhere = "" if event.enterprise_server else " (not on GitHub Enterprise Server)"
        yield f"| `{event.name}` | {_cell(event.reason)}{elsewhere} |"


def _without(optional: str | None) -> str:
    return f"does not work: {_cell(optional)}" if optional else "nothing works"


def metrics() -> Lines:
    """Every metric."""
    yield "| metric | type | of | labels | meaning |"
    yield "|---|---|---|---|---|"
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"| `{metric.name}` | {metric.kind} | {metric.of} | {labels} | {_cell(metric.help)} |"


def _keys(shape: type, prefix: str) -> Lines:
    for item in keys_of(shape).values():
        default = "must be there" if item.required else _default(item)
        yield f"| `{prefix}{item.name}` | {default} | {_cell(item.doc)} |"
        inner, suffix = _inner(item.type)
        if inner is not None:
            yield from _keys(inner, f"{prefix}{item.name}{suffix}.")


def _inner(type_: Any) -> tuple[type | None, str]:
    """The shape that is in a type, and how a key of it is written: `[]` in a list, `.RULE` in a mapping by rules."""
    arguments = [argument for argument in get_args(type_) if argument not in (type(None), ...)]
    origin = get_origin(type_)
    if is_shape(type_):
        return type_, ""
    if origin is None or origin is Annotated or not is_shape(arguments[-1]):
        return None, ""
    suffix = "[]" if origin is tuple else f".{_named(arguments[0])}" if origin is Mapping else ""
    return arguments[-1], suffix


def _named(key: Any) -> str:
    """The word for the names that a mapping has: `RULE`, `LINKAGE`."""
    name: str = get_args(key)[1].kind if get_origin(key) is Annotated else key.__name__
    return name.upper()


def _default(item: Key) -> str:
    value = item.default
    if value is None or value == () or value == {} or is_shape(type(value)):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _section_words(check: str) -> str:
    (found,) = (check_ for check_ in CHECKS if check_.id == check)
    return f"The section of the check {found.title}: [its rules](#rules)."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


TABLES: dict[str, dict[str, Callable[[], Lines]]] = {
    "policy.md": {"rules": rules, "keys": keys},
    "custom-rules.md": {"fields": fields},
    "settings.md": {"settings": settings},
    "facts.md": {"settings": fact_settings},
    "inventory.md": {"formats": formats},
    "events.md": {"events": events},
    "operating.md": {"metrics": metrics},
    "setup.md": {"needs": needs},
}


def generated() -> dict[Path, str]:
    """What every file with a generated part should say."""
    found = {DOCS / "policy.schema.json": json.dumps(json_schema(SHAPES), indent=2, ensure_ascii=False) + "\n"}
    for page, tables in TABLES.items():
        text = (DOCS / page).read_text(encoding="utf-8")
        for name, table in tables.items():
            text = _replaced(page, text, name, "\n".join(table()))
        found[DOCS / page] = text
    return found


def _replaced(page: str, text: str, name: str, table: str) -> str:
    begin, end = f"<!-- generated: {name} -->\n", f"\n<!-- end: {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"docs/{page} must have the markers of '{name}' once")
    return pattern.sub(lambda _: f"{begin}{table}{end}", text)


def main(arguments: list[str]) -> int:
    """Write what differs, or with `--check` only name it."""
    different = []
    for path, text in generated().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            different.append(path.name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    for name in different:
        print(f"docs/{name}: {'out of date, run: make docs' if '--check' in arguments else 'written'}")
    return 1 if different and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
