"""Whether a document is what its format says: CycloneDX by the official schemas, SPDX by what its clauses demand.

The schemas are those that cyclonedx-python-lib ships, read where they lie: importing the library costs 0.3 s, and a
schema is compiled in 7 ms. Nothing is fetched. Formats (`date-time`, `iri-reference`) are not judged: tools disagree.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from checks.manifests.jsontext import Array, Object, everything, load
from checks.manifests.xmltext import Element
from checks.model.phrase import visible
from checks.model.secrets import masked
from checks.sboms.described import Described
from checks.sboms.spdx_demands import Fault, demands2, demands3

if TYPE_CHECKING:
    from checks.sboms.describe import Document

#: Faults that are gathered of one document: who has a thousand repairs the tool, not the lines.
MAX_FAULTS = 20
_BASE = "http://cyclonedx.org/schema/"
#: Schemas that those of the document refer to.
_PARTS = ("spdx.SNAPSHOT", "jsf-0.82.SNAPSHOT", "cryptography-defs.SNAPSHOT")
#: Before 1.4 the plain schema let through what the text of the specification forbids.
_JSON = {"1.2": "1.2-strict", "1.3": "1.3-strict", "1.4": "1.4", "1.5": "1.5", "1.6": "1.6", "1.7": "1.7"}
_XML = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7")


class Validity(NamedTuple):
    """What validation found."""

    by: str
    """What it was validated by: `the JSON schema of CycloneDX 1.6`."""
    faults: tuple[Fault, ...] = ()
    unknown: str | None = None
    """Why it could not be validated; then there are no faults."""
    to_install: bool = False
    """Whether the extra `sbom` would help."""


def validity(text: str, document: "Document") -> Validity:
    """Validate a document that `describe.read` read from `text`."""
    described, root = document
    if described.format == "SPDX":
        assert isinstance(root, Object)
        third = described.version.startswith("3")
        found = demands3(root) if third else demands2(root, described.version)
        return Validity(f"the rules of SPDX {described.version[:10]}", tuple(islice(found, MAX_FAULTS)))
    return _json(text, described, root) if isinstance(root, Object) else _xml(text, described, root)


def _json(text: str, described: Described, root: Object) -> Validity:
    by = f"the JSON schema of CycloneDX {visible(described.version, 10)}"
    name = _JSON.get(described.version)
    if name is None:
        return Validity(by, unknown="there is no JSON schema of this version of CycloneDX")
    validator = _validator(name)
    if validator is None:
        return Validity(by, unknown=_MISSING, to_install=True)
    found = list(islice(validator.iter_errors(root), MAX_FAULTS))
    lines = load(text, everything) if found else root
    return Validity(by, tuple(_fault(error, lines) for error in found))


_MISSING = "the schemas are not installed (the extra 'sbom' has them)"
_MISSING_LXML = "lxml, which validates XML, is not installed (the extra 'sbom' has it)"


def _fault(error: Any, root: object) -> Fault:
    path: Sequence[str | int] = error.instance_path
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    message = masked(error.message)
    return Fault(visible(f"{where}: {message}" if where else message, 240), _line(root, path))


def _line(root: object, path: Sequence[str | int]) -> int:
    """Of the last member on the way that has one."""
    line, value = 0, root
    for step in path:
        if isinstance(value, Object) and step in value:
            line, value = value.lines.get(str(step), (line, 0))[0], value[str(step)]
        elif isinstance(value, Array) and isinstance(step, int) and step < len(value):
            line = value.lines[step][0] if step < len(value.lines) else line
            value = value[step]
        else:
            break
    return line


@cache
def _validator(name: str) -> Any:
    """None where the library that validates, or the one that has the schemas, is not installed."""
    try:
        import jsonschema_rs
    except ImportError:
        return None
    folder = schema_folder()
    if folder is None:
        return None
    parts = [(f"{_BASE}{part}.schema.json", _schema(folder, part)) for part in _PARTS]
    schema = _schema(folder, f"bom-{name}.SNAPSHOT")
    # a reference that is not in the registry is a fault of ours, and nothing to ask the network for
    return jsonschema_rs.validator_for(schema, registry=jsonschema_rs.Registry(parts), offline=True)


def schema_folder() -> str | None:
    """Where cyclonedx-python-lib keeps its schemas; None where it is not installed."""
    from importlib.util import find_spec

    spec = find_spec("cyclonedx")
    places = spec.submodule_search_locations if spec else None
    return f"{next(iter(places))}/schema/_res" if places else None


def _schema(folder: str, name: str) -> Any:
    with open(f"{folder}/{name}.schema.json", "rb") as file:
        return json.load(file)


def _xml(text: str, described: Described, root: Element) -> Validity:
    by = f"the XML schema of CycloneDX {visible(described.version, 10)}"
    if described.version not in _XML:
        return Validity(by, unknown="there is no XML schema of this version of CycloneDX")
    try:
        from lxml import etree
    except ImportError:
        return Validity(by, unknown=_MISSING_LXML, to_install=True)
    folder = schema_folder()
    if folder is None:
        return Validity(by, unknown=_MISSING, to_install=True)
    # Read before without a document type, so there are no entities; and what is not in memory is not opened.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(text.removeprefix("\ufeff").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        return Validity(by, (Fault(visible(str(error.msg), 240), error.lineno or root.line),))
    schema = etree.XMLSchema(etree.parse(f"{folder}/bom-{described.version}.SNAPSHOT.xsd"))
    schema.validate(tree)
    return Validity(by, tuple(islice(_xml_faults(schema.error_log), MAX_FAULTS)))


def _xml_faults(log: Any) -> Iterator[Fault]:
    for error in log:
        yield Fault(visible(_without_namespace(masked(str(error.message))), 240), int(error.line or 0))


def _without_namespace(message: str) -> str:
    start = message.find("{http")
    while start >= 0:
        end = message.find("}", start)
        message = message[:start] + message[end + 1 :] if end > 0 else message[:start]
        start = message.find("{http")
    return message
