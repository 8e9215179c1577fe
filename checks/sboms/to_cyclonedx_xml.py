"""CycloneDX 1.5 to 1.7 as XML: the members of our JSON as elements, in the order that the schema demands."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from checks.sboms.content import Content
from checks.sboms.lines import Items
from checks.sboms.to_cyclonedx import members


def cyclonedx_xml(content: Content, version: str) -> str:
    """The document. `version` as of `cyclonedx_json`."""
    found = members(content, version)
    serial = found["serialNumber"]
    namespace = f"http://cyclonedx.org/schema/bom/{version}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<bom xmlns="{namespace}" serialNumber="{serial}" version="1">',
        *_inside("metadata", _metadata(found["metadata"])),
        *_list("components", _items(found["components"]), _component),
        *_list("dependencies", _items(found["dependencies"]), _dependency),
        *_list("compositions", found["compositions"], _composition),
        "</bom>",
    ]
    return "\n".join(lines) + "\n"


def _items(items: object) -> Iterator[Any]:
    return map(json.loads, items) if isinstance(items, Items) else iter(())


def _metadata(fields: Any) -> Iterator[str]:
    if "timestamp" in fields:
        yield _leaf("timestamp", fields["timestamp"])
    yield from _list(
        "lifecycles", fields["lifecycles"], lambda row: _inside("lifecycle", [_leaf("phase", row["phase"])])
    )
    yield from _inside("tools", _list("components", fields["tools"]["components"], _component))
    yield from _list("authors", fields.get("authors"), lambda row: _inside("author", [_leaf("name", row["name"])]))
    yield from _component(fields["component"])
    yield from _properties(fields)


def _component(fields: Any) -> Iterator[str]:
    reference = _attribute("bom-ref", fields.get("bom-ref"))
    yield f"<component{_attribute('type', fields['type'])}{reference}>"
    if "supplier" in fields:
        supplier = fields["supplier"]
        urls = [_leaf("url", url) for url in supplier.get("url", ())]
        yield from _inside("supplier", [_leaf("name", supplier["name"]), *urls])
    for name in ("group", "name", "version", "scope"):
        if name in fields:
            yield _leaf(name, fields[name])
    yield from _list("hashes", fields.get("hashes"), lambda row: [_leaf("hash", row["content"], alg=row["alg"])])
    yield from _list("licenses", fields.get("licenses"), _license)
    if "purl" in fields:
        yield _leaf("purl", fields["purl"])
    yield from _list("externalReferences", fields.get("externalReferences"), _reference)
    yield from _properties(fields)
    yield from _list("components", fields.get("components"), _component)
    if "evidence" in fields:
        yield from _inside("evidence", _list("occurrences", fields["evidence"]["occurrences"], _occurrence))
    yield "</component>"


def _license(choice: Any) -> Iterator[str]:
    if "expression" in choice:
        yield _leaf("expression", choice["expression"], acknowledgement=choice.get("acknowledgement"))
        return
    fields = choice["license"]
    yield f"<license{_attribute('acknowledgement', fields.get('acknowledgement'))}>"
    yield from (_leaf(name, fields[name]) for name in ("id", "name") if name in fields)
    yield "</license>"


def _reference(row: Any) -> Iterator[str]:
    yield f"<reference{_attribute('type', row['type'])}>{_leaf('url', row['url'])}</reference>"


def _occurrence(row: Any) -> Iterator[str]:
    return _inside("occurrence", [_leaf(name, row[name]) for name in ("location", "line") if name in row])


def _properties(fields: Any) -> Iterator[str]:
    return _list(
        "properties", fields.get("properties"), lambda row: [_leaf("property", row["value"], name=row["name"])]
    )


def _dependency(row: Any) -> Iterator[str]:
    required = row.get("dependsOn")
    if not required:
        yield f"<dependency{_attribute('ref', row['ref'])}/>"
        return
    yield f"<dependency{_attribute('ref', row['ref'])}>"
    yield from (f"<dependency{_attribute('ref', ref)}/>" for ref in required)
    yield "</dependency>"


def _composition(row: Any) -> Iterator[str]:
    refs = [f"<dependency{_attribute('ref', ref)}/>" for ref in row["dependencies"]]
    return _inside("composition", [_leaf("aggregate", row["aggregate"]), *_inside("dependencies", refs)])


def _list(name: str, rows: Any, write: Callable[[Any], Any]) -> Iterator[str]:
    """No element at all where there is nothing to list."""
    lines = [line for row in rows or () for line in write(row)]
    return _inside(name, lines) if lines else iter(())


def _inside(name: str, lines: Any) -> Iterator[str]:
    yield f"<{name}>"
    yield from lines
    yield f"</{name}>"


def _leaf(name: str, text: object, /, **attributes: str | None) -> str:
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    return f"<{name}{given}>{_escaped(str(text))}</{name}>"


def _attribute(name: str, value: str | None) -> str:
    return "" if value is None else f' {name}="{_escaped(value)}"'


def _escaped(text: str) -> str:
    """What no XML can carry was taken out before (`inert`)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
