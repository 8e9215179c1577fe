"""The page as Markdown: safe to paste into a wiki or a repository."""

from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby

from checks.model.phrase import Phrase
from checks.policy_page.page import Address, Block, Bullets, Page, Paragraph, Part, Quote
from checks.render import markdown


def to_markdown(page: Page) -> str:
    """The whole page, ending with a line end."""
    lines = [f"# {page.title}", ""]
    for block in page.blocks:
        lines += [*_block(block), ""]
    lines += [*(f"- [{_inline(part.title)}](#{part.id})" for part in page.parts), ""]
    for part in page.parts:
        lines += _part(part, 2)
    return "\n".join(lines).rstrip() + "\n"


def _part(part: Part, depth: int) -> Iterator[str]:
    yield from (f'<a id="{part.id}"></a>', "", f"{'#' * depth} {_inline(part.title)}", "")
    for block in part.blocks:
        yield from (*_block(block), "")
    for inner in part.parts:
        yield from _part(inner, depth + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _inline(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {_inline(item)}" for item in block.items)
    else:
        yield f"| {' | '.join(block.head)} |"
        yield f"|{'---|' * len(block.head)}"
        for row in block.rows:
            anchor = f'<a id="{escape(row.anchor)}"></a>' if row.anchor else ""
            yield f"| {anchor}{' | '.join(_inline(cell, markdown.cell) for cell in row.cells)} |"


def _inline(phrase: Phrase, made: Callable[[Phrase], str] = markdown.phrase) -> str:
    """One run of Markdown; the blanks around an address stay."""
    found = []
    for is_address, run in groupby(phrase, key=lambda part: isinstance(part, Address)):
        parts = tuple(str(part) if isinstance(part, Quote) else part for part in run)
        if is_address:
            found += [markdown.link(made((part,)), part.replace("|", "%7C")) for part in parts]
        else:
            before, after = (" " if edge == " " else "" for edge in (parts[0][:1], parts[-1][-1:]))
            found.append(before + made(parts) + after)
    return "".join(found).strip()
