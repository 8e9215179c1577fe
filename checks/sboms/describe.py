"""From the text of an SBOM to its description. The content decides what it is, as where it is read as an inventory."""

from typing import NamedTuple

from checks.manifests.jsontext import Object, load
from checks.manifests.xmltext import Element, parse_xml
from checks.model.errors import UnreadableManifest
from checks.sboms.cyclonedx import check_version
from checks.sboms.described import Described
from checks.sboms.values import text_of

#: The value of `@context` begins so in every SPDX 3 document.
_SPDX3 = "https://spdx.org/rdf/3."
#: The namespace of every version of CycloneDX in XML ends with the version.
_NAMESPACE = "cyclonedx.org/schema/bom/"


class Document(NamedTuple):
    """A document with its members, which validation reads too."""

    described: Described
    root: Object | Element


def read(text: str) -> Document:
    """Raises `UnreadableManifest` for what is no SBOM of a kind and version that is read."""
    text = text.removeprefix("\ufeff")
    start = text[:1000].lstrip()[:1]
    if start == "<":
        return _xml(text)
    if start in ("{", "["):
        return _json(text)
    from checks.sboms import describe_spdx

    root = describe_spdx.document_of_tags(text)
    if not str(root.get("spdxVersion", "")).startswith("SPDX-2."):
        raise UnreadableManifest("it is no SBOM that is known: CycloneDX, or SPDX 2 and 3", 1)
    return Document(describe_spdx.describe(root, "tag-value"), root)


def _xml(text: str) -> Document:
    from checks.sboms import describe_cyclonedx
    from checks.sboms.describe_xml import members

    root = parse_xml(text, "bom")
    space = next(
        (value for key, value in root.attributes.items() if key.startswith("xmlns") and _NAMESPACE in value), ""
    )
    if not space:
        raise UnreadableManifest("it is XML, but not CycloneDX", 1)
    version = space.rpartition("/")[2]
    check_version(version, root.line)
    return Document(describe_cyclonedx.describe(members(root), "XML", version), root)


def _json(text: str) -> Document:
    root = load(text, _descend)
    if not isinstance(root, Object):
        raise UnreadableManifest("it is not a JSON object", 1)
    if root.get("bomFormat") == "CycloneDX" or "cyclonedx.org/schema/bom" in str(root.get("$schema")):
        from checks.sboms import describe_cyclonedx

        version = text_of(root.get("specVersion")) or ""
        check_version(version, root.lines.get("specVersion", (1, 1))[0])
        return Document(describe_cyclonedx.describe(root, "JSON", version), root)
    if "spdxVersion" in root:
        from checks.sboms import describe_spdx, spdx

        spdx.check_version(root["spdxVersion"], root.lines["spdxVersion"][0])
        return Document(describe_spdx.describe(root, "JSON"), root)
    if _SPDX3 in str(root.get("@context"))[:10_000]:
        from checks.sboms import describe_spdx3

        return Document(describe_spdx3.describe(root), root)
    if isinstance(root.get("sbom"), dict):
        raise UnreadableManifest("the SBOM is inside its member 'sbom', as GitHub's API answers: save that alone", 1)
    raise UnreadableManifest("it is neither CycloneDX nor SPDX", 1)


def _descend(depth: int, key: str) -> bool:
    """Lines of the components at every depth."""
    if depth == 0:
        return key in ("components", "metadata", "packages", "@graph")
    return key in ("components", "component")
