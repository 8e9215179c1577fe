"""Notices as one HTML page that needs nothing else: no script, no font, no image."""

from collections.abc import Iterator
from html import escape

from checks.model.phrase import plain, visible
from checks.notices.document import Component, Document, LicenseGroup, Notice
from checks.notices.listing import marks
from checks.notices.sentences import NO_TEXT, PASSED_ON, body, heading, introduction

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328 }
h1, h2 { line-height: 1.25 }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d1d9e0; padding-bottom: .3rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d1d9e0 }
td, pre { overflow-wrap: anywhere }
code { font-size: .85em }
ul { padding-left: 1.2rem }
nav ul { columns: 18rem; font-size: .9rem }
.who { color: #59636e; font-size: .9rem; margin: 0 }
pre { white-space: pre-wrap; background: #f6f8fa; padding: 1rem; font-size: .8rem; border-radius: 6px }
a { color: #0969da }
@media (prefers-color-scheme: dark) {
  body { color: #f0f6fc; background: #0d1117 }
  pre { background: #151b23 }
  a { color: #4493f8 }
  h2, th, td { border-color: #3d444d }
  .who { color: #9198a1 }
}
@media print {
  body { max-width: none; margin: 0 }
  pre { background: none; padding: 0 }
}"""


def to_html(document: Document) -> str:
    """The whole page, ending with a line end."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield from ("<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield from ("<title>Third-party notices</title>", f"<style>\n{_STYLE}\n</style>", "</head>", "<body>")
    yield "<h1>Third-party notices</h1>"
    yield f"<p>{escape(introduction(document))}</p>"
    yield from _contents(document)
    yield from _components(document)
    for number, group in enumerate(document.groups, 1):
        yield from _group(group, number)
    if document.notices:
        yield f'<h2 id="notices">NOTICE files</h2>\n<p>{escape(PASSED_ON)}</p>'
        for notice in document.notices:
            yield from _notice(notice)
    if document.without_text:
        yield f'<h2 id="without">Without a license text</h2>\n<p>{escape(NO_TEXT)}</p>\n<ul>'
        yield from (f"<li>{_named(component)}</li>" for component in document.without_text)
        yield "</ul>"
    yield from ("</body>", "</html>")


def _contents(document: Document) -> Iterator[str]:
    """Links to the license texts: a reader looks for one."""
    yield '<nav aria-label="License texts"><ul>'
    for number, group in enumerate(document.groups, 1):
        yield f'<li><a href="#text-{number}">{escape(plain(heading(group)))}</a></li>'
    if document.notices:
        yield '<li><a href="#notices">NOTICE files</a></li>'
    if document.without_text:
        yield '<li><a href="#without">Without a license text</a></li>'
    yield "</ul></nav>"


def _components(document: Document) -> Iterator[str]:
    begin, end = marks(document.scope, "<!--", "-->")
    yield from ("<h2>Packages</h2>", begin, "<table>")
    columns = "".join(f'<th scope="col">{title}</th>' for title in ("Package", "License", "Package URL"))
    yield f"<thead><tr>{columns}</tr></thead>"
    yield "<tbody>"
    for component in document.components:
        cells = f"<td>{_shown(component.label)}</td><td>{_shown(component.terms)}</td>"
        yield f"<tr>{cells}<td><code>{escape(component.package_url)}</code></td></tr>"
    yield from ("</tbody>", "</table>", end)


def _group(group: LicenseGroup, number: int) -> Iterator[str]:
    yield f'<h2 id="text-{number}">{escape(plain(heading(group)))}</h2>\n<ul>'
    for holder in group.holders:
        yield f"<li>{_named(holder.component)}"
        yield from (f'<p class="who">{_shown(line)}</p>' for line in holder.copyrights)
        yield "</li>"
    yield f"</ul>\n{_text(group.text)}"


def _notice(notice: Notice) -> Iterator[str]:
    yield f"<h3>{_shown(notice.component.label)}: {_shown(notice.path)}</h3>"
    yield _text(notice.text)


def _named(component: Component) -> str:
    source = f", source: {_shown(component.source)}" if component.source else ""
    return f"{_shown(component.label)}, {_shown(component.terms)}{source}"


def _shown(text: str) -> str:
    return escape(visible(text, 400))


def _text(text: str) -> str:
    return "<pre>" + escape("\n".join(body(text))) + "</pre>"
