"""Texts of agreements as HTML, and what changed between two of them."""

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

#: Lines of a text that are compared: the work grows with their product.
COMPARED = 4_000
_MARKDOWN = (".md", ".markdown")
_LEADS = ("https://", "http://", "mailto:")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that were added, taken away, or stand around them."""

    kind: str
    """`added`, `removed` or `same`."""
    lines: tuple[str, ...]


def as_html(path: str, text: str) -> Markup:
    """Safe HTML below a page's own heading. Markdown that would bring HTML, pictures or a relative link is shown as
    words."""
    if not path.lower().endswith(_MARKDOWN):
        return Markup('<pre class="plain">{}</pre>').format(text)
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
    tokens = parser.parse(text)
    _tame(tokens)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - the parser escapes


def _tame(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            token.attrs = {"href": address, "rel": "noreferrer"} if address.lower().startswith(_LEADS) else {}
        elif token.type == "table_open":
            token.attrs = {"class": "text"}
        _tame(token.children or ())


async def changes(before: bytes, now: bytes) -> tuple[Piece, ...] | None:
    """What is different, with a line around it; None: the texts are too long to compare."""
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, now))
    if max(len(old), len(new)) > COMPARED:
        return None
    return await asyncio.to_thread(_changes, old, new)


def _changes(old: Sequence[str], new: Sequence[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(1):
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                pieces.append(Piece("same", tuple(new[new_from:new_to])))
                continue
            pieces += [Piece("removed", tuple(old[old_from:old_to]))] if old_to > old_from else []
            pieces += [Piece("added", tuple(new[new_from:new_to]))] if new_to > new_from else []
    return tuple(pieces)
