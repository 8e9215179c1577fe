"""One document about a product out of documents about its parts: each part with its own roots, equal components once.

Neither the order of the inputs counts nor how often one is given.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from checks.model.dependency import SCOPE_ORDER, Location, Origin
from checks.sboms.assembly import About, limited, refs_of
from checks.sboms.content import Component, Content, Subject
from checks.sboms.inert import inert
from checks.sboms.wording import worded

_RANK = {scope: rank for rank, scope in enumerate(SCOPE_ORDER)}
#: Which parts have a component is found by following the graph from each; an input of more parts times components than
#: this is about one thing, or 3 MB of somebody else's workspace would become gigabytes.
MAX_FOLLOWED = 1_000_000


class _Entry(NamedTuple):
    """A component of one input, which may be equal to those of others."""

    component: Component
    parts: tuple[str, ...]
    input: int
    number: int


def merge(inputs: Iterable[Content], about: About) -> Content:
    """`about`: the product; its time is the newest of the inputs where it has none itself."""
    given = [*map(_labeled, inputs)]
    entries = [entry for number, content in enumerate(given) for entry in _entries(content, number)]
    notes: list[str] = []
    groups = sorted(_groups(entries, notes), key=_order)
    place = {(entry.input, entry.number): index for index, group in enumerate(groups) for entry in group}
    refs = refs_of([group[0].component.purl for group in groups])
    components = tuple(_merged(group, ref, place, notes) for group, ref in zip(groups, refs, strict=True))
    parts = tuple(_parts(given, place, notes))
    times = [content.created for content in given if content.created]
    said = {sentence for content in given for sentence in content.unread} | set(notes)
    return Content(
        about.subject._replace(requires=(), complete=all(part.complete for part in parts)),
        components,
        about.tool,
        about.created or max(times, default=None),
        about.authors,
        "shipped" if given and all(content.scope == "shipped" for content in given) else "all",
        limited(sorted(said)),
        parts,
    )


def _labeled(content: Content) -> Content:
    """Paths and sentences of an input about one repository say which; those of a product say it already."""
    if content.parts:
        if _tells_parts(content):
            return content
        required = {target for part in content.parts for target in part.requires}
        content = content._replace(subject=content.subject._replace(requires=tuple(sorted(required))))
    name, label = content.subject.name, content.subject.label
    return content._replace(
        parts=(content.subject,),
        components=tuple(
            component._replace(parts=(label,), places=tuple(_inside(name, place) for place in component.places))
            for component in content.components
        ),
        unread=tuple(f"{label}: {sentence}" for sentence in content.unread),
    )


def _tells_parts(content: Content) -> bool:
    """Whether its components name the parts that have them, or the graph from each part can be followed."""
    followed = len(content.parts) * len(content.components)
    return followed <= MAX_FOLLOWED or all(component.parts for component in content.components)


def _inside(name: str, place: Location) -> Location:
    return Location(f"{name}/{place.path}", place.line, place.end_line)


def _entries(content: Content, number: int) -> Iterator[_Entry]:
    """A component that names no part is in those that reach it."""
    known = {part.label for part in content.parts}
    reached: dict[int, set[str]] = {}
    if any(not component.parts for component in content.components):
        for part in content.parts:
            for index in _reach(content, part):
                reached.setdefault(index, set()).add(part.label)
    for index, component in enumerate(content.components):
        named = known.intersection(component.parts) or reached.get(index, set())
        yield _Entry(component, tuple(sorted(named)), number, index)


def _reach(content: Content, part: Subject) -> set[int]:
    seen = set(part.requires)
    waiting = list(seen)
    while waiting:
        fresh = set(content.components[waiting.pop()].requires or ()) - seen
        seen |= fresh
        waiting += fresh
    return seen


# -- which components are equal --------------------------------------------------------------------------------------


def _groups(entries: Iterable[_Entry], notes: list[str]) -> Iterator[list[_Entry]]:
    """By purl (with version and address) and hash. A folder of a repository is nobody else's."""
    by_purl: dict[tuple[object, ...], list[_Entry]] = {}
    for entry in entries:
        component = entry.component
        where = entry.parts if component.origin is Origin.PATH else ()
        by_purl.setdefault((component.purl, component.origin.value, where), []).append(entry)
    for members in by_purl.values():
        if len(members) == 1:
            yield members
        else:
            yield from _by_hash(members, notes)


def _by_hash(members: Sequence[_Entry], notes: list[str]) -> Iterator[list[_Entry]]:
    """All of them where no two hashes contradict each other; else those with a hash in common, and those without."""
    classes = _sharing(members)
    algorithms = Counter(name for hashes, _ in classes for name in {name for name, _ in hashes})
    if not any(count > 1 for count in algorithms.values()):
        yield list(members)
        return
    who = {label for hashes, found in classes if hashes for entry in found for label in entry.parts}
    purl = members[0].component.purl
    notes.append(f"{purl} has different hashes in {', '.join(sorted(who))}, and is listed once for each.")
    for _, found in classes:
        yield found


def _sharing(members: Iterable[_Entry]) -> Sequence[tuple[set[tuple[str, str]], list[_Entry]]]:
    """In classes of which no two have a hash in common, and those without hashes in one."""
    by_hash: dict[tuple[str, str] | None, tuple[set[tuple[str, str]], list[_Entry]]] = {}
    for entry in members:
        hashes = entry.component.hashes
        known = {id(found): found for pair in hashes or (None,) if (found := by_hash.get(pair))}
        largest = max(known.values(), key=lambda item: len(item[0]), default=(set(), []))
        for other in known.values():
            if other is not largest:  # the smaller one moves, so that nothing moves often
                largest[0].update(other[0])
                largest[1].extend(other[1])
                by_hash.update(dict.fromkeys(other[0], largest))
        largest[0].update(hashes)
        largest[1].append(entry)
        by_hash.update(dict.fromkeys(hashes or (None,), largest))
    return list({id(found): found for found in by_hash.values()}.values())


# -- one out of equal ones -------------------------------------------------------------------------------------------


def _order(group: Sequence[_Entry]) -> tuple[object, ...]:
    hashes = sorted({pair for entry in group for pair in entry.component.hashes})
    parts = sorted({label for entry in group for label in entry.parts})
    first = group[0].component
    return first.purl, first.origin.value, hashes, parts


def _merged(group: Sequence[_Entry], ref: str, place: Mapping[tuple[int, int], int], notes: list[str]) -> Component:
    found = [entry.component for entry in group]
    first = found[0]
    declared, concluded, disputed = _licenses(group, notes)
    own = place[group[0].input, group[0].number]
    required = {
        place[entry.input, target] for entry in group for target in entry.component.requires or ()
    } - {own}  # fmt: skip
    return first._replace(
        ref=ref,
        scope=min((item.scope for item in found), key=_RANK.__getitem__),
        direct=_either(item.direct for item in found),
        source=min(filter(None, (item.source for item in found)), default=None),
        declared=declared,
        concluded=concluded,
        hashes=tuple(sorted({pair for item in found for pair in item.hashes})),
        integrity=tuple(sorted({text for item in found for text in item.integrity})),
        supplier=min(filter(None, (item.supplier for item in found)), default=None),
        places=tuple(sorted({at for item in found for at in item.places}, key=lambda at: (at.path, at.line))),
        requires=None if all(item.requires is None for item in found) else tuple(sorted(required)),
        parts=tuple(sorted({label for entry in group for label in entry.parts})),
        disputed=disputed,
    )


def _either(said: Iterable[bool | None]) -> bool | None:
    found = set(said)
    return True if True in found else False if False in found else None


def _licenses(group: Sequence[_Entry], notes: list[str]) -> tuple[str | None, str | None, tuple[tuple[str, str], ...]]:
    """What all say that say something. Where they differ nobody is right here, and every statement is kept."""
    agreed: list[str | None] = []
    disputed: list[tuple[str, str]] = []
    for kind in ("declared", "concluded"):
        said: dict[str, set[str]] = {}
        for entry in group:
            for text in _statements(entry.component, kind):
                said.setdefault(text, set()).update(entry.parts)
        agreed.append(next(iter(said)) if len(said) == 1 else None)
        if len(said) > 1:
            disputed += [(kind, text) for text in sorted(said)]
            who = "; ".join(f"'{text}'" for text in sorted(said))
            purl = group[0].component.purl
            notes.append(f"{purl} is {kind} under different licenses by what lists it: {who}.")
    return agreed[0], agreed[1], tuple(disputed)


def _statements(component: Component, kind: str) -> Iterator[str]:
    raw = component.declared if kind == "declared" else component.concluded
    if raw:
        yield worded(raw).text
    yield from (text for told, text in component.disputed if told == kind)


# -- what the product consists of ------------------------------------------------------------------------------------


def _parts(given: Sequence[Content], place: Mapping[tuple[int, int], int], notes: list[str]) -> Iterator[Subject]:
    """By name and version; what is given twice asks for what both say."""
    found = [
        part._replace(requires=tuple(place[number, target] for target in part.requires))
        for number, content in enumerate(given)
        for part in content.parts
    ]
    for label, same in groupby(sorted(found, key=_part_order), key=lambda part: part.label):
        parts = list(same)
        commits = {part.commit for part in parts if part.commit}
        if len(commits) > 1:
            notes.append(inert(f"{label} stands for {len(commits)} commits: {', '.join(sorted(commits))}."))
        yield parts[0]._replace(
            commit=min(commits, default=None),
            repository=min(filter(None, (part.repository for part in parts)), default=None),
            requires=tuple(sorted({target for part in parts for target in part.requires})),
            complete=all(part.complete for part in parts),
        )


def _part_order(part: Subject) -> tuple[str, str, str, str]:
    return part.label, part.name, part.commit or "", part.repository or ""
