"""A real browser. Where chromium is not installed the tests are skipped and say so.

Playwright's event loop belongs to the thread of the tests for as long as the browser lives, so it lives for one module,
and nothing in that module may call `asyncio.run`.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

#: As root and in containers; and nothing of its own goes out to the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless; each test opens a context of its own in it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(FLAGS))
        yield found
        found.close()
