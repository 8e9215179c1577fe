"""Setting up in a browser: from an empty folder and an organization without our App to the first verdict."""

import json
import os
import re
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect

from app.policies import load_policy
from tests.browser.looks import PHONE, arrives, fits_a_phone, is_accessible, main, opened
from tests.end_to_end.forked import Forked
from tests.end_to_end.stage import PATIENCE, free_port
from tests.simulator import Simulator
from tests.simulator.world import Profile

T = TypeVar("T")
SET_UP = "The GitHub App is set up"
MIT = {"package.json": '{"name": "web-shop", "version": "1.0.0", "license": "MIT"}\n'}


class Office:
    """A GitHub without our App, and a folder in which the service starts for the first time."""

    def __init__(self, folder: Path, profile: Profile = "github.com", **settings: str) -> None:
        self.folder = folder
        self.credentials = folder / "ospo-gate-credentials"
        self.sim = Simulator(profile)
        self.settings = settings
        self.log = folder / "service.log"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Office":
        self.sim.start()
        self.org = self.sim.create_org("example")
        self.repository = self.sim.create_repository("example", "web-shop", files={"README.md": "A shop\n"})
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.sim.stop()

    def start(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OSPO_GATE_", "GITHUB_"))}
        given = {
            "OSPO_GATE_DATABASE": f"sqlite+aiosqlite:///{self.folder / 'gate.db'}",
            "OSPO_GATE_GITHUB_URL": self.sim.url,
            "OSPO_GATE_GITHUB_API_URL": self.sim.api_url,
            "OSPO_GATE_PORT": str(self.port),
            **self.settings,
        }
        self.log.write_bytes(b"")
        with self.log.open("ab") as log:
            self.process = Forked(["app.cli.main", "serve"], clean | given, log, self.folder)
        self.until(lambda: self.status("/healthz") == 200, "the service answers")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    @property
    def token(self) -> str:
        """What the terminal shows."""
        return str(re.findall(r"Set-up token: (\S+)", self.log.read_text())[0])

    def status(self, path: str) -> int:
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.base}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def works(self) -> None:
        """Wait until the service judges: it goes on by itself when there is an App."""
        self.until(lambda: self.status("/readyz") == 200, "the service works")

    def until(self, condition: Callable[[], T], what: str) -> T:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.02)
        raise AssertionError(f"waited for: {what}\n{self.log.read_text()[-4000:]}")

    def verdict(self, sha: str) -> dict[str, Any]:
        def completed() -> dict[str, Any] | None:
            runs = self.sim.check_runs(self.repository, sha)
            return next((run for run in runs if run["name"] == "ospo-gate" and run["status"] == "completed"), None)

        found = self.until(completed, f"a verdict on {sha}")
        assert found is not None
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path) as office:
        yield office


@contextmanager
def page_of(browser: Browser, office: Office, **options: Any) -> Iterator[Page]:
    with opened(browser, base_url=office.base, **options) as page:
        yield page


def enter(page: Page, token: str) -> None:
    """With the right token."""
    offer(page, token)
    expect(main(page)).to_contain_text("Step 1 of 3")


def offer(page: Page, token: str) -> None:
    page.goto("/setup")
    page.get_by_label("Set-up token").fill(token)
    page.get_by_role("button", name="Go on").click()


def fill(page: Page, office: Office, organization: str = "example", name: str = "ospo-gate") -> None:
    """As it should be, up to the page that leads to GitHub."""
    write(page, office, organization, name)
    arrives(page, "Create the GitHub App")


def write(page: Page, office: Office, organization: str, name: str) -> None:
    page.get_by_role("textbox", name="Organization").fill(organization)
    page.get_by_role("textbox", name="Name of the App").fill(name)
    page.get_by_role("textbox", name="Address of this service").fill(office.base)
    page.get_by_role("button", name="Go on").click()


def create(page: Page) -> None:
    """On GitHub, and back: `SET_UP` is where it leads when all is well."""
    page.get_by_role("button", name="Create it on").click()
    page.get_by_role("button", name="Create GitHub App", exact=True).click()


def all_is_well(page: Page, office: Office) -> None:
    """The page says so once GitHub's first webhook has come."""
    arrives(page, SET_UP)
    office.sim.wait_idle()
    page.goto("/setup/next")
    expect(page.locator(".findings .good")).to_have_count(4)


def way_back(page: Page) -> str:
    """GitHub makes the App, and where it sends the browser is kept for later."""
    form = page.locator("form[method=post]", has=page.get_by_role("button", name="Create GitHub App", exact=True))
    values = form.evaluate("form => Object.fromEntries(new FormData(form))")
    action = form.evaluate("form => form.action")
    return page.request.post(action, form=values, max_redirects=0).headers["location"]


def test_from_nothing_to_the_first_verdict(browser: Browser, office: Office) -> None:
    assert office.status("/readyz") == 503
    with page_of(browser, office) as page:
        enter(page, office.token)
        fill(page, office)
        create(page)
        all_is_well(page, office)
        office.works()
        page.get_by_role("link", name="Install it on example").click()
        page.get_by_role("button", name="example").click()
        arrives(page, "ospo-gate is installed on example")
        page.goto("/setup/next")
        expect(main(page)).to_contain_text("It is installed on example")
    office.repository.commit(
        "feature", MIT, "Begin\n\nSigned-off-by: Ada <ada@example.com>", ("Ada", "ada@example.com")
    )
    pull = office.repository.open_pull("feature")
    assert office.verdict(pull.head_sha)["conclusion"] == "success"
    assert office.process.poll() is None


def test_the_app_has_what_was_chosen_and_nothing_more(browser: Browser, office: Office) -> None:
    with page_of(browser, office) as page:
        enter(page, office.token)
        page.get_by_label("Members: read").uncheck()
        page.get_by_label("Dependabot alerts: read").check()
        fill(page, office)
        create(page)
        arrives(page, SET_UP)
    (app,) = office.sim.world.apps.values()
    assert app.permissions == {
        "checks": "write", "contents": "read", "merge_queues": "read", "metadata": "read", "pull_requests": "write",
        "vulnerability_alerts": "read",
    }  # fmt: skip
    assert {"pull_request", "merge_group", "dependabot_alert"} < set(app.events)
    assert "custom_property_values" not in app.events
    assert not app.public


def test_credentials_are_files_that_nobody_else_reads_and_in_nothing_else(browser: Browser, office: Office) -> None:
    token = office.token
    with page_of(browser, office) as page:
        enter(page, token)
        fill(page, office)
        create(page)
        arrives(page, SET_UP)
        shown = page.content()
        page.get_by_role("button", name="Show as environment variables").click()
        arrives(page, "The credentials, shown once")
        lines = main(page).locator("pre").inner_text()
        page.goto("/setup/next")
        arrives(page, SET_UP)
        expect(page.get_by_role("button", name="Show as")).to_have_count(0)  # once
    (app,) = office.sim.world.apps.values()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in office.credentials.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(office.credentials.stat().st_mode) == 0o700
    assert (office.credentials / "private-key.pem").read_text().strip() == app.private_key_pem.strip()
    database = b"".join(path.read_bytes() for path in office.folder.glob("gate.db*"))
    for secret in (app.webhook_secret, app.client_secret, app.private_key_pem.splitlines()[3]):
        assert secret is not None
        assert secret in lines
        assert secret not in shown
        assert secret not in office.log.read_text()
        assert secret.encode() not in database
    office.stop()
    office.start()
    office.works()
    assert office.status("/setup") == 404
    assert token not in office.log.read_text()


def test_a_second_visitor_finds_it_closed(browser: Browser, office: Office) -> None:
    token = office.token
    with page_of(browser, office) as first, page_of(browser, office) as second:
        enter(second, token)
        fill(second, office, name="second")
        enter(first, token)
        fill(first, office)
        create(first)
        arrives(first, SET_UP)
        create(second)
        expect(main(second)).to_contain_text("delete it there")  # its App is nobody's
        expect(first.get_by_role("button", name="Show as")).to_have_count(2)
        second.goto("/setup/next")
        expect(main(second)).not_to_contain_text("delete it there")
        expect(second.get_by_role("button", name="Show as")).to_have_count(0)
    with page_of(browser, office) as third:
        third.goto("/setup/next")
        arrives(third, "Set-up is closed")
        third.goto("/setup")
        arrives(third, "Set-up is closed")
    assert (office.credentials / "app-id").read_text().strip() == str(
        next(app.id for app in office.sim.world.apps.values() if app.slug == "ospo-gate")
    )


def test_nothing_without_the_token(browser: Browser, office: Office) -> None:
    with page_of(browser, office) as page:
        offer(page, "x" * 43)
        expect(main(page)).to_contain_text("This is not the set-up token")
        for path in ("/setup/next", "/setup/policy.yaml", "/setup/ruleset-active.json"):
            assert office.status(path) == 404
        page.goto("/setup/created?code=abc&state=def")
        arrives(page, "The App is not set up")
        for _ in range(10):
            assert page.request.post("/setup", form={"token": "x" * 43}).status == 403
        offer(page, office.token)
        expect(main(page)).to_contain_text("tried too often")


def test_a_state_is_for_one_browser_and_a_code_for_one_hour(browser: Browser, office: Office) -> None:
    with page_of(browser, office) as page, page_of(browser, office) as other:
        enter(page, office.token)
        fill(page, office)
        page.get_by_role("button", name="Create it on").click()
        address = way_back(page)
        enter(other, office.token)
        other.goto(address)
        expect(main(other)).to_contain_text("It was not begun in this browser")
        page.goto(address.replace("state=", "state=x"))
        expect(main(page)).to_contain_text("It was not begun in this browser")
        office.sim.fail_next(lambda seen: "/app-manifests/" in seen.path, status=503)
        page.goto(address)
        expect(main(page)).to_contain_text("Load this page again")
        office.sim.advance(3_601)
        page.reload()
        expect(main(page)).to_contain_text("older than an hour")
        assert not (office.credentials / "app-id").exists()
        page.goto(address)
        expect(main(page)).to_contain_text("used before")  # a state counts once
        page.get_by_role("link", name="Begin again").click()
        fill(page, office, name="again")
        create(page)
        arrives(page, SET_UP)


def test_enterprise_server_and_an_account_of_ones_own(browser: Browser, tmp_path: Path) -> None:
    elsewhere = {"OSPO_GATE_GITHUB_URL": "https://github.com", "OSPO_GATE_GITHUB_API_URL": "https://api.github.com"}
    with Office(tmp_path, "ghes", **elsewhere) as office, page_of(browser, office) as page:
        enter(page, office.token)
        page.get_by_label("Another GitHub").check()
        page.get_by_label("Its host").fill(office.sim.url)
        page.get_by_label("My own account’s").check()
        fill(page, office, organization="")
        create(page)
        all_is_well(page, office)
        expect(main(page)).not_to_contain_text("an organization ruleset")
        stored = {path.name: path.read_text().strip() for path in office.credentials.iterdir()}
        assert stored["github-api-url"] == office.sim.api_url
        (app,) = office.sim.world.apps.values()
        assert (app.owner.login, "merge_group" in app.events) == ("octo-dev", False)
        office.works()


def test_a_form_from_elsewhere_is_not_taken(browser: Browser, office: Office) -> None:
    form: dict[str, str | float | bool] = {
        "place": "known",
        "owner": "self",
        "name": "ospo-gate",
        "public_url": office.base,
    }
    with page_of(browser, office) as page:
        assert page.request.post("/setup/app", form=form).status == 403
        enter(page, office.token)
        for path in ("/setup/app", "/setup/store", "/setup/credentials"):
            assert page.request.post(path, form={**form, "csrf": "x" * 43}).status == 403
            assert page.request.post(path, data="{}").status == 403
        assert page.request.post("/setup", form={"token": "x" * 70_000}).status == 413
        assert page.request.post("/webhook", headers={"X-GitHub-Event": "ping"}).status == 202
        assert page.request.post("/webhook", headers={"X-GitHub-Event": "pull_request"}).status == 503


def test_what_is_downloaded(browser: Browser, office: Office, tmp_path: Path) -> None:
    with page_of(browser, office, accept_downloads=True) as page:
        enter(page, office.token)
        fill(page, office)
        create(page)
        with page.expect_download() as ruleset:
            page.get_by_role("link", name="Ruleset that evaluates").click()
        with page.expect_download() as policy:
            page.get_by_role("link", name="Download policy.yaml").click()
        found, policy_file = json.loads(ruleset.value.path().read_text()), policy.value.path().read_bytes()
    (app,) = office.sim.world.apps.values()
    assert (found["enforcement"], found["conditions"]["repository_name"]["include"]) == ("evaluate", ["~ALL"])
    (rule,) = found["rules"]
    assert rule["parameters"]["required_status_checks"] == [{"context": "ospo-gate", "integration_id": app.id}]
    assert rule["parameters"]["do_not_enforce_on_create"]
    assert load_policy(policy_file, "policy.yaml").mode == "evaluate"


def test_a_form_that_cannot_be_right_says_why(browser: Browser, office: Office) -> None:
    with page_of(browser, office) as page:
        enter(page, office.token)
        page.get_by_label("Another GitHub").check()
        page.get_by_label("Its host").fill("https://example.com/path")
        write(page, office, organization="-no-", name="x" * 35)
        expect(page.locator("[aria-invalid]")).to_have_count(3)
        expect(page.get_by_label("Its host")).to_have_value("https://example.com/path")
        expect(page.get_by_label("Another GitHub")).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(browser: Browser, office: Office, scheme: str) -> None:
    """A phone of 320 pixels, no script of ours, nothing that axe finds, nothing that the browser had to block."""
    told: list[str] = []
    with page_of(browser, office, color_scheme=scheme, viewport=PHONE) as page:
        page.on("console", lambda message: told.append(f"{message.location['url']}: {message.text}"))

        def look() -> None:
            is_accessible(page)
            fits_a_phone(page)
            expect(page.locator("script")).to_have_count(0)

        page.goto("/setup")
        look()
        enter(page, office.token)
        look()
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("alert")).to_contain_text("another look")
        look()
        fill(page, office)
        look()
        create(page)
        arrives(page, SET_UP)
        look()
        page.get_by_role("button", name="Show as a Kubernetes Secret").click()
        arrives(page, "The credentials, shown once")
        look()
    ours = [line for line in told if line.startswith(office.base)]
    assert [line for line in ours if "422" not in line] == [], "only the form that was not right"


def test_credentials_that_cannot_be_stored_are_not_lost(browser: Browser, office: Office) -> None:
    with page_of(browser, office) as page:
        enter(page, office.token)
        fill(page, office)
        office.credentials.rmdir()
        office.credentials.write_text("in the way")
        create(page)
        arrives(page, "The GitHub App is made, and not stored yet")
        assert office.status("/readyz") == 503
        office.credentials.unlink()
        page.get_by_role("button", name="Store them").click()
        arrives(page, SET_UP)
        office.works()


def test_an_app_that_cannot_work_is_said(browser: Browser, office: Office) -> None:
    with page_of(browser, office) as page:
        enter(page, office.token)
        fill(page, office)
        create(page)
        arrives(page, SET_UP)
        (app,) = office.sim.world.apps.values()
        app.permissions.pop("members")
        app.webhook_url = "https://elsewhere.example/webhook"
        page.get_by_role("link", name="Look again").click()
        lacks, elsewhere = (
            "It lacks permissions: Members: read.",
            "GitHub sends webhooks to https://elsewhere.example/webhook.",
        )
        expect(page.locator(".findings .bad")).to_contain_text([lacks, elsewhere])
        office.sim.fail_next(lambda seen: seen.path == "/app", status=401, times=5)
        page.get_by_role("link", name="Look again").click()
        expect(page.locator(".findings .bad")).to_contain_text(["GitHub did not let the App sign in"])


def test_with_two_listeners_the_pages_are_on_the_internal_one(browser: Browser, tmp_path: Path) -> None:
    public = free_port()
    office = Office(tmp_path)
    office.settings = {"OSPO_GATE_PORT": str(public), "OSPO_GATE_INTERNAL_PORT": str(office.port)}
    outside = f"http://127.0.0.1:{public}"
    with office, page_of(browser, office) as page:
        enter(page, office.token)
        page.goto(f"{outside}/setup")
        expect(page.get_by_label("Set-up token")).to_have_count(0)
        page.goto("/setup")
        page.get_by_role("textbox", name="Organization").fill("example")
        page.get_by_role("textbox", name="Address of this service").fill(outside)
        page.get_by_role("button", name="Go on").click()
        create(page)
        all_is_well(page, office)
        office.works()
