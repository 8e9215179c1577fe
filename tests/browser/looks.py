"""What the tests of all pages do with a browser. A click leads on in its own time: whoever clicked waits for the page.

`page.evaluate`, `.count()` and `.inner_text()` look at once, at whatever document is there; `expect` waits.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

#: Milliseconds until a page that does not come is a failure of the test.
PATIENCE = 30_000
PHONE: ViewportSize = {"width": 320, "height": 700}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}

expect.set_options(timeout=PATIENCE)


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a context of its own."""
    with browser.new_context(**options) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def arrives(page: Page, title: str | re.Pattern[str]) -> None:
    """Wait for the page with this heading, whole."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.wait_for_load_state("load")


def sign_in(page: Page, login: str, to: str) -> None:
    """By way of GitHub to `to`."""
    page.goto(f"/signin?to={quote(to)}")
    page.get_by_role("button", name=login, exact=True).click()
    expect(page).to_have_url(to)
    expect(page.get_by_role("banner").get_by_role("link", name=login, exact=True)).to_be_visible()
    page.wait_for_load_state("load")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/account")
    page.wait_for_load_state("load")


def fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    expect(page.locator("html")).to_have_js_property("clientWidth", PHONE["width"])
    expect(page.locator("html")).to_have_js_property("scrollWidth", PHONE["width"])


def is_accessible(page: Page) -> None:
    """Axe finds nothing: contrast, landmarks, headings, names and roles."""
    page.wait_for_load_state("load")
    found = Axe().run(page)
    assert found.response["passes"], "nothing was looked at"
    assert found.violations_count == 0, found.generate_report()


def looks_right(page: Page) -> None:
    """Of a page that has come (see `arrives`): axe finds nothing, it fits a phone, and nothing in it runs."""
    is_accessible(page)
    expect(page.locator("script")).to_have_count(0)
    fits_a_phone(page)
    page.set_viewport_size(DESKTOP)
