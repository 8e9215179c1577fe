"""The facts file: records of facts in one file that can be carried to where there is no network.

    ospo-gate facts 1 a7b3…\\n    what it is, the version of this format, and the SHA-256 of the header
    {…}\\n                        the header: JSON, with the SHA-256 of the index
    blocks                       each compressed by zlib: records, sorted by key
    index                        compressed by zlib: where each block begins, its first key and its SHA-256

Only the blocks that are asked for are read, and each is compared with its digest first. The same records give the same
bytes. Whoever made a file is not trusted: every length is bounded before anything is unpacked, and what does not fit
raises `UnreadableFacts`.
"""

import hashlib
import json
import zlib
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from app.ports import FactKey, FactRecord
from checks.model.errors import GateError
from checks.model.facts import ANYTHING, Want

MAGIC = b"ospo-gate facts "
FORM = 1
#: Of one block before compression (bytes); a record that is larger is a block of its own.
BLOCK = 24_000
#: What a file may ask to be unpacked: one block, all of them, and its index (bytes).
MAX_BLOCK = 20_000_000
MAX_ALL = 2_000_000_000
MAX_INDEX = 8_000_000
MAX_HEADER = 1_000_000
_QUOTED = json.encoder.encode_basestring_ascii
_WANTS = {number: Want(number) for number in range(2 << ANYTHING.value.bit_length() - 1)}


class UnreadableFacts(GateError):
    """A file that is no facts file, is damaged, or is of a newer release."""


class _Block(NamedTuple):
    first: tuple[str, str, str]
    offset: int
    packed: int
    unpacked: int
    digest: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a facts file says of itself."""

    made_at: datetime
    """UTC."""
    read: Mapping[str, datetime] = field(default_factory=dict)
    """By source: the oldest of what it said (UTC)."""
    complete: tuple[str, ...] = ()
    """purl types of which every advisory is in it, as of `read`."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Records by kind."""


def write(
    records: Iterable[FactRecord], made_at: datetime, read: Mapping[str, datetime], complete: Collection[str] = ()
) -> Iterator[bytes]:
    """The file's bytes, in pieces. `read` and `complete` as in `Header`. Of several records with one key the newest
    counts."""
    newest: dict[FactKey, FactRecord] = {}
    for record in records:
        known = newest.get(record.key)
        if known is None or known.fetched_at <= record.fetched_at:
            newest[record.key] = record
    body, blocks = _packed([newest[key] for key in sorted(newest)])
    index = zlib.compress(_json([[*block.first, *block[1:]] for block in blocks]), 9)
    header = {
        "made_at": _moment(made_at),
        "read": {source: _moment(at) for source, at in sorted(read.items())},
        "complete": sorted(complete),
        "counts": _counts(newest),
        "blocks": sum(map(len, body)),
        "index": [len(index), hashlib.sha256(index).hexdigest()],
    }
    line = _json(header) + b"\n"
    yield MAGIC + b"%d %s\n" % (FORM, hashlib.sha256(line).hexdigest().encode())
    yield line
    yield from body
    yield index


def _packed(records: list[FactRecord]) -> tuple[list[bytes], list[_Block]]:
    body: list[bytes] = []
    blocks: list[_Block] = []
    offset = 0
    for first, data in _grouped(records):
        packed = zlib.compress(data, 9)
        blocks.append(_Block((*first,), offset, len(packed), len(data), hashlib.sha256(packed).hexdigest()))
        body.append(packed)
        offset += len(packed)
    return body, blocks


def _grouped(records: list[FactRecord]) -> Iterator[tuple[FactKey, bytes]]:
    """Records by kind in blocks of about `BLOCK` bytes, each with its first key."""
    lines: list[bytes] = []
    size, first = 0, None
    for record in records:
        line = _line(record)
        if first is not None and (size + len(line) > BLOCK or first.kind != record.key.kind):
            yield first, b"".join(lines)
            lines, size, first = [], 0, None
        first = first or record.key
        lines.append(line)
        size += len(line)
    if first is not None:
        yield first, b"".join(lines)


def _line(record: FactRecord) -> bytes:
    """Compact JSON has neither line ends nor tabs of its own."""
    numbers = b",%d,%s]\t" % (record.about.value, repr(record.fetched_at.timestamp()).encode())
    return _key(record.key) + numbers + record.value + b"\n"


class FactsFile:
    """A facts file in memory, of which only what is asked for is unpacked. Raises `UnreadableFacts`."""

    def __init__(self, data: bytes | memoryview, name: str) -> None:
        self.name = name
        self._data = memoryview(data)
        start = self._line_end(0, 100)
        digest = self._digest(bytes(self._data[:start]))
        end = self._line_end(start, MAX_HEADER)
        if hashlib.sha256(self._data[start:end]).hexdigest().encode() != digest:
            raise self._damaged("its header is not the one that was written")
        document = self._document(bytes(self._data[start:end]))
        try:
            self.header = _header(document)
            size, self._blocks = self._index(document, end)
        except (TypeError, ValueError, LookupError, AttributeError, OverflowError, OSError, RecursionError):
            raise self._damaged("its header cannot be read") from None
        if end + size != len(self._data):
            raise self._damaged("it is cut off, or something follows it")
        self._start = end
        self._firsts = [block.first for block in self._blocks]

    def _digest(self, line: bytes) -> bytes:
        """What the header's must be."""
        number, _, digest = line.removeprefix(MAGIC).removesuffix(b"\n").partition(b" ")
        if not line.startswith(MAGIC) or not number.isdigit():
            raise UnreadableFacts(
                f"{self.name} is not a facts file", hint="Make one with: ospo-gate facts build --for PATH --output FILE"
            )
        if number != b"%d" % FORM:
            raise UnreadableFacts(
                f"{self.name} has form {number.decode()[:20]} of the facts file, and this release reads form {FORM}",
                hint="Build it anew with this release, or update ospo-gate.",
            )
        return digest

    def _line_end(self, start: int, limit: int) -> int:
        end = bytes(self._data[start : start + limit]).find(b"\n")
        if end < 0 and start == 0:
            self._digest(b"")
        if end < 0:
            raise self._damaged("its header is cut off")
        return start + end + 1

    def _document(self, line: bytes) -> dict[str, Any]:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._damaged("its header cannot be read")
        return document

    def _index(self, document: Mapping[str, Any], start: int) -> tuple[int, list[_Block]]:
        """The size of all that follows the header, and the blocks."""
        blocks, (length, digest) = int(document["blocks"]), document["index"]
        packed = self._data[start + blocks : start + blocks + int(length)]
        if blocks < 0 or hashlib.sha256(packed).hexdigest() != digest:
            raise self._damaged("its index is not the one that was written")
        rows = json.loads(self._unpacked(packed, MAX_INDEX))
        found = [
            _Block((str(kind), str(key), str(source)), int(offset), int(packed_size), int(unpacked), str(sha256))
            for kind, key, source, offset, packed_size, unpacked, sha256 in rows
        ]
        if any(before.first >= after.first for before, after in pairwise(found)) or not _follow(found, blocks):
            raise ValueError("not in order")
        return blocks + int(length), found

    def _unpacked(self, packed: memoryview, limit: int) -> bytes:
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(packed, limit + 1)
        except zlib.error:
            raise self._damaged("a part of it cannot be unpacked") from None
        if not unpacker.eof or len(data) > limit:
            raise self._damaged("a part of it is larger than it may be")
        return data

    def _damaged(self, why: str) -> UnreadableFacts:
        return UnreadableFacts(f"{self.name} is damaged: {why}", hint="Get or build the file again.")

    def find(self, keys: Collection[FactKey]) -> Mapping[FactKey, FactRecord]:
        """Those of the records that are there."""
        wanted: dict[int, dict[bytes, FactKey]] = {}
        for key in keys:
            position = bisect_right(self._firsts, tuple(key)) - 1
            if position >= 0:
                wanted.setdefault(position, {})[_key(key)] = key
        found: dict[FactKey, FactRecord] = {}
        for position, there in sorted(wanted.items()):
            for record in self._records(self._blocks[position], there):
                found[record.key] = record
        return found

    def every(self) -> Iterator[FactRecord]:
        """All records, in order."""
        for block in self._blocks:
            yield from self._records(block)

    def _records(self, block: _Block, wanted: Mapping[bytes, FactKey] | None = None) -> Iterator[FactRecord]:
        packed = self._data[self._start + block.offset : self._start + block.offset + block.packed]
        if hashlib.sha256(packed).hexdigest() != block.digest:
            raise self._damaged("a part of it is not what was written")
        for line in self._unpacked(packed, block.unpacked).splitlines():
            head, _, value = line.partition(b"\t")
            start, *numbers = head.rsplit(b",", 2)
            if wanted is not None and start not in wanted:
                continue
            try:
                about, at = _WANTS[int(numbers[0])], datetime.fromtimestamp(float(numbers[1][:-1]), UTC)
                key = wanted[start] if wanted is not None else _key_of(start)
            except (ValueError, TypeError, IndexError, KeyError, OverflowError, OSError, RecursionError):
                raise self._damaged("a record of it cannot be read") from None
            yield FactRecord(key, about, value, at)


def _follow(blocks: Sequence[_Block], length: int) -> bool:
    """Whether the blocks lie one behind the other and none asks for more than it may: shared bytes could be unpacked
    again and again."""
    end = unpacked = 0
    for block in blocks:
        if block.offset != end or block.packed <= 0 or not 0 < block.unpacked <= MAX_BLOCK:
            return False
        end += block.packed
        unpacked += block.unpacked
    return end == length and unpacked <= MAX_ALL


def _key(key: FactKey) -> bytes:
    """How a record of it begins: JSON without a general encoder, because a lookup does it thousands of times."""
    return f"[{_QUOTED(key[0])},{_QUOTED(key[1])},{_QUOTED(key[2])}".encode()


def _key_of(start: bytes) -> FactKey:
    """What `_key` wrote. Raises ValueError."""
    kind, key, source = json.loads(start + b"]")
    if not (isinstance(kind, str) and isinstance(key, str) and isinstance(source, str)):
        raise ValueError("not a key")
    return FactKey(kind, key, source)


def _header(document: Mapping[str, Any]) -> Header:
    return Header(
        datetime.fromisoformat(document["made_at"]).astimezone(UTC),
        {str(name): datetime.fromisoformat(at).astimezone(UTC) for name, at in document["read"].items()},
        tuple(map(str, document["complete"])),
        {str(kind): int(count) for kind, count in document["counts"].items()},
    )


def _counts(keys: Iterable[FactKey]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for key in keys:
        counts[key.kind] = counts.get(key.kind, 0) + 1
    return dict(sorted(counts.items()))


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
