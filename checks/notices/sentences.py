"""The words of the notices that are our own, and what makes those of others inert."""

from collections.abc import Iterator, Sequence

from checks.model.phrase import visible
from checks.notices.document import Component, LicenseGroup

INTRODUCTION = {
    "shipped": "This product contains {}. Their licenses and copyright notices follow.",
    "all": "This product contains, or was built and tested with, {}. Their licenses and copyright notices follow.",
}
PASSED_ON = "These files of the packages are passed on as they are."
NO_TEXT = (
    "No license text lies in these packages where they are installed, or they are not installed where this file was "
    "made. Look whether their license asks for its text to be passed on."
)


def count(components: Sequence[Component]) -> str:
    """`1 third-party package`, `1,703 third-party packages`."""
    return f"{len(components):,} third-party package{'' if len(components) == 1 else 's'}"


def heading(group: LicenseGroup) -> str:
    """`MIT (612 packages)`, `MIT (left-pad 1.3.0)`."""
    title = visible(group.title, 100)
    if len(group.holders) > 1:
        return f"{title} ({len(group.holders):,} packages)"
    return f"{title} ({visible(group.holders[0].component.label, 100)})"


def body(text: str) -> Iterator[str]:
    """The lines of somebody's text, each with its controls and invisible characters spelled out."""
    for line in text.split("\n"):
        yield "    ".join(visible(part, len(part) * 10 + 1) for part in line.split("\t"))
