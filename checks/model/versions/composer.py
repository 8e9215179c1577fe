"""Composer versions: composer/semver normalizes the text, PHP's `version_compare` orders it."""

from __future__ import annotations

from .text import Key, compiled, number

_MODIFIER = r"[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]++)*+)?)?([.-]?dev)?"
_CLASSIC = r"v?([0-9]{1,5})(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?" + _MODIFIER
_DATE = r"v?([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})" + _MODIFIER
_BRANCH = r"v?([0-9]+)(?:\.([0-9]+|[x*]))?(?:\.([0-9]+|[x*]))?(?:\.([0-9]+|[x*]))?[.-]?dev"

# version_compare: dev < alpha = a < beta = b < RC = rc < # (a number, or nothing) < pl = p
_FORMS = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "patch": 5, "pl": 5, "p": 5}
_END, _NUMBER = (4, 0), 1
_BRANCH_PART = 9_999_999  # what Composer puts for the `x` of a numeric branch


def composer_key(text: str) -> Key | None:
    """VersionParser::normalize, then `version_compare`: dev < alpha < beta < RC < the release < patch.

    `1.0` is `1.0.0.0`. Branches (`dev-main`) come before all versions, in the order of their names; Composer
    itself only knows whether two of them are equal.
    """
    lower = text.lower()
    if lower in ("master", "trunk", "default"):
        return (0, text)
    if lower.startswith("dev-"):
        return (0, text[4:]) if len(text) > 4 else None
    release, plus, build = lower.partition("+")
    if plus and not build:
        return None
    match = compiled(_CLASSIC).fullmatch(release)
    if match is not None:
        parts = [part or "0" for part in match.groups()[:4]]
        return _key(parts, *match.groups()[4:])
    match = compiled(_DATE).fullmatch(release)
    if match is not None:
        return _key(compiled(r"[0-9]+").findall(match[1]), *match.groups()[1:])
    match = compiled(_BRANCH).fullmatch(lower)
    if match is not None:
        return _key([part or "x" for part in match.groups()], None, None, "dev")
    return None


def is_composer_prerelease(_text: str, key: Key) -> bool:
    """Every stability below `stable`, branches included."""
    return key[0] == 0 or any(isinstance(item, tuple) and item[0] < _END[0] for item in key[1:])


def _key(parts: list[str], stability: str | None, count: str | None, dev: str | None) -> Key:
    key: list[Key] = [(4, _NUMBER, number(part) if part.isdigit() else _BRANCH_PART) for part in parts]
    if stability and stability != "stable":
        key.append((_FORMS[stability],))
        key += [(4, _NUMBER, number(part)) for part in compiled(r"[0-9]+").findall(count or "")]
    if dev and stability != "stable":
        key.append((_FORMS["dev"],))
    return (1, *key, _END)
