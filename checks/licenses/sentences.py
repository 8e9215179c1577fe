"""A judgment in words: what is declared, and which entry or gap of the policy decides. Never a legal conclusion."""

from checks.licenses import tables
from checks.licenses.index import Category, categories
from checks.licenses.judge import Judgment, Reason, Verdict
from checks.licenses.tree import Unclear, leaves
from checks.model.phrase import Phrase, join, say

#: Characters of a headline; GitHub shows more, but it stands in lists.
HEADLINE = 80
_UNKNOWN_REASONS = {
    Reason.UNKNOWN_ID: "which is no known license id",
    Reason.UNKNOWN_REFERENCE: "which the policy does not name",
    Reason.UNKNOWN_EXCEPTION: "whose added terms are not known",
    Reason.UNSTATED: "which names no terms",
}


def subject(name: str, version: str | None) -> Phrase:
    """`left-pad` 1.3.0."""
    return say("{} {}", name, version) if version else say("{}", name)


def sentence(about: Phrase, judgment: Judgment) -> Phrase:
    """One sentence about a judgment that is not allowed."""
    text = judgment.statement.text
    whole = judgment.part == text
    if judgment.verdict is Verdict.UNKNOWN:
        declared = say("{} declares {}", about, text)
        part = () if whole else say(" with {}", judgment.part)
        return (*declared, *part, ", ", *_not_understood(judgment), ".")
    if whole:
        return (*say("{} is {}, and ", about, text), *_refused(judgment, ("it",)), ".")
    what = "offers {}, and no choice passes: " if judgment.offered else "is {}: "
    return (*say("{} " + what, about, text), *_refused(judgment, say("{}", judgment.part)), ".")


def headline(name: str, version: str | None, judgment: Judgment) -> Phrase:
    """`glyph-core 2.1.0 is GPL-3.0-only`, cut to what a list shows."""
    verb = " declares " if judgment.verdict is Verdict.UNKNOWN else " is "
    about = _about(name, version)
    room = HEADLINE - len(verb) - sum(map(len, about))
    return (*about, *say(verb + "{}", _cut(judgment.statement.text, room)))


def missing_headline(name: str, version: str | None) -> Phrase:
    """`no license is known for glyph-core 2.1.0`."""
    return say("no license is known for {}", _about(name, version))


def condition(judgment: Judgment) -> Phrase:
    """The rule's condition with its actual values, without naming the package."""
    if judgment.verdict is Verdict.UNKNOWN:
        return say("{}, {}", judgment.part, _not_understood(judgment))
    return _refused(judgment, say("{}", judgment.part))


def category_names(part: str) -> tuple[str, ...]:
    """The categories of a license or of a pair's license, in the order of the documentation."""
    if part == "UNLICENSED":
        return (str(Category.PROPRIETARY),)
    mine = categories(part.partition(" WITH ")[0].removesuffix("+"))
    return tuple(str(category) for category in Category if category in mine)


def _refused(judgment: Judgment, it: Phrase) -> Phrase:
    if judgment.reason is Reason.DENIED:
        return (
            say("licenses.deny names {}", it)
            if judgment.by == judgment.part
            else say("licenses.deny has {}, which covers {}", judgment.by, it)
        )
    if judgment.reason is Reason.CATEGORY_DENIED:
        return say("licenses.deny has {}, which {} belongs to", (judgment.by,), it)
    if judgment.reason is Reason.PAIR_NOT_LISTED:
        return say("licenses.allow does not name {} as a pair", it)
    names = " nor ".join(category_names(judgment.part))
    return say("licenses.allow has neither {} nor {}", it, (names,))


def _not_understood(judgment: Judgment) -> Phrase:
    statement = judgment.statement
    if judgment.reason is Reason.WORD:
        return (tables.MEANINGS.get(judgment.part, "which points to a text that was not read"),)
    if judgment.reason is Reason.AMBIGUOUS:
        return _candidates(judgment)
    if judgment.reason is Reason.UNREADABLE:
        column = f" (column {statement.column})" if statement.column else ""
        return say("which is not a license expression: {}" + column, statement.note)
    return (_UNKNOWN_REASONS[judgment.reason],)


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
