"""VEX in CycloneDX JSON: the `vulnerabilities` of a BOM, with or without the components that they point to."""

from collections.abc import Iterator
from urllib.parse import unquote

from checks.advisories.vex import Fields, Product, moment_of, object_of, objects_of, product_of, stated, text_of
from checks.model.advisory import Statement, VexStatus

_STATES = {
    "not_affected": VexStatus.NOT_AFFECTED,
    "false_positive": VexStatus.NOT_AFFECTED,
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
}
#: What a single version may be said to be, whatever the analysis says.
_VERSIONS = {"affected": VexStatus.AFFECTED, "unknown": VexStatus.UNDER_INVESTIGATION}


def statements(document: Fields) -> Iterator[Statement]:
    """A vulnerability without an analysis states nothing."""
    metadata = object_of(document.get("metadata"))
    author, known = _author(metadata), dict(_components(document))
    for item in objects_of(document.get("vulnerabilities")):
        analysis = object_of(item.get("analysis"))
        state = text_of(analysis.get("state"))
        names = [text_of(item.get("id")), *(text_of(entry.get("id")) for entry in objects_of(item.get("references")))]
        reason = text_of(analysis.get("justification")) or ("false_positive" if state == "false_positive" else "")
        at = moment_of(analysis.get("lastUpdated"), analysis.get("firstIssued"), metadata.get("timestamp"))
        for product, said in _affected(item, known) if state in _STATES else ():
            status = _VERSIONS.get(said, _STATES[state])
            yield from stated(names, [(product, None)], status, reason, author, at)


def _affected(item: Fields, known: dict[str, str]) -> Iterator[tuple[Product, str]]:
    """Each package version and the word that is said of it in particular, if any."""
    for entry in objects_of(item.get("affects")):
        reference = entry.get("ref")
        product = product_of(_purl(reference, known)) if isinstance(reference, str) else None
        if product is None:
            continue
        versions = list(objects_of(entry.get("versions")))
        for version in versions:
            text = text_of(version.get("version")) or text_of(version.get("range"))
            if text:
                yield Product(product.purl, text), text_of(version.get("status"))
        if not versions:
            yield product, ""


def _purl(reference: str, known: dict[str, str]) -> str:
    """The purl behind a `bom-ref`, of this document or, after the `#` of a BOM-Link, of another one."""
    inner = unquote(reference.partition("#")[2]) if reference.startswith("urn:cdx:") else reference
    return known.get(inner, inner)


def _components(document: Fields) -> Iterator[tuple[str, str]]:
    waiting = [document]
    while waiting:
        for component in objects_of(waiting.pop().get("components")):
            reference, purl = component.get("bom-ref"), component.get("purl")
            if isinstance(reference, str) and isinstance(purl, str):
                yield reference, purl
            waiting.append(component)


def _author(metadata: Fields) -> str:
    people = (text_of(person.get("name")) for person in objects_of(metadata.get("authors")))
    makers = (text_of(object_of(metadata.get(key)).get("name")) for key in ("manufacturer", "supplier", "manufacture"))
    return next((name for name in (*people, *makers) if name), "")
