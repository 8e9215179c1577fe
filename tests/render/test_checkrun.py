"""Check runs and annotations in GitHub's shape and within its limits."""

from dataclasses import replace

import pytest

from checks.model.dependency import Location
from checks.model.finding import Level
from checks.model.phrase import say
from checks.model.report import Conclusion
from checks.render.checkrun import annotations, check_run, verdict
from checks.render.limits import ANNOTATION_TEXT, ANNOTATION_TITLE, CHECK_TEXT, utf8_length
from checks.render.presentation import Presentation
from tests.render.rendered import assert_inert
from tests.render.reports import (
    HOSTILE,
    ON_GITHUB,
    accepted,
    copyleft,
    evaluated,
    finding,
    hostile,
    package,
    picture,
    report,
    unsigned,
)


def test_the_summary_of_the_picture() -> None:
    run = verdict(picture(), ON_GITHUB)
    assert (run["name"], run["conclusion"]) == ("ospo-gate", "failure")
    assert run["output"]["title"] == "2 to fix · 2 clear by themselves · 1 waived"
    assert run["output"]["annotations"] == []
    assert (
        run["output"]["summary"]
        == """\
**To fix**
- `dco-9f2` · commit `9f2c1ab` has no sign-off → `git commit --amend --signoff --no-edit`
- `lic-4k7` · `chart-kit` 4.2.0 brings in `GPL-3.0-only` code → `npm install chart-kit@4.1.3`

**Clears by itself**
- `age-m2c` · `http-lite` 5.3.0 is too new → green on 22 Nov 2026, 18:05 UTC (5.2.4 is old enough)
- `vul-x81` · `pdf-ink` 3.0.1 cannot be judged → asked again until the source answers

**Accepted** · `lic-9qd` · until 31 Mar 2027: `left-grid` 1.3.0 is `LGPL-2.1-only` (waiver W-2026-014, approved by \
`@grace`: linked dynamically, see LEGAL-123)

The other 3 commits, 37 packages and 1 document are fine.

| sign-off | licenses | freshness | vulnerabilities | sbom |
| :-: | :-: | :-: | :-: | :-: |
| ❌ 1 of 4 | ❌ 1 of 41 | ⏳ 1 of 41 | ❔ 1 of 41 | ✅ |

Head `3e41c07` against `b90d2e4`, policy `8d2f61a`. The same verdict on your machine: \
`ospo-gate check --base b90d2e4 --policy example/policy@main`"""
    )


def test_the_annotation_of_the_picture() -> None:
    run = check_run(picture(), "licenses", replace(ON_GITHUB, commands=frozenset({"wrong", "waive"})))
    assert (run["name"], run["conclusion"], run["output"]["title"]) == (
        "ospo-gate / licenses",
        "failure",
        "1 to fix · 1 waived",
    )
    assert run["output"]["annotations"] == [
        {
            "path": "package.json",
            "start_line": 31,
            "end_line": 31,
            "annotation_level": "failure",
            "title": "chart-kit 4.2.0 brings in GPL-3.0-only code · lic-4k7",
            "message": """\
glyph-core 2.1.0 is GPL-3.0-only, and strong-copyleft is not allowed here.
chart-kit 4.2.0 → svg-mill 1.8.0 → glyph-core 2.1.0
Also in package-lock.json, line 8841
Products we ship may not contain it (example/policy@main line 41).
Fix: chart-kit 4.1.3 does without it and passes every check.
  npm install chart-kit@4.1.3
Wrong, or an exception needed? Comment /ospo-gate wrong lic-4k7 … or /ospo-gate waive lic-4k7 …""",
            "raw_details": """\
declared  GPL-3.0-only                              package-lock.json
detected  GPL-3.0-only                              COPYING
rule      strong-copyleft is not in licenses.allow  policy.yaml line 41""",
        }
    ]


def test_annotations_are_for_lines_that_somebody_must_look_at() -> None:
    warning = finding("war-1aa", level=Level.WARN)
    note = finding("not-1aa", level=Level.NOTE)
    old, waived = finding("old-1aa", introduced=False), accepted()
    judged = report(note, warning, old, waived, unsigned(), copyleft())
    found = annotations(judged, judged.findings, Presentation())
    assert [annotation["annotation_level"] for annotation in found] == ["failure", "warning", "notice"]


def test_evaluate_only_warns() -> None:
    judged = evaluated(copyleft())
    assert annotations(judged, judged.findings, Presentation())[0]["annotation_level"] == "warning"
    assert verdict(judged, Presentation())["conclusion"] == "neutral"


def test_a_whole_file_is_annotated_on_its_first_line() -> None:
    judged = report(finding(location=Location("poetry.lock")))
    annotation = annotations(judged, judged.findings, Presentation())[0]
    assert (annotation["start_line"], annotation["end_line"]) == (1, 1)


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../b", "C:/x", "a\\b", "a//b", "./a", "a\nb", ""])
def test_no_annotation_outside_the_repository(path: str) -> None:
    judged = report(finding(location=Location(path, 3)))
    assert annotations(judged, judged.findings, Presentation()) == []


def test_all_annotations_can_stand_on_the_verdict() -> None:
    assert len(verdict(picture(), ON_GITHUB, annotated=True)["output"]["annotations"]) == 3


def test_mode_off_is_one_sentence() -> None:
    run = verdict(report(conclusion=Conclusion.OFF), Presentation(details_url="https://gate.example.com/r/1"))
    assert (run["conclusion"], run["details_url"]) == ("skipped", "https://gate.example.com/r/1")
    assert run["output"]["summary"].startswith("The policy's mode for this repository is off")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_inert_and_fit(text: str) -> None:
    judged = hostile(text)
    for run in (verdict(judged, ON_GITHUB, annotated=True), check_run(judged, "licenses", ON_GITHUB)):
        output = run["output"]
        assert_inert(output["summary"])
        assert_inert(output.get("text", ""))
        for annotation in output["annotations"]:
            assert len(annotation["title"]) <= ANNOTATION_TITLE
            assert annotation["title"].endswith(annotation["title"].split(" · ")[-1])
            lines = f"{annotation['title']}\n{annotation['message']}\n{annotation['raw_details']}".split("\n")
            assert all(line.isprintable() for line in lines if "\u00a0" not in line)


def test_thousands_of_findings_fit() -> None:
    many = [
        finding(
            f"lic-{number}",
            subject=package(f"ü{number}" * 40),
            headline=say("{} is not allowed", f"ü{number}" * 60),
            evidence=copyleft().evidence,
        )
        for number in range(3_000)
    ]
    judged = report(*many)
    run = check_run(judged, "licenses", ON_GITHUB)
    assert utf8_length(run["output"]["summary"]) <= CHECK_TEXT
    assert utf8_length(run["output"]["text"]) <= CHECK_TEXT
    assert len(run["output"]["annotations"]) == 3_000
    assert " more" in run["output"]["summary"]


def test_long_texts_are_cut_to_their_bytes() -> None:
    long = replace(finding(), message=("é" * 10, *("ü" * 1_999 for _ in range(90))))
    annotation = annotations(report(long), (long,), Presentation())[0]
    assert len(annotation["message"].encode()) <= ANNOTATION_TEXT
    assert annotation["message"].endswith("…")
