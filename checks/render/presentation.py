"""What a renderer of Markdown must know besides the report: where links go and which comment commands exist."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from checks.model.dependency import Location
from checks.model.finding import Finding, Move
from checks.model.report import Report
from checks.render.markdown import link, phrase
from checks.render.sentences import place

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+\Z", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")


@dataclass(frozen=True, slots=True)
class Presentation:
    """The defaults suit the command line: no links, no commands."""

    server_url: str | None = None
    """`https://github.com` or a GitHub Enterprise Server; None: no links to lines."""
    details_url: str | None = None
    """The page with every step of this verdict; None where no page answers."""
    sign_url: str | None = None
    """The page on which people sign agreements; None where no page answers."""
    commands: frozenset[str] = frozenset()
    """Comment commands that work today, without the slash: `wrong`, `waive`. Nothing else is offered."""
    buttons: bool = False
    """Whether somebody listens when a button of a check run is pressed."""
    sign_queries: Mapping[str, str] = field(default_factory=dict)
    """What follows the address of a document on that page, by its name, where the policy has several of the name."""
    older: str = ""
    """Which older bot has a comment about signatures there; see `checks.agreements.comment.older_bot`."""
    bot_author: bool = False
    """Whether a bot opened the pull request: it gets no comment until a person must act."""


def linked_place(report: Report, presentation: Presentation, location: Location) -> str:
    """A place as Markdown, linked to its line at the head where that is possible."""
    return link(phrase(place(location)), _blob(report, presentation, location))


def _blob(report: Report, presentation: Presentation, location: Location) -> str | None:
    name = report.repository.name or ""
    path = repository_path(location.path)
    if not presentation.server_url or path is None or not _REPOSITORY.match(name) or not _COMMIT.match(report.head):
        return None
    line = f"#L{location.line}" if location.line else ""
    server = presentation.server_url.rstrip("/")
    return f"{server}/{name}/blob/{report.head}/{quote(path, errors='replace')}{line}"


def signing(finding: Finding, presentation: Presentation) -> str:
    """The link to the page on which the agreement of a finding is signed; empty for others, or without a page."""
    name = finding.subject.name
    if finding.move is not Move.SIGNER or not name or not presentation.sign_url:
        return ""
    url = f"{presentation.sign_url.rstrip('/')}/documents/{quote(name, safe='', errors='replace')}"
    url += presentation.sign_queries.get(name, "")
    return f"{link('Read and sign', url)}."


def repository_path(path: str) -> str | None:
    """`path` if it names a file inside the repository; None if it is absolute, climbs out, or hides a control."""
    parts = path.split("/")
    if not path or "\\" in path or ".." in parts or "" in parts or "." in parts or re.match(r"[A-Za-z]:", path):
        return None
    return path if path.isprintable() else None
