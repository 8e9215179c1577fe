"""Entries of lists that hold from a day on: a denied license, advice on a package."""

import gc
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies import load_policies
from checks.engine.evaluate import evaluate
from checks.engine.explain import One, explain_change
from checks.engine.hygiene import hygiene
from checks.engine.plan import Plan
from checks.model.facts import Facts, RepositoryFacts
from checks.model.phrase import plain
from checks.model.report import Report
from checks.policy import layers as layers_module
from checks.policy.document import Entries
from checks.policy.effective import ANNOUNCED
from checks.policy.explain_layers import layers_told
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy_page.document import document
from checks.policy_page.markdown import to_markdown
from checks.policy_page.words import Edition
from checks.rules import CHECKS
from tests.policy.examples import fault
from tests.policy.test_layers_own_file import SHOP, snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = datetime(2027, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 2, 1, tzinfo=UTC)
AGPL = "licenses: {allow: [MIT, AGPL-3.0-only], deny: [JSON, {license: AGPL-3.0-only, from: 2027-01-01}]}\n"


def policies(text: str) -> PolicySet:
    return load_policies(PolicyFiles(f"version: 1\nrepository_file: {{honor: true}}\n{text}".encode(), "policy.yaml"))


def judged(
    found: PolicySet,
    *packages: tuple[str, str, bool],
    now: datetime = NOW,
    own: str | None = None,
    shop: RepositoryFacts = SHOP,
) -> Report:
    policy = found.policy_for(shop, "main", now, own.encode() if own is not None else None)
    return evaluate(Plan(snapshot(list(packages))), Facts(repository=shop), policy, now)


def said(report: Report) -> list[str]:
    return [f"{finding.level}: {plain(finding.message)}" for finding in report.findings]


def test_a_denied_license_is_told_before_its_day_and_blocks_from_it_on() -> None:
    found = policies(AGPL)
    before, after = (judged(found, ("a", "AGPL-3.0-only", False), now=now) for now in (NOW, DAY))
    assert said(before) == ["note: a 1.0.0 is AGPL-3.0-only, and licenses.deny names it. It blocks from 2027-01-01 on."]
    assert said(after) == ["block: a 1.0.0 is AGPL-3.0-only, and licenses.deny names it."]
    assert (before.conclusion, after.conclusion) == ("passed", "blocked")
    assert (before.judge_again_at, after.judge_again_at) == (DAY, None)
    assert [finding.id for finding in before.findings] == [finding.id for finding in after.findings]
    assert before.findings[0].policy_line == 3


def test_the_tree_of_one_package_of_a_change_has_what_is_to_come() -> None:
    text = "packages: {advice: [{package: pkg:npm/a, advice: avoid, reason: gone, from: 2027-02-01}]}\n"
    policy = policies(AGPL + text).policy_for(SHOP, "main", NOW)
    plan = Plan(snapshot([("a", "AGPL-3.0-only", False), ("b", "AGPL-3.0-only", False)]))
    report = evaluate(plan, Facts(repository=SHOP), policy, NOW)
    change = next(change for change in plan.changes if change.name == "a")
    told = explain_change(One(plan.snapshot, plan, change), Facts(repository=SHOP), policy, NOW)
    assert list(told.report.findings) == [finding for finding in report.findings if finding.subject.name == "a"]
    assert [finding.rule for finding in told.report.findings] == ["license-not-allowed", "package-avoid"]
    (advice,) = next(check.steps for check in told.checks if check.id == "packages")
    assert plain(advice.actual) == "no entry is in force"


def test_what_blocks_already_is_told_once_and_without_a_day() -> None:
    found = policies("licenses: {allow: [MIT], deny: [{license: AGPL-3.0-only, from: 2027-01-01}]}\n")
    (line,) = said(judged(found, ("a", "AGPL-3.0-only", False)))
    assert line.startswith("block: ")
    assert "2027" not in line


def test_advice_comes_into_force_by_steps() -> None:
    found = policies("""\
packages:
  advice:
    - {package: pkg:npm/a, advice: hold, reason: it moves}
    - {package: pkg:npm/a, advice: avoid, reason: it is gone, from: 2027-02-01}
    - {package: pkg:npm/b, advice: trial, from: 2027-01-01}
""")
    told = [(f.rule, f.level.value, f.subject.name) for f in judged(found, ("a", "MIT", False)).findings]
    assert told == [("package-hold", "warn", "a"), ("package-avoid", "note", "a")]
    at_last = judged(found, ("a", "MIT", False), ("b", "MIT", False), now=LATER)
    assert {(f.rule, f.level.value) for f in at_last.findings} == {
        ("package-avoid", "block"),
        ("package-trial", "note"),
    }
    assert judged(found, ("b", "MIT", False)).findings == ()  # a note is not announced by a note


def test_a_list_below_a_context_and_one_that_adds_have_days_too() -> None:
    found = policies("""\
licenses:
  allow: [permissive, MPL-2.0, EPL-2.0, GPL-3.0-only]
  contexts: {distributed: {deny_also: [{license: MPL-2.0, from: 2027-01-01}]}}
overrides:
  - match: {repositories: shop}
    licenses: {deny_also: [{license: EPL-2.0, from: 2027-02-01}]}
  - match: {scopes: development}
    licenses: {deny_also: [{license: GPL-3.0-only, from: 2027-02-01}]}
""")
    report = judged(
        found,
        ("a", "MPL-2.0", False),
        ("b", "EPL-2.0", False),
        ("c", "GPL-3.0-only", True),
        ("d", "GPL-3.0-only", False),
    )
    days = {f.subject.name: plain(f.message).rpartition(" from ")[2] for f in report.findings}
    assert days == {"a": "2027-01-01 on.", "b": "2027-02-01 on.", "c": "2027-02-01 on."}
    assert (report.judge_again_at, judged(found, ("a", "MIT", False), now=DAY).judge_again_at) == (DAY, LATER)


def test_a_waiver_covers_what_is_to_come() -> None:
    waiver = (
        "waivers: [{id: W-1, rules: [license-not-allowed], package: pkg:npm/a, repositories: [shop], reason: r, "
        "approved_by: '@ospo', expires: 2027-06-01}]\n"
    )
    before, after = (judged(policies(AGPL + waiver), ("a", "AGPL-3.0-only", False), now=now) for now in (NOW, DAY))
    assert [f.waiver.id for report in (before, after) for f in report.waived if f.waiver] == ["W-1", "W-1"]
    assert after.conclusion == "passed"


def test_only_the_nearest_days_are_told() -> None:
    names = ["JSON", "MPL-2.0", "EPL-2.0", "GPL-2.0-only", "GPL-3.0-only", "LGPL-3.0-only", "EUPL-1.2", "OSL-3.0"]
    names += ["AGPL-3.0-only", "CDDL-1.0"]
    deny = ", ".join(f"{{license: {name}, from: 2027-01-{index:02}}}" for index, name in enumerate(names, 1))
    found = policies(f"licenses: {{allow: [{', '.join(names)}], deny: [{deny}]}}\n")
    report = judged(found, *((f"p{index}", name, False) for index, name in enumerate(names)))
    assert len(report.findings) == ANNOUNCED
    assert report.judge_again_at == DAY  # when the next ones are told


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{license: JSON, from: 2027-02-30}", "there is no such day as '2027-02-30'"),
        ("{license: JSON, from: [2027-01-01]}", "expected text, not a list"),
        ("{license: Nonsense, from: 2027-01-01}", "expected a license"),
        ("{license: JSON, from: }", "there is no value"),
    ],
)
def test_a_fault_of_an_entry_with_a_day_is_named_before_its_day(entry: str, message: str) -> None:
    assert message in fault(f"licenses: {{deny: [{entry}]}}\n")
    assert message in fault(f"licenses: {{}}\noverrides: [{{licenses: {{deny_also: [{entry}]}}}}]\n")


def test_what_allows_something_has_no_day() -> None:
    said_ = fault("licenses: {exceptions: [{package: pkg:npm/a, allow: [JSON], reason: r, from: 2027-01-01}]}\n")
    assert "from: unknown key" in said_


def test_explain_the_page_and_hygiene_know_the_day() -> None:
    found = policies(AGPL)
    policy = found.policy_for(SHOP, "main", NOW)
    (step,) = [step for step in layers_told(found, policy, SHOP, "main", NOW) if "to come" in plain(step.what)]
    assert (plain(step.what), plain(step.actual)) == (
        "an entry of licenses.deny is to come",
        "AGPL-3.0-only holds from 2027-01-01 on",
    )
    page = to_markdown(document(found, CHECKS, Edition.PUBLIC, NOW))
    assert "From 1 January 2027 on, licenses.deny has AGPL-3.0-only." in page.replace("`", "")
    assert [point.topic for point in hygiene(found, NOW)].count("day-over") == 0
    over = [point for point in hygiene(found, LATER) if point.topic == "day-over"]
    assert [(point.line, point.what, point.edit) for point in over] == [
        (3, "licenses.deny has AGPL-3.0-only since 2027-01-01", "remove 'from'")
    ]


# -- a repository's own file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ("{deny: [JSON]}", "licenses.deny: it would be less strict from 2027-01-01 on"),
        ("{deny: [JSON, {license: AGPL-3.0-only, from: 2027-01-02}]}", "licenses.deny: it would be less strict from"),
        ("{deny: [JSON, AGPL-3.0-only]}", None),
        ("{deny: [JSON, {license: AGPL-3.0-only, from: 2026-12-01}]}", None),
        ("{deny_also: [{license: AGPL-3.0-only, from: 2028-01-01}]}", None),
        ("{deny_also: [{license: Nonsense, from: 2028-01-01}]}", "licenses.deny: expected a license"),
    ],
)
def test_an_own_file_may_only_make_it_earlier(own: str, reason: str | None) -> None:
    found = policies(AGPL)
    report = judged(found, ("a", "AGPL-3.0-only", False), own=f"licenses: {own}\n")
    told = [plain(row.actual) for f in report.findings if f.rule == "repository-file-ignored" for row in f.evidence]
    assert [str(reason) in line for line in told] == ([True] if reason else []), told
    assert judged(found, ("a", "AGPL-3.0-only", False), own=f"licenses: {own}\n", now=DAY).conclusion == "blocked"


def test_the_days_of_an_own_file_change_the_verdict_by_themselves() -> None:
    found = policies(AGPL)
    own = "licenses: {deny_also: [{license: MIT, from: 2026-12-01}], levels: {license-missing: block}}\n"
    first, then = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)
    before = judged(found, ("a", "MIT", False), own=own)
    assert said(before) == ["note: a 1.0.0 is MIT, and licenses.deny names it. It blocks from 2026-12-01 on."]
    assert before.judge_again_at == first
    assert judged(found, ("a", "MIT", False), own=own, now=then).conclusion == "blocked"


_LICENSES = ["MIT", "JSON", "AGPL-3.0-only"]
_DAYS = ["2026-11-20", "2026-12-01", "2027-01-01", "2027-02-01"]
_ENTRIES = st.lists(
    st.one_of(
        st.sampled_from(_LICENSES),
        st.builds(lambda name, day: {"license": name, "from": day}, st.sampled_from(_LICENSES), st.sampled_from(_DAYS)),
    ),
    max_size=3,
)
_SECTION = st.fixed_dictionaries({}, optional={"deny": _ENTRIES, "deny_also": _ENTRIES})


@settings(max_examples=150, deadline=None)
@given(_SECTION, _SECTION, st.sampled_from([*_DAYS, "2028-01-01"]))
def test_no_own_file_makes_an_entry_later(central: dict[str, Any], own: dict[str, Any], day: str) -> None:
    """On every day whatever the central policy blocks stays blocked, and what it announces stays announced."""
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    found = policies(f"licenses: {json.dumps({'allow': _LICENSES, **central})}\n")
    packages = [(name.lower()[:4], name, False) for name in _LICENSES]
    without = judged(found, *packages, now=now)
    with_it = judged(found, *packages, now=now, own=f"licenses: {json.dumps(own)}\n")
    assert {f.id for f in without.blocking} <= {f.id for f in with_it.blocking}
    assert {f.id for f in without.findings} <= {f.id for f in with_it.findings}
    told = {f.id: plain(f.message)[-14:-4] for f in with_it.findings if " blocks from " in plain(f.message)}
    for finding in without.findings:
        if finding.id in told and not finding.blocks:
            assert told[finding.id] <= plain(finding.message)[-14:-4]


def test_files_of_repositories_without_end_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers_module, "_KEPT", 8)
    found, fresh = policies(AGPL), policies(AGPL)

    def made_of(policies_: PolicySet, number: int) -> Any:
        own = f"licenses: {{deny_also: [{{license: GPL-{number}, from: 2027-01-01}}]}}\n".encode()
        return policies_.policy_for(SHOP, "main", NOW, own)

    def alive() -> int:
        gc.collect()
        return sum(type(item) is Entries for item in gc.get_objects())

    counts = []
    for number in range(90):
        made_of(found, number)
        if number % 40 == 8:  # as much is kept as after the first round
            counts.append(alive())
    assert counts[2] <= counts[1]
    again, once = made_of(found, 3), made_of(fresh, 3)
    assert (again.sections, again.levels, again.coming_entries) == (once.sections, once.levels, once.coming_entries)


def test_what_only_the_policy_names_is_not_told_to_everybody() -> None:
    many = ", ".join(f"{{license: LicenseRef-{number}, from: 2027-01-01}}" for number in range(70))
    found = policies(f"licenses: {{deny: [{many}], levels: {{license-missing: {{level: block, from: 2027-01-01}}}}}}\n")
    policy = found.policy_for(SHOP, "main", NOW)
    told, public = (
        [plain(step.what) for step in layers_told(found, policy, SHOP, "main", NOW, public=public)]
        for public in (False, True)
    )
    assert told == ["license-missing is to come", *["an entry of licenses.deny is to come"] * 50,
                    "and 20 more entries are to come"]  # fmt: skip
    assert public == ["license-missing is to come"]
