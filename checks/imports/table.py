"""What an import changes, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from checks.imports.draft import Difference
from checks.model.phrase import plain, say, visible
from checks.render.english import counted
from checks.render.markdown import cell

#: What stands where a setting has no counterpart.
LEFT = "not taken over"


def text(differences: Sequence[Difference], file: str) -> str:
    """For a terminal: a summary, then what changes; what is judged as before is only counted."""
    return "\n".join(_rows(differences, file)) + "\n"


def _rows(differences: Sequence[Difference], file: str) -> Iterator[str]:
    yield plain(say("{}: {}.", file, (summary(differences),)))
    for item in differences:
        if item.why:
            place = f"line {item.line}" if item.line else "everywhere"
            yield ""
            yield f"  {place}  {visible(item.setting, 120)} → {item.becomes or LEFT}"
            yield f"    {plain(item.why)}"


def summary(differences: Sequence[Difference]) -> str:
    """`14 settings taken over, 3 of them judged differently, 2 not taken over`."""
    taken = [item for item in differences if item.becomes]
    changed, left = sum(bool(item.why) for item in taken), len(differences) - len(taken)
    parts = [f"{counted(len(taken), 'setting')} taken over"]
    parts += [f"{changed:,} with something to know"] if changed else []
    parts += [f"{left:,} not taken over"] if left else []
    return ", ".join(parts)


def markdown(differences: Sequence[Difference], file: str) -> str:
    """The whole table, for a pull request that brings the policy."""
    rows = [f"### {cell(say('What becomes of {}', file))}", "", f"{summary(differences).capitalize()}.", ""]
    rows += ["| line | setting | becomes | what is different |", "|---|---|---|---|"]
    for item in differences:
        cells = (str(item.line or ""), cell(say("{}", visible(item.setting, 120))), item.becomes or f"*{LEFT}*")
        rows.append(f"| {' | '.join(cells)} | {cell(item.why)} |")
    return "\n".join(rows) + "\n"


def document(differences: Sequence[Difference], file: str, kind: str) -> dict[str, Any]:
    """For programs; `becomes` is null where nothing is taken over."""
    return {
        "file": file,
        "kind": kind,
        "settings": [
            {"line": item.line or None, "setting": item.setting, "becomes": item.becomes or None,
             "difference": plain(item.why) or None}
            for item in differences
        ],
    }  # fmt: skip
