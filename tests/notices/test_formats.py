"""The three formats: what they look like, and what a hostile package can do to them."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from checks.notices.document import Component, Document, File, document
from checks.notices.html import to_html
from checks.notices.listing import listed
from checks.notices.markdown import to_markdown
from checks.notices.plaintext import plaintext
from tests.notices.documents import component
from tests.texts.spdx import mit

FORMATS = [plaintext, to_markdown, to_html]
GRID = Component(
    "pkg:npm/%40ada/grid", "@ada/grid", "1.0.0", "MIT OR GPL-2.0-only", "MIT", "https://registry.example/grid.tgz",
    (File("LICENSE", "MIT License\n\nCopyright (c) 2020 Ada\n\nDo as you like.\n"), File("NOTICE", "Made by Ada.\n")),
)  # fmt: skip


def test_plain_text() -> None:
    rule = "=" * 100
    assert plaintext(document([GRID, Component("pkg:npm/bare", "bare", None)], "shipped")) == (
        "THIRD-PARTY NOTICES\n\n"
        "This product contains 2 third-party packages. Licenses and copyright notices follow.\n\n"
        "-- ospo-gate notices 1: shipped --\n"
        "@ada/grid 1.0.0 · MIT OR GPL-2.0-only; used under MIT · pkg:npm/%40ada/grid@1.0.0\n"
        "bare · not known · pkg:npm/bare\n"
        "-- end of components --\n\n"
        f"{rule}\nLICENSE (@ada/grid 1.0.0)\n{rule}\n\n"
        "@ada/grid 1.0.0 · MIT OR GPL-2.0-only; used under MIT · source: https://registry.example/grid.tgz\n"
        "  Copyright (c) 2020 Ada\n\n"
        "MIT License\n\nDo as you like.\n\n"
        f"{rule}\nNOTICE FILES\n{rule}\n\n"
        "These files of the packages are passed on as they are.\n\n"
        "@ada/grid 1.0.0: NOTICE\n\nMade by Ada.\n\n"
        f"{rule}\nWITHOUT A LICENSE TEXT\n{rule}\n\n"
        "No license text lies in these packages where they are installed, or they are not installed where\n"
        "this file was made. Look whether their license asks for its text to be passed on.\n\n"
        "- bare · not known\n"
    )


def test_markdown() -> None:
    assert to_markdown(document([GRID], "all")) == (
        "# Third-party notices\n\n"
        "This product contains, or was built and tested with, 1 third-party package. "
        "Licenses and copyright notices follow.\n\n"
        "<!-- ospo-gate notices 1: all -->\n\n"
        "| Package | License | Package URL |\n|---|---|---|\n"
        "| `@ada/grid 1.0.0` | `MIT OR GPL-2.0-only; used under MIT` | `pkg:npm/%40ada/grid@1.0.0` |\n\n"
        "<!-- end of components -->\n\n"
        "## License texts\n\n"
        "### `LICENSE` (`@ada/grid 1.0.0`)\n\n"
        "- `@ada/grid 1.0.0` under `MIT OR GPL-2.0-only; used under MIT`, source: `https://registry.example/grid.tgz`\n"
        "  - `Copyright (c) 2020 Ada`\n\n"
        "```text\nMIT License\n\nDo as you like.\n```\n\n"
        "## NOTICE files\n\nThese files of the packages are passed on as they are.\n\n"
        "### `@ada/grid 1.0.0`: `NOTICE`\n\n```text\nMade by Ada.\n```\n"
    )


def test_html_is_a_page_of_its_own() -> None:
    page = to_html(document([GRID, component()], "shipped"))
    assert page.startswith("<!doctype html>")
    assert "<td>@ada/grid 1.0.0</td><td>MIT OR GPL-2.0-only; used under MIT</td>" in page
    assert '<a href="#text-1">MIT (grid 1.0.0)</a>' in page
    assert '<h2 id="text-1">MIT (grid 1.0.0)</h2>' in page
    assert not re.search(r"<script|<link|<img|src=|url\(", page)


@pytest.mark.parametrize("render", FORMATS)
def test_the_list_can_be_read_again(render: Callable[[Document], str]) -> None:
    assert listed(render(document([GRID, component("chart")], "all"))) == (
        "all",
        frozenset({"pkg:npm/%40ada/grid@1.0.0", "pkg:npm/chart@1.0.0"}),
    )


@pytest.mark.parametrize(
    "text", ["", "MIT License", "<!-- ospo-gate notices 2: shipped -->", "ospo-gate notices 1: all"]
)
def test_files_of_other_tools_have_no_list(text: str) -> None:
    assert listed(text) is None


HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></td><img src=x onerror=alert(1)>",
    "a | b `c` [d](https://evil.example) @everyone",
    "-- end of components --",
    "<!-- end of components -->",
    "x\n-- end of components --\npkg:npm/evil@1",
    "pkg:npm/evil@6.6.6",
    "\x1b[31mred\x07\u202egnp.exe",
    "```\n# Title\n````",
    "]]> --> &lt;",
]


@pytest.mark.parametrize("render", FORMATS)
@pytest.mark.parametrize("evil", HOSTILE)
def test_no_package_adds_to_the_list_or_takes_from_it(render: Callable[[Document], str], evil: str) -> None:
    first = Component("pkg:npm/aaa", evil, evil, evil, evil, evil, (File("LICENSE", evil), File("NOTICE", evil)))
    found = listed(render(document([first, component("zzz")], "shipped")))
    assert found is not None
    assert found[1] == {first.package_url, "pkg:npm/zzz@1.0.0"}


class _Page(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.count: dict[str, int] = {}
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.count[tag] = self.count.get(tag, 0) + 1
        self.attributes |= {name for name, _ in attrs}


def _with(words: str) -> Document:
    """Every place of a document filled with somebody's words."""
    license_ = File("LICENSE", mit(f"Copyright 2020 {words}") + words)
    first = Component("pkg:npm/a", words, words, words, words, words, (license_,))
    return document([first, Component("pkg:npm/b", "b", "1", None, files=(File("NOTICE", words),))], "shipped")


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_of_a_package_is_markup(evil: str) -> None:
    page, clean = _Page(), _Page()
    page.feed(to_html(_with(evil)))
    clean.feed(to_html(_with("harmless")))
    assert (page.tags - {"p"}, page.attributes) == (clean.tags - {"p"}, clean.attributes)
    assert "\x1b" not in plaintext(_with(evil))


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_of_a_package_is_markdown(evil: str) -> None:
    page, clean = _Page(), _Page()
    parser = MarkdownIt("commonmark").enable("table")
    page.feed(parser.render(to_markdown(_with(evil))))
    clean.feed(parser.render(to_markdown(_with("harmless"))))
    assert (page.count, page.attributes) == (clean.count, clean.attributes)
