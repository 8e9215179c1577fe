"""CycloneDX in XML with all the members that a description reads, as in JSON."""

from checks.manifests.jsontext import Array
from checks.manifests.xmltext import Element
from checks.sboms.values import text_of

#: Elements that hold a list of others.
_LISTS = frozenset(
    {"components", "services", "externalReferences", "authors", "lifecycles", "compositions", "licenses"}
)
#: Elements that stand several times without a list around them.
_REPEATED = frozenset({"contact", "url"})


def members(element: Element) -> dict[str, object]:
    """The members of an element; calls itself at most `xmltext.MAX_DEPTH` times deep."""
    fields: dict[str, object] = dict(element.attributes)
    for child in element.children:
        name = child.name
        if name in _REPEATED and element.name != "reference" and element.name != "license":
            several = fields.get(name)
            if not isinstance(several, list):  # also where an attribute has that name
                several = fields[name] = []
            several.append(_value(child))
        else:
            fields.setdefault(name, _member(element, child))
    return fields


def _member(parent: Element, child: Element) -> object:
    match child.name:
        case "hashes":
            return [{"alg": item.attributes.get("alg"), "content": item.text.strip()} for item in child.children]
        case "properties":
            return [{"name": item.attributes.get("name"), "value": item.text.strip()} for item in child.children]
        case "licenses":
            return [_license(choice) for choice in child.children]
        case "dependencies" if parent.name == "bom":
            return [_dependency(item) for item in child.children]
        case "assemblies" | "dependencies":
            return [item.attributes.get("ref") for item in child.children]
        case "tools":
            plain = [members(item) for item in child.children if item.name == "tool"]
            return plain or members(child)
        case "signature":
            return members(child)
        case name if name in _LISTS:
            return _items(child)
    return _value(child)


def _items(element: Element) -> Array:
    items = Array()
    for child in element.children:
        items.append(members(child))
        items.lines.append((child.line, child.end_line))
    return items


def _value(element: Element) -> object:
    return members(element) if element.children else text_of(element.text)


def _license(choice: Element) -> dict[str, object]:
    """`expression-detailed` came with 1.7."""
    acknowledgment = choice.attributes.get("acknowledgement")
    if choice.name == "license":
        return {"license": {**members(choice), "acknowledgement": acknowledgment}}
    text = choice.attributes.get("expression") if choice.name == "expression-detailed" else choice.text
    return {"expression": text, "acknowledgement": acknowledgment}


def _dependency(element: Element) -> dict[str, object]:
    targets = [item.attributes.get("ref") for item in element.children if item.name == "dependency"]
    return {"ref": element.attributes.get("ref"), "dependsOn": targets}
