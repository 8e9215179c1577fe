"""Errors that people meet: each says what is wrong, where, and what to do next."""

from typing import NamedTuple


class GateError(Exception):
    """An expected failure: one line for people, a place if there is one, and the next step."""

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class UsageError(GateError):
    """The command or the settings are wrong; nothing was judged."""


class SourceError(GateError):
    """The change could not be read (git or GitHub failed): nothing was judged."""


class UnreadableManifest(Exception):
    """A manifest is not what its name says. Raised by parsers only; `manifests.read` turns it into a Problem."""

    def __init__(self, message: str, line: int = 0, code: str = "unreadable") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.code = code


class PolicyIssue(NamedTuple):
    """One fault of a policy file, with its 1-based line and column. No dataclass: help would wait 6 ms for it."""

    line: int
    column: int
    key: str
    message: str
    hint: str = ""
    file: str = ""
    """Where it stands, if not in the main file of the policy."""
    within: int | None = None
    """Characters that are no blanks in the value before the fault, until somebody finds its line and column."""
    excerpt: str = ""
    """The line, and below it a caret, for a fault inside of a value."""

    def at(self, file: str) -> str:
        """For people; `file` is the main file."""
        key = f"{self.key}: " if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file or file}:{self.line}:{self.column}: {key}{self.message}{hint}"


class PolicyError(GateError):
    """A policy file that is not valid. Every fault is listed; nothing falls back to a default."""

    def __init__(self, file: str, issues: tuple[PolicyIssue, ...]) -> None:
        self.file = file
        self.issues = issues
        super().__init__(
            "\n".join(issue.at(file) for issue in issues),
            hint="Correct the policy and run: ospo-gate policy validate " + file,
        )
