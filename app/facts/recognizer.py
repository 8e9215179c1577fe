"""Recognizing the bytes of license files, each distinct text once, and what is remembered from run to run."""

import codecs
import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from app.version import VERSION
from checks.texts.recognition import LIMIT, NOTHING, Recognition
from checks.texts.reference_file import reference_file

#: Texts that are remembered.
_REMEMBERED = 20_000
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Recognizer:
    """`folder`: where results are kept from run to run."""

    def __init__(self, folder: Path | None = None) -> None:
        self._memory = _Memory(folder)
        self._by_words: dict[bytes, Recognition] = {}

    def recognized(self, data: bytes) -> Recognition:
        """What the bytes of a file are."""
        digest = hashlib.sha256(data).hexdigest()
        known = self._memory.get(digest)
        if known is None:
            known = self._recognize(decoded(data))
            self._memory.put(digest, known)
        return known

    def _recognize(self, text: str | None) -> Recognition:
        """Hundreds of files are the MIT License of somebody else: their words are the same."""
        if text is None or len(text) > LIMIT:
            return NOTHING
        from checks.texts.recognize import recognize_words  # 20 ms, where a text is not remembered
        from checks.texts.words import words

        found = words(text)
        key = hashlib.sha256(" ".join(found).encode("utf-8", "surrogatepass")).digest()
        if key not in self._by_words:
            self._by_words[key] = recognize_words(found)
        return self._by_words[key]

    def keep(self) -> None:
        """Write down what was recognized, for the next run."""
        self._memory.keep()


def decoded(data: bytes) -> str | None:
    """The text of a file; None for what is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _edition() -> str:
    """What tells one edition of the texts to compare with from another; empty where there are none. By the file itself:
    the version of the package takes 12 ms to find out."""
    try:
        status = os.stat(reference_file() or "")
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _recognition(name: object, similarity: float, nearest: object = None, differs: object = ()) -> Recognition:
    """What a row says. Raises `ValueError` and `TypeError` for what is none."""
    rows = tuple(str(row) for row in differs) if isinstance(differs, list | tuple) else ()
    return Recognition(str(name) if name else None, float(similarity), str(nearest) if nearest else None, rows)


class _Memory:
    """Recognitions by the digest of the file, kept in one file. Nothing there is trusted to be whole."""

    def __init__(self, folder: Path | None) -> None:
        by = hashlib.sha256(f"{VERSION}\0{_edition()}".encode()).hexdigest()[:16] if folder else ""
        self._path = folder / f"texts-{by}.json" if folder else None
        self._known: dict[str, Recognition] | None = None
        self._new = False

    def get(self, digest: str) -> Recognition | None:
        if self._known is None:
            self._known = self._read()
        return self._known.get(digest)

    def put(self, digest: str, found: Recognition) -> None:
        assert self._known is not None
        self._known[digest] = found
        self._new = True

    def _read(self) -> dict[str, Recognition]:
        if self._path is None:
            return {}
        try:
            entries = json.loads(self._path.read_bytes())
            return {str(digest): _recognition(*row) for digest, row in entries.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}

    def keep(self) -> None:
        if self._path is None or not self._new or self._known is None:
            return
        latest = list(self._known.items())[-_REMEMBERED:]
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            os.makedirs(self._path.parent, mode=0o700, exist_ok=True)
            partial.write_text(json.dumps(dict(latest)), "utf-8")
            os.replace(partial, self._path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
