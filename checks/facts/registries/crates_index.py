"""Cargo's sparse index: every registry of crates has one. The base address is the index, without `sparse+`."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

from checks.facts.exchange import Answer, Form, Request, UnreadableAnswer, known, text_of
from checks.facts.fields import mapping, moment, text
from checks.facts.names import segment
from checks.facts.questions import answerable
from checks.facts.registries import releases as registry
from checks.facts.registries.releases import SOURCE
from checks.model.facts import Questions, Want
from checks.model.packages import PackageFacts, Release

__all__ = ["SOURCE", "answers", "read", "requests"]

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def answers(purl_type: str) -> Want:
    """Crates; an index knows no licenses, and times only of newer versions."""
    return Want.PUBLISHED | Want.STATUS | Want.RELEASES if purl_type == "cargo" else Want(0)


def requests(questions: Questions) -> Iterator[Request]:
    """One request for each crate."""
    for _, name, keys, want in registry.packages(answerable(questions, answers)):
        if _NAME.fullmatch(name):  # its first letters become folders
            yield Request(_path(name), keys, want, form=Form.TEXT, accept="*/*", limit_bytes=registry.PACKAGE_BYTES)


def read(request: Request, document: object, as_of: datetime) -> Answer:
    """A version a line."""
    releases = list(_releases(text_of(document)))
    if not releases:
        raise UnreadableAnswer("it has no line with a version")
    package = PackageFacts(latest=known(registry.newest("cargo", releases), SOURCE, as_of))
    return registry.of_package(request, as_of, releases, package)


def _releases(lines: str) -> Iterator[Release]:
    for line in lines.splitlines():
        try:
            entry = mapping(json.loads(line))
        except (ValueError, RecursionError):
            continue
        if version := text(entry.get("vers")):
            yield Release(version, moment(entry.get("pubtime")), yanked="" if entry.get("yanked") is True else None)


def _path(name: str) -> str:
    """`1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcdef` in lower case (Cargo book, "Index files")."""
    lower = name.lower()
    if len(lower) < 4:
        folder = str(len(lower)) if len(lower) < 3 else f"3/{segment(lower[0])}"
    else:
        folder = f"{segment(lower[:2])}/{segment(lower[2:4])}"
    return f"{folder}/{segment(lower)}"
