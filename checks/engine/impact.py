"""What a change of the policy means for an organization: each effect by rule, repository, package and owner."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from checks.engine.stands import NO_EFFECT, Effect, Stand, Turn
from checks.policy.owners import Owned

#: Places that are named one by one; the counts are of all.
MAX_PLACES = 100_000


class Move(StrEnum):
    """Which way something goes."""

    BLOCKED = "newly_blocked"
    PASSING = "newly_passing"
    WOULD_BLOCK = "newly_would_block"
    """In mode evaluate, where nothing is blocked."""
    WOULD_NOT = "would_block_no_more"
    OTHER = "otherwise"
    """Warnings come or go, or a waiver covers what it did not."""


def moved(turn: Turn) -> Move:
    if turn.after is Stand.BLOCKS:
        return Move.BLOCKED
    if turn.before is Stand.BLOCKS:
        return Move.PASSING
    if turn.after is Stand.WOULD_BLOCK:
        return Move.WOULD_BLOCK
    return Move.WOULD_NOT if turn.before is Stand.WOULD_BLOCK else Move.OTHER


class Found(NamedTuple):
    """A package version in a repository about which the policies differ."""

    repository: int
    purl: str
    version: str | None
    turns: tuple[Turn, ...]
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What moves in one rule, repository, package or at one owner."""

    name: str
    moves: Mapping[Move, int]
    repositories: int = 0
    could_not_tell: int = 0
    """Of what is newly blocked (or would be): for lack of data."""
    owners: tuple[str, ...] = ()
    """Of a repository."""

    @property
    def blocked(self) -> int:
        return self.moves.get(Move.BLOCKED, 0) + self.moves.get(Move.WOULD_BLOCK, 0)

    @property
    def passing(self) -> int:
        return self.moves.get(Move.PASSING, 0) + self.moves.get(Move.WOULD_NOT, 0)


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """How often a waiver covers something that would block."""

    id: str
    before: int
    after: int

    @property
    def needed(self) -> bool:
        """It covered nothing, and will."""
        return not self.before and self.after > 0

    @property
    def useless(self) -> bool:
        """It covered something, and will cover nothing."""
        return self.before > 0 and not self.after


class Impact:
    """Adds up what `Pair.effects` says. Effects have numbers; 0 is none."""

    def __init__(self) -> None:
        self._numbers: dict[Effect, int] = {NO_EFFECT: 0}
        self._of_places: Counter[tuple[int, int, Owned]] = Counter()
        self._of_packages: Counter[tuple[int, str]] = Counter()
        self._effects: list[Effect] = []
        self.places: list[Found] = []

    def add(self, repository: int, owned: Owned, purl: str, version: str | None, effect: Effect) -> None:
        """One package version of one repository; `owned`: who answers for it."""
        if number := self.number(effect):
            self.count_place(number, repository, owned, 1)
            self.count_package(number, purl, 1)
            self.name(number, repository, purl, version, owned)

    def number(self, effect: Effect) -> int:
        return self._numbers.setdefault(effect, len(self._numbers))

    def count_place(self, number: int, repository: int, owned: Owned, times: int) -> None:
        """So many package versions of a repository have an effect."""
        self._of_places[number, repository, owned] += times

    def count_package(self, number: int, purl: str, times: int) -> None:
        """So many uses of a package have an effect."""
        self._of_packages[number, purl] += times

    @property
    def names_more(self) -> bool:
        """Whether `name` still does anything."""
        return len(self.places) < MAX_PLACES

    def name(self, number: int, repository: int, purl: str, version: str | None, owned: Owned) -> None:
        """Remember one place."""
        if self.names_more:
            self._effects = list(self._numbers) if number >= len(self._effects) else self._effects
            turns = self._effects[number].turns
            if turns:
                self.places.append(Found(repository, purl, version, turns, owned.who))

    @property
    def total(self) -> Row:
        effects = list(self._numbers)
        found = _Sum()
        for (number, repository, _), count in self._of_places.items():
            found.add(effects[number].turns, count, repository)
        return found.row("")

    def rules(self) -> list[Row]:
        effects = list(self._numbers)
        found: dict[str, _Sum] = {}
        for (number, repository, _), count in self._of_places.items():
            for turn in effects[number].turns:
                found.setdefault(turn.rule, _Sum()).add((turn,), count, repository)
        return _rows(found)

    def repositories(self, names: Mapping[int, str]) -> list[Row]:
        """By the names that `names` has; one that it leaves out is not named."""
        effects = list(self._numbers)
        found: dict[str, _Sum] = {}
        for (number, repository, owned), count in self._of_places.items():
            if repository in names:
                found.setdefault(names[repository], _Sum()).add(effects[number].turns, count, repository, owned.who)
        return _rows(found)

    def packages(self) -> list[Row]:
        effects = list(self._numbers)
        found: dict[str, _Sum] = {}
        for (number, purl), count in self._of_packages.items():
            found.setdefault(purl, _Sum()).add(effects[number].turns, count)
        return _rows(found)

    def owners(self) -> list[Row]:
        effects = list(self._numbers)
        found: dict[str, _Sum] = {}
        for (number, repository, owned), count in self._of_places.items():
            for who in owned.who or ("",):
                found.setdefault(who, _Sum()).add(effects[number].turns, count, repository)
        return _rows(found)

    def waivers(self) -> list[WaiverRow]:
        """Those that begin or cease to cover anything, by id."""
        effects = list(self._numbers)
        before, after = Counter[str](), Counter[str]()
        for (number, _, _), count in self._of_places.items():
            effect = effects[number]
            before.update(dict.fromkeys(effect.covered_before, count))
            after.update(dict.fromkeys(effect.covered_after, count))
        rows = [WaiverRow(id_, before[id_], after[id_]) for id_ in sorted(before.keys() | after.keys())]
        return [row for row in rows if row.needed or row.useless]


class _Sum:
    """A row while it is counted."""

    def __init__(self) -> None:
        self.moves: Counter[Move] = Counter()
        self.repositories: set[int] = set()
        self.could_not_tell = 0
        self.owners: dict[str, None] = {}

    def add(self, turns: Iterable[Turn], count: int, repository: int | None = None, who: Iterable[str] = ()) -> None:
        for turn in turns:
            move = moved(turn)
            self.moves[move] += count
            if move in (Move.BLOCKED, Move.WOULD_BLOCK) and turn.could_not_tell:
                self.could_not_tell += count
            if repository is not None:
                self.repositories.add(repository)
            self.owners.update(dict.fromkeys(who))

    def row(self, name: str) -> Row:
        return Row(name, dict(self.moves), len(self.repositories), self.could_not_tell, tuple(self.owners))


def _rows(found: Mapping[str, _Sum]) -> list[Row]:
    """What is blocked most first; without those in which nothing moves."""
    rows = [total.row(name) for name, total in found.items() if total.moves]
    return sorted(rows, key=lambda row: (-row.blocked, -row.passing, row.name))
