"""JSON with one item of the long lists on each line: half the size and a seventh of the time of an indented document,
and a change of one component is a change of one line."""

import hashlib
import json
from collections.abc import Iterable, Mapping

#: The namespace of the identities that this program makes (a UUID made once).
_SPACE = bytes.fromhex("6a2b3d1c8d0b5a569c0f5d3f0a7f4be1")

#: A text as JSON, in ASCII: nothing in it moves a cursor or hides something.
quoted = json.encoder.encode_basestring_ascii
encoded = json.JSONEncoder(separators=(",", ":")).encode


def document(members: Mapping[str, object]) -> str:
    """The members in their order; of a `list[str]`, the items are JSON already, and each gets its line."""
    return "{\n" + ",\n".join(f"{quoted(name)}: {_member(value)}" for name, value in members.items()) + "\n}\n"


def _member(value: object) -> str:
    if isinstance(value, Items):
        return "[\n" + ",\n".join(value) + "\n]" if value else "[]"
    return encoded(value)


class Items(list[str]):
    """Items of a list, each as JSON."""


def identity(parts: Iterable[str]) -> str:
    """A UUID of what is written: equal documents have equal ones, others never (RFC 9562, version 5)."""
    content = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    digest = bytearray(hashlib.sha1(_SPACE + content.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
