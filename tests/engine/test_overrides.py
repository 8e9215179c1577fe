"""A check that a person has set to pass: what it covers, and how it is shown."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.commit import Commit, Person
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import AppliedOverride
from checks.model.phrase import plain
from checks.model.report import Conclusion, Report
from checks.model.snapshot import Listing, Snapshot
from checks.render import sentences
from checks.render.checkrun import check_run
from checks.render.comment import comment
from checks.render.dco_app import in_its_words
from checks.render.json_report import to_json
from checks.render.presentation import Presentation
from checks.render.text import text

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = Person("Ada", "ada@example.com")
UNSIGNED = Commit("9f2c1ab" + "d" * 33, ADA, ADA, "Add a thing", ("b" * 40,))
BY_GRACE = AppliedOverride("grace", NOW, "signed on paper <b>@everyone</b>")


def judged(
    overrides: dict[str, AppliedOverride] | None = None,
    section: str = "{}",
    visibility: str = "private",
    commits: tuple[Commit, ...] = (UNSIGNED,),
) -> Report:
    policy = load_policy(f"version: 1\nsignoff: {section}\n".encode(), "policy.yaml")
    repository = RepositoryFacts("example/web", visibility)
    facts = Facts(accounts_known=True, repository=repository, overrides=overrides or {})
    plan = Plan(Snapshot(Listing("b" * 40, UNSIGNED.sha, (), commits)))
    return evaluate(plan, facts, policy, NOW)


def test_what_it_covers_does_not_count() -> None:
    assert judged().conclusion is Conclusion.BLOCKED
    report = judged({"signoff": BY_GRACE})
    assert report.conclusion is Conclusion.PASSED
    (finding,) = report.findings
    assert (finding.counts, finding.waiver, finding.override, finding.accepted) == (False, None, BY_GRACE, True)
    assert finding.id == judged().findings[0].id


@pytest.mark.parametrize("check", ["licenses", "sign-off", ""])
def test_that_of_another_check_covers_nothing(check: str) -> None:
    assert judged({check: BY_GRACE}).conclusion is Conclusion.BLOCKED


def test_what_does_not_block_stays_as_it_is() -> None:
    report = judged({"signoff": BY_GRACE}, "{levels: {signoff-missing: warn}}")
    assert report.conclusion is Conclusion.WARNINGS
    assert report.findings[0].override is None


def test_everybody_sees_who_and_when_and_not_everybody_why() -> None:
    (finding,) = judged({"signoff": BY_GRACE}).findings
    said = plain(sentences.accepted(finding, public=True))
    assert said == "set to pass by @grace on 20 Nov 2026: Commit 9f2c1ab has no sign-off"
    assert plain(sentences.accepted(finding, public=False)) == f"{said} (reason: {BY_GRACE.reason})"


@pytest.mark.parametrize(("visibility", "reason"), [("private", BY_GRACE.reason), ("public", None), (None, None)])
def test_the_json_report_has_it(visibility: Any, reason: str | None) -> None:
    document = to_json(judged({"signoff": BY_GRACE}, visibility=visibility))
    assert document["findings"][0]["override"] == {"by": "grace", "at": "2026-11-20T12:00:00Z", "reason": reason}


def test_it_is_shown_where_people_look() -> None:
    report = judged({"signoff": BY_GRACE})
    run = check_run(report, "signoff", Presentation())
    assert run["conclusion"] == "success"
    assert "set to pass by `@grace` on 20 Nov 2026" in run["output"]["summary"]
    assert "`signed on paper <b>@everyone</b>`" in run["output"]["summary"]
    assert "set to pass by @grace on 20 Nov 2026" in text(report)
    before = comment(judged(), Presentation(), None)
    after = comment(report, Presentation(), before)
    assert after is not None
    assert f"accepted: `{report.findings[0].id}`" in after


def words(report: Report) -> str:
    run = in_its_words(check_run(report, "signoff", Presentation()), report)
    assert (run["name"], run["output"]["title"]) == ("DCO", "DCO")
    return str(run["output"]["summary"])


def test_the_words_of_the_dco_app_come_first() -> None:
    signed = Commit(UNSIGNED.sha, ADA, ADA, "Add\n\nSigned-off-by: Ada <ada@example.com>", ("b" * 40,))
    assert words(judged()).startswith("- `9f2c1ab`: The sign-off is missing.\n\n**To fix**")
    assert words(judged(commits=(signed,))).startswith("All commits are signed off!")
    assert words(judged({"signoff": BY_GRACE})).startswith("Commit sign-off was manually approved.")


def test_they_fit_into_a_check_run_and_nothing_in_them_is_active() -> None:
    hostile = Person("Ada [x](http://evil.example) @everyone `", "ada@localhost")
    commits = tuple(
        Commit(f"{number:040x}", hostile, hostile, f"x\n\nSigned-off-by: {'<b>' * 9_000} <a@b.org>", ("b" * 40,))
        for number in range(1, 300)
    )
    said = words(judged(commits=commits))
    assert len(said.encode()) <= 65_535
    assert "](http" not in said
    assert "<b>" not in said.split("**To fix**")[0]
