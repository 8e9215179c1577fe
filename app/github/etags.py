"""Answers that are asked for again with their ETag: GitHub's "not modified" costs nothing of the primary limit."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

#: Bytes of all answers together, and of a single one.
TOTAL, SINGLE = 16_000_000, 2_000_000
#: What an entry takes besides its body (bytes).
_OVERHEAD = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer."""

    etag: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class ETags:
    """The newest answers by who asked and what; the ones that were not asked for longest go first."""

    def __init__(self, total: int = TOTAL, single: int = SINGLE) -> None:
        self._total = total
        self._single = single
        self._kept: OrderedDict[tuple[Hashable, str], Kept] = OrderedDict()
        self.size = 0

    def get(self, scope: Hashable, what: str) -> Kept | None:
        kept = self._kept.get((scope, what))
        if kept is not None:
            self._kept.move_to_end((scope, what))
        return kept

    def put(self, scope: Hashable, what: str, kept: Kept) -> None:
        self._drop((scope, what))
        if len(kept.body) > self._single or len(kept.etag) > _OVERHEAD:
            return
        self._kept[scope, what] = kept
        self.size += len(kept.body) + _OVERHEAD
        while self.size > self._total:
            self._drop(next(iter(self._kept)))

    def forget(self, scopes: set[Hashable]) -> None:
        """Drop everything that these asked for."""
        for key in [key for key in self._kept if key[0] in scopes]:
            self._drop(key)

    def _drop(self, key: tuple[Hashable, str]) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self.size -= len(kept.body) + _OVERHEAD
