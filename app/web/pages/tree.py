"""An explanation (docs/explain.md) as a page: values that a template only writes down, as many as a page bears."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.pages.links import Linked, Links
from app.web.pages.rendering import shown
from checks.render.explained import concluded

Json = Mapping[str, Any]

#: Steps on one page; the JSON has all of them.
MOST = 1_500
#: What stands before a step: the sign is decoration, the words are for who does not see it.
_MARKS = {"yes": ("✓", "Holds"), "no": ("✗", "Does not hold"), "unknown": ("?", "Not known"), "fact": ("·", "")}
_RESULTS = {"blocks": "✗", "warns": "⚠", "notes": "·", "accepted": "✓", "in order": "✓", "off": "·"}


@dataclass(frozen=True, slots=True)
class Row:
    """One step, and those under it."""

    mark: str
    sign: str
    meaning: str
    """Empty for what is only told."""
    what: str
    actual: str
    aside: tuple[Linked, ...]
    """Who says so, and the line of the policy."""
    rows: tuple["Row", ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A rule that speaks, or that is silent."""

    rule: str
    level: str
    place: Linked | None
    """The line of the policy that sets the level; None for a default."""
    page: str | None
    findings: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """One check that is on."""

    id: str
    title: str
    result: str
    sign: str
    place: Linked | None
    open: bool
    """Whether there is something to read at once."""
    rows: tuple[Row, ...]
    speaking: tuple[Said, ...]
    silent: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A page."""

    sign: str
    sentence: str
    at: str
    notes: tuple[str, ...]
    scope: str
    path: str
    again_at: str | None
    rule: tuple[Row, ...]
    rule_page: str | None
    checks: tuple[Checked, ...]
    off: tuple[str, ...]
    others: tuple[Said, ...]
    waivers: tuple[tuple[str, str, tuple[Row, ...]], ...]
    """Rule, finding and the waivers that were looked at."""
    facts: tuple[Row, ...]
    layers: tuple[Row, ...]
    policy: Linked
    mode: str
    more: int
    """Steps that are left out."""


class _Room:
    """What is left of a page, and how it names the lines of the policy."""

    def __init__(self, most: int, links: Links) -> None:
        self.left, self.out, self.links = most, 0, links
        self._line = re.compile(re.escape(links.policy_source) + r":(\d+)( \(override \d+\))?\Z")

    def place(self, text: str) -> Linked | None:
        """A line of the policy's own file by its number alone: which policy it is, the page says."""
        found = self._line.match(text)
        if not text or found is None:
            return Linked(shown(text)) if text else None
        line = int(found[1])
        return Linked(f"policy line {line}{found[2] or ''}", self.links.policy(line).address)

    def rows(self, steps: Sequence[Json]) -> tuple[Row, ...]:
        return tuple(self._rows(steps))

    def _rows(self, steps: Sequence[Json]) -> Iterator[Row]:
        for step in steps:
            if self.left < 1:
                self.out += 1 + _within(step)
                continue
            self.left -= 1
            mark = str(step["mark"])
            sign, meaning = _MARKS.get(mark, _MARKS["fact"])
            source, place = step["source"], self.place(step["policy"])
            aside = (*([Linked(shown(source))] if source else ()), *([place] if place else ()))
            inner = self.rows(step["steps"])
            yield Row(mark, sign, meaning, shown(step["what"]), shown(step["actual"]), aside, inner)


def _within(step: Json) -> int:
    return sum(1 + _within(inner) for inner in step["steps"])


def tree(document: Json, links: Links, most: int = MOST) -> Tree:
    """The page of an explanation of a verdict."""
    package, pages, room = document["package"], document.get("pages") or {}, _Room(most, links)
    sign, _, sentence = (concluded(package) if package else "· ").partition(" ")
    rule = room.rows(document["rule"] or ())
    checks = tuple(_check(check, pages, room) for check in package["checks"] if check["on"]) if package else ()
    waivers = package["waivers"] if package else ()
    return Tree(
        sign=sign,
        sentence=sentence,
        at=document["at"],
        notes=tuple(document["verdict"]["notes"]),
        scope=package["scope"] if package else "",
        path=(package["path"] or "") if package else "",
        again_at=package["judge_again_at"] if package else None,
        rule=rule,
        rule_page=pages.get(rule[0].what) if rule else None,
        checks=checks,
        off=tuple(check["title"] for check in package["checks"] if not check["on"]) if package else (),
        others=tuple(_other(finding, pages) for finding in package["others"]) if package else (),
        waivers=tuple((item["rule"], item["finding"], room.rows(item["steps"])) for item in waivers),
        facts=room.rows(package["facts"]) if package else (),
        layers=room.rows(document["layers"]),
        policy=links.policy(),
        mode=document["mode"],
        more=room.out,
    )


def _check(check: Json, pages: Mapping[str, str], room: _Room) -> Checked:
    rules = [
        Said(rule["id"], rule["level"], room.place(rule["policy"]), pages.get(rule["id"]), tuple(rule["findings"]))
        for rule in check["rules"]
    ]
    result = str(check["result"])
    return Checked(
        id=check["id"],
        title=check["title"],
        result=result,
        sign=_RESULTS.get(result, "·"),
        place=room.place(check["policy"]),
        open=result != "in order",
        rows=room.rows(check["steps"]),
        speaking=tuple(rule for rule in rules if rule.findings),
        silent=tuple(rule for rule in rules if not rule.findings),
    )


def _other(finding: Json, pages: Mapping[str, str]) -> Said:
    return Said(finding["rule"], finding["level"], None, pages.get(finding["rule"]), (finding,))
