"""The container: the same records give the same bytes, and whatever else the bytes are, it says so and no more."""

import hashlib
import json
import tracemalloc
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.facts.container import FORM, MAGIC, MAX_INDEX, FactsFile, UnreadableFacts, write
from app.ports import FactKey, FactRecord
from checks.model.facts import Want

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def record(key: str, value: bytes = b'{"form":1}', kind: str = "version", at: datetime = NOW) -> FactRecord:
    return FactRecord(FactKey(kind, key, ""), Want.LICENSE | Want.STATUS, value, at)


def packed(records: Iterable[FactRecord], **header: Any) -> bytes:
    return b"".join(write(records, NOW, header.get("read", {"OSV": NOW}), header.get("complete", ())))


def read(data: bytes) -> list[FactRecord]:
    return list(FactsFile(data, "facts.db").every())


MANY = [record(f"pkg:npm/package-{number}@1.0.{number % 7}", b"x" * (number % 900)) for number in range(600)]


def test_what_is_written_is_found() -> None:
    file = FactsFile(packed(MANY, complete=["npm"]), "facts.db")
    asked = [MANY[3].key, MANY[599].key, FactKey("version", "pkg:npm/absent@1.0.0", ""), FactKey("health", "a", "")]
    assert file.find(asked) == {MANY[3].key: MANY[3], MANY[599].key: MANY[599]}
    assert list(file.every()) == sorted(MANY)
    assert (file.header.made_at, file.header.read, file.header.complete) == (NOW, {"OSV": NOW}, ("npm",))
    assert file.header.counts == {"version": 600}


def test_the_same_records_give_the_same_bytes() -> None:
    assert packed(MANY) == packed(reversed(MANY))


def test_of_two_records_with_one_key_the_newer_counts() -> None:
    old, new = record("a", b"old", at=NOW - timedelta(days=1)), record("a", b"new")
    assert read(packed([old, new])) == read(packed([new, old])) == [new]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b""))
MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
RECORDS = st.builds(
    FactRecord, st.builds(FactKey, st.sampled_from(["version", "advisory", "x"]), TEXTS, TEXTS),
    st.sampled_from([*Want, Want(0), ~Want(0)]), VALUES, MOMENTS,
)  # fmt: skip


@given(st.lists(RECORDS, unique_by=lambda item: item.key, max_size=8))
def test_any_records_come_back(records: list[FactRecord]) -> None:
    """Keys are foreign: any text."""
    file = FactsFile(packed(records), "facts.db")
    assert list(file.every()) == sorted(records, key=lambda item: item.key)
    assert file.find([item.key for item in records]) == {item.key: item for item in records}


def test_a_file_that_is_cut_off_anywhere_is_refused() -> None:
    data = packed(MANY[:40])
    for length in range(len(data)):
        with pytest.raises(UnreadableFacts):
            read(data[:length])


def test_a_file_with_something_behind_it_is_refused() -> None:
    with pytest.raises(UnreadableFacts, match="something follows"):
        read(packed(MANY) + b" ")


def test_every_changed_byte_is_noticed() -> None:
    """The ages in the header too: an older file must not pass for a fresh one."""
    data = packed(MANY[:20], complete=["npm"])
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        with pytest.raises(UnreadableFacts):
            read(bytes(changed))


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_random_bytes_are_no_facts_file(data: bytes) -> None:
    for start in (b"", MAGIC, MAGIC + b"%d " % FORM):
        with pytest.raises(UnreadableFacts):
            read(start + data)


def test_what_to_do_about_it_is_said() -> None:
    with pytest.raises(UnreadableFacts, match="is not a facts file") as missing:
        read(b"SQLite format 3\0")
    assert "ospo-gate facts build" in missing.value.hint
    with pytest.raises(UnreadableFacts, match="has form 7 of the facts file, and this release reads form 1") as newer:
        read(b"ospo-gate facts 7 0000\n{}\n")
    assert "update ospo-gate" in newer.value.hint


def forged(rows: object, body: bytes = b"", raw: bytes | None = None, **header: object) -> bytes:
    """A file whose digests are right and whose content is not."""
    packed_index = zlib.compress(json.dumps(rows).encode()) if raw is None else raw
    document = {
        "made_at": "2026-11-20T12:00:00+00:00", "read": {}, "complete": [], "counts": {}, "blocks": len(body),
        "index": [len(packed_index), hashlib.sha256(packed_index).hexdigest()], **header,
    }  # fmt: skip
    line = json.dumps(document).encode() + b"\n"
    return MAGIC + b"1 " + hashlib.sha256(line).hexdigest().encode() + b"\n" + line + body + packed_index


def block(data: bytes, claimed: int | None = None, first: str = "a", offset: int = 0) -> tuple[list[object], bytes]:
    body = zlib.compress(data)
    size = len(data) if claimed is None else claimed
    return ["version", first, "", offset, len(body), size, hashlib.sha256(body).hexdigest()], body


GOOD, BODY = block(b'["version","a","",1,0.0]\tvalue\n')


def test_a_forged_file_that_is_right_is_read() -> None:
    assert read(forged([GOOD], BODY)) == [
        FactRecord(FactKey("version", "a", ""), Want.LICENSE, b"value", datetime(1970, 1, 1, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([[*GOOD[:3], -1, *GOOD[4:]]], {}),
        ([[*GOOD[:5], 0, GOOD[6]]], {}),
        ([[*GOOD[:5], -5, GOOD[6]]], {}),
        ([[*GOOD[:5], 10**9, GOOD[6]]], {}),
        ([[*GOOD[:5], 1e400, GOOD[6]]], {}),
        ([GOOD, ["version", "b", "", *GOOD[3:]]], {}),
        ([["version", "b", "", *GOOD[3:]], GOOD], {}),
        ([GOOD[:4]], {}),
        ([[None] * 7], {}),
        ({"a": 1}, {}),
        (7, {}),
        ([GOOD], {"blocks": -1}),
        ([GOOD], {"blocks": 10**18}),
        ([GOOD], {"index": [10**18, "0"]}),
        ([GOOD], {"index": 7}),
        ([GOOD], {"made_at": 7}),
        ([GOOD], {"made_at": "yesterday"}),
        ([GOOD], {"read": []}),
        ([GOOD], {"read": {"OSV": None}}),
        ([GOOD], {"counts": {"version": "many"}}),
        ([GOOD], {"complete": 7}),
    ],
)
def test_numbers_that_cannot_be_are_refused(rows: object, header: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFacts):
        read(forged(rows, BODY, **header))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"no record",
        b'["version","a","",1,0.0]',
        b'["version","a","",9999,0.0]\tvalue',
        b'["version","a","",1,nan]\tvalue',
        b'["version","a","",1,1e999]\tvalue',
        b'["version","a","",1,1e17]\tvalue',
        b'["version","a",1,0.0]\tvalue',
        b'["version",["a"],"",1,0.0]\tvalue',
        b"[" * 100_000 + b",1,0.0]\tvalue",
    ],
)
def test_records_that_are_none_are_refused(line: bytes) -> None:
    row, body = block(line + b"\n")
    if line == b'["version","a","",1,0.0]':  # without a value, which is how "nothing is known" is kept
        assert read(forged([row], body))[0].value == b""
        return
    with pytest.raises(UnreadableFacts):
        read(forged([row], body))


def test_a_block_that_is_larger_than_it_says_is_refused() -> None:
    row, body = block(b'["version","a","",1,0.0]\tvalue\n', claimed=30)
    with pytest.raises(UnreadableFacts, match="larger than it may be"):
        read(forged([row], body))


def test_nothing_is_unpacked_beyond_its_bounds() -> None:
    """300 MB of zeros in 300 kB: as the index, and as a block that claims to be small."""
    bomb = zlib.compress(bytes(300_000_000))
    row = ["version", "a", "", 0, len(bomb), 1_000, hashlib.sha256(bomb).hexdigest()]
    tracemalloc.start()
    for data in (forged([], raw=bomb), forged([row], bomb)):
        with pytest.raises(UnreadableFacts):
            read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MAX_INDEX
