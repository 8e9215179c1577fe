"""CycloneDX in XML: the same members as in JSON, so that one reader serves both."""

from collections.abc import Iterable

from checks.manifests.jsontext import Array, Object
from checks.manifests.xmltext import Element, parse_xml
from checks.model.dependency import Inventory
from checks.sboms.cyclonedx import check_version, read_document

#: The namespace of every version ends with the version: `…/schema/bom/1.6`.
NAMESPACE = "cyclonedx.org/schema/bom/"


def read_xml(text: str, path: str) -> Inventory:
    """Raises `UnreadableManifest`."""
    root = parse_xml(text, "bom")
    version = next(
        (value for key, value in root.attributes.items() if key.startswith("xmlns") and NAMESPACE in value), ""
    )
    check_version(version.rpartition("/")[2], root.line)
    return read_document(_document(root), path)


def _document(root: Element) -> Object:
    document = Object()
    metadata = root.child("metadata")
    subject = metadata.child("component") if metadata else None
    tools = metadata.child("tools") if metadata else None
    document["metadata"] = {
        "component": _component(subject) if subject else None,
        "tools": {"components": _refs(tools, "components"), "services": _refs(tools, "services")},
    }
    document["components"] = _components(root.child("components"))
    document["services"] = _refs(root, "services")
    graph = root.child("dependencies")
    document["dependencies"] = [_dependency(item) for item in graph.children] if graph else []
    document.lines["dependencies"] = (graph.line, graph.end_line) if graph else (0, 0)
    return document


def _components(parent: Element | None) -> Array:
    """Calls itself as deep as elements may be nested, at most `xmltext.MAX_DEPTH` times."""
    items = Array()
    for element in parent.all("component") if parent else ():
        items.append(_component(element))
        items.lines.append((element.line, element.end_line))
    return items


def _component(element: Element) -> dict[str, object]:
    fields: dict[str, object] = {
        "type": element.attributes.get("type"),
        "bom-ref": element.attributes.get("bom-ref"),
    }
    for child in element.children:
        match child.name:
            case "name" | "group" | "version" | "versionRange" | "purl" | "scope":
                fields.setdefault(child.name, child.text)
            case "licenses":
                fields["licenses"] = [_license(choice) for choice in child.children]
            case "hashes":
                fields["hashes"] = _hashes(child)
            case "properties":
                fields["properties"] = [{"name": p.attributes.get("name"), "value": p.text} for p in child.children]
            case "externalReferences":
                fields["externalReferences"] = [_reference(reference) for reference in child.children]
            case "components":
                fields["components"] = _components(child)
    return fields


def _license(choice: Element) -> dict[str, object]:
    """`expression-detailed` came with 1.7."""
    acknowledgement = choice.attributes.get("acknowledgement")
    if choice.name == "license":
        fields = {name: choice.value(name) for name in ("id", "name", "url")}
        return {"license": {**fields, "acknowledgement": acknowledgement}}
    text = choice.attributes.get("expression") if choice.name == "expression-detailed" else choice.text
    return {"expression": text, "acknowledgement": acknowledgement}


def _hashes(element: Element | None) -> list[object]:
    return (
        [{"alg": item.attributes.get("alg"), "content": item.text.strip()} for item in element.children]
        if element
        else []
    )


def _reference(element: Element) -> dict[str, object]:
    return {
        "type": element.attributes.get("type"),
        "url": element.value("url"),
        "hashes": _hashes(element.child("hashes")),
    }


def _dependency(element: Element) -> dict[str, object]:
    targets = [item.attributes.get("ref") for item in element.children if item.name == "dependency"]
    return {"ref": element.attributes.get("ref"), "dependsOn": targets}


def _refs(parent: Element | None, name: str) -> list[object]:
    """Only the ids of what is no component of the product, with what it contains."""
    return [{"bom-ref": ref} for ref in _all_refs(parent.all(name))] if parent else []


def _all_refs(elements: Iterable[Element]) -> list[str]:
    found: list[str] = []
    waiting = list(elements)
    while waiting:
        element = waiting.pop()
        if element.name in ("service", "component") and "bom-ref" in element.attributes:
            found.append(element.attributes["bom-ref"])
        waiting += element.children
    return found
