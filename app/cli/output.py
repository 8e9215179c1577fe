"""Writing a report in the formats that were asked for, and the exit code."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.settings import CommandEnvironment
from checks.model.errors import UsageError
from checks.model.report import Report
from checks.render.outcomes import exit_code
from checks.render.presentation import Presentation

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
            if not path.parent.is_dir():
                raise UsageError(f"there is no folder to write {path} into")
        return cls(options.format, output, also, environment)

    def write(self, report: Report, enforce: bool) -> int:
        """Write everything; the exit code of the report. Raises `UsageError` when a file cannot be written."""
        for format_, path in self.also:
            _write(path, self._rendered(report, format_, None), append=format_ == "outputs")
        text = self._rendered(report, self.format, None if self.output else sys.stdout.isatty())
        if self.output:
            _write(self.output, text)
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
            sys.stdout.flush()
        return exit_code(report, enforce)

    def _rendered(self, report: Report, format_: str, terminal: bool | None) -> str:
        return _RENDERERS[format_](report, self.environment, bool(terminal))


def _also(item: str) -> tuple[str, Path]:
    format_, equals, path = item.partition("=")
    if not equals or not path or format_ not in ALSO:
        raise UsageError(f"--also: expected FORMAT=FILE, not '{item}'", hint="Formats: " + ", ".join(ALSO))
    return format_, Path(path)


def _write(path: Path, text: str, append: bool = False) -> None:
    try:
        with path.open("ab" if append else "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _text(report: Report, environment: CommandEnvironment, terminal: bool) -> str:
    from checks.render.text import text

    color = terminal and os.name != "nt" if environment.color is None else environment.color
    width = min(shutil.get_terminal_size((100, 24)).columns, 120) if terminal else 100
    return text(report, color=color, width=width)


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
    from checks.render.summary import summary

    return summary(report, Presentation(server_url=environment.server_url))


def _workflow(report: Report, _environment: CommandEnvironment, _terminal: bool) -> str:
    from checks.render.workflow import workflow

    return workflow(report)


def _outputs(report: Report, _environment: CommandEnvironment, _terminal: bool) -> str:
    """Only words and numbers of ours: nothing in a report can end a line here."""
    counts = {"blocking": report.blocking, "warnings": report.warnings, "waived": report.waived}
    lines = [f"conclusion={report.conclusion.value}", *(f"{name}={len(found)}" for name, found in counts.items())]
    return "\n".join(lines) + "\n"


_RENDERERS: dict[str, Callable[[Report, CommandEnvironment, bool], str]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "markdown": _markdown,
    "workflow": _workflow,
    "outputs": _outputs,
}
