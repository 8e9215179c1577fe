"""The words of the notices that are our own, and what makes those of others inert."""

from collections.abc import Iterator

from checks.model.phrase import Phrase, say, visible
from checks.notices.document import Document, LicenseGroup

PASSED_ON = "These files of the packages are passed on as they are."
NO_TEXT = (
    "No license text lies in these packages where they are installed, or they are not installed where this file was "
    "made. Look whether their license asks for its text to be passed on."
)


def introduction(document: Document) -> str:
    """What the file is, in two sentences."""
    number = len(document.components)
    if not number:
        return "This product contains no third-party packages."
    contains = "contains" if document.scope == "shipped" else "contains, or was built and tested with,"
    packages = f"{number:,} third-party package{'' if number == 1 else 's'}"
    return f"This product {contains} {packages}. Licenses and copyright notices follow."


def heading(group: LicenseGroup) -> Phrase:
    """`MIT (612 packages)`, `MIT (left-pad 1.3.0)`."""
    title = say("{}", group.title[:100])
    if len(group.holders) > 1:
        return (*title, f" ({len(group.holders):,} packages)")
    return (*title, *say(" ({})", group.holders[0].component.label[:100]))


def body(text: str) -> Iterator[str]:
    """The lines of somebody's text, each with its controls and invisible characters spelled out."""
    for line in text.split("\n"):
        yield "    ".join(visible(part, len(part) * 10 + 1) for part in line.split("\t"))
