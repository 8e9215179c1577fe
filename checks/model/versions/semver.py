"""Semantic Versioning 2.0.0 and its relatives: npm, Cargo, Hex, Swift, pub, Go and NuGet."""

from __future__ import annotations

from .text import Key, compiled, number

_CORE = r"v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?"
_SHORT = r"v?(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*))?"
_GO_RELEASE = r"(?:go)?([1-9][0-9]*)\.(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*))?(?:(beta|rc)([1-9][0-9]*))?"
_NUGET = r"([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?"

_RELEASE: Key = ((2,),)


def semver_key(text: str) -> Key | None:
    """SemVer 2.0.0, section 11: build metadata does not order. A leading `v`, as in a tag, is allowed."""
    match = compiled(_CORE).fullmatch(text)
    if match is None:
        return None
    major, minor, patch, pre, build = match.groups()
    labels = _RELEASE if pre is None else _labels(pre)
    if labels is None or (build is not None and "" in build.split(".")):
        return None
    return (number(major), number(minor), number(patch), labels)


def short_semver_key(text: str) -> Key | None:
    """SemVer where `v1` and `v1.2` mean `v1.0.0` and `v1.2.0` (SwiftPM reads tags like this)."""
    key = semver_key(text)
    if key is None:
        match = compiled(_SHORT).fullmatch(text)
        if match is not None:
            return (number(match[1]), number(match[2] or "0"), 0, _RELEASE)
    return key


def go_key(text: str) -> Key | None:
    """Go's x/mod/semver: pseudo-versions are prereleases, `+incompatible` does not order, `v1` is `v1.0.0`.

    The `v` may be missing (purls and advisories drop it), and releases of Go itself (`go1.21rc2`, package
    go/version) order as the Go vulnerability database writes them, `1.21.0-rc.2`.
    """
    key = short_semver_key(text)
    if key is None:
        match = compiled(_GO_RELEASE).fullmatch(text)
        if match is not None:
            labels = ((1, match[4]), (0, number(match[5]))) if match[4] else _RELEASE
            return (number(match[1]), number(match[2]), number(match[3] or "0"), labels)
    return key


def pub_key(text: str) -> Key | None:
    """pub_semver: SemVer, except that build metadata orders too, after the same version without it."""
    key = semver_key(text)
    if key is None:
        return None
    build = text.partition("+")[2]
    return (*key, _labels(build, zeros=True) if build else ())


def nuget_key(text: str) -> Key | None:
    """NuGet package versioning: one to four numbers (`1.0` is `1.0.0.0`), labels without regard to case."""
    match = compiled(_NUGET).fullmatch(text)
    if match is None:
        return None
    *numbers, pre, build = match.groups()
    labels = _RELEASE if pre is None else _labels(pre.lower(), zeros=True)
    if labels is None or (build is not None and "" in build.split(".")):
        return None
    return (*(number(part or "0") for part in numbers), labels)


def is_semver_prerelease(_text: str, key: Key) -> bool:
    return key[3] != _RELEASE


def is_nuget_prerelease(_text: str, key: Key) -> bool:
    return key[4] != _RELEASE


def _labels(text: str, *, zeros: bool = False) -> Key | None:
    """Dot-separated identifiers: numbers by value and before text, text by ASCII, fewer before more."""
    labels: list[Key] = []
    for label in text.split("."):
        if label.isdigit():
            if label[0] == "0" and len(label) > 1 and not zeros:
                return None
            labels.append((0, number(label)))
        elif label:
            labels.append((1, label))
        else:
            return None
    return tuple(labels)
