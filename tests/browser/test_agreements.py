"""Signing in a browser: what people with a phone, a keyboard, a screen reader or no script get, and every state."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.signing.stage import CLA, COMPANY, POLICY, TEXT, Signing

PHONE: ViewportSize = {"width": 320, "height": 700}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    with Signing(tmp_path_factory.mktemp("agreements")) as running:
        running.conclusion(running.pull(running.ada))  # from then on the policy is known
        yield running


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, stage: Signing) -> Iterator[Page]:
    with browser.new_context(base_url=stage.url, color_scheme=request.param, viewport=DESKTOP) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def looks_right(page: Page) -> None:
    """Axe finds nothing; it fits a phone; no control is cut off."""
    found = Axe().run(page)
    assert found.response["passes"], "nothing was looked at"
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.set_viewport_size(DESKTOP)


def sign_in(page: Page, login: str, to: str = "/agreements") -> None:
    page.goto(f"/signin?to={quote(to)}")
    page.get_by_role("button", name=login, exact=True).click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_somebody_reads_signs_in_signs_and_revokes(page: Page, stage: Signing, request: pytest.FixtureRequest) -> None:
    login = f"reader-{request.node.callspec.params['page']}"
    author = stage.sim.create_user(login, email=f"{login}@example.com")
    pull = stage.pull(author)
    run = stage.verdict(pull.repository, pull.head_sha)
    assert f"{stage.url}{CLA}" in stage.comment(pull) + run["output"]["summary"]
    page.goto("/agreements")
    looks_right(page)
    page.get_by_role("link", name="Example CLA").click()
    looks_right(page)
    page.get_by_role("main").get_by_role("link", name="Sign in with GitHub to sign").click()
    page.get_by_role("button", name=login, exact=True).click()
    assert page.url == f"{stage.url}{CLA}"
    looks_right(page)
    page.get_by_label("I have read").check()
    page.get_by_role("button", name=f"Sign as {login}").click()
    assert heading(page) == "Signed: Example CLA, version 2"
    looks_right(page)
    stage.becomes(pull, "success")
    page.goto(CLA)
    assert page.get_by_role("button", name="Sign as").count() == 0
    looks_right(page)
    page.get_by_role("link", name="See the receipt").click()
    page.get_by_text("Revoke it", exact=True).click()
    page.get_by_label("Why").fill("I have a new employer")
    page.get_by_label("I have read what this means").check()
    looks_right(page)
    page.get_by_role("button", name="Revoke my signature").click()
    assert "It stands no more" in page.get_by_role("main").inner_text()
    looks_right(page)
    stage.becomes(pull, "action_required")
    page.goto("/agreements")
    assert "ended" in page.get_by_role("main").inner_text()
    looks_right(page)


def test_a_form_with_faults_says_which(page: Page) -> None:
    sign_in(page, "lin", CLA)
    page.evaluate("document.querySelector('#read').removeAttribute('required')")
    page.get_by_role("button", name="Sign as lin").click()
    assert page.get_by_role("alert").inner_text() == "1 field below needs another look."
    assert page.get_by_label("I have read").get_attribute("aria-describedby") == "read-fault"
    looks_right(page)


def test_a_manager_signs_for_a_company_and_the_office_approves(page: Page, stage: Signing, browser: Browser) -> None:
    sign_in(page, "lin", f"{COMPANY}/company")
    looks_right(page)
    for label, text in (
        ("Its registered name", "Acme <b>Ltd</b>"),
        ("Its address", "1 Main Street"),
        ("Your name", "Lin"),
        ("Your role", "CTO"),
        ("E-mail domains", "acme.example nonsense"),
        ("Country", "France"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("I have read").check()
    page.get_by_role("button", name="Sign for the company").click()
    assert "not 'nonsense'" in page.get_by_role("main").inner_text()
    looks_right(page)
    page.get_by_label("E-mail domains").fill("acme.example")
    page.get_by_role("button", name="Sign for the company").click()
    assert heading(page) == "Acme <b>Ltd</b>"
    assert "waits for the approval" in page.get_by_role("main").inner_text()
    looks_right(page)
    here = page.url
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "grace", "/agreements/companies")
    assert "of them wait" in page.get_by_role("main").inner_text()
    looks_right(page)
    page.goto(here)
    looks_right(page)
    page.get_by_role("button", name="Approve", exact=True).first.click()
    assert "It signs for its people." in page.get_by_role("main").inner_text()
    page.get_by_label("Login of one of its people").fill("ada")
    page.get_by_role("button", name="Add").nth(1).click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "ada")
    looks_right(page)
    page.get_by_role("button", name="I contribute for Acme").first.click()
    assert heading(page).startswith("Acknowledged: Company CLA")
    looks_right(page)


def test_everything_works_without_script(browser: Browser, stage: Signing) -> None:
    stage.sim.create_user("plain")
    with browser.new_context(base_url=stage.url, java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, "plain", CLA)
        page.get_by_label("I have read").check()
        page.get_by_role("button", name="Sign as plain").click()
        assert heading(page) == "Signed: Example CLA, version 2"


def test_a_new_version_shows_what_changed(page: Page, stage: Signing, request: pytest.FixtureRequest) -> None:
    """The last test of the module: it changes the policy."""
    login = f"again-{request.node.callspec.params['page']}"
    author = stage.sim.create_user(login, email=f"{login}@example.com")
    number = "3" if login.endswith("light") else "4"
    sign_in(page, login, CLA)
    page.get_by_label("I have read").check()
    page.get_by_role("button", name=f"Sign as {login}").click()
    pull = stage.pull(author)
    stage.becomes(pull, "success")
    texts = {
        "policy.yaml": POLICY.replace('version: "2"', f'version: "{number}"'),
        "cla/v2.md": TEXT.replace("You **own**", f"You <script>alert({number})</script> still **own**"),
    }
    stage.policy.commit("main", texts, "A new version", stage.grace)
    run = stage.becomes(pull, "action_required")
    assert f"version `{number}`" in stage.comment(pull), run["output"]["summary"]
    page.goto(CLA)
    shown = page.get_by_role("main").inner_text()
    assert "What changed since the text that you signed" in shown
    assert "The patent clause is clearer" in shown
    assert page.locator("ins").count() == 1
    assert page.evaluate("document.scripts.length") == 0
    looks_right(page)
