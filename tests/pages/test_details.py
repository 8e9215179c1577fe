"""What the page of a verdict says, and what it says where there is none."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.tables import report as reports
from app.store.tables import subject as subjects
from app.subject import group_key
from checks.model.facts import SourceState
from checks.model.finding import Move
from checks.model.report import Conclusion, PolicyReference
from checks.render.json_report import to_json
from tests.pages.site import INSTALLATION, PRIVATE, PUBLIC, Site
from tests.render.reports import HEAD, copyleft, evaluated, finding, picture, report, too_new, unsigned, waiver

PAGE = "/r/example/web-shop/pull/12"
OLDER = "1" * 40


def words(html: str) -> str:
    """What a person reads, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" ,", ",").replace(" .", ".")


def test_the_page_says_what_must_be_done_why_and_how(site: Site) -> None:
    site.judged(picture(policy=PolicyReference("policy.yaml", "sha256:ffff", "b90d2e4a1c3e")))
    answer = site.get(PAGE)
    assert answer.status_code == 200
    said = words(answer.text)
    assert "This cannot merge yet: 2 to fix and 2 clear by themselves." in said
    assert "chart-kit 4.2.0 svg-mill 1.8.0 glyph-core 2.1.0" in said
    assert "npm install chart-kit@4.1.3" in said
    assert "detected GPL-3.0-only COPYING" in said
    assert "Whose move The author’s" in said
    assert "Nobody’s: time clears it. Green on 22 Nov 2026, 18:05 UTC" in said
    assert "git push --force-with-lease" in said
    assert "answered within 2 working days" in said
    assert f'href="https://github.com/example/web-shop/blob/{HEAD}/package.json#L31"' in answer.text
    assert 'href="https://github.com/example/web-shop/blob/b90d2e4a1c3e/policy.yaml#L41"' in answer.text


def test_facts_have_their_source_and_age(site: Site) -> None:
    now = datetime.now(UTC)
    states = (
        SourceState("osv.example", now - timedelta(hours=3, minutes=1)),
        SourceState("registry.example", trouble="answered 503"),
    )
    site.judged(report(sources=states))
    said = words(site.get(PAGE).text)
    assert "(3 hours ago)" in said
    assert "registry.example no date could not answer: answered 503" in said


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Everything is in order."),
        ({"conclusion": Conclusion.NOTHING_TO_CHECK}, "There is nothing to check in this change."),
        ({"conclusion": Conclusion.OFF}, "Nothing is judged here: the mode of the policy is off."),
    ],
)
def test_a_verdict_without_findings_is_one_sentence(site: Site, given: dict[str, Any], sentence: str) -> None:
    site.judged(report(**given))
    assert sentence in words(site.get(PAGE).text)


def test_the_findings_of_a_verdict_are_counted_by_whose_move_it_is(site: Site) -> None:
    site.judged(evaluated(finding("lic-1"), finding("own-2", move=Move.OWNER), too_new()))
    said = words(site.get(PAGE).text)
    assert "this would be: 1 to fix, 1 waits for an approval and 1 clears by itself." in said


def test_only_what_the_policy_lets_people_ask_for_is_offered(site: Site) -> None:
    site.judged(report(copyleft()))
    assert "/ospo-gate" not in site.get(PAGE).text


def test_what_to_ask_for_is_ready_to_copy(site: Site) -> None:
    malware = finding("vul-666", check="vulnerabilities", rule="malicious-package")
    site.judged(report(copyleft(), malware, finding("old-1", introduced=False)), commands=["waive", "wrong"])
    page = site.get(PAGE).text
    assert "/ospo-gate waive lic-4k7 " in page
    assert "/ospo-gate wrong vul-666 " in page
    assert "waive vul-666" not in page  # nobody can waive it
    assert "waive old-1" not in page  # it does not count


def test_the_history_tells_what_came_and_went(site: Site) -> None:
    site.judged(report(unsigned(), copyleft(), head=OLDER))
    site.judged(report(copyleft(), head=HEAD))
    said = words(site.get(PAGE).text)
    assert "Cleared dco-9f2 at 3e41c07" in said
    assert "Seen for the first time dco-9f2, lic-4k7 at 1111111" in said
    assert said.index("Cleared") < said.index("Seen for the first time")  # newest first
    assert f'href="{PAGE}/{OLDER}"' in site.get(PAGE).text


def test_an_older_head_keeps_its_own_page(site: Site) -> None:
    site.judged(report(unsigned(), head=OLDER))
    site.judged(report(head=HEAD))
    older = words(site.get(f"{PAGE}/{OLDER}").text)
    assert "1 to fix" in older
    assert "See the newest verdict, on 3e41c07" in older
    assert "1 to fix" in words(site.get(f"{PAGE}/{OLDER[:7]}").text)
    assert "See the newest verdict" not in words(site.get(f"{PAGE}/{HEAD}").text)


@pytest.mark.parametrize("suffix", ["", f"/{HEAD}"])
def test_programs_get_the_same_as_json(site: Site, suffix: str) -> None:
    made = report(copyleft())
    site.judged(made)
    by_name = site.get(f"{PAGE}{suffix}.json").json()
    by_header = site.get(f"{PAGE}{suffix}", Accept="application/json").json()
    assert by_name == by_header
    assert by_name["report"] == {**to_json(made), "commands": []}
    assert by_name["status"] == "judged"
    assert [row["head"] for row in by_name["heads"]] == [HEAD]
    assert {row["what"] for row in by_name["history"]} == {"judged", "concluded", "first-seen"}


def test_a_default_branch_has_a_page(site: Site) -> None:
    site.judged(report(copyleft()), number=0)
    for path in ("/r/example/web-shop/branch", f"/r/example/web-shop/branch/{HEAD}"):
        assert "example/web-shop, default branch" in words(site.get(path).text)
    assert site.get("/r/example/web-shop/branch.json").json()["number"] is None


def test_what_was_never_judged_says_so(site: Site) -> None:
    answer = site.get(PAGE)
    assert answer.status_code == 404
    assert "This pull request has never been judged here." in words(answer.text)
    assert site.get(f"{PAGE}.json").json()["status"] == "never-judged"


def test_what_is_being_judged_says_so(site: Site) -> None:
    site.judged(report(head=OLDER), number=13)
    site.wants(number=13, head=HEAD)
    assert "The newer commit 3e41c07 is being judged now." in words(site.get("/r/example/web-shop/pull/13").text)
    site.wants()
    assert "It is being judged now." in words(site.get(PAGE).text)
    assert site.get(f"{PAGE}.json").json()["status"] == "waiting"


def test_a_failed_attempt_says_when_the_next_one_is(site: Site) -> None:
    site.wants()

    async def fails(database: Database) -> None:
        await_at = datetime(2027, 1, 2, 3, 4, tzinfo=UTC).timestamp()
        async with database.write() as connection:
            await connection.execute(update(subjects).values(last_error="the secret path /x", next_at=await_at))

    site.stored(fails)
    page = site.get(PAGE).text
    assert "could not be judged at the last attempt; the next attempt is on 2 Jan 2027, 03:04 UTC." in page
    assert "secret path" not in page


def test_a_closed_pull_request_says_so(site: Site) -> None:
    site.judged(report())

    async def closed(database: Database) -> None:
        async with database.write() as connection:
            await connection.execute(update(subjects).values(closed_at=1.0))

    site.stored(closed)
    assert "It is closed, and what was judged stays true of its day." in words(site.get(PAGE).text)


def test_a_head_that_is_older_than_the_reports_says_so(site: Site) -> None:
    site.judged(report(head=OLDER))
    site.judged(report(head=HEAD))

    async def forgets(database: Database) -> None:
        async with database.write() as connection:
            await connection.execute(delete(reports).where(reports.c.head == OLDER))

    site.stored(forgets)
    answer = site.get(f"{PAGE}/{OLDER}")
    assert answer.status_code == 404
    assert "reports of older heads are kept for 90 days only" in words(answer.text)
    assert site.get(f"{PAGE}/{OLDER}.json").json()["status"] == "expired"
    assert "was never judged at this head" in words(site.get(f"{PAGE}/{'2' * 40}").text)


def test_a_repository_that_is_gone_shows_nothing(site: Site) -> None:
    site.judged(picture())
    site.stored(lambda database: RepositoryStore(database).gone(INSTALLATION, [site.id(PUBLIC)]))
    answer = site.get(PAGE)
    assert answer.status_code == 410
    assert "glyph-core" not in answer.text


def test_a_public_page_names_nobody_who_approved_and_links_no_other_repository(site: Site) -> None:
    """A report from a time when the repository was private has these names."""
    policy = PolicyReference("example/policy/policy.yaml@main", "sha256:ffff", "8d2f61a0")
    made = picture(policy=policy)
    assert "@grace" in str(to_json(made))
    site.judged(made)
    site.judged(made, PRIVATE)
    for path in (PAGE, f"{PAGE}.json"):
        page = site.get(path).text
        assert "W-2026-014" in page
        assert "@grace" not in page
        assert "LEGAL-123" not in page
        assert "github.com/example/policy" not in page
    with site.signed_in() as ada:
        page = ada.get("/r/example/vault/pull/12").text
    assert "approved by @grace: linked dynamically, see LEGAL-123" in page
    assert 'href="https://github.com/example/policy/blob/8d2f61a0/policy.yaml#L41"' in page


def test_a_renamed_repository_is_found_by_its_new_name(site: Site) -> None:
    site.judged(report())
    row = RepositoryRow(site.id(PUBLIC), INSTALLATION, "example/renamed", visibility="public")
    site.stored(lambda database: RepositoryStore(database).seen([row]))
    assert site.get("/r/Example/RENAMED/pull/12").status_code == 200
    assert "example/renamed #12" in site.get("/r/example/renamed/pull/12").text


def test_a_report_with_countless_findings_is_cut_and_says_so(site: Site) -> None:
    site.judged(report(*(finding(f"lic-{number}") for number in range(260)), finding("acc-1", waiver=waiver())))
    page = site.get(PAGE).text
    assert page.count("<article") == 201
    assert "60 more findings left out here" in page
    assert len(site.get(f"{PAGE}.json").json()["report"]["findings"]) == 261


def test_a_merge_group_has_a_page(site: Site) -> None:
    key = group_key(site.id(PUBLIC), "refs/heads/gh-readonly-queue/main/pr-12-abc")
    site.judged(report(copyleft()), key=key)
    page = site.get(f"/r/example/web-shop/group/{key.rpartition('/')[2]}/{HEAD}").text
    assert "example/web-shop, merge group" in page
    assert "1 to fix" in page


def test_what_no_page_can_be_is_not_found(site: Site) -> None:
    for path in (
        "/r/example/web-shop/pull/0",
        "/r/example/web-shop/pull/abc",
        "/r/example/web-shop/pull/12/zzz",
        "/r/example/web-shop/pull/12/%25",
        "/r/example/web-shop/issues/12",
        "/r/example/web-shop/group/12",
        "/r/example/%2e%2e/pull/12",
        "/r/a%0db/web-shop/pull/12",
        f"/r/example/{'x' * 200}/pull/12",
    ):
        assert site.get(path).status_code == 404
