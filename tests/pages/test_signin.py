"""Signing in: what comes back must have set out from this browser, once, and leads nowhere but here."""

import logging
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.web.sessions import ATTEMPT, LONGEST
from app.web.signin import RETURNS, local
from tests.pages.site import Site, on_the_way

OWN = "/r/example/vault/pull/12"


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_somebody_signs_in_and_comes_back_to_the_page(site: Site) -> None:
    with site.browser() as client:
        back = client.get(on_the_way(client, OWN))
        assert (back.status_code, back.headers["location"]) == (303, OWN)
        assert [cookie.name for cookie in client.cookies.jar] == ["ospo-gate-session"]
        assert "You are signed in as ada" in client.get("/account").text
        assert client.get("/signin", params={"to": OWN}).headers["location"] == OWN


def test_github_is_told_what_it_needs_and_no_more(site: Site) -> None:
    with site.browser() as client:
        query = asked(client.get("/signin").headers["location"])
    assert query.keys() == {"client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"}
    assert query["redirect_uri"] == f"{site.base}/signin/callback"
    assert len(query["state"]) >= 40


def test_a_state_counts_once(site: Site) -> None:
    """Even with another code for it, and with the cookie of the browser."""
    with site.browser() as client:
        there = client.get("/signin").headers["location"]
        first, second = (httpx.post(there, data={"login": login}).headers["location"] for login in ("ada", "eve"))
        begun = dict(client.cookies)
        assert client.get(first).status_code == 303
        client.cookies.clear()
        client.cookies.update(begun)
        assert client.get(second).status_code == 400
        assert "ospo-gate-session" not in client.cookies


def test_a_state_counts_in_its_own_browser_only(site: Site) -> None:
    """Nobody is signed in to somebody else's account by following a link."""
    with site.browser() as eve, site.browser() as ada:
        back = on_the_way(eve)
        assert ada.get(back).status_code == 400
        on_the_way(ada)
        assert ada.get(back).status_code == 400
        assert "ospo-gate-session" not in ada.cookies


def test_a_wrong_state_is_refused(site: Site) -> None:
    with site.browser() as client:
        code = asked(on_the_way(client))["code"]
        for state in ("", "x", "%C3%A9", "%FF", "%ED%B2%80"):
            assert client.get(f"/signin/callback?code={code}&state={state}").status_code == 400


def test_a_code_without_its_verifier_is_worth_nothing(site: Site) -> None:
    """Eve's browser has its own attempt; the code that she caught was made for Ada's verifier."""
    with site.browser() as ada, site.browser() as eve:
        caught, own = asked(on_the_way(ada))["code"], asked(on_the_way(eve))["state"]
        answer = eve.get("/signin/callback", params={"code": caught, "state": own})
    assert answer.status_code == 400
    assert not site.world.tokens


def test_an_attempt_ends_after_ten_minutes(site: Site) -> None:
    with site.browser() as client:
        back = on_the_way(client)
        site.ahead += ATTEMPT + 1
        assert client.get(back).status_code == 400


def test_a_session_ends_after_eight_hours(site: Site) -> None:
    with site.signed_in() as client:
        site.ahead += LONGEST - 60
        assert "signed in as ada" in client.get("/account").text
        site.ahead += 120
        assert "You are not signed in" in client.get("/account").text


def test_who_declines_is_not_signed_in_and_may_try_again(site: Site) -> None:
    with site.browser() as client:
        answer = client.get(on_the_way(client, OWN, cancel="Cancel"))
    assert answer.status_code == 403
    assert "/signin?to=%2Fr%2Fexample%2Fvault%2Fpull%2F12" in answer.text
    assert "ospo-gate-session" not in answer.headers.get("set-cookie", "")


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "evil.example",
    "javascript:alert(1)",
    "/%0d%0aLocation:x\r\nX: y",
    "/ x",
    "",
    "/" + "x" * 2000,
    "/\t/evil.example",
    "/é",
)


def test_nobody_is_led_to_another_place(site: Site) -> None:
    for to in ELSEWHERE:
        assert local(to) == "/account"
        with site.browser() as client:
            assert client.get(on_the_way(client, to)).headers["location"] == "/account"


def test_a_cookie_that_was_changed_is_nobodys(site: Site) -> None:
    with site.signed_in() as client:
        sealed = client.cookies["ospo-gate-session"].strip('"')
    assert "You are signed in" in site.get("/account", Cookie=f"ospo-gate-session={sealed}").text
    for position in (0, 10, len(sealed) // 2, len(sealed) - 5):
        changed = sealed[:position] + ("A" if sealed[position] != "A" else "B") + sealed[position + 1 :]
        assert "You are not signed in" in site.get("/account", Cookie=f"ospo-gate-session={changed}").text


def test_signing_out_ends_the_token_at_github(site: Site) -> None:
    with site.signed_in() as client:
        csrf = client.get("/account").text.partition('name="csrf" value="')[2].partition('"')[0]
        answer = client.post("/signout", data={"csrf": csrf})
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert "ospo-gate-session" not in client.cookies
    assert not site.world.tokens


def test_a_form_that_no_page_of_the_session_made_does_nothing(site: Site) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    with site.signed_in() as client:
        for content, headers, status in (
            (b"", {}, 415),
            (b'{"csrf": "wrong"}', {"content-type": "application/json"}, 415),
            (b"", form, 403),
            (b"csrf=wrong", form, 403),
            (b"csrf=%C3%A9%FF", form, 403),
            (b"csrf=" + b"x" * 70_000, form, 413),
            (b"&".join([b"a=b"] * 60), form, 400),
            (b"\xff\xfe", form, 400),
        ):
            assert client.post("/signout", content=content, headers=headers).status_code == status
        assert "signed in as ada" in client.get("/account").text
    assert site.world.tokens


def test_who_comes_back_too_often_waits(site: Site) -> None:
    with site.browser() as client:
        answers = [client.get("/signin/callback").status_code for _ in range(2 * RETURNS + 1)]
    assert answers[:RETURNS] == [400] * RETURNS
    assert 429 in answers, "a window may end in between, two of them cannot"


def test_when_github_fails_nobody_is_signed_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with site.browser() as client:
        site.world.sim.fail_next("POST /login/oauth/access_token", 503)
        assert site.signs_in(client).status_code == 502
        site.world.sim.fail_next("GET /user", 502)
        assert site.signs_in(client).status_code == 502
        monkeypatch.setattr(site.world.app, "client_secret", "another")  # the settings are wrong
        assert site.signs_in(client).status_code == 502
        assert not client.cookies


def test_no_secret_is_shown_or_logged(
    site: Site, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with site.signed_in() as client:
        seen = client.get("/account").text + str(client.cookies)
    (token,) = site.world.tokens
    database = b"".join(path.read_bytes() for path in site.folder.iterdir())
    for secret in (token, site.world.app.client_secret, "a-session-secret"):
        assert secret not in seen + caplog.text + "".join(capsys.readouterr())
        assert secret.encode() not in database
