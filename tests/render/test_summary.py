"""The step summary: the comment's body and the table of checks."""

import subprocess
import sys

import pytest

from checks.model.phrase import say
from checks.model.report import Conclusion
from checks.render.comment import MARKER
from checks.render.limits import STEP_SUMMARY, utf8_length
from checks.render.summary import summary
from tests.render.rendered import assert_inert
from tests.render.reports import HOSTILE, finding, hostile, package, picture, report


def test_the_body_of_the_comment_and_the_table() -> None:
    text = summary(picture())
    assert text.startswith("### ❌ Two things to fix before this can merge\n\n**1. Commit")
    assert "| ❌ 1 of 4 | ❌ 1 of 41 | ⏳ 1 of 41 | ❔ 1 of 41 | ✅ |\n\nHead `3e41c07`" in text
    assert MARKER not in text
    assert "<sub>" not in text


def test_all_fine() -> None:
    assert (
        summary(report())
        == """\
### ✅ Everything is in order

All 41 packages are fine.

| licenses |
| :-: |
| ✅ |

Head `3e41c07` against `b90d2e4`, policy `8d2f61a`. The same verdict on your machine: `ospo-gate check --base b90d2e4`
"""
    )
    assert summary(report(conclusion=Conclusion.NOTHING_TO_CHECK, outcomes=())).startswith("### Nothing to check\n")
    assert summary(report(conclusion=Conclusion.OFF)).count("\n") == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_inert(text: str) -> None:
    assert_inert(summary(hostile(text)))


def test_ten_thousand_findings_fit() -> None:
    long = "ü|`" * 60
    many = [
        finding(f"lic-{number}", subject=package(long), message=say("{} " * 30, *[long] * 30))
        for number in range(10_000)
    ]
    assert utf8_length(summary(report(*many))) <= STEP_SUMMARY


def test_rendering_loads_little() -> None:
    code = (
        "import sys; import checks.render.text, checks.render.json_report, checks.render.workflow; print(*sys.modules)"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"jinja2", "textwrap", "pydantic", "yaml", "json", "logging", "html", "http", "email"}
