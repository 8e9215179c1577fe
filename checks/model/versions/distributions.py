"""Linux distributions: Debian (deb-version), RPM (rpm-version) and Alpine (apk-tools)."""

from __future__ import annotations

from .text import Key, compiled, number

_DEB = r"(?:([0-9]+):([0-9A-Za-z.+~:-]+)|([0-9A-Za-z.+~-]+))"
_DEB_REVISION = r"[0-9A-Za-z.+~]+"
_DEB_PRE = r"~(?:alpha|beta|a|b|rc|pre|dev)(?![a-z])"
_RPM_EPOCH = r"([0-9]*):"
_RPM_SEGMENT = r"[0-9]+|[A-Za-z]+|[~^]"
_APK = (
    r"([0-9]+)((?:\.[0-9]+)*)(?:([a-z])([0-9]*))?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)"
    r"(?:~([0-9a-f]+))?(?:-r([0-9]*))?"
)
_APK_SUFFIXES = {
    **{word: (0, rank) for rank, word in enumerate(("alpha", "beta", "pre", "rc"))},
    **{word: (5, rank) for rank, word in enumerate(("cvs", "svn", "git", "hg", "p"))},
}


def deb_key(text: str) -> Key | None:
    """deb-version(7): `[epoch:]upstream[-revision]`; `~` before the end, letters before other characters."""
    match = compiled(_DEB).fullmatch(text)
    if match is None:
        return None
    rest = match[2] or match[3]
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, "0"
    if not upstream or compiled(_DEB_REVISION).fullmatch(revision) is None:
        return None
    return (number(match[1] or "0"), _deb_part(upstream), _deb_part(revision))


def is_deb_prerelease(text: str, _key: Key) -> bool:
    """`~rc1` and the like; `~` alone also marks backports (`~deb12u1`)."""
    return compiled(_DEB_PRE).search(text.lower()) is not None


def rpm_key(text: str) -> Key | None:
    """rpm-version(7): `[epoch:]version[-release]`; `~` before the end, `^` after it, letters before numbers.

    A missing release orders before any release: an order must be total, while RPM's dependencies read a
    missing release as any.
    """
    epoch = compiled(_RPM_EPOCH).match(text)
    rest = text[epoch.end() :] if epoch else text
    version, dash, release = rest.rpartition("-")
    if not dash:
        version = release
    if not version:
        return None
    return (number(epoch[1] or "0") if epoch else 0, _rpm_part(version), _rpm_part(release) if dash else ())


def is_rpm_prerelease(text: str, _key: Key) -> bool:
    return "~" in text


def apk_key(text: str) -> Key | None:
    """apk-tools: numbers, a letter, suffixes, a commit, `-r` and the revision.

    alpha < beta < pre < rc < no suffix < cvs < svn < git < hg < p. From the second number on, one that
    starts with 0 orders as text and before the others.
    """
    match = compiled(_APK).fullmatch(text)
    if match is None:
        return None
    first, numbers, letter, letter_count, suffixes, commit, revision = match.groups()
    key: list[Key] = [(7, 1, number(first))]
    key += [(7, 0, part) if part[0] == "0" else (7, 1, number(part)) for part in numbers.split(".")[1:]]
    if letter:
        key.append((6, letter))
    if letter_count:  # OpenSSH's 6.6.2p1
        key.append((7, 1, number(letter_count)))
    for word, count in compiled(r"_([a-z]+)([0-9]*)").findall(suffixes):
        key.append(_APK_SUFFIXES[word])
        if count:
            key.append((4, number(count)))
    if commit:
        key.append((3, commit))
    if revision is not None:
        key.append((2, number(revision or "0")))
    return (*key, (1,))


def is_apk_prerelease(_text: str, key: Key) -> bool:
    return any(isinstance(item, tuple) and item[0] == 0 for item in key)


def _deb_part(text: str) -> Key:
    """One flat list: the characters of a run without digits, 0 for its end, the number, and so on."""
    key: list[int] = []
    for characters, digits in compiled(r"([^0-9]*)([0-9]*)").findall(text):
        for character in characters:
            key.append(-1 if character == "~" else ord(character) + 256 * (not character.isalpha()))
        key += (0, number(digits or "0"))
    return tuple(key)


def _rpm_part(text: str) -> Key:
    key: list[Key] = []
    for segment in compiled(_RPM_SEGMENT).findall(text):
        if segment == "~":
            key.append((0,))
        elif segment == "^":
            key.append((2,))
        else:
            key.append((4, number(segment)) if segment.isdigit() else (3, segment))
    return (*key, (1,))
