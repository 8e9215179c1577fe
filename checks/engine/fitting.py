"""Fits the lists of licenses of a template to what is in use: proposals with their numbers, and nothing that only a
person can decide."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checks.licenses.index import Category, categories
from checks.licenses.item import LicenseItem
from checks.licenses.judge import Judge, Reason, Verdict
from checks.licenses.tree import License, With, leaves
from checks.model.dependency import Dependency, Scope
from checks.model.phrase import visible
from checks.render.english import counted
from checks.rules.licenses.circumstances import Circumstances, lists
from checks.rules.licenses.section import LicensesSection

#: Packages that a comment names.
EXAMPLES = 3
#: What may be proposed without asking: whatever else is in use stands there as a comment.
_SHIPPED = frozenset({Category.PUBLIC_DOMAIN, Category.PERMISSIVE, Category.WEAK_COPYLEFT})
_TOOLS = _SHIPPED | {Category.STRONG_COPYLEFT}
_ALLOW = re.compile(r"^  allow: \[(.*)\]\n", re.MULTILINE)
_DEVELOPMENT = re.compile(r"^  development: \{allow_also: \[(.*)\]\}\n", re.MULTILINE)


class Used(NamedTuple):
    """Package versions that are under one statement."""

    license: str | None
    """As it is declared; None: nobody says it."""
    shipped: bool
    packages: int
    examples: tuple[str, ...] = ()


class _Group:
    """Packages that something is said of."""

    def __init__(self) -> None:
        self.packages = 0
        self.examples: list[str] = []

    def add(self, used: Used) -> None:
        self.packages += used.packages
        self.examples += used.examples[: EXAMPLES - len(self.examples)]

    def __str__(self) -> str:
        named = ", ".join(visible(name, 60) for name in self.examples)
        return f"in use: {counted(self.packages, 'package')}" + (f", e.g. {named}" if named else "")


def used_by(dependencies: Iterable[Dependency]) -> tuple[Used, ...]:
    """Each package version once in what is shipped and once in tools, by what it declares."""
    seen = {(item.scope.shipped, item.license, item.purl, item.version): item.name for item in dependencies}
    found: dict[tuple[bool, str | None], list[str]] = defaultdict(list)
    for (shipped, license_, _, _), name in sorted(seen.items(), key=str):
        found[shipped, license_].append(name)
    return tuple(
        Used(license_, shipped, len(names), tuple(dict.fromkeys(names))[:EXAMPLES])
        for (shipped, license_), names in found.items()
    )


def fitted(text: str, section: LicensesSection, uses: Sequence[Used]) -> str:
    """The template `text`, whose section of licenses is `section`, with lists that what is in use fits."""
    shipped, tools = (_List(section, uses, of_shipped) for of_shipped in (True, False))
    text = _ALLOW.sub(lambda found: f"{_counts(uses)}{shipped.lines('  allow:', found[1], 4)}", text, count=1)
    return _DEVELOPMENT.sub(
        lambda found: f"  development:\n{tools.lines('    allow_also:', found[1], 6)}", text, count=1
    )


def _counts(uses: Sequence[Used]) -> str:
    total, lacking = sum(used.packages for used in uses), sum(used.packages for used in uses if used.license is None)
    told = f"; of {lacking:,} nobody says the license here" if lacking else ""
    return f"  # Fitted to {counted(total, 'package')}{told}.\n"


class _List:
    """One list of the policy, and what is in use where it holds."""

    def __init__(self, section: LicensesSection, uses: Iterable[Used], shipped: bool) -> None:
        scope = Scope.RUNTIME if shipped else Scope.DEVELOPMENT
        self.judge: Judge = lists(Circumstances(section.context, scope, None, False, ()), section).judge
        self.proposable = _SHIPPED if shipped else _TOOLS
        self.listed: dict[str, _Group] = defaultdict(_Group)
        """By the entry that allows it."""
        self.missing: dict[str, _Group] = defaultdict(_Group)
        """By license."""
        for used in uses:
            if used.shipped is shipped and used.license is not None:
                self._add(used, used.license)

    def _add(self, used: Used, raw: str) -> None:
        judgment = self.judge.judge(raw)
        if judgment.verdict is Verdict.ALLOWED:
            self.listed[judgment.by].add(used)
        elif judgment.verdict is Verdict.NOT_ALLOWED and judgment.statement.expression is not None:
            for leaf in leaves(judgment.statement.expression):
                if isinstance(leaf, License | With) and self.judge.judge(str(leaf)).verdict is Verdict.NOT_ALLOWED:
                    self.missing[str(leaf)].add(used)

    def lines(self, head: str, given: str, indent: int) -> str:
        """The list in full: what was given, what is proposed, and what somebody has to decide."""
        before = " " * indent
        found = [head]
        for item in given.split(", "):
            found.append(f"{before}- {item}" + (f"  # {self.listed[item]}" if item in self.listed else ""))
        for name, group in sorted(self.missing.items(), key=lambda entry: (-entry[1].packages, entry[0])):
            found += [before + line for line in self._proposal(name, group)]
        return "\n".join(found) + "\n"

    def _proposal(self, name: str, group: _Group) -> Iterator[str]:
        kinds = categories(name.partition(" WITH ")[0])
        of = " and ".join(sorted(kinds))
        denied = self.judge.judge(name).reason in (Reason.DENIED, Reason.CATEGORY_DENIED)
        if denied:
            yield f"# {name} ({of}) is {group}; `deny` below has it"
        elif kinds <= self.proposable and _is_item(name):
            yield f"- {name}  # added, {of}; {group}"
        else:
            yield f"# - {name}  # {of}; {group}: somebody has to decide"


def _is_item(name: str) -> bool:
    try:
        LicenseItem.parse(name)
    except ValueError:
        return False
    return True
