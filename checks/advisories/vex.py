"""VEX documents: statements about vulnerabilities in products, from OpenVEX, CycloneDX and CSAF alike."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.advisories.ecosystems import identity
from checks.model.advisory import Statement, VexStatus
from checks.model.purl import package, parse

#: Of a name, a justification or an author (characters).
MAX_TEXT = 1_000
Fields = Mapping[str, object]


class UnreadableVex(ValueError):
    """A text that is no VEX document; the message finishes "it is not read:"."""


@dataclass(frozen=True, slots=True)
class Product:
    """A package, or the product that uses it, as a statement names it."""

    purl: str
    versions: str | None
    """One version, or a range that begins with `vers:`; None: every version."""


def read_statements(text: str, path: str) -> tuple[Statement, ...]:
    """The statements of a document that name packages by their purl; others concern nothing that the gate sees.

    Raises UnreadableVex.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableVex("it is not JSON") from None
    fields = object_of(document)
    if text_of(fields.get("@context")).startswith("https://openvex.dev/ns"):
        from checks.advisories.vex_open import statements
    elif fields.get("bomFormat") == "CycloneDX":
        from checks.advisories.vex_cyclonedx import statements
    elif text_of(object_of(fields.get("document")).get("category")).startswith("csaf_"):
        from checks.advisories.vex_csaf import statements
    else:
        raise UnreadableVex("it is neither OpenVEX nor CycloneDX nor CSAF")
    return tuple(replace(statement, path=path) for statement in statements(fields))


def stated(
    names: Iterable[str],
    products: Iterable[tuple[Product, Product | None]],
    status: VexStatus,
    justification: str,
    author: str,
    at: datetime | None,
) -> Iterator[Statement]:
    """One statement for each package and the product that uses it, if one is named.

    A statement about one version of a product says nothing about the tree at hand, which becomes the next one.
    """
    known = frozenset(name for name in names if name)
    for item, user in products:
        if known and (user is None or user.versions is None):
            product = user.purl if user else None
            yield Statement(known, item.purl, item.versions, status, justification, author, at, product=product)


def product_of(purl: str, versions: str | None = None) -> Product | None:
    """What a purl names; `versions` counts where the purl has no version. None for what is no purl."""
    try:
        type_, namespace, name, version = parse(purl)
    except ValueError:
        return None
    return Product(identity(package(type_, name, namespace)), version or versions)


def object_of(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> Iterator[Fields]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def text_of(value: object) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def texts_of(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield item[:MAX_TEXT]


def moment_of(*values: object) -> datetime | None:
    """The first that is a time, as UTC; one without offset is UTC."""
    for value in values:
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
            if found is not None:
                return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
