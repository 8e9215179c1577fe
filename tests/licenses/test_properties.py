"""Laws of the algebra, over generated expressions and policies; and that no input whatsoever crashes it."""

import contextlib
from functools import cache
from typing import Any

import boolean  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.licenses.expression import MAX_DEPTH, ExpressionError, Fault, parse
from checks.licenses.item import items
from checks.licenses.judge import Judge, Terms, Verdict
from checks.licenses.statement import Confidence, read
from checks.licenses.tree import And, Expression, License, Or, With, all_of, any_of, simplify

_KNOWN = (
    "MIT ISC Apache-2.0 BSD-3-Clause GPL-2.0-only GPL-2.0-or-later GPL-3.0-only LGPL-2.1-or-later AGPL-3.0-only "
    "MPL-2.0 EPL-1.0 CC0-1.0 JSON EUPL-1.2"
)
KNOWN = _KNOWN.split()
IDS = [*KNOWN, "LicenseRef-Acme", "Foo-1.0", "NOASSERTION"]
PAIRS = ["GPL-2.0-only WITH Classpath-exception-2.0", "Apache-2.0 WITH LLVM-exception"]
CATEGORIES = ["permissive", "weak-copyleft", "strong-copyleft", "network-copyleft", "public-domain"]


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.builds(
        lambda some, operator: f"({f' {operator} '.join(some)})", several, st.sampled_from(["AND", "OR", "and", "or"])
    )


TEXTS = st.recursive(st.sampled_from([*IDS, *PAIRS]), joined, max_leaves=8)
KNOWN_TEXTS = st.recursive(st.sampled_from([*KNOWN, *PAIRS]), joined, max_leaves=8)
LISTS = st.lists(st.sampled_from([*KNOWN, *PAIRS, *CATEGORIES, "LicenseRef-Acme"]), max_size=6, unique=True)


def verdict(expression: Expression, allow: list[str], deny: list[str], falls_back: bool = True) -> Verdict:
    terms = Terms(
        tuple(item.value for item in items(*allow)), tuple(item.value for item in items(*deny)), (), falls_back
    )
    return Judge(terms).expression(expression).verdict


@given(TEXTS, LISTS, LISTS, st.sampled_from([*KNOWN, *PAIRS, *CATEGORIES, "LicenseRef-Acme"]), st.booleans())
def test_monotone_in_the_allow_list(text: str, allow: list[str], deny: list[str], more: str, falls_back: bool) -> None:
    expression = parse(text)
    assert verdict(expression, [*allow, more], deny, falls_back) <= verdict(expression, allow, deny, falls_back)


@given(TEXTS, LISTS, LISTS, st.sampled_from([*KNOWN, *PAIRS, *CATEGORIES]))
def test_antitone_in_the_deny_list(text: str, allow: list[str], deny: list[str], more: str) -> None:
    expression = parse(text)
    assert verdict(expression, allow, [*deny, more]) >= verdict(expression, allow, deny)


@given(TEXTS, TEXTS, LISTS, LISTS)
def test_commutative(one: str, two: str, allow: list[str], deny: list[str]) -> None:
    a, b = parse(one), parse(two)
    for join in (all_of, any_of):
        assert verdict(join([a, b]), allow, deny) is verdict(join([b, a]), allow, deny)


@given(TEXTS, TEXTS, TEXTS, LISTS, LISTS)
def test_associative(one: str, two: str, three: str, allow: list[str], deny: list[str]) -> None:
    a, b, c = parse(one), parse(two), parse(three)
    assert verdict(And((And((a, b)), c)), allow, deny) is verdict(And((a, And((b, c)))), allow, deny)
    assert verdict(Or((Or((a, b)), c)), allow, deny) is verdict(Or((a, Or((b, c)))), allow, deny)


@given(TEXTS, LISTS, LISTS)
def test_idempotent(text: str, allow: list[str], deny: list[str]) -> None:
    one = parse(text)
    assert verdict(And((one, one)), allow, deny) is verdict(one, allow, deny)
    assert verdict(Or((one, one)), allow, deny) is verdict(one, allow, deny)


@given(TEXTS, TEXTS, LISTS, LISTS)
def test_and_is_the_worst_and_or_the_best(one: str, two: str, allow: list[str], deny: list[str]) -> None:
    a, b = parse(one), parse(two)
    both = (verdict(a, allow, deny), verdict(b, allow, deny))
    assert verdict(all_of([a, b]), allow, deny) is max(both)
    assert verdict(any_of([a, b]), allow, deny) is min(both)


@given(KNOWN_TEXTS, st.sets(st.sampled_from(KNOWN)))
def test_de_morgan(text: str, denied: set[str]) -> None:
    """An expression is blocked by a deny list exactly if its dual is allowed by the same list as an allow list."""
    plain = {name for name in KNOWN if not name.endswith("-or-later")}
    expression = without_versions(parse(text))
    chosen = sorted(denied & plain)
    blocked = verdict(expression, sorted(plain), chosen) is Verdict.NOT_ALLOWED
    assert blocked is (verdict(dual(expression), chosen, []) is Verdict.ALLOWED)


def dual(expression: Expression) -> Expression:
    if isinstance(expression, And):
        return Or(tuple(map(dual, expression.parts)))
    return And(tuple(map(dual, expression.parts))) if isinstance(expression, Or) else expression


def without_versions(expression: Expression) -> Expression:
    """A choice of versions and an exception have no dual: the plain license stands for them."""
    if isinstance(expression, And | Or):
        return type(expression)(tuple(map(without_versions, expression.parts)))
    if isinstance(expression, With):
        return without_versions(expression.license)
    return License("MIT") if isinstance(expression, License) and expression.or_later else expression


@given(TEXTS, LISTS, LISTS)
def test_simplification_never_changes_a_verdict(text: str, allow: list[str], deny: list[str]) -> None:
    expression = parse(text)
    smaller = simplify(expression)
    assert verdict(smaller, allow, deny) is verdict(expression, allow, deny)
    assert simplify(smaller) == smaller


@given(TEXTS)
def test_canonical_text_is_stable(text: str) -> None:
    expression = parse(text)
    assert parse(str(expression)) == expression
    assert str(parse(text.replace(" and ", " AND ").replace(" or ", " OR "))) == str(expression)


@given(TEXTS, LISTS, LISTS)
def test_what_is_chosen_is_allowed(text: str, allow: list[str], deny: list[str]) -> None:
    judge = Judge(Terms(tuple(i.value for i in items(*allow)), tuple(i.value for i in items(*deny))))
    found = judge.judge(text)
    assert (found.verdict is Verdict.ALLOWED) is bool(found.chosen)
    if found.chosen:
        assert judge.judge(found.chosen).verdict is Verdict.ALLOWED
        assert not isinstance(parse(found.chosen), Or)


@cache
def oracle() -> Any:
    from license_expression import get_spdx_licensing  # type: ignore[import-untyped]

    return get_spdx_licensing()


def holds(node: Any, true: frozenset[str]) -> bool:
    """Whether the other library's expression is true when exactly the symbols in `true` are."""
    if isinstance(node, boolean.AND):
        return all(holds(part, true) for part in node.args)
    if isinstance(node, boolean.OR):
        return any(holds(part, true) for part in node.args)
    return node.render("{symbol.key}") in true


@settings(deadline=None)
@given(KNOWN_TEXTS, st.sets(st.sampled_from([*KNOWN, *PAIRS])))
def test_parses_like_license_expression(text: str, true: set[str]) -> None:
    theirs = oracle().parse(text, validate=True)

    def ours(node: Expression) -> bool:
        if isinstance(node, And):
            return all(map(ours, node.parts))
        return any(map(ours, node.parts)) if isinstance(node, Or) else str(node) in true

    assert ours(parse(text)) is holds(theirs, frozenset(true))


PERMISSIVE = Judge(Terms(tuple(item.value for item in items("permissive", "public-domain"))))
LOOKALIKES = ["МІТ", "ΜIT", "M\u200bIT", "ＭＩＴ", "MI\u0422", "BlueOa\u212a-1.0.0", "\u202eTIM"]


@given(st.one_of(st.text(), st.text("()+ ANDORWITHmit-2.0:/,;{}[]\"'gplv", max_size=200), st.binary().map(repr)))
def test_no_text_crashes_and_no_junk_is_allowed(text: str) -> None:
    found = PERMISSIVE.judge(text)
    if found.verdict is Verdict.ALLOWED:
        assert read(text).confidence is not Confidence.UNKNOWN or found.offered
    assert 0 <= found.statement.column <= len(text) + 1
    with contextlib.suppress(ExpressionError):
        parse(text)


@pytest.mark.parametrize("text", LOOKALIKES)
def test_look_alike_letters_are_not_letters(text: str) -> None:
    assert PERMISSIVE.judge(text).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("MIT AND " * 12_500 + "MIT", Fault.TOO_LONG),
        ("(" * 10_000 + "MIT" + ")" * 10_000, Fault.TOO_LONG),
        ("(" * 1_000 + "MIT" + ")" * 1_000, Fault.TOO_DEEP),
        ("(" * (MAX_DEPTH + 1) + "MIT" + ")" * (MAX_DEPTH + 1), Fault.TOO_DEEP),
        ("MIT" + ")" * 1_000, Fault.PARENTHESIS),
        ("[" * 4_000, Fault.CHARACTER),
        ('{"type":' * 400, Fault.CHARACTER),
        ("\ud800", Fault.CHARACTER),
        ("\0", Fault.CHARACTER),
    ],
)
def test_hostile_text_is_refused_at_once(text: str, fault: Fault) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.fault is fault
    assert PERMISSIVE.judge(text).verdict is Verdict.UNKNOWN


def test_the_deepest_expression_that_is_read_is_judged() -> None:
    text = "MIT"
    for level in range(MAX_DEPTH):
        text = f"({text} {'AND' if level % 2 else 'OR'} ISC)"
    assert PERMISSIVE.judge(text).verdict is Verdict.ALLOWED
