"""What is to tidy up in a policy, for a terminal and as Markdown, out of its document (`docs/hygiene.md`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.model.phrase import say
from checks.render.english import counted
from checks.render.markdown import cell, prose
from checks.render.plaintext import shown
from checks.render.steps import row

Json = Mapping[str, Any]


def text(document: Json, width: int) -> str:
    """Ends in a line end."""
    return "\n".join(_lines(document, width)) + "\n"


def _lines(document: Json, width: int) -> Iterator[str]:
    for point in document["points"]:
        yield f"{shown(point['file'])}:{point['line']}: {shown(point['topic'])}"
        yield from row(f"{_sentence(point['what'])} {shown(point['why'])}", width, 4)
        yield from row(f"→ {_sentence(point['edit'])}", width, 4)
    if document["points"]:
        yield ""
    yield from row(summary(document), width, 0)


def summary(document: Json) -> str:
    """How much it is, and what was looked at."""
    count = len(document["points"])
    found = f"{counted(count, 'thing')} to tidy up" if count else "Nothing to tidy up"
    where = [shown(words) for words in document["looked_at"]]
    looked = f"looked at the policy, {', '.join(where)}" if where else "looked at the policy alone"
    return f"{shown(document['policy']['source'])}: {found}; {looked}."


def markdown(document: Json) -> str:
    """A table, ready for an issue."""
    lines = [prose(summary(document)), ""]
    if document["points"]:
        lines += ["| where | what | why | edit |", "|---|---|---|---|"]
    for point in document["points"]:
        where = say("{}", f"{point['file']}:{point['line']}")
        words = [(_sentence(point["what"]),), (point["why"],), (_sentence(point["edit"]),)]
        lines.append("| " + " | ".join(cell(part) for part in (where, *words)) + " |")
    return "\n".join(lines).rstrip() + "\n"


def _sentence(words: str) -> str:
    """With a capital letter, where it does not begin with a name."""
    said = shown(words)
    first = said.partition(" ")[0].rstrip(":")
    return (said[:1].upper() + said[1:] if first.isalpha() else said) + "."
