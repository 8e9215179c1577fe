"""The difference of two SBOMs for people and for programs, in the words of `ospo-gate diff` and `ospo-gate where`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from checks.model.phrase import visible
from checks.render.markdown import code
from checks.sboms.comparison import Difference, Kind, hashes, hosts, licenses, other_hashes, package, scope
from checks.sboms.content import Component
from checks.sboms.to_spdx import full_name

SIGNS = {
    Kind.RESOURCED: "!",
    Kind.ADDED: "+",
    Kind.UPDATED: "~",
    Kind.RELICENSED: "§",
    Kind.MOVED: ">",
    Kind.REMOVED: "-",
}
#: Rows of a Markdown table; GitHub cuts a comment at 65,536 characters.
ROWS = 300
#: Digits of a hash that tell people enough.
_DIGITS = 12
_DIRECT = {True: "direct", False: "transitive"}


def headline(found: Sequence[Difference]) -> str:
    """`2 added, 1 updated`, or that there is none."""
    counts = Counter(kind for item in found for kind in item.kinds)
    return ", ".join(f"{counts[kind]:,} {kind.value}" for kind in Kind if counts[kind]) or "no difference"


def restated(found: Sequence[Difference]) -> Iterator[str]:
    """How much only one of the two says, by what it is about."""
    for word in ("license", "hash", "scope"):
        now = sum(word in item.now_stated for item in found)
        gone = sum(word in item.no_longer_stated for item in found)
        parts = [f"stated now for {now:,}"] * bool(now) + [f"no longer stated for {gone:,}"] * bool(gone)
        if parts:
            yield f"{word}: {', '.join(parts)}"


def text(found: Sequence[Difference]) -> Iterator[str]:
    """Lines without their end, the headline last: where a terminal ends."""
    for item in _listed(found):
        yield f"{SIGNS[item.kinds[0]]} {visible(_name(item), 100)} {visible(', '.join(_details(item)), 300)}"
    yield from restated(found)
    yield headline(found)


def markdown(found: Sequence[Difference]) -> Iterator[str]:
    """A table for a release note or a comment."""
    yield f"**{headline(found)}**"
    rows = list(_listed(found))
    if rows:
        yield ""
        yield "| | package | what |"
        yield "|---|---|---|"
    for item in rows[:ROWS]:
        words = ", ".join(kind.value for kind in item.kinds if kind is not Kind.RESTATED)
        yield f"| {words} | {_cell(_name(item), 100)} | {_cell(', '.join(_details(item)), 300)} |"
    if len(rows) > ROWS:
        yield ""
        yield f"{len(rows) - ROWS:,} more are in the JSON form."
    for line in restated(found):
        yield ""
        yield f"{line}."


def document(found: Sequence[Difference], base: str, head: str) -> dict[str, object]:
    """The JSON form, with everything."""
    counts = Counter(kind for item in found for kind in item.kinds)
    return {
        "schema": 1,
        "base": base,
        "head": head,
        "counts": {kind.value: counts[kind] for kind in Kind},
        "changes": [
            {
                "kinds": [kind.value for kind in item.kinds],
                "package": package(item.shown),
                "name": _name(item),
                "before": [_side(component) for component in item.before],
                "after": [_side(component) for component in item.after],
                "now_stated": list(item.now_stated),
                "no_longer_stated": list(item.no_longer_stated),
            }
            for item in found
        ],
    }


def _listed(found: Iterable[Difference]) -> Iterator[Difference]:
    """What is only said by one of the two is counted: it would hide the rest."""
    return (item for item in found if item.kinds[0] is not Kind.RESTATED)


def _cell(foreign: str, limit: int) -> str:
    """A code span inside a table, where a bar would end the cell (GFM, example 200)."""
    return code(foreign, limit).replace("|", "\\|")


def _name(item: Difference) -> str:
    return full_name(item.shown)


def _details(item: Difference) -> Iterator[str]:
    """`1.0.0 → 2.0.0`, `license MIT → ISC`."""
    before, after = item.before, item.after
    yield " → ".join(dict.fromkeys(_versions(side) for side in (before, after) if side))
    if not (before and after):
        yield from filter(None, (" / ".join(licenses([item.shown])), *_about(item.shown)))
        return
    if Kind.RESOURCED in item.kinds:
        yield _hash(before, after) if other_hashes(before, after) else f"{_from(before)} → {_from(after)}"
    if Kind.RELICENSED in item.kinds:
        yield f"license {' / '.join(licenses(before))} → {' / '.join(licenses(after))}"
    if Kind.MOVED in item.kinds:
        yield f"{scope(before).value} → {scope(after).value}"


def _versions(side: Sequence[Component]) -> str:
    return ", ".join(dict.fromkeys(component.version or "–" for component in side))


def _about(component: Component) -> Iterator[str]:
    yield component.scope.value
    if component.direct is not None:
        yield _DIRECT[component.direct]


def _hash(before: Sequence[Component], after: Sequence[Component]) -> str:
    one, other = dict(hashes(before)), dict(hashes(after))
    name = min(one.keys() & other.keys())
    return f"{name} {one[name][:_DIGITS]}… → {other[name][:_DIGITS]}…"


def _from(side: Sequence[Component]) -> str:
    named = {component.source or component.origin.value for component in side}
    registries = hosts(side) if all(component.origin.value == "registry" for component in side) else ()
    return ", ".join(registries or sorted(named))


def _side(component: Component) -> dict[str, object]:
    return {
        "version": component.version,
        "purl": component.purl,
        "license": component.concluded or component.declared,
        "declared": component.declared,
        "concluded": component.concluded,
        "disputed": [text for _, text in component.disputed],
        "scope": component.scope.value,
        "direct": component.direct,
        "origin": component.origin.value,
        "source": component.source,
        "hashes": [{"algorithm": name, "content": digits} for name, digits in component.hashes],
        "integrity": list(component.integrity),
        "supplier": component.supplier,
    }
