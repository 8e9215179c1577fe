"""An App from a manifest: the form, the page, the code, and that the App works afterwards."""

import json
import re
import time
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from .conftest import Place, Receiver, client
from .webhooks import signatures

BACK = "https://gate.example/setup/done"
MANIFEST: dict[str, Any] = {
    "name": "Our gate",
    "url": "https://gate.example",
    "hook_attributes": {"url": "https://gate.example/webhook"},
    "redirect_url": BACK,
    "callback_urls": ["https://gate.example/auth/callback"],
    "setup_url": "https://gate.example/setup/installed",
    "public": True,
    "default_permissions": {"checks": "write", "pull_requests": "write", "contents": "read", "merge_queues": "read"},
    "default_events": ["pull_request", "check_run", "merge_group", "repository"],
}


def submit(place: Place, manifest: object, path: str = "/organizations/example/settings/apps/new") -> httpx.Response:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    return httpx.post(f"{place.sim.url}{path}?state=abc", data={"manifest": text}, trust_env=False)


def press(place: Place, page: httpx.Response, name: str | None = None) -> httpx.Response:
    """The "Create" button of the page, with the name as it is there or changed."""
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', page.text)
    fields = dict(re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page.text))
    values = {key: unescape(value) for key, value in fields.items()}
    if name is not None:
        values["name"] = name
    return httpx.post(place.sim.url + unescape(action), data=values, trust_env=False)


def made(place: Place, manifest: object = MANIFEST) -> dict[str, Any]:
    """The credentials of an App that was made in this organization."""
    answer = press(place, submit(place, manifest))
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    query = parse_qs(back.query)
    assert query["state"] == ["abc"]
    with client(place.sim) as api:
        answer = api.post(f"/app-manifests/{query['code'][0]}/conversions")
    assert answer.status_code == 201
    data: dict[str, Any] = answer.json()
    return data


def test_an_app_is_made_with_what_the_manifest_says(place: Place) -> None:
    app = made(place)
    assert (app["name"], app["slug"], app["owner"]["login"]) == ("Our gate", "our-gate", "example")
    assert app["permissions"] == {"metadata": "read", **MANIFEST["default_permissions"]}
    assert app["events"] == MANIFEST["default_events"]
    assert app["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert app.keys() >= {"id", "node_id", "client_id", "client_secret", "webhook_secret", "html_url"}


def test_it_works_afterwards(place: Place, receiver: Receiver) -> None:
    app = made(place, MANIFEST | {"hook_attributes": {"url": receiver.url}})
    page = f"{app['html_url']}/installations/new"
    assert '<button name="account" value="example">' in httpx.get(page, trust_env=False).text
    back = httpx.post(f"{page}?state=xyz", data={"account": "example"}, trust_env=False).headers["location"]
    assert back.startswith("https://gate.example/setup/installed?")
    query = parse_qs(urlsplit(back).query)
    assert (query["setup_action"], query["state"]) == (["install"], ["xyz"])
    now = int(time.time())
    signed = jwt.encode({"iat": now - 60, "exp": now + 540, "iss": app["client_id"]}, app["pem"], algorithm="RS256")
    path = f"/app/installations/{query['installation_id'][0]}/access_tokens"
    token = place.as_app("POST", path, signed).json()["token"]
    with place.with_token(token) as api:
        assert api.get("/installation/repositories").json()["total_count"] == 1
    place.sim.wait_idle()
    events = {headers["x-github-event"]: (headers, body) for headers, body in receiver.received}
    assert events.keys() == {"ping", "installation"}
    assert json.loads(events["ping"][1])["hook"]["app_id"] == app["id"]
    headers, body = events["installation"]
    assert headers["x-hub-signature-256"] == signatures(app["webhook_secret"], body)["X-Hub-Signature-256"]
    assert json.loads(body)["action"] == "created"


def test_a_code_works_once_and_for_an_hour(place: Place) -> None:
    codes = []
    for name in ("First", "Second"):
        location = press(place, submit(place, MANIFEST), name).headers["location"]
        codes.append(parse_qs(urlsplit(location).query)["code"][0])
    with client(place.sim) as api:
        assert api.post(f"/app-manifests/{codes[0]}/conversions").status_code == 201
        assert api.post(f"/app-manifests/{codes[0]}/conversions").status_code == 404
        place.sim.advance(3_601)
        assert api.post(f"/app-manifests/{codes[1]}/conversions").status_code == 404
        assert api.post("/app-manifests/unknown/conversions").status_code == 404


def test_the_person_changes_the_name_and_nothing_else(place: Place) -> None:
    page = submit(place, MANIFEST)
    assert re.findall(r'<input (?!type="hidden")[^>]*name="([^"]+)"', page.text) == ["name"]
    press(place, page, "Another <name>")
    assert "another-name" in {app.slug for app in place.sim.world.apps.values()}
    for name in ("", "x" * 35, "another name", "★"):
        assert press(place, page, name).status_code == 422, name


def test_what_a_manifest_says_is_escaped(place: Place) -> None:
    page = submit(place, MANIFEST | {"name": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{no json", "not valid JSON"),
        ([], "must be a JSON object"),
        (MANIFEST | {"webhook": {}}, "Unknown key: webhook"),
        ({k: v for k, v in MANIFEST.items() if k != "url"}, "url must be a URL"),
        (MANIFEST | {"hook_attributes": {"active": True}}, "hook_attributes.url must be a URL"),
        (MANIFEST | {"redirect_url": "/setup"}, "redirect_url must be a URL"),
        (MANIFEST | {"callback_urls": ["https://a.example"] * 11}, "at most 10"),
        (MANIFEST | {"default_permissions": {"checks": "all"}}, "Permission checks cannot be"),
        (MANIFEST | {"default_events": ["check_runs"]}, "Default events unsupported: check_runs"),
        (MANIFEST | {"default_events": ["dependabot_alert"]}, "needs the permission vulnerability_alerts"),
    ],
)
def test_what_github_refuses(place: Place, manifest: object, words: str) -> None:
    page = submit(place, manifest)
    assert page.status_code == 422
    assert words in unescape(page.text)


def test_a_hook_may_be_off_and_the_owner_a_person(place: Place) -> None:
    manifest = MANIFEST | {"hook_attributes": {"url": "https://gate.example/webhook", "active": False}}
    location = press(place, submit(place, manifest, "/settings/apps/new")).headers["location"]
    with client(place.sim) as api:
        app = api.post(f"/app-manifests/{parse_qs(urlsplit(location).query)['code'][0]}/conversions").json()
    assert (app["webhook_secret"], app["owner"]["login"]) == (None, "octo-dev")
    assert submit(place, MANIFEST, "/organizations/unknown/settings/apps/new").status_code == 404


def test_a_private_app_is_installed_at_its_owner_only(place: Place) -> None:
    app = made(place, MANIFEST | {"public": False})
    page = f"{app['html_url']}/installations/new"
    assert "octo-dev" not in httpx.get(page, trust_env=False).text
    assert httpx.post(page, data={"account": "octo-dev"}, trust_env=False).status_code == 404


def test_enterprise_server_knows_no_merge_group(ghes: Place) -> None:
    assert "Default events unsupported: merge_group" in submit(ghes, MANIFEST).text
    app = made(ghes, MANIFEST | {"default_events": ["pull_request"]})
    assert app["html_url"] == f"{ghes.sim.url}/github-apps/our-gate"
    assert httpx.get(app["html_url"], trust_env=False).status_code == 200
