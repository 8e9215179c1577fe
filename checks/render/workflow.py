"""Workflow commands: annotations from inside GitHub Actions, written to stdout, one line each."""

from collections.abc import Iterator

from checks.model.finding import Finding
from checks.model.report import Report
from checks.render.checkrun import annotation_message, annotation_title
from checks.render.english import counted
from checks.render.limits import WORKFLOW_MESSAGE, WORKFLOW_PER_LEVEL, cut
from checks.render.outcomes import volume
from checks.render.presentation import repository_path

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def workflow(report: Report, rest: str = "the step summary") -> str:
    """At most ten errors, ten warnings and ten notices, then a line that says where `rest` of them stand."""
    return "".join(f"{command}\n" for command in _commands(report, rest))


def error(text: str) -> str:
    """Why nothing could be judged, as one annotation."""
    return f"::error title=ospo-gate::{_data(cut(text, WORKFLOW_MESSAGE))}".replace("##[", "#\\x23[")


def notice(text: str) -> str:
    """A sentence about the run, as one annotation."""
    return error(text).replace("::error ", "::notice ", 1)


def warning(text: str) -> str:
    """The same of something that somebody should look at."""
    return error(text).replace("::error ", "::warning ", 1)


def _commands(report: Report, rest: str) -> Iterator[str]:
    left = 0
    for level, command in _COMMANDS.items():
        found = [finding for finding in report.findings if finding.counts and volume(finding, report) == level]
        yield from (_command(report, command, finding) for finding in found[:WORKFLOW_PER_LEVEL])
        left += max(len(found) - WORKFLOW_PER_LEVEL, 0)
    if left:
        yield f"ospo-gate: {counted(left, 'more finding')} in {rest}"


def _command(report: Report, command: str, finding: Finding) -> str:
    properties = [*_location(finding), f"title={_property(annotation_title(finding))}"]
    message = _data(cut(annotation_message(report, finding), WORKFLOW_MESSAGE))
    return f"::{command} {','.join(properties)}::{message}".replace("##[", "#\\x23[")


def _location(finding: Finding) -> Iterator[str]:
    """Nothing for a commit, or for a path that does not name a file of the repository."""
    location = finding.location
    path = repository_path(location.path) if location else None
    if location is None or path is None:
        return
    yield f"file={_property(path)}"
    if location.line:
        yield f"line={location.line}"
        yield f"endLine={max(location.end_line, location.line)}"


def _data(text: str) -> str:
    """`escapeData` of the toolkit: the percent sign first."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """`escapeProperty` of the toolkit."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
