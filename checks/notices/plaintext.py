"""Notices as plain text, 100 columns wide where lines are ours."""

import textwrap
from collections.abc import Iterable, Iterator

from checks.model.phrase import plain, visible
from checks.notices.document import Component, Document, LicenseGroup
from checks.notices.listing import marks
from checks.notices.sentences import NO_TEXT, PASSED_ON, body, heading, introduction

_WIDTH = 100
_RULE = "=" * _WIDTH


def plaintext(document: Document) -> str:
    """The whole file, ending with a line end."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield from (
        "THIRD-PARTY NOTICES",
        "",
        *_wrapped(introduction(document)),
        "",
    )
    begin, end = marks(document.scope)
    yield begin
    for component in document.components:
        yield f"{visible(component.label)} · {visible(component.terms)} · {component.package_url}"
    yield end
    for group in document.groups:
        yield from _group(group)
    if document.notices:
        yield from _section("NOTICE FILES", PASSED_ON)
        for notice in document.notices:
            yield from ("", f"{visible(notice.component.label)}: {visible(notice.path)}", "", *body(notice.text))
    if document.without_text:
        yield from _section("WITHOUT A LICENSE TEXT", NO_TEXT)
        yield from ("", *(f"- {_named(component)}" for component in document.without_text))


def _section(title: str, explanation: str) -> Iterator[str]:
    yield from ("", _RULE, title, _RULE, "", *_wrapped(explanation))


def _group(group: LicenseGroup) -> Iterator[str]:
    yield from ("", _RULE, plain(heading(group)), _RULE, "")
    for holder in group.holders:
        yield _named(holder.component)
        yield from (f"  {visible(line, 400)}" for line in holder.copyrights)
    yield from ("", *body(group.text))


def _named(component: Component) -> str:
    source = f" · source: {visible(component.source, 400)}" if component.source else ""
    return f"{visible(component.label)} · {visible(component.terms)}{source}"


def _wrapped(text: str) -> Iterable[str]:
    return textwrap.wrap(text, _WIDTH)
