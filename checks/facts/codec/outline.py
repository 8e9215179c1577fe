"""What of a written fact decides verdicts, without decoding it: a preview reads millions.

The codec writes the same bytes for the same value, so a pattern suffices. It takes plain texts only; whatever else
there is has no outline and must be decoded.
"""

import re
from collections.abc import Callable, Mapping

#: The presence of facts, their values and days; for equal ones decoding differs in what is not looked at, and in the
#: time of day.
Outline = tuple[bytes | None, ...]
Matches = Callable[[bytes], "re.Match[bytes] | None"]
_TEXT = rb'"[ !#-\[\]-~]*"'
_NUMBER = rb"-?[0-9]+(?:\.[0-9]+)?"
_DAY = rb'"([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9:.]+Z"'
_TIME = rb'"[0-9-]+T[0-9:.]+Z"'


def _known(value: bytes, time: bytes = _TIME) -> bytes:
    return rb"\[" + value + rb"," + _TEXT + rb"(?:," + time + rb")?\]"


def _maybe(name: bytes, value: bytes) -> bytes:
    """A field that comes after `form`."""
    return rb'(?:,"' + name + rb'":' + value + rb")?"


def _pattern(*parts: bytes) -> Matches:
    return re.compile(rb"\{" + b"".join(parts) + rb"\}").fullmatch


_ROW = rb"\[" + _TEXT + rb"," + _TEXT + rb",(?:null|" + _TEXT + rb")," + _NUMBER + rb"\]"
_SCORE = rb"\[" + _TEXT + rb",(?:null|" + _NUMBER + rb")," + _TEXT + rb"\]"


def _rows(row: bytes) -> bytes:
    return rb"\[(?:" + row + rb"(?:," + row + rb")*)?\]"


#: By the kind of record what matches it; the groups of the match are its outline. Without a match it must be decoded.
OUTLINES: Mapping[str, Matches] = {
    "version": _pattern(
        rb'(?:"(deprecated)":' + _known(_TEXT, _DAY) + rb",)?",
        rb'"form":1',
        _maybe(b"license", _known(_TEXT)),
        _maybe(b"opinions", _rows(_known(_TEXT))),
        _maybe(b"published", _known(_DAY)),
        _maybe(b"texts", _known(_rows(_ROW))),
        rb'(?:,"(yanked)":' + _known(_TEXT, _DAY) + rb")?",
    ),
    "advisories": _pattern(
        rb'"advisories":' + _known(rb"\[((?:" + _TEXT + rb"(?:," + _TEXT + rb")*)?)\]", _DAY), rb',"form":1'
    ),
    "health": _pattern(
        rb'(?:"archived":' + _known(rb"(true|false)", _DAY) + rb",)?",
        rb'(?:"dependents":' + _known(_NUMBER) + rb",)?",
        rb'"form":1',
        _maybe(b"maintainers", _known(_NUMBER)),
        _maybe(b"replaced_by", _known(_TEXT)),
        _maybe(b"repository", _known(_TEXT)),
        _maybe(b"scorecard", _known(rb"\[(?:null|" + _NUMBER + rb")," + _rows(_SCORE) + rb"\]")),
        _maybe(b"status", _known(rb'\["([a-z]+)",' + _TEXT + rb"\]", _DAY)),
    ),
}
#: Where in an outline days are.
DAYS: Mapping[str, tuple[int, ...]] = {"version": (1, 2, 4), "advisories": (1,), "health": (1, 3)}
