"""Steps of a judgment as JSON, and that as a tree for terminals."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from checks.model.trace import Step
from checks.render.plaintext import line, shown

Json = Mapping[str, Any]
#: The line of the policy at which something stands: `policy.yaml:12`; empty where it is a default.
Where = Callable[[tuple[str, ...]], str]

_SIGNS = {"yes": "✓", "no": "✗", "unknown": "?", "fact": "·"}


def steps_json(steps: Iterable[Step], where: Where) -> list[dict[str, Any]]:
    """Each step with what came of it; `policy` is where it stands."""
    return [
        {
            "what": line(step.what),
            "actual": line(step.actual),
            "mark": str(step.mark),
            "source": line(step.source),
            "key": ".".join(step.policy_key),
            "policy": where(step.policy_key) if step.policy_key else "",
            "speaks": list(step.speaks),
            "steps": steps_json(step.steps, where),
        }
        for step in steps
    ]


def tree(steps: Iterable[Json], width: int, indent: int = 2) -> Iterator[str]:
    """Lines of at most `width` characters, as far as words let them be."""
    for step in steps:
        yield from row(f"{_SIGNS.get(step['mark'], '·')} {_said(step)}", width, indent)
        yield from tree(step["steps"], width, indent + 2)


def row(words: str, width: int, indent: int) -> list[str]:
    """Words that hang under their first line."""
    return textwrap.wrap(
        words,
        max(width, indent + 30),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 4),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _said(step: Json) -> str:
    words = _shown(step["what"]) + (f": {_shown(step['actual'])}" if step["actual"] else "")
    aside = "; ".join(filter(None, (_shown(step["source"]), _shown(step["policy"]))))
    return f"{words}  [{aside}]" if aside else words


def _shown(text: object) -> str:
    """A service sent it."""
    words = str(text)
    return words if words.isprintable() else shown(words)
