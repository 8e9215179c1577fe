"""The DCO app's words on a check run that bears its name: people and scripts look for them."""

from typing import Any

from checks.model.phrase import plain
from checks.model.report import Report
from checks.render.limits import CHECK_TEXT, cut_bytes, first
from checks.render.markdown import code, prose

#: Name and title of its check run, and the check of ours that takes its place.
NAME, CHECK = "DCO", "signoff"
_PASSED = "All commits are signed off!"
_OVERRIDDEN = "Commit sign-off was manually approved."
#: As the check names the sentence among its evidence.
SAYS = "the DCO app says"
_COMMITS = 50


def in_its_words(run: dict[str, Any], report: Report) -> dict[str, Any]:
    """`run` of our check `signoff`, with the app's title and first lines; ours follow."""
    found = report.of(CHECK)
    lines = [
        f"{code(finding.subject.commit[:7])}: {prose(plain(row.actual))}"
        for finding in found
        for row in finding.evidence
        if finding.blocks and finding.subject.commit and row.what == SAYS
    ]
    said = "\n".join(f"- {line}" for line in first(lines, _COMMITS))
    if not any(finding.blocks for finding in found):
        said = _OVERRIDDEN if any(finding.override for finding in found) else _PASSED
    summary = "\n\n".join(part for part in (said, run["output"]["summary"]) if part)
    output = {**run["output"], "title": NAME, "summary": cut_bytes(summary, CHECK_TEXT)}
    return {**run, "name": NAME, "output": output}
