"""Python versions: PEP 440, now "Version specifiers" of the Python packaging specifications."""

from __future__ import annotations

from .text import Key, compiled, number

_VERSION = (
    r"v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?"
    r"(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?"
    r"(?:[-_.]?(dev)[-_.]?([0-9]*))?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?"
)
_PRE = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_ONLY_DEV, _NO_PRE = (-1, 0), (3, 0)


def pep440_key(text: str) -> Key | None:
    """PEP 440: epoch, release without trailing zeros, prerelease, post-release, dev release, local label."""
    match = compiled(_VERSION).fullmatch(text.lower()) if text.isascii() else None
    if match is None:
        return None
    epoch, release, pre_word, pre, implicit_post, post_word, post, dev_word, dev, local = match.groups()
    numbers = [number(part) for part in release.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    is_post = implicit_post is not None or post_word is not None
    if pre_word is not None:
        pre_key = (_PRE[pre_word], number(pre or "0"))
    else:  # 1.0.dev1 comes before 1.0a1, but 1.0.post1.dev1 after 1.0
        pre_key = _ONLY_DEV if dev_word and not is_post else _NO_PRE
    return (
        number(epoch or "0"),
        tuple(numbers),
        pre_key,
        number(implicit_post or post or "0") if is_post else -1,
        (0, number(dev or "0")) if dev_word else (1,),
        _local(local) if local else (),
    )


def is_pep440_prerelease(_text: str, key: Key) -> bool:
    return key[2] != _NO_PRE or key[4] != (1,)


def _local(text: str) -> Key:
    """Numbers come after text here, unlike in SemVer."""
    parts = text.replace("-", ".").replace("_", ".").split(".")
    return tuple((1, number(part)) if part.isdigit() else (0, part) for part in parts)
