"""Documents that only an override names are read and signed on the pages like any other."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.signing.stage import CLA, FILES, POLICY, Signing, form

OVERRIDES = """\
overrides:
  - match: {repositories: ["vault-*"]}
    agreements:
      documents:
        - {name: Example CLA, version: "3", text: cla/v3.md}
        - {name: Vault/NDA, version: "1", text: cla/nda.md, phrase: I keep to myself what the vault holds}
"""
TEXTS = {"policy.yaml": POLICY + OVERRIDES, "cla/v3.md": "# Third\n\nMore.\n", "cla/nda.md": "# NDA\n\nSay nothing.\n"}
NDA = "/agreements/documents/Vault%2FNDA"  # a name may have a slash


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    with Signing(tmp_path_factory.mktemp("overrides"), {**FILES, **TEXTS}) as running:
        running.conclusion(running.pull(running.ada))  # the policy is read with the first change
        yield running


def signs(client: httpx.Client, path: str) -> int:
    page = client.get(path)
    assert page.status_code == 200
    sent = {**form(page.text, html.escape(path)), "read": "on"}
    return client.post(path, data=sent).status_code


def test_what_a_repository_asks_for_by_an_override_is_signed_on_the_page(stage: Signing) -> None:
    vault = stage.sim.create_repository("example", "vault-1", files={"readme.md": "Gold\n"})
    author = stage.sim.create_user("keeper", email="keeper@example.com")
    pull = stage.pull(author, repository=vault)
    assert stage.conclusion(pull) == "action_required"
    with stage.signed_in("keeper") as browser:
        page = html.unescape(browser.get("/agreements").text)
        assert "1 document below is not signed by you" in page, "what everybody has to sign"
        third = next(path for path in re.findall(r'href="([^"]+)"', page) if "version=3" in path)
        assert re.search(r"Vault/NDA, version 1</a> <span[^>]*>\(some repositories ask for it\)", page)
        assert "<h2>Third</h2>" in browser.get(third).text
        assert "<h2>Example Contributor License Agreement</h2>" in browser.get(CLA).text
        assert signs(browser, third) == 303
        assert signs(browser, NDA) == 303
        assert "You signed this on" in browser.get(third).text
        assert "You signed this on" not in browser.get(CLA).text, "another version, with another text"
    stage.becomes(pull, "success")


def test_a_form_for_one_version_never_signs_another(stage: Signing) -> None:
    stage.sim.create_user("mixed")
    before = stage.stored()
    with stage.signed_in("mixed") as browser:
        sent = {**form(browser.get(CLA).text, CLA), "read": "on", "version": "3"}
        assert browser.post(CLA, data=sent).status_code == 409
        sent |= {"version": "2", "digest": "0" * 64}
        assert browser.post(CLA, data=sent).status_code == 409
        assert browser.get(f"{CLA}?version=9&text=..%2F..%2Fetc").status_code == 200, "the usual one"
    assert stage.stored() == before
