"""What Dependency-Track answers, as a CycloneDX document and as facts; nothing of it is taken on trust."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.advisories.vex import UnreadableVex
from checks.sboms import describe
from checks.sboms.validity import validity
from checks.vulnerabilities.terms import DependencyTrack
from checks.vulnerabilities.tracked import Analysis, Answers, affected, analysis_of, document, facts, part, read

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
THING = "pkg:npm/%40scope/thing@1.2.0?type=module"
KEY = ("pkg:npm/%40scope/thing", "1.2.0")


def finding(id_: str = "CVE-2026-1", purl: object = THING, state: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "component": {"uuid": "c", "name": "thing", "version": "1.2.0", "purl": purl},
        "vulnerability": {"uuid": "v", "vulnId": id_, "source": "NVD", "severity": "HIGH", "aliases": [], **more},
        "analysis": {"state": state, "isSuppressed": False} if state else {"isSuppressed": False},
        "matrix": f"p:c:{id_}",
    }


def violation(name: str = "No GPL", state: str = "FAIL", purl: str = THING, **more: Any) -> dict[str, Any]:
    policy = {"name": name, "violationState": state}
    condition = {"subject": "LICENSE", "operator": "IS", "value": "GPL-3.0-only", "policy": policy}
    return {"type": "LICENSE", "component": {"purl": purl}, "policyCondition": condition, **more}


def written(findings: Any = (), violations: Any = (), **analyses: Analysis) -> str:
    return json.dumps(document(Answers("example/web main", AT, findings, violations, analyses), "1.0"))


def test_a_finding_is_an_advisory_of_its_package_version() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    aliases = [{"cveId": "CVE-2026-1", "ghsaId": "GHSA-1"}]
    tracked = read(
        written([finding(aliases=aliases, cvssV3Vector=vector, title="It breaks", published=1_700_000_000_000)])
    )
    (advisory,) = tracked.findings[KEY]
    assert (advisory.id, advisory.aliases, advisory.rating, advisory.summary) == (
        "CVE-2026-1", ("GHSA-1",), "high", "It breaks",
    )  # fmt: skip
    assert [(item.system, item.score) for item in advisory.severities] == [("CVSS_V3", vector)]
    assert (advisory.source, advisory.as_of, advisory.published) == (
        "Dependency-Track", AT, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "analysis", "accepts"),
    [
        ("NOT_AFFECTED", Analysis("CODE_NOT_REACHABLE", AT), True),
        ("NOT_AFFECTED", Analysis("NOT_SET"), False),
        ("NOT_AFFECTED", Analysis("BECAUSE"), False),
        ("FALSE_POSITIVE", Analysis(), True),
        ("RESOLVED", Analysis(), True),
        ("EXPLOITABLE", Analysis(), False),
        ("IN_TRIAGE", Analysis(), False),
    ],
)
def test_an_analysis_is_a_vex_statement(state: str, analysis: Analysis, accepts: bool) -> None:
    tracked = read(written([finding(state=state)], **{"p:c:CVE-2026-1": analysis}))
    (statement,) = tracked.statements
    assert (statement.purl, statement.versions, statement.author) == (*KEY, "Dependency-Track")
    assert (statement.accepts, statement.at or AT) == (accepts, AT)


def test_not_set_states_nothing_and_neither_does_the_unknown() -> None:
    assert read(written([finding(state="NOT_SET"), finding("CVE-2026-2", state="WONTFIX")])).statements == ()


def test_a_violation_is_kept_with_its_policy() -> None:
    approved = violation("Old", analysis={"analysisState": "APPROVED"})
    tracked = read(written([], [violation(), violation("Stale", "WARN", text="Too old"), approved]))
    told = [(one.policy, one.state, one.kind, one.text) for one in tracked.violations[KEY]]
    assert told == [("No GPL", "FAIL", "LICENSE", "LICENSE IS GPL-3.0-only"), ("Stale", "WARN", "LICENSE", "Too old")]
    assert tracked.counts == (0, 2)


def test_only_what_the_policy_wants_counts() -> None:
    tracked = read(written([finding(state="FALSE_POSITIVE")], [violation()]))
    assert facts(tracked, None).reported == {}
    plain = facts(tracked, DependencyTrack())
    assert ([*plain.reported], [*plain.statements], [state.name for state in plain.sources]) == (
        [KEY], [], ["Dependency-Track"],
    )  # fmt: skip
    honored = facts(tracked, DependencyTrack(findings=False, analyses=True))
    assert ([*honored.reported], [*honored.statements]) == ([], [KEY[0]])


def test_others_get_no_decisions() -> None:
    made = document(Answers("p", AT, [finding(state="FALSE_POSITIVE")], [violation()]), "1.0")
    assert affected(made) == {THING: KEY}
    told = read(json.dumps(part(made, THING)))
    assert ([*told.findings], told.statements, told.violations) == ([KEY], (), {})


def test_when_an_analysis_was_changed_is_said_by_its_last_comment() -> None:
    comments = [{"timestamp": 1_700_000_000_000}, {"timestamp": 1_600_000_000_000}, {"timestamp": "x"}]
    answer = {"analysisJustification": "CODE_NOT_PRESENT", "analysisComments": comments}
    assert analysis_of(answer) == Analysis("CODE_NOT_PRESENT", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    assert analysis_of(None) == analysis_of([]) == Analysis()


def test_what_has_no_package_url_with_a_version_is_left_out() -> None:
    for purl in (None, 7, "", "pkg:npm/thing", "thing@1", "pkg:npm/" + "x" * 2_000 + "@1"):
        assert read(written([finding(purl=purl)])).findings == {}


def test_the_document_is_valid_and_the_same_each_time() -> None:
    asked = [finding("CVE-2026-2", state="IN_TRIAGE"), finding(severity="UNASSIGNED", aliases=[{"ghsaId": "GHSA-1"}])]
    text = written(asked, [violation()])
    assert text == written(asked[::-1], [violation()])
    found = validity(text, describe.read(text))
    assert (found.faults, found.unknown) == ((), None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"@context": "https://openvex.dev/ns/v0.2.0"}', "[" * 100_000])
def test_what_is_no_such_document_is_told(text: str) -> None:
    with pytest.raises(UnreadableVex):
        read(text)


WORDS = st.sampled_from(
    [
        "component",
        "vulnerability",
        "analysis",
        "purl",
        "vulnId",
        "aliases",
        "severity",
        "state",
        "policyCondition",
        "policy",
        "name",
        "text",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(THING),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@given(st.lists(ANYTHING, max_size=4), st.lists(ANYTHING, max_size=4))
def test_any_answer_becomes_a_document_that_can_be_read(findings: list[Any], violations: list[Any]) -> None:
    read(written(findings, violations))
