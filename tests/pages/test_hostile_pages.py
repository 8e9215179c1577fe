"""Names, paths and messages come from anybody: on a page they are text and nothing else."""

import re
from html.parser import HTMLParser

import pytest

from app.web.pages.rendering import HEADERS, link
from tests.pages.site import Site
from tests.render.reports import HOSTILE, hostile, report

PAGE = "/r/example/web-shop/pull/12"
#: Tags that the templates write, and attributes that they give them.
TAGS = (
    "html head meta title link body a header span img form input button main p section h1 h2 h3 h4 code time nav ul li "
    "pre article dl div dt dd ol table thead tbody tr th td footer details summary"
)
ATTRIBUTES = (
    "lang charset name content rel href type class alt width height id tabindex aria-labelledby aria-label aria-hidden "
    "role datetime scope src open"
)


class Reader(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def test_nothing_foreign_becomes_html(site: Site) -> None:
    for number, text in enumerate(HOSTILE, 1):
        site.judged(hostile(text), number=number)
        answer = site.get(f"/r/example/web-shop/pull/{number}")
        assert answer.status_code == 200
        reader = Reader()
        reader.feed(answer.text)
        assert reader.tags <= set(TAGS.split())
        assert reader.attributes <= set(ATTRIBUTES.split())
        for target in reader.links:
            assert re.match(r"/|#|https://github\.com/example/web-shop/|https://example\.com/", target), target
        assert not set("\u202e\u200b\x1b\r") & set(answer.text)


def test_the_browser_is_told_what_the_page_may_do(site: Site) -> None:
    site.judged(report())
    for path in (PAGE, f"{PAGE}.json", "/r/example/nothing/pull/1", "/account", "/signin/callback"):
        headers = site.get(path).headers
        assert {name: headers[name] for name in HEADERS} == dict(HEADERS)
        assert headers["cache-control"] == "no-store"
    assert "script" not in HEADERS["Content-Security-Policy"]


def test_what_the_pages_use_comes_from_here(site: Site) -> None:
    site.judged(report())
    page = site.get(PAGE).text
    for suffix, kind in (("css", "text/css"), ("svg", "image/svg+xml")):
        (address,) = set(re.findall(rf'"(/static/[^"]+\.{suffix})"', page))
        answer = site.get(address)
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
    assert site.get("/static/0000000000000000/pages.css").status_code == 404
    assert site.get("/static/x/..%2f__init__.py").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://a@evil.example",
        "https://x y",
        "https://[",
        "",
    ],
)
def test_only_plain_addresses_become_links(address: str) -> None:
    assert link(address) is None
    assert link("https://example.com/rules?a=b#c") == "https://example.com/rules?a=b#c"
