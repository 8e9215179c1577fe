"""Signing in a browser: what people with a phone, a keyboard, a screen reader or no script get, and every state."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import DESKTOP, arrives, looks_right, main, opened, sign_in, sign_out
from tests.signing.stage import CLA, COMPANY, POLICY, TEXT, Signing


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    with Signing(tmp_path_factory.mktemp("agreements")) as running:
        running.conclusion(running.pull(running.ada))  # from then on the policy is known
        yield running


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, stage: Signing) -> Iterator[Page]:
    with opened(browser, base_url=stage.url, color_scheme=request.param, viewport=DESKTOP) as page:
        yield page


def test_somebody_reads_signs_in_signs_and_revokes(page: Page, stage: Signing, request: pytest.FixtureRequest) -> None:
    login = f"reader-{request.node.callspec.params['page']}"
    author = stage.sim.create_user(login, email=f"{login}@example.com")
    pull = stage.pull(author)
    run = stage.verdict(pull.repository, pull.head_sha)
    assert f"{stage.url}{CLA}" in stage.comment(pull) + run["output"]["summary"]
    page.goto("/agreements")
    looks_right(page)
    page.get_by_role("link", name="Example CLA").click()
    arrives(page, "Example CLA, version 2")
    looks_right(page)
    main(page).get_by_role("link", name="Sign in with GitHub to sign").click()
    page.get_by_role("button", name=login, exact=True).click()
    expect(page).to_have_url(CLA)
    arrives(page, "Example CLA, version 2")
    looks_right(page)
    page.get_by_label("I have read").check()
    page.get_by_role("button", name=f"Sign as {login}").click()
    arrives(page, "Signed: Example CLA, version 2")
    looks_right(page)
    stage.becomes(pull, "success")
    page.goto(CLA)
    expect(main(page)).to_contain_text("There is no need to: your signature stands.")
    expect(page.get_by_role("button", name="Sign as")).to_have_count(0)
    looks_right(page)
    page.get_by_role("link", name="See the receipt").click()
    page.get_by_text("Revoke it", exact=True).click()
    page.get_by_label("Why").fill("I have a new employer")
    page.get_by_label("I have read what this means").check()
    looks_right(page)
    page.get_by_role("button", name="Revoke my signature").click()
    expect(main(page)).to_contain_text("It stands no more")
    looks_right(page)
    stage.becomes(pull, "action_required")
    page.goto("/agreements")
    expect(main(page)).to_contain_text("ended")
    looks_right(page)


def test_a_form_with_faults_says_which(page: Page) -> None:
    sign_in(page, "lin", CLA)
    page.get_by_label("I have read").evaluate("box => box.removeAttribute('required')")
    page.get_by_role("button", name="Sign as lin").click()
    expect(page.get_by_role("alert")).to_have_text("1 field below needs another look.")
    expect(page.get_by_label("I have read")).to_have_attribute("aria-describedby", "read-fault")
    looks_right(page)


def test_a_manager_signs_for_a_company_and_the_office_approves(page: Page) -> None:
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
    expect(main(page)).to_contain_text("not 'nonsense'")
    looks_right(page)
    page.get_by_label("E-mail domains").fill("acme.example")
    page.get_by_role("button", name="Sign for the company").click()
    arrives(page, "Acme <b>Ltd</b>")
    expect(main(page)).to_contain_text("waits for the approval")
    looks_right(page)
    here = page.url
    sign_out(page)
    sign_in(page, "grace", "/agreements/companies")
    expect(main(page)).to_contain_text(re.compile("of them waits? for your word"))
    looks_right(page)
    page.goto(here)
    looks_right(page)
    page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(main(page)).to_contain_text("It signs for its people.")
    page.get_by_label("Login of one of its people").fill("ada")
    page.get_by_role("button", name="Add").nth(1).click()
    expect(page.get_by_role("button", name="Remove ada")).to_be_visible()
    sign_out(page)
    sign_in(page, "ada", "/agreements")
    looks_right(page)
    page.get_by_role("button", name="I contribute for Acme").first.click()
    arrives(page, re.compile("^Acknowledged: Company CLA"))
    looks_right(page)


def test_everything_works_without_script(browser: Browser, stage: Signing) -> None:
    stage.sim.create_user("plain")
    with opened(browser, base_url=stage.url, java_script_enabled=False) as page:
        sign_in(page, "plain", CLA)
        page.get_by_label("I have read").check()
        page.get_by_role("button", name="Sign as plain").click()
        arrives(page, "Signed: Example CLA, version 2")


def test_a_new_version_shows_what_changed(page: Page, stage: Signing, request: pytest.FixtureRequest) -> None:
    """The last test of the module: it changes the policy."""
    login = f"again-{request.node.callspec.params['page']}"
    author = stage.sim.create_user(login, email=f"{login}@example.com")
    number = "3" if login.endswith("light") else "4"
    sign_in(page, login, CLA)
    page.get_by_label("I have read").check()
    page.get_by_role("button", name=f"Sign as {login}").click()
    arrives(page, re.compile("^Signed: Example CLA"))
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
    expect(main(page)).to_contain_text("What changed since the text that you signed")
    expect(main(page)).to_contain_text("The patent clause is clearer")
    expect(page.locator("ins")).to_have_count(1)
    looks_right(page)
