"""Requests in a browser: asked, read and decided, in light and dark, on a phone, without script; hostile words."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import DESKTOP, looks_right, main, opened, sign_in, sign_out
from tests.end_to_end.requesting import Office
from tests.simulator import Pull

HOSTILE = "<script>alert(1)</script> \u202egnp.exe @grace [x](javascript:alert(2)) " + "w" * 300


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("requests")) as running:
        yield running


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, office: Office) -> Iterator[Page]:
    url = f"http://127.0.0.1:{office.port}"
    with opened(browser, base_url=url, color_scheme=request.param, viewport=DESKTOP) as page:
        yield page
    for repository in list(office.sim.world.repositories.values()):
        for one in [one for one in repository.pulls.values() if one.state == "open"]:
            one.close(office.grace)
    office.settle()


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
    expect(page).to_have_url(re.compile("/requests/[^/]+$"))
    expect(main(page)).to_contain_text("<script>alert(1)</script>")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    looks_right(page)
    here = page.url
    office.until(lambda: [row for row in office.requests() if row["pull"]], "it is on the policy repository")
    sign_out(page)
    sign_in(page, "grace", "/requests")
    looks_right(page)
    page.get_by_role("link", name="An exception: glyph-core").click()
    expect(page).to_have_url(here)
    page.get_by_label("Last day of the exception").fill("2099-01-01")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("The policy does not take it")
    looks_right(page)
    last = office.last_day()
    page.get_by_label("Last day of the exception").fill(last)
    page.get_by_role("button", name="Approve").click()
    expect(main(page)).to_contain_text("Granted until")
    expect(main(page)).to_contain_text(f"expires: {last}")
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
    expect(main(page)).to_contain_text("Who asks, and why")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    looks_right(page)
    sign_out(page)
    sign_in(page, "grace", f"/requests/{row['id']}")
    expect(page.get_by_label("What its license text says")).to_have_value("MIT")
    looks_right(page)
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Your reason").fill(f"No: {HOSTILE}")
    page.get_by_role("button", name="Decline").click()
    expect(main(page)).to_contain_text("Declined by grace")
    looks_right(page)
    office.becomes(change, "failure")


def test_everything_works_without_script(browser: Browser, office: Office) -> None:
    change, id_ = office.blocked()
    office.ask(change, f"/ospo-gate allow {id_} everybody needs it")
    (row,) = office.until(lambda: [row for row in office.requests() if row["pull"]], "it is on the policy repository")
    with opened(browser, base_url=f"http://127.0.0.1:{office.port}", java_script_enabled=False) as page:
        sign_in(page, "grace", f"/requests/{row['id']}")
        page.get_by_label("Your reason").fill("not for everybody")
        page.get_by_role("button", name="Decline").click()
        expect(main(page)).to_contain_text("Declined by grace")
