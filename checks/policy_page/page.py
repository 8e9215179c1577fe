"""A page as values: parts with blocks of sentences, which HTML and Markdown are made of."""

from dataclasses import dataclass
from typing import NamedTuple

from checks.model.phrase import Foreign, Phrase


class Quote(Foreign):
    """Words of the policy's owner, which read as text and not as a name."""

    __slots__ = ()


class Address(Foreign):
    """An https address of the policy, which becomes a link."""

    __slots__ = ()


class Paragraph(NamedTuple):
    text: Phrase


class Bullets(NamedTuple):
    items: tuple[Phrase, ...]


class Row(NamedTuple):
    cells: tuple[Phrase, ...]
    anchor: str = ""
    """A link leads to it: the id of a rule."""


class Table(NamedTuple):
    head: tuple[str, ...]
    rows: tuple[Row, ...]


Block = Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with what stands under it."""

    id: str
    title: Phrase
    blocks: tuple[Block, ...] = ()
    parts: tuple["Part", ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.blocks or self.parts)


@dataclass(frozen=True, slots=True)
class Page:
    """The whole of it."""

    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]
