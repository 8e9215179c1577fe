"""OpenVEX, versions 0.0 and 0.2."""

from collections.abc import Iterator

from checks.advisories.vex import (
    Fields,
    Product,
    moment_of,
    object_of,
    objects_of,
    product_of,
    stated,
    text_of,
    texts_of,
)
from checks.model.advisory import Statement, VexStatus

_STATUS = {str(status): status for status in VexStatus}


def statements(document: Fields) -> Iterator[Statement]:
    """A statement whose status is unknown is left out: it accepts nothing."""
    author = text_of(document.get("author"))
    moments = [document.get(key) for key in ("last_updated", "timestamp")]
    for item in objects_of(document.get("statements")):
        status = _STATUS.get(text_of(item.get("status")))
        if status is not None:
            yield from stated(
                _names(item.get("vulnerability")),
                _products(item),
                status,
                text_of(item.get("justification")),
                author,
                moment_of(item.get("last_updated"), item.get("timestamp"), *moments),
            )


def _names(vulnerability: object) -> Iterator[str]:
    fields = object_of(vulnerability)
    yield text_of(vulnerability)  # version 0.0
    yield text_of(fields.get("name"))
    yield from texts_of(fields.get("aliases"))


def _products(item: Fields) -> Iterator[tuple[Product, Product | None]]:
    """The packages that the statement is about: a product's components where they are named, else the product."""
    listed = item.get("products")
    for entry in listed if isinstance(listed, list) else ():
        product = _product(entry)
        components = [_product(part) for part in objects_of(object_of(entry).get("subcomponents"))]
        if components:
            yield from ((part, product) for part in components if part is not None)
        elif product is not None:
            yield product, None


def _product(entry: object) -> Product | None:
    fields = object_of(entry)
    identifiers = object_of(fields.get("identifiers"))
    for purl in (identifiers.get("purl"), fields.get("@id"), entry):
        if isinstance(purl, str) and (found := product_of(purl)):
            return found
    return None
