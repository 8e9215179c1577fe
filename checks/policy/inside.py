"""Where in a file a character of a value stands.

YAML folds, indents and escapes, so blanks do not count: the n-th character that is no blank is the n-th of its source.
"""

from collections.abc import Iterator

from checks.model.errors import PolicyIssue
from checks.model.phrase import visible
from checks.policy.files import PolicyFiles

#: Characters of a line that are shown before and after a fault.
_BEFORE, _AFTER = 60, 40


def located(issues: tuple[PolicyIssue, ...], files: PolicyFiles) -> tuple[PolicyIssue, ...]:
    """The issues, with those inside of values where they are."""
    return tuple(_located(issue, files) if issue.within is not None else issue for issue in issues)


def _located(issue: PolicyIssue, files: PolicyFiles) -> PolicyIssue:
    data = files.main if not issue.file else _other(issue.file, files)
    text = data.decode("utf-8-sig", "replace")
    found = place(text, issue.line, issue.column, issue.within or 0)
    if found is None:
        return issue._replace(within=None)
    line, column = found
    return issue._replace(line=line, column=column, within=None, excerpt=_excerpt(text.split("\n")[line - 1], column))


def _excerpt(line: str, column: int) -> str:
    """The line around a column, and a caret below it."""
    blanks = len(line) - len(line.lstrip())
    begin = max(min(blanks, column - 1), column - 1 - _BEFORE)
    shown = visible(line[begin : begin + _BEFORE + _AFTER].replace("\t", " "))
    return f"{shown}\n{' ' * (column - 1 - begin)}^"


def _other(file: str, files: PolicyFiles) -> bytes:
    return next((data or b"" for ref, data in files.others.items() if file in (str(ref), ref.path)), b"")


def place(text: str, line: int, column: int, solid: int) -> tuple[int, int] | None:
    """Line and column of the character before which `solid` others are that are no blanks, in the value that begins at
    `line` and `column` (all 1-based); None if the text ends before it."""
    characters = _characters(text.split("\n")[line - 1 :], line, column)
    return next((at for index, at in enumerate(characters) if index == solid), None)


def _characters(lines: list[str], line: int, column: int) -> Iterator[tuple[int, int]]:
    """The places of the characters of a value that are no blanks."""
    first = lines[0][column - 1 :] if lines else ""
    style = first[:1] if first[:1] in ("'", '"', "|", ">") else ""
    escape = {'"': "\\", "'": "'"}.get(style)
    skip = 0
    for number, content in enumerate(lines):
        if number == 0 and style in ("|", ">"):
            continue
        begin = 0 if number else column - 1 + (1 if style else 0)
        for index in range(begin, len(content)):
            if skip:
                skip -= 1
            elif not content[index].isspace():
                yield line + number, index + 1
                if content[index] == escape:
                    skip = 1
