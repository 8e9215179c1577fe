"""A conversation with a source: its requests go to a table of literal documents, until nothing more is asked."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from checks.facts.exchange import Answer, Form, Request, Source, silence
from checks.model.facts import ANYTHING, Facts, PackageKey, Want, joined
from checks.model.packages import PackageFacts, VersionFacts

AS_OF = datetime(2026, 11, 20, 9, tzinfo=UTC)


def at(text: str) -> datetime:
    """`2026-11-20T09:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def asked(source: Source, *keys: PackageKey, want: Want = ANYTHING) -> list[Request]:
    """The requests for all of `want` about `keys`."""
    return list(source.requests(dict.fromkeys(keys, want)))


def answer(source: Source, request: Request, document: str) -> Answer:
    """What `document` says as the answer to `request`."""
    return source.read(request, json.loads(document) if request.form is Form.JSON else document, AS_OF)


def converse(source: Source, documents: Mapping[str, str], *keys: PackageKey, want: Want = ANYTHING) -> Facts:
    """Everything that `documents`, by path, say; a path that is not among them fails, as a source that is down."""
    facts, waiting = Facts(), asked(source, *keys, want=want)
    while waiting:
        request = waiting.pop(0)
        if request.path not in documents:
            facts = joined(facts, silence(request, source.SOURCE, f"no answer at {request.path}"))
            continue
        found = answer(source, request, documents[request.path])
        facts = joined(facts, found.facts)
        waiting.extend(found.more)
    return facts


def said(known: VersionFacts | PackageFacts) -> dict[str, object]:
    """The facts by name, without their source and age; gaps as their reasons."""
    values: dict[str, object] = {}
    for name in known.__slots__:
        fact = getattr(known, name)
        if name == "gaps" and fact:
            values[name] = [gap.reason for gap in fact]
        elif name == "opinions" and fact:
            values[name] = [opinion.value for opinion in fact]
        elif name not in ("gaps", "opinions") and fact is not None:
            values[name] = fact.value
    return values
