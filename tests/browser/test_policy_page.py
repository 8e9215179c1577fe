"""The policy as a page in a browser: the file that the command writes, and the page of the service."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from checks.policy_page.words import Edition
from tests.browser.looks import PHONE, fits_a_phone, is_accessible, opened
from tests.pages.site import World
from tests.pages.test_policy_page import PolicySite
from tests.policy.documents import OVERRIDES, everything, html
from tests.simulator import Simulator


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    folder = tmp_path_factory.mktemp("policy")
    text = everything() + OVERRIDES
    for edition in Edition:
        (folder / f"{edition}.html").write_text(html(text, edition))
    with Simulator() as sim, PolicySite(folder, World(sim), text=text.encode()) as site:
        yield (*((folder / f"{edition}.html").as_uri() for edition in Edition), f"{site.base}/policy")


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with opened(browser, color_scheme=request.param) as page:
        yield page


def test_nothing_stands_in_the_way_of_assistive_technology(page: Page, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        page.goto(address)
        is_accessible(page)


def test_the_page_fits_a_phone(page: Page, addresses: tuple[str, ...]) -> None:
    page.set_viewport_size(PHONE)
    for address in addresses:
        page.goto(address)
        fits_a_phone(page)


def test_a_link_leads_to_the_rule(page: Page, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        page.goto(f"{address}#license-not-allowed")
        row = page.locator("tr:target")
        expect(row).to_contain_text("license-not-allowed")
        expect(row).to_be_in_viewport()


def test_the_page_can_be_printed_with_all_that_it_says(browser: Browser, addresses: tuple[str, ...]) -> None:
    with opened(browser) as page:
        for address in addresses:
            page.goto(address)
            assert page.pdf().startswith(b"%PDF")
            page.emulate_media(media="print")
            expect(page.get_by_role("heading", name="Licenses of packages")).to_be_visible()
