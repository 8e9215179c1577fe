"""Three-valued judgment of an expression against lists: allowed < unknown < not allowed.

OR takes its best branch and says which, AND is as good as its worst part. Nothing unknown is ever allowed.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum
from typing import NamedTuple

from checks.licenses.index import Category, categories, find, later_versions
from checks.licenses.statement import Statement, read
from checks.licenses.tree import And, Expression, License, Or, Unclear, With, Word, all_of

#: Distinct statements remembered for one policy context: a large inventory has dozens, an attacker's more.
MEMO = 16_384
_OTHER = "licenseref-clearlydefined-other"


class Verdict(IntEnum):
    """In the order in which OR prefers them."""

    ALLOWED = 0
    UNKNOWN = 1
    NOT_ALLOWED = 2


class Reason(StrEnum):
    """Why the verdict is what it is."""

    LISTED = "listed"
    CATEGORY_LISTED = "category-listed"
    EXCEPTED = "excepted"
    DENIED = "denied"
    CATEGORY_DENIED = "category-denied"
    NOT_LISTED = "not-listed"
    PAIR_NOT_LISTED = "pair-not-listed"
    UNKNOWN_ID = "unknown-id"
    UNKNOWN_REFERENCE = "unknown-reference"
    UNKNOWN_EXCEPTION = "unknown-exception"
    UNSTATED = "unstated"
    """A known entry that names no terms (`LicenseRef-scancode-unknown-license-reference`)."""
    WORD = "word"
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"


#: An entry of a list: a category, a license (exact or `or_later`) or a pair.
Item = Category | License | With


class Judgment(NamedTuple):
    """One statement under one policy context."""

    verdict: Verdict
    reason: Reason
    statement: Statement
    part: str = ""
    """The license, pair or word that decided; for a verdict other than allowed the part that fails."""
    by: str = ""
    """The entry of the list that decided, if one did."""
    chosen: str = ""
    """Allowed: the expression after every choice that it offers has been made."""
    elected: bool = False
    """Whether `chosen` differs from the expression: a branch of an OR or a later version was taken."""
    offered: bool = False
    """Whether the expression offers a choice at all."""
    nearest: str = ""
    """Not allowed, and there is a choice: the expression after the choices that come nearest to being allowed."""


class Terms(NamedTuple):
    """The lists of one policy context. `excepted` beats `deny`, `deny` beats `allow`; a pair goes before its base."""

    allow: tuple[Item, ...] = ()
    deny: tuple[Item, ...] = ()
    excepted: tuple[Item, ...] = ()
    with_falls_back_to_base: bool = True


class _Outcome(NamedTuple):
    verdict: Verdict
    reason: Reason
    part: str
    by: str
    chosen: Expression


class _List:
    """One list, compiled: every entry that names versions is spread over them."""

    __slots__ = ("categories", "ids", "pairs")

    def __init__(self, items: Iterable[Item]) -> None:
        self.categories: dict[Category, str] = {}
        self.ids: dict[str, str] = {}
        self.pairs: dict[tuple[str, str], str] = {}
        for item in items:
            if isinstance(item, Category):
                self.categories.setdefault(item, str(item))
            elif isinstance(item, With):
                for name in choices(item.license):
                    self.pairs.setdefault((name.lower(), item.exception.lower()), str(item))
            else:
                for name in choices(item):
                    self.ids.setdefault(name.lower(), str(item))

    def category(self, name: str) -> str | None:
        """The first listed category that `name` is in."""
        if not self.categories:
            return None
        mine = categories(name)
        return next((listed for category, listed in self.categories.items() if category in mine), None)


class Judge:
    """Judges statements under one context and remembers them. `judge[text]` for what has been judged before."""

    def __init__(self, terms: Terms) -> None:
        self._allow = _List(terms.allow)
        self._deny = _List(terms.deny)
        self._excepted = _List(terms.excepted)
        self._falls_back = terms.with_falls_back_to_base
        self._leaves: dict[License | With, _Outcome] = {}
        self.verdicts = Verdicts(self._judge)

    def judge(self, raw: str) -> Judgment:
        """The judgment of a raw statement; never raises."""
        return self.verdicts[raw]

    def _judge(self, raw: str) -> Judgment:
        statement = read(raw)
        expression = statement.expression
        if expression is None:
            return Judgment(Verdict.UNKNOWN, Reason.UNREADABLE, statement, statement.text)
        outcome = self.expression(expression)
        allowed, offered = outcome.verdict is Verdict.ALLOWED, _offers(expression)
        return Judgment(
            outcome.verdict,
            outcome.reason,
            statement,
            outcome.part,
            outcome.by,
            str(outcome.chosen) if allowed else "",
            allowed and outcome.chosen != expression,
            offered,
            str(outcome.chosen) if offered and not allowed else "",
        )

    def expression(self, expression: Expression) -> _Outcome:
        """The outcome of an expression; at most as deep as the parser lets it be."""
        if isinstance(expression, Or):
            return min((self.expression(part) for part in expression.parts), key=_distance)
        if isinstance(expression, And):
            outcomes = [self.expression(part) for part in expression.parts]
            worst = max(outcomes, key=_distance)
            return worst._replace(chosen=all_of([outcome.chosen for outcome in outcomes]))
        if isinstance(expression, Word):
            return self._word(expression)
        if isinstance(expression, Unclear):
            return _Outcome(Verdict.UNKNOWN, Reason.AMBIGUOUS, expression.name, "", expression)
        found = self._leaves.get(expression)
        if found is None:
            if len(self._leaves) >= MEMO:
                self._leaves.clear()
            found = self._leaves[expression] = self._leaf(expression)
        return found

    def _leaf(self, leaf: License | With) -> _Outcome:
        """Every version that the user may choose is a branch of its own."""
        base = leaf.license if isinstance(leaf, With) else leaf
        branches = []
        for name in choices(base):
            choice = base if base.document_ref else License(name)
            one: License | With = With(choice, leaf.exception) if isinstance(leaf, With) else choice
            branches.append(self._pair(one) if isinstance(one, With) else self._exact(one))
        best = min(branches, key=_distance)
        if best.verdict is Verdict.ALLOWED and any(branch.verdict is not Verdict.ALLOWED for branch in branches):
            return best
        return best._replace(part=str(leaf), chosen=leaf)

    def _exact(self, license_: License) -> _Outcome:
        """One version of one license."""
        name = str(license_)
        folded = name.lower()
        for listed, verdict, by_id, by_category in (
            (self._excepted, Verdict.ALLOWED, Reason.EXCEPTED, Reason.EXCEPTED),
            (self._deny, Verdict.NOT_ALLOWED, Reason.DENIED, Reason.CATEGORY_DENIED),
            (self._allow, Verdict.ALLOWED, Reason.LISTED, Reason.CATEGORY_LISTED),
        ):
            by = listed.ids.get(folded)
            if by is not None:
                return _Outcome(verdict, by_id, name, by, license_)
            by = listed.category(name)
            if by is not None:
                return _Outcome(verdict, by_category, name, by, license_)
        reason = _not_known(license_)
        if reason is not None:
            return _Outcome(Verdict.UNKNOWN, reason, name, "", license_)
        return _Outcome(Verdict.NOT_ALLOWED, Reason.NOT_LISTED, name, "", license_)

    def _pair(self, pair: With) -> _Outcome:
        """As a pair first; then, if the policy says so, as its base, which a registered exception only widens."""
        name, key = str(pair), (str(pair.license).lower(), pair.exception.lower())
        for listed, verdict, reason in (
            (self._excepted, Verdict.ALLOWED, Reason.EXCEPTED),
            (self._deny, Verdict.NOT_ALLOWED, Reason.DENIED),
            (self._allow, Verdict.ALLOWED, Reason.LISTED),
        ):
            by = listed.pairs.get(key)
            if by is not None:
                return _Outcome(verdict, reason, name, by, pair)
        base = self._exact(pair.license)
        if base.reason in (Reason.DENIED, Reason.CATEGORY_DENIED):
            return base._replace(part=name, chosen=pair)
        if not self._falls_back:
            unknown = _not_known(pair.license)
            if unknown is not None:
                return _Outcome(Verdict.UNKNOWN, unknown, name, "", pair)
            return _Outcome(Verdict.NOT_ALLOWED, Reason.PAIR_NOT_LISTED, name, "", pair)
        if base.verdict is Verdict.ALLOWED and not _registered(pair.exception):
            return _Outcome(Verdict.UNKNOWN, Reason.UNKNOWN_EXCEPTION, name, "", pair)
        return base._replace(part=name, chosen=pair)

    def _word(self, word: Word) -> _Outcome:
        """UNLICENSED says that the work is proprietary, so lists with that category apply to it; for OTHER, lists may
        have the id that dependency-review-action gives it. Every other word stays unknown, whatever a list has."""
        for listed, verdict, by_id, by_category in (
            (self._excepted, Verdict.ALLOWED, Reason.EXCEPTED, Reason.EXCEPTED),
            (self._deny, Verdict.NOT_ALLOWED, Reason.DENIED, Reason.CATEGORY_DENIED),
            (self._allow, Verdict.ALLOWED, Reason.LISTED, Reason.CATEGORY_LISTED),
        ):
            by = listed.ids.get(_OTHER) if word.text == "OTHER" else None
            if by is not None:
                return _Outcome(verdict, by_id, word.text, by, word)
            by = listed.categories.get(Category.PROPRIETARY) if word.text == "UNLICENSED" else None
            if by is not None:
                return _Outcome(verdict, by_category, word.text, by, word)
        return _Outcome(Verdict.UNKNOWN, Reason.WORD, word.text, "", word)


class Verdicts(dict[str, Judgment]):
    """Judgments by raw statement: one dictionary look-up for each after the first."""

    __slots__ = ("_decide",)

    def __init__(self, decide: Callable[[str], Judgment]) -> None:
        super().__init__()
        self._decide = decide

    def __missing__(self, raw: str) -> Judgment:
        if len(self) >= MEMO:
            self.clear()
        judgment = self[raw] = self._decide(raw)
        return judgment


def _distance(outcome: _Outcome) -> int:
    """How far from allowed: what is denied is farther than what is only not listed."""
    return outcome.verdict * 2 + (outcome.reason in (Reason.DENIED, Reason.CATEGORY_DENIED))


def choices(license_: License) -> tuple[str, ...]:
    """The exact ids that a license lets its user choose from, written with their document."""
    if license_.or_later:
        return later_versions(license_.id)
    return (str(license_) if license_.document_ref else license_.id,)


def _not_known(license_: License) -> Reason | None:
    """Why nobody can tell what the license says; None if the index knows it."""
    if license_.document_ref or find(license_.id) is None:
        return Reason.UNKNOWN_REFERENCE if license_.id.startswith("LicenseRef-") else Reason.UNKNOWN_ID
    return Reason.UNSTATED if categories(license_.id) == {Category.UNKNOWN} else None


def _registered(exception: str) -> bool:
    """Whether the exception is on a public list, where every one adds permissions; an AdditionRef- may take some."""
    entry = find(exception)
    return entry is not None and entry.is_exception


def _offers(expression: Expression) -> bool:
    if isinstance(expression, And):
        return any(map(_offers, expression.parts))
    return isinstance(expression, Or)
