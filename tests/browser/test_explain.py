"""The tree of rules behind a verdict in a browser: on a phone, in the dark, without script; hostile names."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import DESKTOP, arrives, is_accessible, looks_right, main, opened
from tests.end_to_end.examples import CLEAN, COPYLEFT
from tests.end_to_end.explaining import Explaining
from tests.simulator import Pull

LONG, HEBREW = "l" * 40 + "-" + "o" * 180 + "ng", "\u05e9\u05dc\u05d5\u05dd-\u05e2\u05d5\u05dc\u05dd"
HOSTILE: dict[str, Any] = {
    LONG: {"version": "9.9.9-" + "x" * 200, "license": "GPL-3.0-only"},
    HEBREW: {"version": "1.0.0", "license": " OR ".join(f"LicenseRef-{number}-long" for number in range(60))},
    "<img src=x onerror=alert(1)>": {"version": "1.0.0", "license": "Permission is hereby granted, " * 60},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explaining]:
    with Explaining(tmp_path_factory.mktemp("explaining")) as running:
        yield running


@pytest.fixture(scope="module")
def change(stage: Explaining) -> Pull:
    return stage.judged(stage.sim.create_repository("example", "web", files=CLEAN), COPYLEFT)


@pytest.fixture(scope="module")
def hostile(stage: Explaining) -> Pull:
    direct = {name: entry["version"] for name, entry in HOSTILE.items()}
    root = {"name": "web", "version": "1.0.0", "dependencies": direct}
    packages = {"": root, **{f"node_modules/{name}": entry for name, entry in HOSTILE.items()}}
    lock = {"name": "web", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    files = {"package.json": json.dumps(root), "package-lock.json": json.dumps(lock)}
    return stage.judged(stage.sim.create_repository("example", "odd", files=CLEAN), files)


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, stage: Explaining) -> Iterator[Page]:
    with opened(browser, color_scheme=request.param, viewport=DESKTOP) as page:
        yield page


def test_from_a_finding_to_its_tree_and_to_the_rule(page: Page, stage: Explaining, change: Pull) -> None:
    page.goto(stage.page(change))
    finding = page.get_by_role("article").filter(has_text="glyph-core 2.1.0 is GPL-3.0-only")
    finding.get_by_role("link", name="Every condition behind").click()
    arrives(page, "✗ glyph-core 2.1.0 is blocked")
    expect(main(page)).to_contain_text("neither it nor its category (strong-copyleft) is listed in licenses.allow")
    looks_right(page)
    quiet = page.locator("details.check", has_text="custom rules")
    expect(quiet.get_by_text("it is silent")).to_be_hidden()
    quiet.locator("summary").first.click()
    expect(quiet.get_by_text("it is silent")).to_be_visible()
    is_accessible(page)
    page.get_by_role("link", name="license-not-allowed", exact=True).first.click()
    expect(page).to_have_url(f"{stage.url}/policy#license-not-allowed")
    expect(page.locator("tr:target")).to_contain_text("license-not-allowed")


def test_any_package_of_the_change_can_be_asked_for(page: Page, stage: Explaining, change: Pull) -> None:
    page.goto(f"{stage.page(change)}/explain")
    arrives(page, "Why is a package judged as it is?")
    looks_right(page)
    page.get_by_label("Package of this change").fill("npm:svg-mill@1.8.0")
    page.get_by_role("button", name="Explain").click()
    arrives(page, "⚠ svg-mill 1.8.0 may be used, with warnings")
    page.get_by_role("link", name="Other packages of this change").click()
    arrives(page, "Why is a package judged as it is?")
    page.get_by_role("link", name="tiny 1.0.0").click()
    arrives(page, "✓ tiny 1.0.0 may be used")


def test_hostile_names_do_nothing_and_fit_a_phone(page: Page, stage: Explaining, hostile: Pull) -> None:
    told: list[str] = []
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("console", lambda message: told.append(message.text))
    page.goto(stage.page(hostile))
    looks_right(page)
    for name in HOSTILE:
        page.goto(f"{stage.page(hostile)}/explain")
        arrives(page, "Why is a package judged as it is?")
        page.get_by_role("link", name=name[:100]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name[:100])
        looks_right(page)
    assert told == []


def test_a_name_from_right_to_left_leaves_its_version_behind_it(page: Page, stage: Explaining, hostile: Pull) -> None:
    page.goto(f"{stage.page(hostile)}/explain")
    arrives(page, "Why is a package judged as it is?")
    link = page.get_by_role("link", name=HEBREW)
    expect(link).to_have_text(f"{HEBREW} 1.0.0")
    name = link.locator("bdi").bounding_box()
    whole = link.bounding_box()
    assert name
    assert whole
    assert name["x"] == whole["x"], "the name begins the line"
