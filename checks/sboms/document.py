"""Which kind of SBOM a file is: its content decides, since `sbom.json` may be any of them."""

from collections.abc import Mapping

from checks.manifests.jsontext import Object, load
from checks.model.dependency import Inventory
from checks.model.errors import UnreadableManifest
from checks.sboms import cyclonedx
from checks.sboms.bill import FORMAT

#: The value of `@context` begins so in every SPDX 3 document.
_SPDX3 = "https://spdx.org/rdf/3."

#: How often a CycloneDX document without nested components has that word: of the root, its subject and its tools.
_FLAT = 3


def parse(text: str, path: str, companions: Mapping[str, str]) -> Inventory:
    """The packages of an SBOM.

    A file whose name promises one (`*.cdx.json`, `*.spdx`) must be one; `bom.json`, `bom.xml` and `sbom.json` are also
    names of other things, which have no packages. Raises `UnreadableManifest`.
    """
    start = text[:1000].lstrip("\ufeff \t\r\n")[:1]
    if start == "<":
        return _xml(text, path)
    if start in ("{", "[") or path.endswith((".json", ".jsonld")):
        return _json(text, path)
    if path.endswith(".xml"):
        return _something_else(path, "it is not XML")
    from checks.sboms.spdx_tags import read_tags

    return read_tags(text, path)


def _xml(text: str, path: str) -> Inventory:
    from checks.sboms.cyclonedx_xml import NAMESPACE, read_xml

    if NAMESPACE in text:
        return read_xml(text, path)
    return _something_else(
        path, "it is XML, but not CycloneDX" + (" (SPDX in RDF is not read)" if "spdx.org/rdf" in text else "")
    )


def _descend(depth: int, key: str) -> bool:
    if depth == 0:
        return key in ("components", "metadata", "packages", "@graph")
    return cyclonedx.shallow(depth, key)


def _deep(depth: int, key: str) -> bool:
    return _descend(depth, key) or cyclonedx.deep(depth, key)


def _json(text: str, path: str) -> Inventory:
    # a word in a description costs nothing but time: what is nested is found in any case
    root = load(text, _deep if text.count('"components"') > _FLAT else _descend)
    if not isinstance(root, Object):
        return _something_else(path, "it is not a JSON object")
    if root.get("bomFormat") == "CycloneDX" or _names(root, "$schema", "cyclonedx.org/schema/bom"):
        return cyclonedx.read_json(root, text, path)
    if "spdxVersion" in root:
        from checks.sboms.spdx import read_json

        return read_json(root, path)
    if _names(root, "@context", _SPDX3):
        from checks.sboms.spdx3 import read_graph

        return read_graph(root, path)
    return _something_else(path, "it is neither CycloneDX nor SPDX")


def _names(root: Object, key: str, what: str) -> bool:
    value = root.get(key)
    values = value if isinstance(value, list) else [value]
    return any(isinstance(item, str) and what in item for item in values)


def _something_else(path: str, why: str) -> Inventory:
    name = path.rpartition("/")[2].lower()
    if any(f".{kind}" in name for kind in ("cdx", "spdx")):
        raise UnreadableManifest(why, 1)
    return Inventory(path, FORMAT)
