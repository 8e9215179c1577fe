"""The page as HTML that needs nothing else: no script, no font, no image."""

from collections.abc import Iterator
from html import escape

from checks.model.phrase import Foreign, Phrase, plain, visible
from checks.policy_page.page import Address, Block, Bullets, Page, Paragraph, Part, Quote, Table

#: Characters of one foreign text.
_SHOWN = 2_000
_STYLE = """\
:root { color-scheme: light dark; --text: #1f2328; --ground: #fff; --line: #d1d9e0; --quiet: #59636e; --link: #0a58ca;
  --raised: #f6f8fa }
@media (prefers-color-scheme: dark) {
  :root { --text: #f0f6fc; --ground: #0d1117; --line: #3d444d; --quiet: #a5adb8; --link: #6cb0ff; --raised: #151b23 }
}
body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--ground); margin: 0;
  overflow-wrap: anywhere }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 1rem 4rem }
h1, h2, h3 { line-height: 1.25 }
h2 { margin-top: 2.75rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem }
a { color: var(--link) }
nav { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .25rem 1rem }
nav ul { padding-left: 1.2rem; columns: 18rem }
code { font: .88em ui-monospace, monospace; background: var(--raised); padding: .1em .25em; border-radius: 4px }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line) }
thead th { color: var(--quiet); white-space: nowrap }
tbody th { font-weight: 500; min-width: 9rem }
td { min-width: 8rem }
tr { scroll-margin-top: 1rem }
tr:target { background: var(--raised); outline: 2px solid var(--link) }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  tr, tbody th, td { display: block; border: 0; padding: .1rem 0 }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0 }
}
@media print {
  :root { --text: #000; --ground: #fff; --raised: #fff; --link: #000 }
  main { max-width: none; padding: 0 }
  tr, li { break-inside: avoid }
  h2, h3 { break-after: avoid }
}"""


def to_html(page: Page) -> str:
    """The whole page, ending with a line end."""
    return "\n".join(_lines(page)) + "\n"


def body(page: Page) -> str:
    """What stands under the heading: to be put into a page of ours."""
    return "\n".join(_body(page))


def _lines(page: Page) -> Iterator[str]:
    yield from ("<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield from (f"<title>{escape(page.title)}</title>", f"<style>\n{_STYLE}\n</style>", "</head>", "<body>", "<main>")
    yield from (f"<h1>{escape(page.title)}</h1>", *_body(page), "</main>", "</body>", "</html>")


def _body(page: Page) -> Iterator[str]:
    for block in page.blocks:
        yield from _block(block)
    yield '<nav aria-label="Contents"><ul>'
    yield from (f'<li><a href="#{part.id}">{escape(plain(part.title))}</a></li>' for part in page.parts)
    yield "</ul></nav>"
    for part in page.parts:
        yield from _part(part, 2)


def _part(part: Part, depth: int) -> Iterator[str]:
    yield f'<h{depth} id="{part.id}">{_inline(part.title)}</h{depth}>'
    for block in part.blocks:
        yield from _block(block)
    for inner in part.parts:
        yield from _part(inner, depth + 1)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f"<p>{_inline(block.text)}</p>"
    elif isinstance(block, Bullets):
        yield from ("<ul>", *(f"<li>{_inline(item)}</li>" for item in block.items), "</ul>")
    else:
        yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in table.head)
    yield f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for row in table.rows:
        first, *others = map(_inline, row.cells)
        anchor = f' id="{escape(row.anchor)}"' if row.anchor else ""
        yield f'<tr{anchor}><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
    yield "</tbody>\n</table></div>"


def _inline(phrase: Phrase) -> str:
    return "".join(_piece(part) for part in phrase)


def _piece(part: str) -> str:
    if not isinstance(part, Foreign):
        return escape(part)
    text = escape(visible(part, _SHOWN))
    if isinstance(part, Address):
        return f'<a href="{text}">{text}</a>'
    return text if isinstance(part, Quote) else f"<code>{text}</code>"
