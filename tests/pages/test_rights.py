"""Who sees what: a person's own right at GitHub, and no hint of what is hidden."""

from pathlib import Path

import pytest

from app.web.rights import REMEMBERED
from tests.pages.site import EARLIER, PRIVATE, PUBLIC, SECRET, Site, World
from tests.render.reports import copyleft, report

OWN, HIDDEN, NOWHERE = "/r/example/vault/pull/12", "/r/example/moonshot/pull/12", "/r/example/nothing/pull/12"


@pytest.fixture
def judged(site: Site) -> Site:
    for repository in (PRIVATE, SECRET):
        site.judged(report(copyleft()), repository)
    return site


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_without_signing_in_what_is_hidden_looks_like_what_is_not_there(judged: Site, suffix: str) -> None:
    hidden, nowhere = (judged.get(f"{path}{suffix}") for path in (HIDDEN, NOWHERE))
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.text == nowhere.text.replace("nothing", "moonshot")
    assert not judged.world.asked


def test_people_see_what_they_may_see_at_github(judged: Site) -> None:
    with judged.signed_in() as ada:
        assert "glyph-core" in ada.get(OWN).text
        hidden, nowhere = ada.get(HIDDEN), ada.get(NOWHERE)
    assert hidden.status_code == nowhere.status_code == 404
    assert hidden.text.replace("moonshot", "nothing") == nowhere.text
    # GitHub is asked in either case, so that the time tells nothing
    assert judged.world.asked[-2:] == [f"/repositories/{judged.id(SECRET)}", "/repos/example/nothing"]


def test_a_right_holds_for_five_minutes(judged: Site) -> None:
    with judged.signed_in() as ada:
        ada.get(OWN)
        judged.world.repositories[PRIVATE].collaborators.clear()
        before = len(judged.world.asked)
        assert ada.get(OWN).status_code == 200
        assert len(judged.world.asked) == before
        judged.ahead += REMEMBERED + 1
        assert ada.get(OWN).status_code == 404


def test_a_right_belongs_to_one_person(judged: Site) -> None:
    with judged.signed_in("ada") as ada, judged.signed_in("eve") as eve:
        assert ada.get(OWN).status_code == 200
        assert eve.get(OWN).status_code == 404
        assert ada.get(OWN).status_code == 200


def test_an_earlier_name_leads_to_the_repository(judged: Site) -> None:
    with judged.signed_in() as ada:
        page = ada.get(f"/r/{EARLIER}/pull/12")
    assert page.status_code == 200
    assert "example/vault #12" in page.text


def test_while_github_cannot_tell_nothing_is_shown(judged: Site) -> None:
    with judged.signed_in() as ada:
        for status, headers in ((502, {}), (403, {"x-ratelimit-remaining": "0"}), (429, {"retry-after": "7"})):
            judged.world.sim.fail_next("GET /repositories/*", status, headers=headers)
            answer = ada.get(OWN)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
            assert "glyph-core" not in answer.text
        assert ada.get(OWN).status_code == 200


def test_a_token_that_github_ended_means_signing_in_again(judged: Site) -> None:
    with judged.signed_in() as ada:
        tokens = judged.world.sim.world.user_tokens
        tokens.clear()
        answer = ada.get(OWN)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/signin?to=%2Fr%2Fexample%2Fvault%2Fpull%2F12"
        assert not ada.cookies
        judged.signs_in(ada)
        tokens.clear()
        assert ada.get(f"{OWN}.json").status_code == 401


def test_public_pages_may_need_a_sign_in_too(tmp_path: Path, world: World) -> None:
    with Site(tmp_path, world, public_pages=False) as site:
        site.judged(report(copyleft()))
        assert site.get(f"/r/{PUBLIC}/pull/12").status_code == 404
        with site.signed_in() as ada:
            assert ada.get(f"/r/{PUBLIC}/pull/12").status_code == 200


def test_where_nobody_can_sign_in_nobody_is_sent_to(tmp_path: Path, world: World) -> None:
    with Site(tmp_path, world, signs_in=False) as site:
        site.judged(report(copyleft()))
        site.judged(report(copyleft()), PRIVATE)
        assert "Sign in" not in site.get(f"/r/{PUBLIC}/pull/12").text
        answer = site.get(OWN)
        assert answer.status_code == 404
        assert "Sign in" not in answer.text
        assert site.get("/signin").status_code == 404
