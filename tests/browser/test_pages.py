"""The pages in a browser: what people with a phone, a keyboard, a screen reader or no script get."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from checks.model.facts import SourceState
from tests.browser.looks import DESKTOP, PHONE, arrives, fits_a_phone, is_accessible, main, opened, sign_out
from tests.pages.site import PRIVATE, Site, World
from tests.render.reports import HOSTILE, hostile, picture
from tests.simulator import Simulator

PAGE, OWN, HOSTILE_PAGE = "/r/example/web-shop/pull/12", "/r/example/vault/pull/12", "/r/example/web-shop/pull/13"
PATHS = (PAGE, HOSTILE_PAGE, "/r/example/web-shop/pull/14", "/r/example/nothing/pull/1", "/account")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Simulator() as sim, Site(tmp_path_factory.mktemp("site"), World(sim)) as site:
        states = (SourceState("osv.example", datetime.now(UTC) - timedelta(hours=3)),)
        site.judged(picture(sources=states), commands=["waive", "wrong"])
        site.judged(picture(), PRIVATE)
        site.judged(hostile("".join(text for text in HOSTILE if len(text) < 100) + "x" * 300), number=13)
        yield site


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    with opened(browser, base_url=site.base, color_scheme=request.param, viewport=DESKTOP) as page:
        yield page


def test_nothing_stands_in_the_way_of_assistive_technology(page: Page) -> None:
    for path in PATHS:
        page.goto(path)
        is_accessible(page)


def test_every_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in PATHS:
        page.goto(path)
        fits_a_phone(page)
        narrow = "cells => cells.filter(cell => cell.offsetHeight > 60).length"
        assert page.locator("thead th").evaluate_all(narrow) == 0, "a heading is broken into letters"


def test_hostile_names_do_nothing(page: Page) -> None:
    """No dialog, no request to another host, nothing that the browser had to block."""
    told: list[str] = []
    hosts: set[str | None] = set()
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(HOSTILE_PAGE, wait_until="networkidle")
    assert told == []
    assert hosts == {"127.0.0.1"}
    assert page.evaluate("document.scripts.length") == 0


def test_the_keyboard_leads_past_the_header_to_the_content(page: Page) -> None:
    page.goto(PAGE)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(main(page)).to_be_focused()


def test_somebody_signs_in_from_the_page_that_was_hidden_and_out_again(page: Page) -> None:
    page.goto(OWN)
    main(page).get_by_role("link", name="Sign in with GitHub").click()
    page.get_by_role("button", name="ada").click()
    expect(page).to_have_url(OWN)
    expect(page.get_by_role("heading", level=1)).to_contain_text("This cannot merge yet")
    assert page.evaluate("document.cookie") == ""
    sign_out(page)
    page.goto(OWN)
    arrives(page, "Not found")


def test_everything_is_there_without_script(browser: Browser, site: Site) -> None:
    with opened(browser, base_url=site.base, java_script_enabled=False) as page:
        page.goto(PAGE)
        shown = page.get_by_role("main").inner_text()
    for words in (
        "chart-kit 4.2.0",
        "npm install chart-kit@4.1.3",
        "/ospo-gate waive lic-4k7",
        "osv.example",
        "History",
    ):
        assert words in shown


def test_a_page_can_be_printed(browser: Browser, site: Site) -> None:
    with opened(browser, base_url=site.base) as page:
        page.goto(PAGE)
        assert page.pdf().startswith(b"%PDF")
        page.emulate_media(media="print")
        expect(page.get_by_text("npm install chart-kit@4.1.3").first).to_be_visible()
        expect(page.get_by_role("navigation")).to_be_hidden()
