"""JWTs of the App, installation tokens, narrowing, expiry, permissions."""

import time

import pytest

from .apps import generate_key
from .conftest import Place


def test_an_app_signs_in_with_its_id_or_its_client_id(place: Place) -> None:
    for issuer in (str(place.app.id), place.app.client_id):
        answer = place.as_app("GET", "/app", place.app_jwt(iss=issuer))
        assert answer.status_code == 200
        assert answer.json()["slug"] == "ospo-gate"


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"exp": 1_200}, "too far in the future"),
        ({"exp": -5}, "'exp') must be"),
        ({"iat": 300}, "'iat') must be"),
    ],
)
def test_a_jwt_with_wrong_times_is_refused(place: Place, claims: dict[str, int], message: str) -> None:
    times = {name: int(time.time()) + seconds for name, seconds in claims.items()}
    answer = place.as_app("GET", "/app", place.app_jwt(**times))
    assert answer.status_code == 401
    assert message in answer.json()["message"]


def test_a_jwt_signed_with_another_key_is_refused(place: Place) -> None:
    place.app.private_key_pem, own = generate_key(), place.app.private_key_pem
    forged = place.app_jwt()
    place.app.private_key_pem = own
    answer = place.as_app("GET", "/app", forged)
    assert answer.status_code == 401
    assert answer.json()["message"] == "A JSON web token could not be decoded"


def test_a_token_is_long_lasts_an_hour_and_then_answers_401(place: Place) -> None:
    token = place.new_token().json()["token"]
    assert token.startswith(f"ghs_{place.app.id}_")
    assert len(token) > 400
    with place.with_token(token) as api:
        assert api.get(place.path).status_code == 200
        place.sim.advance(3_599)
        assert api.get(place.path).status_code == 200
        place.sim.advance(2)
        answer = api.get(place.path)
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_all_tokens_can_be_made_to_expire(place: Place) -> None:
    place.sim.expire_tokens()
    assert place.api.get(place.path).status_code == 401


def test_a_narrowed_token_reaches_and_may_only_what_was_asked(place: Place) -> None:
    place.sim.create_repository("example", "other")
    made = place.new_token(repositories=["web-shop"], permissions={"contents": "read"})
    assert made.status_code == 201
    assert [r["name"] for r in made.json()["repositories"]] == ["web-shop"]
    with place.with_token(made.json()["token"]) as api:
        assert api.get("/repos/example/other").status_code == 404
        assert api.get(f"{place.path}/contents/package.json").status_code == 200
        refused = api.post(f"{place.path}/check-runs", json={})
    assert refused.status_code == 403
    assert refused.json()["message"] == "Resource not accessible by integration"
    assert refused.headers["x-accepted-github-permissions"] == "checks=write"


def test_a_token_is_narrowed_by_ids_too(place: Place) -> None:
    other = place.sim.create_repository("example", "other")
    made = place.new_token(repository_ids=[place.repo.id]).json()
    assert (made["repository_selection"], [r["id"] for r in made["repositories"]]) == ("selected", [place.repo.id])
    with place.with_token(made["token"]) as api:
        assert api.get("/installation/repositories").json()["total_count"] == 1
        assert api.get(f"/repositories/{other.id}").status_code == 404
    elsewhere = place.sim.create_repository("octo-dev", "elsewhere")
    assert place.new_token(repository_ids=[elsewhere.id]).status_code == 422


def test_asking_for_more_than_was_granted_answers_422(place: Place) -> None:
    for body in (
        {"permissions": {"administration": "write"}},
        {"permissions": {"contents": "write"}},
        {"repositories": ["unknown"]},
        {"repository_ids": list(range(501))},
    ):
        assert place.new_token(**body).status_code == 422, body


def test_a_repository_outside_the_installation_answers_404(place: Place) -> None:
    place.sim.create_user("grace")
    place.sim.create_repository("grace", "private", private=True)
    assert place.api.get("/repos/grace/private").status_code == 404
    assert place.api.get("/repos/example/unknown").status_code == 404


def test_an_installation_of_selected_repositories(place: Place) -> None:
    other = place.sim.create_repository("example", "other")
    second = place.sim.create_app("second")
    number = place.sim.install(second, "example", ["web-shop"])
    assert not place.sim.world.installations[number].covers(other)
    place.sim.add_repositories(number, ["other"])
    assert place.sim.world.installations[number].covers(other)


def test_wrong_kinds_of_caller(place: Place) -> None:
    with place.with_token("") as nobody:
        assert nobody.get(place.path).status_code == 401
        assert nobody.get("/meta").status_code == 200
    assert place.api.get("/app").status_code == 401
    assert place.as_app("GET", place.path).status_code == 403
    assert place.api.get(place.path, headers={"user-agent": ""}).status_code == 403
    with place.with_token("ghs_unknown") as stranger:
        assert stranger.get(place.path).status_code == 401


def test_a_suspended_installation_answers_403(place: Place) -> None:
    place.sim.suspend(place.installation)
    assert place.api.get(place.path).status_code == 403
    assert place.new_token().status_code == 403


def test_the_installation_of_a_repository(place: Place) -> None:
    answer = place.as_app("GET", f"{place.path}/installation")
    assert answer.json()["id"] == place.installation
    assert place.as_app("GET", "/app/installations").json()[0]["id"] == place.installation
    assert place.as_app("GET", f"/app/installations/{place.installation}").json()["account"]["login"] == "example"
    assert place.as_app("GET", "/orgs/example/installation").json()["id"] == place.installation
    place.sim.create_org("elsewhere")
    assert place.as_app("GET", "/orgs/elsewhere/installation").status_code == 404
    listed = place.api.get("/installation/repositories").json()
    assert (listed["total_count"], listed["repository_selection"]) == (1, "all")
