"""What changed between two inventories, for people and for programs."""

from collections import Counter
from collections.abc import Iterator, Sequence

from checks.model.change import Change, ChangeKind
from checks.model.dependency import Dependency
from checks.model.phrase import visible
from checks.model.provenance import other_hash
from checks.model.purl import versioned
from checks.render.markdown import code

#: In the order in which people read them, with the sign of each.
SIGNS = {
    ChangeKind.RESOURCED: "!",
    ChangeKind.ADDED: "+",
    ChangeKind.UPDATED: "~",
    ChangeKind.MOVED: ">",
    ChangeKind.REMOVED: "-",
}
_ORDER = tuple(SIGNS)
#: Places of one change that are spelled out; the count says how many there are.
PLACES = 5
#: Rows of a Markdown table; GitHub cuts a comment at 65,536 characters.
ROWS = 300


def ordered(changes: Sequence[Change]) -> list[Change]:
    """What changed, the most risky first, then by name."""
    changed = [change for change in changes if change.kind in SIGNS]
    return sorted(changed, key=lambda c: (_ORDER.index(c.kind), c.name.lower(), c.version or ""))


def headline(changes: Sequence[Change]) -> str:
    """`2 added, 1 updated`, or that nothing changed."""
    counts = Counter(change.kind for change in changes)
    return ", ".join(f"{counts[kind]:,} {kind.value}" for kind in _ORDER if counts[kind]) or "no package changed"


def text(changes: Sequence[Change]) -> Iterator[str]:
    """Lines without their end, the headline last: where a terminal ends."""
    for change in changes:
        yield f"{SIGNS[change.kind]} {visible(change.name, 100)} {visible(_what(change))}"
        chain = [_step(step) for step in change.places[0].why]
        if len(chain) > 1:
            yield f"    brought by {' > '.join(_short(chain))}"
        for place in change.places[:PLACES]:
            yield f"    {visible(place.dependency.location.path)}:{place.dependency.location.line}"
        if len(change.places) > PLACES:
            yield f"    and {len(change.places) - PLACES:,} more places"
    yield headline(changes)


def markdown(changes: Sequence[Change]) -> Iterator[str]:
    """A table for a release note or a comment."""
    yield f"**{headline(changes)}**"
    if not changes:
        return
    yield ""
    yield "| | package | version | where | brought by |"
    yield "|---|---|---|---|---|"
    for change in changes[:ROWS]:
        places = change.places
        where = _cell(f"{places[0].dependency.location.path}:{places[0].dependency.location.line}", 200)
        more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
        chain = [_step(step) for step in places[0].why[:-1]]
        why = " › ".join(_cell(step, 100) for step in _short(chain)) if chain else ""
        name, what = _cell(change.name, 100), _cell(_what(change), 200)
        yield f"| {change.kind.value} | {name} | {what} | {where}{more} | {why} |"
    if len(changes) > ROWS:
        yield ""
        yield f"{len(changes) - ROWS:,} more are in the JSON form."


def _cell(foreign: str, limit: int) -> str:
    """A code span inside a table, where a bar would end the cell (GFM, example 200)."""
    return code(foreign, limit).replace("|", "\\|")


def document(changes: Sequence[Change], base: str, head: str) -> dict[str, object]:
    """The JSON form; `before` and `places` have every place."""
    counts = Counter(change.kind for change in changes)
    return {
        "schema": 1,
        "base": base,
        "head": head,
        "counts": {kind.value: counts[kind] for kind in _ORDER},
        "changes": [_change(change) for change in changes],
    }


def _change(change: Change) -> dict[str, object]:
    places = [
        {**_side(place.dependency), "why": [versioned(step.purl, step.version) for step in place.why[:32]]}
        for place in change.places
    ]
    return {
        "kind": change.kind.value,
        "purl": versioned(change.purl, change.version),
        "name": change.name,
        "version": change.version,
        "before": [_side(dependency) for dependency in change.before],
        "places": places,
    }


def _side(dependency: Dependency) -> dict[str, object]:
    return {
        "version": dependency.version,
        "path": dependency.location.path,
        "line": dependency.location.line,
        "scope": dependency.scope.value,
        "direct": dependency.direct,
        "origin": dependency.origin.value,
        "source": dependency.source,
        "integrity": list(dependency.integrity),
    }


def _what(change: Change) -> str:
    """`1.0.0 → 2.0.0`, `1.0.0 development → runtime` or `1.0.0 sha512-A → sha512-B`."""
    now, version = change.places[0].dependency, change.version or "–"
    if change.kind is ChangeKind.UPDATED:
        return f"{_joined(item.version or '–' for item in change.before)} → {version}"
    if change.kind is ChangeKind.MOVED:
        return f"{version} {_joined(item.scope.value for item in change.before)} → {change.scope.value}"
    if change.kind is ChangeKind.RESOURCED and change.before:
        before = change.before[0]
        sides = (before.integrity[0], now.integrity[0]) if other_hash(before, now) else (_from(before), _from(now))
        return f"{version} {sides[0]} → {sides[1]}"
    return version


def _from(dependency: Dependency) -> str:
    return dependency.source or dependency.origin.value


def _joined(words: Iterator[str]) -> str:
    return ", ".join(sorted(set(words)))


def _step(dependency: Dependency) -> str:
    name = visible(dependency.name, 100)
    return f"{name} {visible(dependency.version, 60)}" if dependency.version else name


def _short(chain: Sequence[str]) -> list[str]:
    """Both ends of a long chain."""
    return list(chain) if len(chain) <= 6 else [*chain[:3], "…", *chain[-2:]]
