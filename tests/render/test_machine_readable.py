"""JSON, SARIF and workflow commands: for programs, so exact."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.dependency import Location
from checks.model.finding import Level
from checks.model.report import Conclusion, Report
from checks.render import sarif as sarif_module
from checks.render.encode import encode
from checks.render.json_report import to_json
from checks.render.limits import WORKFLOW_MESSAGE
from checks.render.sarif import RuleText, sarif
from checks.render.workflow import workflow
from tests.render.reports import (
    HOSTILE,
    accepted,
    copyleft,
    evaluated,
    finding,
    hostile,
    package,
    picture,
    report,
    too_new,
    unsigned,
)

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
RULES = (RuleText("license-not-allowed", "A license is not allowed.", "Use something else."),)


@pytest.mark.parametrize("judged", [picture(), report(), evaluated(too_new()), *map(hostile, HOSTILE)])
def test_json_keeps_its_schema(judged: Report) -> None:
    document = to_json(judged)
    jsonschema_rs.meta.validate(SCHEMA)
    jsonschema_rs.validate(SCHEMA, json.loads(json.dumps(document, ensure_ascii=False).encode()))
    assert json.dumps(document) == json.dumps(to_json(judged))


def test_the_schema_knows_every_conclusion_and_describes_every_key() -> None:
    assert set(SCHEMA["properties"]["conclusion"]["enum"]) == set(Conclusion)
    shapes = [SCHEMA, *SCHEMA["$defs"].values()]
    for shape in shapes:
        for key, value in shape["properties"].items():
            assert "description" in value or "$ref" in value, key


def test_a_finding_in_json() -> None:
    document = to_json(report(copyleft(), policy=picture().policy))
    assert document["conclusion"] == "blocked"
    assert document["findings"][0] | {"evidence": []} == {
        "id": "lic-4k7",
        "rule": "license-not-allowed",
        "check": "licenses",
        "level": "block",
        "introduced": True,
        "counts": True,
        "move": "author",
        "clears_at": None,
        "headline": "chart-kit 4.2.0 brings in GPL-3.0-only code",
        "message": "glyph-core 2.1.0 is GPL-3.0-only, and strong-copyleft is not allowed here.",
        "path": "package.json",
        "line": 31,
        "end_line": 31,
        "related": [{"path": "package-lock.json", "line": 8841, "end_line": None}],
        "subject": {
            "purl": "pkg:npm/glyph-core",
            "version": "2.1.0",
            "name": "glyph-core",
            "commit": None,
            "path": None,
            "policy": None,
            "person": None,
        },
        "fix": {
            "summary": "chart-kit 4.1.3 does without it and passes every check.",
            "commands": ["npm install chart-kit@4.1.3"],
            "suggestion": None,
            "without_terminal": None,
        },
        "why": ["chart-kit 4.2.0", "svg-mill 1.8.0", "glyph-core 2.1.0"],
        "evidence": [],
        "guidance": {"text": "Products we ship may not contain it", "link": None},
        "waiver": None,
        "override": None,
        "lapsed": None,
        "advisories": [],
        "licenses": [],
        "policy_line": 41,
        "policy_file": None,
        "waivable": True,
    }
    assert to_json(report(too_new()))["findings"][0]["clears_at"] == "2026-11-22T18:05:00Z"


def test_a_public_repository_shows_no_approver() -> None:
    assert to_json(report(accepted()))["findings"][0]["waiver"] == {
        "id": "W-2026-014",
        "expires": "2027-03-31",
        "ending": False,
        "beside": [],
        "approved_by": None,
        "reason": None,
    }
    assert to_json(picture())["findings"][4]["waiver"]["approved_by"] == "@grace"


def run_of(judged: Report) -> dict[str, Any]:
    log = sarif(judged, RULES, "0.1.0")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_a_result_in_sarif() -> None:
    result = run_of(report(copyleft()))["results"][0]
    assert result["message"]["text"].startswith("glyph-core 2.1.0 is GPL-3.0-only, and")
    assert {key: result[key] for key in ("ruleId", "ruleIndex", "level", "partialFingerprints", "locations")} == {
        "ruleId": "license-not-allowed",
        "ruleIndex": 0,
        "level": "error",
        "partialFingerprints": {"ospoGate/v1": "lic-4k7"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "package.json", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 31, "endLine": 31},
                }
            }
        ],
    }
    assert len(result["relatedLocations"]) == 1


def test_what_has_no_line_is_a_notification() -> None:
    run = run_of(report(unsigned(), copyleft(), finding("lic-0aa", location=Location("../x", 1))))
    assert [result["properties"]["id"] for result in run["results"]] == ["lic-4k7"]
    notified = run["invocations"][0]["toolExecutionNotifications"]
    assert [item["properties"]["id"] for item in notified] == ["dco-9f2", "lic-0aa"]


def test_a_waived_result_is_suppressed() -> None:
    assert run_of(report(accepted()))["results"][0]["suppressions"] == [{"kind": "external", "status": "accepted"}]
    private = [result for result in run_of(picture())["results"] if "suppressions" in result]
    assert private[0]["suppressions"][0]["justification"] == "linked dynamically, see LEGAL-123"


def test_levels_in_sarif() -> None:
    old = finding("old-1aa", introduced=False)
    levels = [result["level"] for result in run_of(report(old, finding(level=Level.WARN), copyleft()))["results"]]
    assert levels == ["error", "warning", "note"]
    assert run_of(evaluated(copyleft()))["results"][0]["level"] == "warning"


def test_the_cap_of_results_keeps_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_module, "SARIF_RESULTS", 2)
    warnings = [finding(f"war-{number}", level=Level.WARN, subject=package(f"p{number}")) for number in range(5)]
    run = run_of(report(*warnings, copyleft()))
    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    assert run["properties"]["leftOut"] == 4


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_in_sarif(name: str) -> None:
    log = json.loads(json.dumps(sarif(hostile(name), RULES, "0.1.0"), ensure_ascii=False).encode())
    for result in log["runs"][0]["results"]:
        assert "](" not in result["message"]["text"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert unquote(uri) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_printed_json_steers_no_runner(name: str) -> None:
    for document in (to_json(hostile(name)), sarif(hostile(name), RULES, "0.1.0")):
        printed = encode(document)
        assert json.loads(printed) == document
        assert "##[" not in printed
        assert not any(line.lstrip().startswith("::") for line in printed.splitlines())


def test_the_picture_as_workflow_commands() -> None:
    lines = workflow(picture()).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 4
    assert lines[0].startswith("::error title=Commit 9f2c1ab has no sign-off · dco-9f2::Commit 9f2c1ab “Add")
    assert lines[1].startswith(
        "::error file=package.json,line=31,endLine=31,title=chart-kit 4.2.0 brings in GPL-3.0-only code · lic-4k7::"
        "glyph-core 2.1.0 is GPL-3.0-only, and strong-copyleft is not allowed here.%0Achart-kit 4.2.0 → svg-mill"
    )


def test_properties_are_escaped() -> None:
    judged = report(finding(location=Location("a,b:c%2C.json", 1)))
    assert "file=a%2Cb%3Ac%252C.json,line=1" in workflow(judged)


def test_the_rest_is_counted() -> None:
    many = [finding(f"lic-{number:03}", subject=package(f"p{number}")) for number in range(14)]
    warnings = [finding(f"war-{number:03}", level=Level.WARN) for number in range(11)]
    lines = workflow(report(*many, *warnings), "ospo-gate.sarif").splitlines()
    assert [line.split(" ")[0] for line in lines].count("::error") == 10
    assert [line.split(" ")[0] for line in lines].count("::warning") == 10
    assert lines[-1] == "ospo-gate: 5 more findings in ospo-gate.sarif"
    assert workflow(report()) == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_give_no_command(name: str) -> None:
    assert_only_our_commands(hostile(name))


@given(st.text(st.sampled_from("::##[]%\r\n,\u2028") | st.characters(), max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_name_gives_a_command(name: str) -> None:
    assert_only_our_commands(hostile(name))


def assert_only_our_commands(judged: Report) -> None:
    expected = sum(item.counts for item in judged.findings)
    lines = workflow(judged).removesuffix("\n").split("\n")
    assert len(lines) == expected
    for line in lines:
        assert line.startswith(("::error ", "::warning ", "::notice "))
        assert "##[" not in line
        assert "\r" not in line
        head, _, message = line[2:].partition("::")
        assert "title=" in head
        assert len(message.replace("%0A", "\n").replace("%25", "%")) <= WORKFLOW_MESSAGE
