"""The policy that says everything, changed at random."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.policy.examples import EVERYTHING

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_LINES = EVERYTHING.splitlines(keepends=True)
_WORDS = (
    *("{}", "[]", "off", "''", "~", "1", "true", "'*'", "2027-02-30", "pkg:npm/*", ">=1", "<<"),
    *("\\", "\0", "é", ": ", "\n"),
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A line or more dropped, doubled, moved or partly replaced."""
    lines = list(_LINES)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        start = draw(st.integers(0, len(line)))
        end = draw(st.integers(start, min(len(line), start + 20)))
        replaced = line[:start] + draw(st.sampled_from(_WORDS)) + line[end:]
        lines[place] = draw(st.sampled_from(["", line + line, "  " + line, line.lstrip(), replaced]))
    return "".join(lines)
