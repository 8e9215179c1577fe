"""An SBOM as the input of another one: what it is about, and all that it says of each component."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checks.manifests.collect import MAX_WORD
from checks.manifests.pypi import instant
from checks.model.dependency import Inventory, Location
from checks.sboms.assembly import About, assemble
from checks.sboms.bill import MAX_STATEMENT
from checks.sboms.checksums import checksum
from checks.sboms.content import Component, Content, Subject, Tool
from checks.sboms.describe import Document
from checks.sboms.identity import generic, identity_of
from checks.sboms.inert import inert
from checks.sboms.own import NOTHING, OwnWords
from checks.sboms.values import hash_of, stated

_NOBODY = Tool("", "")
#: Parts of one product, each of which is followed through the graph; a document with more is about one thing.
MAX_PARTS = 1_000
_REPOSITORY = re.compile(r"(?:git\+)?(https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?/[A-Za-z0-9._~/\-]+)").fullmatch
_COMMIT = re.compile(r"[0-9a-f]{40,64}").fullmatch
#: How SPDX 2 and 3 say that nobody knows what more is required.
_OPEN = ("NOASSERTION", "NoAssertionElement")


class Told(NamedTuple):
    """A component as its document describes it, besides what an inventory has."""

    ref: str | None
    purl: str | None
    name: str | None
    group: str
    version: str | None
    hashes: tuple[tuple[object, object], ...] = ()
    """Algorithm and digits, as they are written."""
    declared: str | None = None
    concluded: str | None = None
    supplier: str | None = None
    own: OwnWords = NOTHING
    places: tuple[Location, ...] = ()
    """Where its own manifests have it, if the document says so."""


class Root(NamedTuple):
    """What a document is about, or a part of it."""

    ref: str | None
    subject: Subject


class Source(NamedTuple):
    """A document before its components are found in its inventory."""

    roots: Sequence[Root]
    """What is described, then what it consists of; empty if nothing is described."""
    told: Sequence[Told]
    requires: Mapping[str, Sequence[str]]
    """Ids by id."""
    shipped: bool = False
    """Whether it says that tools were left out."""
    unread: tuple[str, ...] = ()


def content_of(document: Document, inventory: Inventory, name: str) -> Content:
    """Its content, with every entry as a component of its own. `name`: of the subject where it has none itself."""
    source = _source(document)
    created = instant(document.described.created)
    about = About(
        source.roots[0].subject if source.roots else Subject(inert(name) or "unnamed"),
        _NOBODY,
        f"{created:%Y-%m-%dT%H:%M:%SZ}" if created else None,
    )
    plain = assemble([inventory], about, apart=True)
    numbers = _Numbers(plain.components)
    refs: dict[str, int] = {}
    components = list(plain.components)
    for told in source.told:
        number = numbers.of(told)
        if number is not None:
            components[number] = _completed(components[number], told, source.requires)
            if told.ref:
                refs.setdefault(told.ref, number)
    main, parts = _subjects(source, plain.subject, refs)
    return plain._replace(
        subject=main,
        parts=parts,
        components=tuple(components),
        scope="shipped" if source.shipped else "all",
        unread=(*source.unread, *plain.unread),
    )


def _source(document: Document) -> Source:
    described, root = document
    if described.format == "CycloneDX":
        from checks.sboms.describe_xml import members
        from checks.sboms.input_cyclonedx import source

        return source(root if isinstance(root, Mapping) else members(root))
    assert isinstance(root, Mapping)
    if described.version.startswith("3"):
        from checks.sboms.input_spdx3 import source
    else:
        from checks.sboms.input_spdx import source
    return source(root)


class _Numbers:
    """The component that a description means: by the whole purl and the hashes, else by less of it."""

    def __init__(self, components: Sequence[Component]) -> None:
        self._left: dict[object, list[int]] = {}
        self._used: set[int] = set()
        for number, component in reversed([*enumerate(components)]):
            base, version, hashes = (
                component.purl.partition("@")[0].partition("?")[0],
                component.version,
                component.hashes,
            )
            keys = ((component.purl, frozenset(hashes)), (base, version, frozenset(hashes)), (base, version))
            for key in keys:
                self._left.setdefault(key, []).append(number)

    def of(self, told: Told) -> int | None:
        try:
            known = identity_of(told.purl) if told.purl else generic(told.name or "", told.group, told.version)
        except ValueError:
            return None
        base = known.purl.partition("@")[0]
        version = known.version or told.version
        version = inert(version) if version else None
        hashes = frozenset(_hashes(known.purl, told.hashes))
        for key in ((told.purl, hashes), (base, version, hashes), (base, version)):
            waiting = self._left.get(key, [])
            while waiting:
                number = waiting.pop()
                if number not in self._used:
                    self._used.add(number)
                    return number
        return None


def _hashes(purl: str, rows: Iterable[tuple[object, object]]) -> Iterable[tuple[str, str]]:
    for algorithm, digits in rows:
        text = hash_of(algorithm, digits)
        found = checksum(purl, text) if text else None
        if found:
            yield found


def subject_of(
    name: str | None, version: str | None, repository: str | None, commit: str | None, *, complete: bool
) -> Subject:
    """What is described, by words of the document; an address is none where it could hold more than a place."""
    place = _REPOSITORY(repository or "")
    return Subject(
        inert(name or "unnamed")[:MAX_WORD],
        inert(version)[:MAX_WORD] if version else None,
        commit if commit and _COMMIT(commit) else None,
        place[1] if place else None,
        complete=complete,
    )


def _completed(component: Component, told: Told, requires: Mapping[str, Sequence[str]]) -> Component:
    declared, concluded = (
        raw[:MAX_STATEMENT] if (raw := stated(text)) else None for text in (told.declared, told.concluded)
    )
    disputed = told.own.disputed
    apart = [text for kind, text in disputed if kind == "declared"]
    if apart:  # what could not stand beside the concluded one, or several of which none counts
        concluded, declared = concluded or declared, apart[0] if len(apart) == 1 else None
        disputed = disputed if declared is None else tuple(pair for pair in disputed if pair[0] != "declared")
    if declared or concluded or disputed:
        component = component._replace(declared=declared, concluded=concluded)
    row = requires.get(told.ref or "", _OPEN)
    silent = bool(row) and all(target.endswith(_OPEN) for target in row)
    return component._replace(
        requires=component.requires or (None if silent else ()),
        supplier=inert(told.supplier) if told.supplier else component.supplier,
        parts=tuple(sorted(set(map(inert, told.own.parts)))),
        disputed=tuple(sorted(set(disputed))),
        places=told.places or component.places,
    )


def _subjects(source: Source, plain: Subject, refs: Mapping[str, int]) -> tuple[Subject, tuple[Subject, ...]]:
    """What has modules and asks for packages itself is one thing; what only consists of others is a product."""
    parts = [
        root.subject._replace(requires=tuple(sorted(_required(root.ref, source, refs))))
        for root in source.roots[1 : MAX_PARTS + 2]
    ]
    main = source.roots[0].ref if source.roots else None
    if (
        not parts
        or len(parts) > MAX_PARTS
        or _required(main, source, refs, frozenset(root.ref for root in source.roots[1:]))
    ):
        complete = source.roots[0].subject.complete if source.roots else False
        return plain._replace(complete=complete), ()
    return plain._replace(requires=(), complete=all(part.complete for part in parts)), tuple(parts)


def _required(
    ref: str | None, source: Source, refs: Mapping[str, int], without: frozenset[str | None] = frozenset()
) -> set[int]:
    """The packages that it asks for, through its files and other things that are none, but not through some."""
    found: set[int] = set()
    seen = {ref, *without}
    waiting = [*source.requires.get(ref or "", ())]
    while waiting:
        target = waiting.pop()
        if target in refs:
            found.add(refs[target])
        elif target not in seen:
            seen.add(target)
            waiting += source.requires.get(target, ())
    return found
