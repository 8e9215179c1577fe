"""The policy that an import makes, piece by piece, and what will be judged differently."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from checks.imports.reading import fault
from checks.licenses.index import Category
from checks.licenses.statement import Confidence, read
from checks.licenses.tree import And, License, Or, Unclear, With, leaves
from checks.model.phrase import Phrase, say, visible
from checks.policy.packages import version_faults
from checks.policy.values import Account, AdvisoryId, Day, PackagePattern

#: How long an ignore without an end holds, unless the user says otherwise (days): time to look at each once.
REVIEW_DAYS = 90
#: Of one file; ORT's classification of every license has 2,000.
MAX_SETTINGS = 10_000
#: Every license that anybody has put into a category.
EVERY_CATEGORY = tuple(str(category) for category in Category if category is not Category.UNKNOWN)

_CERTAIN = (Confidence.EXACT, Confidence.NORMALIZED)

Path = tuple[str, ...]
Value = str | int | bool | list[str] | dict[str, "str | list[str]"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of the foreign file: what it becomes, and what is judged differently with it."""

    line: int
    """1-based; 0: the file as a whole, often what is *not* in it."""
    setting: str
    """Foreign: as the file has it."""
    becomes: str
    """The key of our policy; empty: it is not taken over."""
    why: Phrase = ()
    """A sentence; empty: it is judged as before."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the new policy and the line that it comes from."""

    value: Value
    line: int
    note: str = ""
    """Of ours, behind the value."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person who imports decides."""

    today: date
    waivers_end: date | None = None
    """The last day of ignores that have no end; None: `REVIEW_DAYS` from today."""
    approved_by: str | None = None

    @property
    def review(self) -> date:
        return self.waivers_end or self.today + timedelta(days=REVIEW_DAYS)


@dataclass(slots=True)
class Draft:
    """Collects what becomes of a file. Every method that takes foreign text refuses what our policy would refuse."""

    terms: Terms
    values: dict[Path, Entry | list[Entry]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    proposals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Clarifications that a person must complete: they become comments."""
    written: set[tuple[Path, str]] = field(default_factory=set)
    """What lists have already."""
    ignores: int = 0
    """How many entries need somebody who approved them."""

    def taken(self, line: int, setting: str, becomes: str, why: Phrase = ()) -> None:
        if len(self.differences) >= MAX_SETTINGS:
            raise fault(f"it has more than {MAX_SETTINGS:,} settings", line)
        self.differences.append(Difference(line, setting, becomes, why))

    def left(self, line: int, setting: str, why: Phrase) -> None:
        """Something that the policy cannot say, or that needs a person first."""
        self.taken(line, setting, "", why)

    def set(self, path: Path, value: Value, line: int = 0, note: str = "") -> None:
        self.values[path] = Entry(value, line, note)

    def add(self, path: Path, value: Value, line: int) -> None:
        """One more entry of a list; one that is there is not repeated."""
        entries = self.values.setdefault(path, [])
        assert isinstance(entries, list)
        if (path, repr(value)) not in self.written:
            self.written.add((path, repr(value)))
            entries.append(Entry(value, line))

    def begin(self, path: Path) -> None:
        """A list that is there even if nothing comes into it."""
        self.values.setdefault(path, [])

    def section(self, name: str) -> None:
        """Turn a section on, with its defaults unless something is set."""
        if not any(path[0] == name for path in self.values):
            self.set((name,), {})

    def license(self, path: Path, text: str, line: int, setting: str, reason: str = "") -> None:
        """One entry of `allow` or `deny`, however the other tool writes a license."""
        name, why = license_item(text)
        if name is None:
            self.left(line, setting, why)
            return
        self.add(path, {"license": name, "reason": sentence(reason)} if reason else name, line)
        self.taken(line, setting, ".".join(path), why)

    def package(self, purl: str, version: str, line: int, setting: str) -> dict[str, str | list[str]] | None:
        """`package` and `versions` of an entry; None, and said so, where our policy has no such package or range."""
        try:
            pattern = PackagePattern.parse(purl)
        except ValueError as error:
            self.left(line, setting, say("It names no package that the policy can name: {}.", str(error)))
            return None
        if pattern.whole_type:
            self.left(line, setting, say("It speaks of every package of an ecosystem: change the policy for that."))
            return None
        if not version:
            return {"package": str(pattern)}
        for item in version_faults(pattern, version):
            self.left(line, setting, say("Its versions are not understood: {}.", item.message))
            return None
        return {"package": str(pattern), "versions": version}

    def exception(self, package: dict[str, str | list[str]], allow: Sequence[str], reason: str, line: int) -> None:
        value = {"package": package["package"], "allow": list(allow), "reason": sentence(reason)}
        self.add(("licenses", "exceptions"), value | package, line)

    def accept(
        self,
        id_: str,
        line: int,
        setting: str,
        reason: str = "",
        expires: str | None = None,
        package: dict[str, str | list[str]] | None = None,
    ) -> None:
        """An advisory that was ignored: accepted until its own end, or until the review date of the import."""
        try:
            advisory = str(AdvisoryId.parse(id_))
        except ValueError as error:
            self.left(line, setting, say("It is no advisory: {}.", str(error)))
            return
        end = self._end(line, setting, expires)
        if end is None:
            return
        value = {"advisory": advisory, **(package or {}), "reason": sentence(reason or f"Ignored before ({setting}).")}
        self.add(("vulnerabilities", "accept"), value | self._approved(end), line)
        self.taken(line, setting, "vulnerabilities.accept", self._until(expires))

    def waive(
        self, package: dict[str, str | list[str]], rules: Sequence[str], line: int, setting: str, reason: str,
        expires: str | None,
    ) -> None:  # fmt: skip
        """A finding of a package that was ignored, whatever it was."""
        end = self._end(line, setting, expires)
        if end is None:
            return
        number = len(self.values.get(("waivers",), [])) + 1  # type: ignore[arg-type]
        value = {"id": f"W-import-{number:03}", "rules": list(rules), **package}
        self.add(("waivers",), value | {"reason": sentence(reason or "Ignored before.")} | self._approved(end), line)
        self.taken(line, setting, "waivers", self._until(expires))

    def _end(self, line: int, setting: str, expires: str | None) -> str | None:
        """The last day; None, and said so, where it is over or no day at all."""
        if expires is None:
            return self.terms.review.isoformat()
        try:
            day = Day.parse(expires)
        except ValueError as error:
            self.left(line, setting, say("Its end is not understood: {}.", str(error)))
            return None
        if day.date < self.terms.today:
            self.left(line, setting, say("It ended on {}: what it ignored counts again.", str(day)))
            return None
        return str(day)

    def _approved(self, end: str) -> dict[str, str | list[str]]:
        self.ignores += 1
        return {"approved_by": self.terms.approved_by or "", "expires": end}

    def _until(self, expires: str | None) -> Phrase:
        if expires is not None:
            return ()
        return say("It had no end; it is to be looked at again by {}.", self.terms.review.isoformat())


def license_item(text: str) -> tuple[str | None, Phrase]:
    """How our policy writes one license, or why it does not; a guess never becomes an entry."""
    if text in EVERY_CATEGORY:
        return text, ()
    found = read(text)
    if isinstance(found.expression, Unclear) and found.expression.candidates:
        names = ", ".join(found.expression.candidates[:4])
        return None, say("Several licenses have this name ({}). List the one that is meant.", (names,))
    if isinstance(found.expression, And | Or):
        return None, say("It is more than one license. List each that is meant.")
    if found.confidence not in _CERTAIN or not isinstance(found.expression, License | With):
        return None, say("It is no license that is known here. Use its SPDX id, or a LicenseRef- of your own.")
    name = str(found.expression)
    return name, () if name.lower() == text.lower() else say("It is written {}.", name)


def licenses_of(expression: str) -> list[str] | None:
    """Every license of an expression; None where it is not understood."""
    found = read(expression)
    if found.expression is None or found.confidence not in _CERTAIN:
        return None
    return list(dict.fromkeys(str(leaf) for leaf in leaves(found.expression)))


def account(text: str) -> str:
    """Raises ValueError that says what was expected."""
    return str(Account.parse(text))


def sentence(text: str) -> str:
    """Foreign text as a reason: one line of at most 500 characters."""
    return visible(" ".join(text.split()), 500) or "Taken over."
