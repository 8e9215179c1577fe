"""Requests in a browser: asked, read and decided, in light and dark, on a phone, without script; hostile words."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.end_to_end.requesting import Office
from tests.simulator import Pull

PHONE: ViewportSize = {"width": 320, "height": 700}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
HOSTILE = "<script>alert(1)</script> \u202egnp.exe @grace [x](javascript:alert(2)) " + "w" * 300


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("requests")) as running:
        yield running


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, office: Office) -> Iterator[Page]:
    url = f"http://127.0.0.1:{office.port}"
    with browser.new_context(base_url=url, color_scheme=request.param, viewport=DESKTOP) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()
    for repository in list(office.sim.world.repositories.values()):
        for one in [one for one in repository.pulls.values() if one.state == "open"]:
            one.close(office.grace)
    office.settle()


def looks_right(page: Page) -> None:
    """Axe finds nothing; it fits a phone; nothing runs."""
    found = Axe().run(page)
    assert found.response["passes"], "nothing was looked at"
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.set_viewport_size(DESKTOP)
    assert page.evaluate("document.scripts.length") == 0


def sign_in(page: Page, login: str, to: str) -> None:
    page.goto(f"/signin?to={quote(to)}")
    page.get_by_role("button", name=login, exact=True).click()


def verdict_of(change: Pull) -> str:
    return f"/r/{change.repository.full_name}/pull/{change.number}"


def test_asked_on_the_page_and_approved_on_the_page(page: Page, office: Office) -> None:
    change, _ = office.blocked()
    change.repository.collaborators["ada"] = "write"
    sign_in(page, "ada", verdict_of(change))
    page.get_by_text("Or ask here", exact=True).click()
    page.get_by_text("Set licenses to pass", exact=True).click()
    looks_right(page)
    page.get_by_label("An exception, which ends").check()
    page.get_by_label("Why, or what is right").fill(HOSTILE)
    page.get_by_role("button", name="Ask").click()
    assert page.get_by_role("button", name="Approve").count() == 0
    assert "<script>alert(1)</script>" in page.get_by_role("main").inner_text()
    looks_right(page)
    here = page.url
    office.until(lambda: [row for row in office.requests() if row["pull"]], "it is on the policy repository")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "grace", "/requests")
    looks_right(page)
    page.get_by_role("link", name="An exception: glyph-core").click()
    assert page.url == here
    page.get_by_label("Last day of the exception").fill("2099-01-01")
    page.get_by_role("button", name="Approve").click()
    assert "The policy does not take it" in page.get_by_role("alert").inner_text()
    looks_right(page)
    page.get_by_label("Last day of the exception").fill(office.last_day())
    page.get_by_role("button", name="Approve").click()
    assert f"expires: {office.last_day()}" in page.get_by_role("main").inner_text()
    assert "Granted until" in page.get_by_role("main").inner_text()
    looks_right(page)
    office.becomes(change, "success")
    page.goto("/requests?show=decided")
    looks_right(page)


def test_other_data_and_a_decline(page: Page, office: Office) -> None:
    change, id_ = office.blocked()
    office.ask(change, f"/ospo-gate wrong {id_} it is MIT in LICENSE, {HOSTILE}")
    (row,) = office.until(lambda: [row for row in office.requests() if row["pull"]], "it is on the policy repository")
    sign_in(page, "eve", "/requests?show=all")
    looks_right(page)
    page.goto(f"/requests/{row['id']}")
    assert page.get_by_role("button", name="Approve").count() == 0
    looks_right(page)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "grace", f"/requests/{row['id']}")
    assert page.get_by_label("What its license text says").input_value() == "MIT"
    looks_right(page)
    page.get_by_role("button", name="Decline").click()
    assert "Say why" in page.get_by_role("alert").inner_text()
    page.get_by_label("Your reason").fill(f"No: {HOSTILE}")
    page.get_by_role("button", name="Decline").click()
    assert "Declined by grace" in page.get_by_role("main").inner_text()
    looks_right(page)
    office.becomes(change, "failure")


def test_everything_works_without_script(browser: Browser, office: Office) -> None:
    change, id_ = office.blocked()
    office.ask(change, f"/ospo-gate allow {id_} everybody needs it")
    (row,) = office.until(lambda: [row for row in office.requests() if row["pull"]], "it is on the policy repository")
    with browser.new_context(base_url=f"http://127.0.0.1:{office.port}", java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, "grace", f"/requests/{row['id']}")
        page.get_by_label("Your reason").fill("not for everybody")
        page.get_by_role("button", name="Decline").click()
        assert "Declined by grace" in page.get_by_role("main").inner_text()
