"""What a reader's browser makes of Markdown: GitHub's own CommonMark library, and a second opinion."""

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

#: What GitHub turns into links after rendering, outside of code and links.
_ACTIVE = re.compile(r"(?:^|[^0-9A-Za-z`])@[A-Za-z0-9]|#\d|\bGH-\d|://|\bwww\.|\b[0-9a-f]{7,64}\b|\$", re.IGNORECASE)
_TABLE = ("table", "thead", "tbody", "tr", "th", "td")
#: All that our templates contain.
TAGS = frozenset(["p", "strong", "code", "pre", "ul", "li", "h3", "sub", "a", *_TABLE])
#: Addresses that our templates and the tests' policy link to.
_OURS = ("https://github.com/", "https://example.com/", "https://gate.example.com/")


class Page(HTMLParser):
    """Tags, links, the text outside of code and links, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.comments: list[str] = []
        self.prose: list[str] = [""]
        self.text = ""
        self._inside: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside.append(tag)
        self.prose.append("")
        self.links += [value or "" for name, value in attrs if name == "href"]
        unexpected = {name for name, _ in attrs} - {"href", "align", "class", "lang", "style"}
        assert not unexpected, f"attributes {unexpected} of <{tag}>"

    def handle_endtag(self, tag: str) -> None:
        self._inside.pop()
        self.prose.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if not {"code", "pre", "a"}.intersection(self._inside):
            self.prose[-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())


def pages(markdown: str) -> tuple[Page, Page]:
    """As GitHub renders it (raw HTML kept: its sanitizer is no excuse), and as markdown-it does."""
    github = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    other = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    return Page(github), Page(other)


def assert_inert(markdown: str, tags: frozenset[str] = TAGS, comments: int = 0) -> None:
    """Nothing but our own structure: no foreign tag, link, mention, reference or comment."""
    for page in pages(markdown):
        assert page.tags <= tags, f"tags {page.tags - tags} in {markdown[:500]!r}"
        assert len(page.comments) == comments, page.comments
        assert all(link.startswith(_OURS) for link in page.links), page.links
        for prose in page.prose:
            assert not _ACTIVE.search(prose), f"active text {prose!r}"
