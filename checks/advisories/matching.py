"""Whether an advisory affects a version, and which versions fix it: the algorithm of the OSV schema.

It goes by the order of each ecosystem, and says None where nobody can tell: docs/vulnerabilities.md.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from checks.advisories.ecosystems import identity
from checks.model.advisory import Advisory, Affected, AffectedRange, Event, RangeKind
from checks.model.purl import type_of
from checks.model.versions import InvalidVersion, sort_key

_Key = tuple[object, ...]

#: Before every version: what `introduced: "0"` means.
_START: _Key = ()
_FROM_THE_BEGINNING = Event("introduced", "0")
#: Purl types whose own order is that of Semantic Versioning, or wider.
_SEMVER = frozenset({"cargo", "golang", "hex", "npm", "nuget", "pub", "swift"})
#: A tag of an action that moves: `v4` is the newest 4.x.y, and nobody knows which one ran.
_MOVING_TAG = re.compile(r"v?\d{1,9}(?:\.\d{1,9})?")
_NEWEST = ".999999999"


def affects(advisory: Advisory, purl: str, version: str | None) -> bool | None:
    """Whether a version of the package is affected. None: it cannot be told, because there is no version, or one that
    its ecosystem cannot order, or the record only has commits, or is not understood, or its releases disagree.
    """
    wanted = identity(purl)
    answer: bool | None = False
    by_release: dict[str, bool | None] = {}
    for entry in advisory.affected:
        if entry.purl != wanted:
            continue
        found = _affects(entry, type_of(wanted), version)
        if entry.release:
            by_release[entry.release] = _either(by_release.get(entry.release, False), found)
        else:
            answer = _either(answer, found)
    if by_release:
        answers = set(by_release.values())
        return answers.pop() if len(answers) == 1 else None
    return answer


def fixed_versions(advisory: Advisory, purl: str, version: str | None) -> tuple[str, ...]:
    """The versions above `version` that fix the advisory, oldest first; without a version, all of them.

    Each is one that the record names as fixed and that it does not affect by another range.
    """
    named = _named_fixes(advisory, purl, version)
    return tuple(named[key] for key in sorted(named) if affects(advisory, purl, named[key]) is False)


def common_fix(advisories: Sequence[Advisory], purl: str, version: str | None) -> str | None:
    """The smallest version above `version` that any of `advisories` names as fixed and that none of them affects."""
    named = [_named_fixes(advisory, purl, version) for advisory in advisories]
    order = sorted(range(len(named)), key=lambda index: min(named[index], default=_START), reverse=True)
    strict = [advisories[index] for index in order]  # who is fixed last rejects most candidates at once
    candidates = {key: fix for fixes in named for key, fix in fixes.items()}
    for key in sorted(candidates):
        if all(affects(advisory, purl, candidates[key]) is False for advisory in strict):
            return candidates[key]
    return None


def _named_fixes(advisory: Advisory, purl: str, version: str | None) -> dict[_Key, str]:
    """The versions above `version` that the record names as fixed, as the ecosystem's tools take them."""
    wanted = identity(purl)
    type_ = type_of(wanted)
    go_module = type_ == "golang" and "/" in wanted.removeprefix("pkg:golang/")  # neither stdlib nor toolchain
    current = (_key(type_, version) if version is not None else None) or _START
    found: dict[_Key, str] = {}
    for entry in advisory.affected:
        if entry.purl == wanted:
            for key, fixed in _fixes(entry, type_):
                if key > current:
                    found.setdefault(key, f"v{fixed}" if go_module and fixed[0] != "v" else fixed)
    return found


def _affects(entry: Affected, type_: str, version: str | None) -> bool | None:
    if version is not None and (version in entry.versions or version.removeprefix("v") in entry.versions):
        return True
    answer: bool | None = False
    ordered = False
    for range_ in entry.ranges:
        if range_.kind is not RangeKind.GIT:
            ordered = True
            answer = _either(answer, _inside(range_, type_, version))
    if ordered:
        return answer
    return _listed(entry.versions, type_, version) if entry.versions else None


def _either(first: bool | None, second: bool | None) -> bool | None:
    """Three-valued "or"."""
    if first or second:
        return True
    return None if first is None or second is None else False


def _listed(versions: frozenset[str], type_: str, version: str | None) -> bool | None:
    """Whether a version is among the listed ones in another spelling: `1.0` and `1.0.0`."""
    if version is None:
        return None
    key = _key(type_, version)
    return key is not None and any(_key(type_, item) == key for item in versions)


def _inside(range_: AffectedRange, type_: str, version: str | None) -> bool | None:
    if len(range_.events) == 1 and range_.events[0] == _FROM_THE_BEGINNING:
        return True
    order = type_ if range_.kind is RangeKind.ECOSYSTEM or type_ in _SEMVER else "npm"
    events = _ordered(range_, order)
    if version is None or events is None:
        return None
    low = _key(order, version)
    if low is None:
        return None
    inside = _walk(events, low)
    if type_ == "github" and _MOVING_TAG.fullmatch(version):
        newest = _key(order, version + _NEWEST)
        return inside if newest is not None and _walk(events, newest) is inside else None
    return inside


@lru_cache(maxsize=65_536)
def _ordered(range_: AffectedRange, order: str) -> Sequence[tuple[_Key, str]] | None:
    """The events by version, in the order of the record where versions are equal; None where one has no order.

    A range without a beginning, which the schema forbids, begins with the first version.
    """
    found: list[tuple[_Key, str]] = []
    for event in range_.events:
        if event.version == "0" and event.kind == "introduced":
            found.append((_START, event.kind))
        elif event.kind != "limit" or event.version != "*":
            key = _key(order, event.version)
            if key is None:
                return None
            found.append((key, event.kind))
    if not any(kind == "introduced" for _, kind in found):
        found.append((_START, "introduced"))
    found.sort(key=lambda item: item[0])
    return found if range_.kind is not RangeKind.UNREADABLE else None


def _walk(events: Sequence[tuple[_Key, str]], version: _Key) -> bool:
    inside = False
    limits: list[_Key] = []
    for key, kind in events:
        if kind == "limit":
            limits.append(key)
        elif kind == "introduced":
            inside = inside or version >= key
        elif version > key or (kind == "fixed" and version == key):
            inside = False
    return inside and (not limits or any(version < limit for limit in limits))


def _fixes(entry: Affected, type_: str) -> Iterator[tuple[_Key, str]]:
    for range_ in entry.ranges:
        if range_.kind in (RangeKind.SEMVER, RangeKind.ECOSYSTEM):
            for event in range_.events:
                if event.kind == "fixed" and (key := _key(type_, event.version)) is not None:
                    yield key, event.version


def _key(type_: str, version: str) -> _Key | None:
    try:
        return sort_key(type_, version)
    except InvalidVersion:
        return None
