"""A judgment in words: what is declared, and which entry or gap of the policy decides. Never a legal conclusion."""

import re
from typing import NamedTuple

from checks.licenses import tables
from checks.licenses.index import Category, categories
from checks.licenses.judge import Judgment, Reason, Verdict
from checks.licenses.tree import Unclear, leaves
from checks.model.phrase import Phrase, join, say

#: Characters of a headline; GitHub shows more, but it stands in lists.
HEADLINE = 80
_QUOTED = re.compile(r"'([^']*)'")
_UNKNOWN_REASONS = {
    Reason.UNKNOWN_ID: "which is no known license id",
    Reason.UNKNOWN_REFERENCE: "which the policy does not name",
    Reason.UNKNOWN_EXCEPTION: "whose added terms are not known",
    Reason.UNSTATED: "which has no known category",
}


class Places(NamedTuple):
    """The lists of the policy that decided, in the policy's own words."""

    allow: tuple[str, ...] = ("licenses.allow",)
    deny: str = "licenses.deny"
    reason: str = ""
    """Why the entry of `deny` is there."""
    here: str = ""
    """What this repository is, to finish "…, which this one is", where a list keeps a license to internal ones."""


def subject(name: str, version: str | None) -> Phrase:
    """`left-pad` 1.3.0."""
    return say("{} {}", name, version) if version else say("{}", name)


def sentence(about: Phrase, judgment: Judgment, places: Places, *, declares: str = "declares") -> Phrase:
    """One sentence about a judgment that is not allowed; `declares` is the verb where nobody knows what it means."""
    text = judgment.statement.text
    whole = judgment.part == text
    if judgment.verdict is Verdict.UNKNOWN:
        declared = say("{} " + declares + " {}", about, text)
        part = () if whole else say(" with {}", judgment.part)
        return (*declared, *part, ", ", *_not_understood(judgment), ".")
    if whole:
        return (*say("{} is {}, and ", about, text), *_refused(judgment, ("it",), places), ".")
    what = "offers {}, and no choice passes: " if judgment.offered else "is {}: "
    return (*say("{} " + what, about, text), *_refused(judgment, say("{}", judgment.part), places), ".")


def headline(name: str, version: str | None, judgment: Judgment) -> Phrase:
    """`glyph-core 2.1.0 is GPL-3.0-only`, cut to what a list shows."""
    verb = " declares " if judgment.verdict is Verdict.UNKNOWN else " is "
    about = _about(name, version)
    room = HEADLINE - len(verb) - sum(map(len, about))
    return (*about, *say(verb + "{}", _cut(judgment.statement.text, room)))


def about_two(name: str, version: str | None, says: str, one: str, other: str) -> Phrase:
    """`glyph-core 2.1.0: MIT and GPL-3.0-only …`, cut to what a list shows; `says` has a place for each of the two."""
    about = subject(_cut(name, 22), _cut(version, 10) if version else None)
    room = (HEADLINE - len(says) + 4 - 2 - sum(map(len, about))) // 2
    return (*about, ": ", *say(says, _cut(one, room), _cut(other, room)))


def missing_headline(name: str, version: str | None) -> Phrase:
    """`no license is known for glyph-core 2.1.0`."""
    return say("no license is known for {}", _about(name, version))


def condition(judgment: Judgment, places: Places) -> Phrase:
    """The rule's condition with its actual values, without naming the package."""
    if judgment.verdict is Verdict.UNKNOWN:
        return say("{}, {}", judgment.part, _not_understood(judgment))
    return _refused(judgment, say("{}", judgment.part), places)


def category_names(part: str) -> tuple[str, ...]:
    """The categories of a license or of a pair's license, in the order of the documentation."""
    if part == "UNLICENSED":
        return (str(Category.PROPRIETARY),)
    mine = categories(part.partition(" WITH ")[0].removesuffix("+"))
    return tuple(str(category) for category in Category if category in mine)


def _refused(judgment: Judgment, it: Phrase, places: Places) -> Phrase:
    if judgment.reason in (Reason.DENIED, Reason.CATEGORY_DENIED):
        return _denied(judgment, it, places)
    if judgment.reason is Reason.PAIR_NOT_LISTED:
        return say("{} not name {} as a pair", (_lists(places.allow, "does", "do"),), it)
    names = " nor ".join(category_names(judgment.part))
    return say("{} neither {} nor {}", (_lists(places.allow, "has", "have"),), it, (names,))


def _denied(judgment: Judgment, it: Phrase, places: Places) -> Phrase:
    reason = f" ({places.reason})" if places.reason else ""
    if places.here:
        return say(places.deny + " keeps {} to internal repositories, which this one is " + places.here, it)
    if judgment.reason is Reason.CATEGORY_DENIED:
        return say("{} has {}, which {} belongs to{}", (places.deny,), (judgment.by,), it, (reason,))
    if judgment.by == judgment.part:
        return say("{} names {}{}", (places.deny,), it, (reason,))
    return say("{} has {}, which covers {}{}", (places.deny,), judgment.by, it, (reason,))


def _lists(names: tuple[str, ...], one: str, several: str) -> str:
    """`licenses.allow has`, `licenses.allow and licenses.development.allow_also have`."""
    *others, last = names
    return f"{', '.join(others)} and {last} {several}" if others else f"{last} {one}"


def _not_understood(judgment: Judgment) -> Phrase:
    statement = judgment.statement
    if judgment.reason is Reason.WORD:
        return (tables.MEANINGS.get(judgment.part, "which points to a text that was not read"),)
    if judgment.reason is Reason.AMBIGUOUS:
        return _candidates(judgment)
    if judgment.reason is Reason.UNREADABLE:
        column = f" (column {statement.column})" if statement.column else ""
        return say("which is not a license expression: {}" + column, _note(statement.note))
    return (_UNKNOWN_REASONS[judgment.reason],)


def _note(note: str) -> Phrase:
    """Our own words, but for what they quote."""
    return say(_QUOTED.sub("'{}'", note), *_QUOTED.findall(note))


def _candidates(judgment: Judgment) -> Phrase:
    expression = judgment.statement.expression
    assert expression is not None
    found = next(leaf for leaf in leaves(expression) if isinstance(leaf, Unclear) and leaf.name == judgment.part)
    if not found.candidates:
        return ("which several licenses are called",)
    names = join([say("{}", name) for name in found.candidates[:5]], last=" or ")
    return ("which may mean ", *names, *((" and others",) if len(found.candidates) > 5 else ()))


def _about(name: str, version: str | None) -> Phrase:
    return subject(_cut(name, 34), _cut(version, 14) if version else None)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
