"""Writing a report in the formats that were asked for, and the exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.settings import CommandEnvironment
from checks.model.errors import UsageError
from checks.model.report import Report
from checks.render.outcomes import exit_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.gate import Judged

#: Formats of `--also`; `outputs` is what a GitHub Action's step gives to later steps.
ALSO = ("text", "json", "sarif", "markdown", "workflow", "outputs")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where each format goes. Checked before anything is judged, so that a typing error costs nothing."""

    format: str
    output: Path | None
    also: tuple[tuple[str, Path], ...]
    environment: CommandEnvironment

    @classmethod
    def of(cls, options: argparse.Namespace, environment: CommandEnvironment) -> "Outputs":
        also = tuple(_also(item) for item in options.also)
        output = Path(options.output) if options.output else None
        for path in (*([output] if output else []), *(path for _, path in also)):
            check_target(path)
        return cls(options.format, output, also, environment)

    def write(self, judged: "Judged", enforce: bool) -> int:
        """Write everything; the exit code of the report. Raises `UsageError` when a file cannot be written."""
        report = judged.report
        terminal = self.output is None and sys.stdout.isatty()
        text = _RENDERERS[self.format](report, self.environment, terminal)
        for format_, path in self.also:
            if format_ != "outputs":
                self._write(path, _RENDERERS[format_](report, self.environment, False))
        if self.output:
            self._write(self.output, text)
        # Last, because it says what the others have written.
        for format_, path in self.also:
            if format_ == "outputs":
                self._write(path, _outputs(judged, self.also), append=True)
        if self.output is None:
            say(text)
        return exit_code(report, enforce)

    def _write(self, path: Path, text: str, append: bool = False) -> None:
        write_file(path, text, append or str(path) in self.environment.appended)


def write_file(path: Path, text: str, append: bool = False) -> None:
    """Raises `UsageError` when it cannot be written."""
    try:
        with path.open("ab" if append else "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def say(text: str) -> None:
    """Write to standard output. A reader that went away (`| head`) is no fault, and changes no verdict."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer must not fail again when python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise UsageError(f"standard output cannot be written: {error.strerror}") from None


def check_target(path: Path) -> None:
    """A file below the current folder, which a stranger's checkout may be, is not reached through links: `report.json`
    could be one that leads to a file of the runner."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"there is no folder to write {path} into" if not path.is_dir() else f"{path} is a folder")
    here, place = Path.cwd(), Path(os.path.abspath(path))
    if not place.is_relative_to(here):
        return
    below = place.relative_to(here).parts
    for depth in range(1, len(below) + 1):
        link = here.joinpath(*below[:depth])
        if link.is_symlink():
            raise UsageError(f"{path} cannot be written: {link.relative_to(here)} is a link", hint="Name another file.")


def _also(item: str) -> tuple[str, Path]:
    format_, equals, path = item.partition("=")
    if not equals or not path or format_ not in ALSO:
        raise UsageError(f"--also: expected FORMAT=FILE, not '{item}'", hint="Formats: " + ", ".join(ALSO))
    return format_, Path(path)


def width(terminal: bool) -> int:
    """Characters of a line of text for people."""
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120) if terminal else 100


def _text(report: Report, environment: CommandEnvironment, terminal: bool) -> str:
    from checks.render.text import text

    color = terminal and os.name != "nt" if environment.color is None else environment.color
    return text(report, color=color, width=width(terminal), now=datetime.now(UTC))


def _json(report: Report, _environment: CommandEnvironment, _terminal: bool) -> str:
    from checks.render.encode import encode
    from checks.render.json_report import to_json

    return encode(to_json(report))


def _sarif(report: Report, _environment: CommandEnvironment, _terminal: bool) -> str:
    from app.version import VERSION
    from checks.render.encode import encode
    from checks.render.sarif import RuleText, sarif
    from checks.rules import CHECKS

    rules = tuple(RuleText(rule.id, rule.summary, rule.help) for check in CHECKS for rule in check.rules)
    return encode(sarif(report, rules, VERSION))


def _markdown(report: Report, environment: CommandEnvironment, _terminal: bool) -> str:
    from checks.render.presentation import Presentation
    from checks.render.summary import summary

    return summary(report, Presentation(server_url=environment.server_url))


def _workflow(report: Report, _environment: CommandEnvironment, _terminal: bool) -> str:
    from checks.render.workflow import workflow

    return workflow(report)


def _outputs(judged: "Judged", also: Sequence[tuple[str, Path]]) -> str:
    """Words and numbers of ours, names of files that were written, and what dependency-review-action gives."""
    from checks.engine.review_outputs import review_outputs
    from checks.vulnerabilities.terms import VulnerabilitiesSection

    report, section = judged.report, judged.policy.sections.get("vulnerabilities")
    counts = {"blocking": report.blocking, "warnings": report.warnings, "waived": report.waived}
    values = {"conclusion": report.conclusion.value, **{name: str(len(found)) for name, found in counts.items()}}
    values |= {_OUTPUT_NAMES[format_]: str(path) for format_, path in also if format_ in _OUTPUT_NAMES}
    terms = section if isinstance(section, VulnerabilitiesSection) else None
    values |= review_outputs(report, judged.plan, judged.facts, terms, judged.now)
    return "".join(_assignment(name, value) for name, value in values.items())


_OUTPUT_NAMES = {"sarif": "sarif-file", "json": "report-file"}


def _assignment(name: str, value: str) -> str:
    """One output for GITHUB_OUTPUT. A value with a line end stands between lines that nobody can guess."""
    if "\n" not in value and "\r" not in value:
        return f"{name}={value}\n"
    end = f"end-{os.urandom(16).hex()}"
    return f"{name}<<{end}\n{value}\n{end}\n"


_RENDERERS: dict[str, Callable[[Report, CommandEnvironment, bool], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "markdown": _markdown,
    "workflow": _workflow,
}
