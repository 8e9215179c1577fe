"""Signing in with an App: the page, the code, PKCE, tokens that expire, and what a person sees with one."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from .conftest import Place, Receiver, client

CALLBACK = "https://gate.example/auth/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def page(place: Place, **changed: str | None) -> str:
    place.app.callback_urls = [CALLBACK]
    values = {
        "client_id": place.app.client_id,
        "redirect_uri": CALLBACK,
        "state": "s&1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    query = urlencode({key: value for key, value in values.items() if value is not None})
    return f"{place.sim.url}/login/oauth/authorize?{query}"


def agree(place: Place, login: str = "ada", **changed: str | None) -> dict[str, list[str]]:
    """What the callback is called with after somebody has agreed."""
    answer = httpx.post(page(place, **changed), data={"login": login}, trust_env=False)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(CALLBACK + "?")
    return parse_qs(urlsplit(answer.headers["location"]).query)


def exchange(place: Place, **given: str) -> dict[str, Any]:
    values = {"client_id": place.app.client_id, "client_secret": place.app.client_secret, **given}
    url = f"{place.sim.url}/login/oauth/access_token"
    answer = httpx.post(url, data=values, headers={"accept": "application/json"}, trust_env=False)
    assert answer.status_code == 200
    data: dict[str, Any] = answer.json()
    return data


def signed_in(place: Place, login: str = "ada") -> dict[str, Any]:
    return exchange(place, code=agree(place, login)["code"][0], code_verifier=VERIFIER)


def test_the_page_offers_the_people_of_this_world(place: Place) -> None:
    answer = httpx.get(page(place), trust_env=False)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<button name="login" value="ada">' in answer.text
    assert "ospo-gate[bot]" not in answer.text


def test_a_person_signs_in(place: Place) -> None:
    back = agree(place)
    assert back["state"] == ["s&1"]
    token = exchange(place, code=back["code"][0], code_verifier=VERIFIER, redirect_uri=CALLBACK)
    assert token["access_token"].startswith("ghu_")
    assert token["refresh_token"].startswith("ghr_")
    assert (token["expires_in"], token["token_type"], token["scope"]) == (28_800, "bearer", "")
    with client(place.sim, token["access_token"]) as api:
        assert api.get("/user").json()["login"] == "ada"
        listed = api.get("/user/installations").json()
        assert [i["id"] for i in listed["installations"]] == [place.installation]
        path = f"/user/installations/{place.installation}/repositories"
        assert [r["full_name"] for r in api.get(path).json()["repositories"]] == ["example/web-shop"]
    assert place.api.get("/user").status_code == 403
    assert place.as_app("GET", "/user").status_code == 403


def test_cancel_returns_with_an_error(place: Place) -> None:
    answer = httpx.post(page(place), data={"cancel": "Cancel"}, trust_env=False)
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["error"], back["state"]) == (["access_denied"], ["s&1"])


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"client_id": "Iv23unknown"}, 404, "Not Found"),
        ({"redirect_uri": "https://elsewhere.example/"}, 400, "is not associated with this application"),
        ({"redirect_uri": CALLBACK + "?next=x"}, 400, "is not associated with this application"),
        ({"code_challenge_method": "plain"}, 400, "Only S256"),
    ],
)
def test_what_the_page_refuses(place: Place, changed: dict[str, str], status: int, words: str) -> None:
    for answer in (
        httpx.get(page(place, **changed), trust_env=False),
        httpx.post(page(place, **changed), data={"login": "ada"}, trust_env=False),
    ):
        assert (answer.status_code, "location" in answer.headers) == (status, False)
        assert words in answer.text


def test_a_code_works_once_in_ten_minutes_with_its_verifier(place: Place) -> None:
    code = agree(place)["code"][0]
    assert exchange(place, code=code)["error"] == "bad_verification_code"
    assert exchange(place, code=code, code_verifier=VERIFIER)["error"] == "bad_verification_code"
    late = agree(place)["code"][0]
    place.sim.advance(601)
    assert exchange(place, code=late, code_verifier=VERIFIER)["error"] == "bad_verification_code"
    good = {"code": agree(place)["code"][0], "code_verifier": VERIFIER}
    assert exchange(place, **good, client_secret="wrong")["error"] == "incorrect_client_credentials"
    assert "access_token" in exchange(place, **good)
    elsewhere = {"code": agree(place)["code"][0], "code_verifier": VERIFIER, "redirect_uri": "https://gate.example/"}
    assert exchange(place, **elsewhere)["error"] == "redirect_uri_mismatch"
    without = agree(place, code_challenge=None, code_challenge_method=None)["code"][0]
    assert "access_token" in exchange(place, code=without)


def test_a_code_of_another_app_is_worth_nothing(place: Place) -> None:
    code, other = agree(place)["code"][0], place.sim.create_app("other")
    given = {"client_id": other.client_id, "client_secret": other.client_secret}
    assert exchange(place, code=code, code_verifier=VERIFIER, **given)["error"] == "bad_verification_code"


def test_tokens_expire_and_a_refresh_works_once(place: Place) -> None:
    first = signed_in(place)
    place.sim.advance(28_801)
    with client(place.sim, first["access_token"]) as api:
        assert api.get("/user").status_code == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = exchange(place, **refresh)
    with client(place.sim, second["access_token"]) as api:
        assert api.get("/user").json()["login"] == "ada"
    assert exchange(place, **refresh)["error"] == "bad_refresh_token"
    place.sim.advance(184 * 86_400)
    late = {"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}
    assert exchange(place, **late)["error"] == "bad_refresh_token"


def test_an_app_may_have_tokens_that_last(place: Place) -> None:
    place.app.user_tokens_expire = False
    assert signed_in(place).keys() == {"access_token", "token_type", "scope"}


def test_answers_are_forms_for_whoever_does_not_ask_for_json(place: Place) -> None:
    answer = httpx.post(f"{place.sim.url}/login/oauth/access_token", json={"client_id": "x"}, trust_env=False)
    assert answer.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(answer.text)["error"] == ["incorrect_client_credentials"]


def test_a_person_sees_what_they_and_the_app_may_see(place: Place) -> None:
    grace = place.sim.create_user("grace")
    place.repo.set_visibility("private")
    hidden = place.sim.create_repository("grace", "diary", private=True)
    other = place.sim.create_org("other")
    other.add_member(place.ada, "admin")
    place.sim.create_repository("other", "no-app-here", private=True)
    place.sim.create_repository("other", "public")
    with client(place.sim, signed_in(place)["access_token"]) as ada:
        seen = ada.get(place.path).json()
        assert seen["permissions"] == {
            "admin": False, "maintain": False, "push": False, "triage": False, "pull": True,
        }  # fmt: skip
        assert ada.get(f"{place.path}/pulls").status_code == 200
        assert ada.get("/orgs/example/members/ada").status_code == 204
        assert ada.get("/orgs/other/members/ada").status_code == 404
        assert ada.get(f"{place.path}/collaborators/ada/permission").status_code == 403
        assert ada.get(f"/repos/{hidden.full_name}").status_code == 404
        assert ada.get("/repos/other/no-app-here").status_code == 404
        assert ada.get("/repos/other/public").status_code == 200
        assert ada.get("/installation/repositories").status_code == 403
        assert ada.post(f"{place.path}/check-runs", json={}).status_code == 403
    with client(place.sim, signed_in(place, grace.login)["access_token"]) as api:
        assert api.get(place.path).status_code == 404
        assert api.get(f"{place.path}/collaborators/grace/permission").status_code == 404
        assert api.get("/user/installations").json()["installations"] == []
        assert api.get("/orgs/example/members/ada").status_code == 404
        place.repo.collaborators["grace"] = "write"
        assert api.get(place.path).json()["permissions"]["push"] is True
        assert api.get(f"{place.path}/collaborators/grace/permission").json()["permission"] == "write"
        place.sim.uninstall(place.installation)
        assert api.get(place.path).status_code == 404


def test_tokens_are_checked_and_deleted_by_the_client(place: Place) -> None:
    token = signed_in(place)
    basic = httpx.BasicAuth(place.app.client_id, place.app.client_secret)
    path, body = f"/applications/{place.app.client_id}/token", {"access_token": token["access_token"]}
    with client(place.sim) as api:
        assert api.post(path, json=body, auth=basic).json()["user"]["login"] == "ada"
        assert api.post(path, json=body, auth=httpx.BasicAuth(place.app.client_id, "wrong")).status_code == 404
        assert api.post(path, json=body).status_code == 404
        assert api.request("DELETE", path, json=body, auth=basic).status_code == 204
        assert api.get("/user", headers={"authorization": f"Bearer {token['access_token']}"}).status_code == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    assert exchange(place, **refresh)["error"] == "bad_refresh_token"


def test_a_revoked_grant_is_told_to_the_app(place: Place, receiver: Receiver) -> None:
    place.app.webhook_url = receiver.url
    token, other = signed_in(place)["access_token"], signed_in(place)["access_token"]
    basic = httpx.BasicAuth(place.app.client_id, place.app.client_secret)
    with client(place.sim) as api:
        path = f"/applications/{place.app.client_id}/grant"
        assert api.request("DELETE", path, json={"access_token": token}, auth=basic).status_code == 204
        assert api.get("/user", headers={"authorization": f"Bearer {other}"}).status_code == 401
    place.sim.wait_idle()
    assert [(d.event, d.action) for d in place.sim.deliveries] == [("github_app_authorization", "revoked")]
    assert "installation" not in place.sim.deliveries[0].json


def test_the_token_endpoint_can_fail(place: Place) -> None:
    code = agree(place)["code"][0]
    place.sim.fail_next("POST /login/oauth/access_token", status=503)
    url = f"{place.sim.url}/login/oauth/access_token"
    assert httpx.post(url, data={}, trust_env=False).status_code == 503
    assert "access_token" in exchange(place, code=code, code_verifier=VERIFIER)


def test_enterprise_server_signs_in_on_its_host_and_answers_below_api(ghes: Place) -> None:
    token = signed_in(ghes)["access_token"]
    with client(ghes.sim, token) as api:
        assert api.get("/user").json()["login"] == "ada"
        assert api.get(f"{ghes.sim.url}/user").status_code == 404
