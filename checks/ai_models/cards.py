"""Model cards and data set cards: a README that begins with YAML (the metadata of the Hugging Face Hub).

Read with the reader of policies, which refuses anchors, aliases, depth and size: a card is written by anybody.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from checks.ai_models import identity
from checks.ai_models.identity import Identity, Kind
from checks.model.errors import PolicyError
from checks.policy.document import Entries, Items, Node, Scalar

#: Of the metadata; cards with results of many benchmarks have 100 kB.
MAX_CHARACTERS = 500_000
_METADATA = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_NAMES = ("readme.md", "model_card.md", "modelcard.md", "model-card.md", "dataset_card.md", "datasetcard.md")
_ABSENT = frozenset(("", "unknown"))


class Card(NamedTuple):
    """What a card says."""

    license: str | None
    """The statement as a source of facts would give it: tags, joined with AND; None: it names none."""
    line: int
    """Where it does, or 1."""
    references: tuple[tuple[int, Identity], ...]
    """Models that it builds on and data sets that it was made with, each with its line."""


class Unreadable(NamedTuple):
    """A card whose metadata is no YAML that can be read safely."""

    line: int


def is_card(path: str) -> bool:
    """Whether a file may be a card, by its name."""
    return path.rpartition("/")[2].lower() in _NAMES


def card(text: str | None) -> Card | Unreadable | None:
    """What a README says about a model or a data set; None if it begins with no metadata."""
    found = _METADATA.match(text[: MAX_CHARACTERS + 100]) if text and text.startswith("---") else None
    if found is None:
        return None
    from checks.policy.yaml_events import parse

    try:
        document = parse(found[1].replace("\r\n", "\n"), "card")
    except PolicyError:
        return Unreadable(1)
    if not isinstance(document, Entries):
        return None
    stated = document.get("license")
    return Card(_license(document), stated.line + 1 if stated else 1, tuple(_references(document)))


def _license(document: Entries) -> str | None:
    """`license`; `other` gives way to the name that the card has for it."""
    own = _first(document.get("license_name")) or "other"
    tags = [own if tag.lower() == "other" else tag for _, tag in _texts(document.get("license"))]
    stated = [tag for tag in dict.fromkeys(tags) if tag.strip().lower() not in _ABSENT]
    return " AND ".join(stated) or None


def _references(document: Entries) -> Iterator[tuple[int, Identity]]:
    for key, kind in (("base_model", Kind.MODEL), ("datasets", Kind.DATA)):
        for line, text in _texts(document.get(key)):
            found = identity.on_hub(text, kind)
            if found is None:
                found = identity.early_model(text) if kind is Kind.MODEL else identity.early_data(text)
            if found is not None:
                yield line + 1, found  # the metadata begins on the second line of the file


def _first(node: Node | None) -> str | None:
    return next((text for _, text in _texts(node)), None)


def _texts(node: Node | None) -> Iterator[tuple[int, str]]:
    """A scalar, or the scalars of a list."""
    for item in node.items if isinstance(node, Items) else (node,):
        if isinstance(item, Scalar) and not item.absent:
            yield item.line, item.text
