"""One finding of a stored report as the page shows it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from app.web.pages.links import Linked, Links
from checks.model.phrase import visible
from checks.model.purl import versioned
from checks.render.english import day
from checks.render.markdown import pastable
from checks.rules import CHECKS
from checks.rules.check import Rule

Json = Mapping[str, Any]

#: Whose move it is, for people.
_MOVES = {
    "author": "The author’s: it can be fixed in this change.",
    "maintainer": "A maintainer’s of this repository.",
    "owner": "The policy owner’s, who has to decide.",
    "clock": "Nobody’s: time clears it.",
    "service": "Nobody’s: the source is asked again until it answers.",
}


@dataclass(frozen=True, slots=True)
class Further:
    """Other pages about a finding."""

    rules: Mapping[str, str] = field(default_factory=dict)
    """By rule: where it stands on the page of the policy."""
    tree: str | None = None
    """The address of the trees of rules; None: there are none."""

    def tree_of(self, found: Json) -> str | None:
        """Where the tree behind a finding is."""
        if self.tree is None:
            return None
        subject = found.get("subject") or {}
        if not subject.get("purl"):
            return f"{self.tree}?{urlencode({'finding': found['id']})}"
        version = {"version": subject["version"]} if subject.get("version") else {}
        return f"{self.tree}?{urlencode({'purl': subject['purl'], **version}, errors='replace')}"


NOWHERE = Further()


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding, ready for the template. What is foreign in it is inert only as escaped HTML."""

    id: str
    rule: str
    rule_page: str | None
    """Where the policy page has it."""
    about_rule: str
    """What the rule is for; empty for one that this release does not know."""
    level: str
    headline: str
    message: str
    places: tuple[Linked, ...]
    chain: tuple[str, ...]
    """From the direct dependency to the package; empty where nothing else brings it in."""
    move: str
    """Whose it is; empty where nobody has to do anything."""
    clears_at: datetime | None
    evidence: tuple[Json, ...]
    fix: Json | None
    commands: str
    """The fix's commands as one block; empty where there is none that may be pasted."""
    guidance: Json | None
    policy: Linked | None
    waiver: str
    """What covers it; empty without a waiver."""
    first_seen: datetime | None
    requests: tuple[str, ...]
    """Comment commands that ask for something about it, ready to copy."""
    tree: str | None
    """The page with every condition."""
    explain: str
    """The command that tells every condition of it; empty for what is not about a package."""
    kinds: tuple[str, ...]
    """What can be asked for on the page."""


#: The groups in the order of the page: by whose move it is.
GROUPS: Mapping[str, str] = {
    "to_fix": "To fix",
    "approval": "Waiting for an approval",
    "clears": "Clears by itself",
    "warnings": "Warnings, which do not block",
    "accepted": "Accepted",
    "notes": "Notes",
    "before": "There before this change",
}


def group(finding: Json) -> str:
    """Which of `GROUPS`: as `checks.render.outcomes.grouped` does it for the report itself."""
    if finding["waiver"] or finding.get("override"):
        return "accepted"
    if not finding["counts"]:
        return "before"
    if finding["level"] != "block":
        return "warnings" if finding["level"] == "warn" else "notes"
    if finding["move"] in ("clock", "service"):
        return "clears"
    return "approval" if finding["move"] == "owner" else "to_fix"


def finding(
    found: Json,
    links: Links,
    first_seen: datetime | None,
    commands: frozenset[str],
    rules: Mapping[str, Rule],
    further: Further = NOWHERE,
) -> Shown:
    """`commands`: the comment commands that the policy offers."""
    fix, rule = found["fix"], rules.get(found["rule"])
    acts = found["counts"] and found["level"] in ("block", "warn")
    requests = tuple(_requests(found, rule, commands)) if acts or _ends(found) else ()
    return Shown(
        id=found["id"],
        rule=found["rule"],
        rule_page=further.rules.get(found["rule"]),
        about_rule=f"{rule.summary} {rule.help}" if rule else "",
        level=str(found["level"]),
        headline=found["headline"],
        message=found["message"],
        places=tuple(_places(found, links)),
        chain=tuple(found["why"]) if len(found["why"]) > 1 else (),
        move=_MOVES.get(found["move"], "") if acts else "",
        clears_at=parsed(found["clears_at"]),
        evidence=tuple(found["evidence"]),
        fix=fix,
        commands=block(fix["commands"]) if fix else "",
        guidance=found["guidance"],
        policy=links.policy(found["policy_line"]) if found["policy_line"] and not found.get("policy_file") else None,
        waiver=_accepted(found),
        first_seen=first_seen,
        requests=requests,
        tree=further.tree_of(found),
        explain=_explain(found, links.repository),
        kinds=(*(line.split()[1] for line in requests), *(("allow",) if found.get("licenses") else ())),
    )


def _ends(found: Json) -> bool:
    """Whether a waiver covers it that is near its end: another one can be asked for."""
    return bool(found["waiver"] and found["waiver"].get("ending"))


def _explain(found: Json, repository: str) -> str:
    """The command whose answer is the whole tree of conditions; a name that a shell or a reader could misread gets
    none."""
    subject = found.get("subject") or {}
    if not subject.get("purl"):
        return ""
    package = versioned(subject["purl"], subject.get("version"))
    words = ["ospo-gate", "policy", "explain", "--server", "--repository", repository, "--dependency", package]
    return block([shlex.join([*words, *(("--path", found["path"]) if found["path"] else ())])])


def _places(found: Json, links: Links) -> Iterator[Linked]:
    if found["path"]:
        yield links.place(found["path"], found["line"])
    for place in found["related"]:
        yield links.place(place["path"], place["line"])


def block(commands: Sequence[str]) -> str:
    """The commands as one block; empty if what a person sees is not what a shell would get."""
    return "\n".join(commands) if pastable(commands) else ""


def _accepted(found: Json) -> str:
    if found["waiver"]:
        return _waiver(found["waiver"])
    override = found.get("override")
    if not override:
        return ""
    reason = f": {visible(override['reason'], 2_000)}" if override["reason"] else ""
    at = parsed(override["at"])
    return f"@{visible(override['by'])}, who set the check to pass{f' on {day(at)}' if at else ''}{reason}"


def _waiver(waiver: Json) -> str:
    said = f"Waiver {visible(waiver['id'])}, until {day(date.fromisoformat(waiver['expires']))}"
    approved = f", approved by {visible(waiver['approved_by'])}" if waiver["approved_by"] else ""
    return f"{said}{approved}{': ' + visible(waiver['reason']) if waiver['reason'] else ''}"


def _requests(found: Json, rule: Rule | None, commands: frozenset[str]) -> Iterator[str]:
    if "waive" in commands and (rule is None or rule.waivable) and found.get("waivable", True):
        yield f"/ospo-gate waive {found['id']} why it is needed"
    if "wrong" in commands:
        yield f"/ospo-gate wrong {found['id']} what is right"


@cache
def known_rules() -> Mapping[str, Rule]:
    """Every rule of this release."""
    return {rule.id: rule for check in CHECKS for rule in check.rules}


def parsed(text: str | None) -> datetime | None:
    """A moment of a report; with the zone that it names, which is UTC."""
    return datetime.fromisoformat(text) if text else None
