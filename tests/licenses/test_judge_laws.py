"""More laws of the judgment: the lattice, exceptions, choices of versions, spelling, and what a judgment tells."""

from collections.abc import Iterator, Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from checks.licenses.expression import parse
from checks.licenses.index import Category, categories, later_versions
from checks.licenses.item import items
from checks.licenses.judge import Item, Judge, Judgment, Reason, Terms, Verdict
from checks.licenses.tree import And, License, Or, With, leaves
from tests.licenses.test_properties import CATEGORIES, IDS, KNOWN, LISTS, PAIRS, TEXTS, joined

ENTRIES = st.lists(st.sampled_from([*KNOWN, *PAIRS, *CATEGORIES, "LicenseRef-Acme"]), max_size=4, unique=True)


def values(names: Sequence[str]) -> tuple[Item, ...]:
    return tuple(item.value for item in items(*names))


def terms(allow: Sequence[str], deny: Sequence[str], excepted: Sequence[str] = (), falls_back: bool = True) -> Terms:
    return Terms(values(allow), values(deny), values(excepted), falls_back)


def judge(
    text: str, allow: Sequence[str], deny: Sequence[str], excepted: Sequence[str] = (), *, falls_back: bool = True
) -> Judgment:
    return Judge(terms(allow, deny, excepted, falls_back)).judge(text)


@given(TEXTS, TEXTS, TEXTS, LISTS, LISTS)
def test_distributive(one: str, two: str, three: str, allow: list[str], deny: list[str]) -> None:
    a, b, c = parse(one), parse(two), parse(three)
    judged = Judge(terms(allow, deny)).expression
    assert judged(And((a, Or((b, c))))).verdict is judged(Or((And((a, b)), And((a, c))))).verdict
    assert judged(Or((a, And((b, c))))).verdict is judged(And((Or((a, b)), Or((a, c))))).verdict


@given(TEXTS, TEXTS, LISTS, LISTS)
def test_absorbing(one: str, two: str, allow: list[str], deny: list[str]) -> None:
    a, b = parse(one), parse(two)
    judged = Judge(terms(allow, deny)).expression
    assert judged(Or((a, And((a, b))))).verdict is judged(a).verdict
    assert judged(And((a, Or((a, b))))).verdict is judged(a).verdict


@given(TEXTS, LISTS, LISTS, ENTRIES, st.sampled_from([*KNOWN, *PAIRS, *CATEGORIES]))
def test_monotone_in_the_exceptions(
    text: str, allow: list[str], deny: list[str], excepted: list[str], more: str
) -> None:
    assert judge(text, allow, deny, [*excepted, more]).verdict <= judge(text, allow, deny, excepted).verdict


@given(TEXTS, LISTS, LISTS)
def test_falling_back_to_the_base_never_makes_it_worse(text: str, allow: list[str], deny: list[str]) -> None:
    assert judge(text, allow, deny).verdict <= judge(text, allow, deny, falls_back=False).verdict


@given(TEXTS, LISTS, LISTS, ENTRIES)
def test_the_order_of_a_list_decides_nothing(text: str, allow: list[str], deny: list[str], excepted: list[str]) -> None:
    turned = judge(text, allow[::-1], deny[::-1], excepted[::-1])
    straight = judge(text, allow, deny, excepted)
    assert (turned.verdict, turned.part, turned.chosen) == (straight.verdict, straight.part, straight.chosen)


@given(st.sampled_from(["GPL-2.0", "LGPL-2.1", "AGPL-1.0", "EPL-1.0", "MPL-1.1", "Apache-1.1"]), LISTS, LISTS)
def test_a_choice_of_versions_is_a_choice(stem: str, allow: list[str], deny: list[str]) -> None:
    later = parse(f"{stem}+")
    assert isinstance(later, License)
    spelled = " OR ".join(later_versions(later.id))
    assert judge(f"{stem}+", allow, deny).verdict is judge(spelled, allow, deny).verdict


@given(TEXTS, LISTS, LISTS)
def test_old_ids_and_any_case_are_the_same(text: str, allow: list[str], deny: list[str]) -> None:
    old = text.replace("GPL-2.0-or-later", "GPL-2.0+").replace("GPL-3.0-only", "GPL-3.0")
    found = judge(text, allow, deny)
    assert judge(old, allow, deny)[:2] == found[:2]
    folded = judge(text.replace("LicenseRef-", "\0").lower().replace("\0", "LicenseRef-"), allow, deny)
    assert folded.verdict is found.verdict


EXACT = [name for name in KNOWN if not name.endswith("-or-later")]


@given(st.recursive(st.sampled_from(EXACT), joined, max_leaves=6), LISTS, LISTS)
def test_a_category_is_the_list_of_its_licenses(text: str, allow: list[str], deny: list[str]) -> None:
    def spelled(names: list[str]) -> list[str]:
        return [each for name in names for each in (members(name) if name in CATEGORIES else [name])]

    def members(category: str) -> list[str]:
        return [name for name in EXACT if Category(category) in categories(name)]

    assert judge(text, spelled(allow), spelled(deny)).verdict is judge(text, allow, deny).verdict


@given(TEXTS, LISTS, LISTS)
def test_the_part_that_fails_is_a_part_and_fails_alone(text: str, allow: list[str], deny: list[str]) -> None:
    found = judge(text, allow, deny)
    if found.verdict is not Verdict.ALLOWED:
        assert found.part in {str(leaf) for leaf in leaves(parse(text))}
        assert judge(found.part, allow, deny).verdict is found.verdict
        assert found.by in ("", *deny) or found.reason in (Reason.DENIED, Reason.CATEGORY_DENIED)


@example("(GPL-2.0-or-later AND (MIT OR MIT))", ["ISC", "GPL-2.0-only"], [])
@given(TEXTS, LISTS, LISTS)
def test_the_nearest_choice_is_one_of_those_offered(text: str, allow: list[str], deny: list[str]) -> None:
    found = judge(text, allow, deny)
    assert bool(found.nearest) is (found.offered and found.verdict is not Verdict.ALLOWED)
    if found.nearest:
        assert judge(found.nearest, allow, deny)[:2] == found[:2]
        assert set(map(str, leaves(parse(found.nearest)))) <= set(offered(text))


def offered(text: str) -> Iterator[str]:
    """The licenses of an expression, and the versions that its `-or-later` let one choose."""
    for leaf in leaves(parse(text)):
        yield str(leaf)
        if isinstance(leaf, License) and leaf.or_later:
            yield from later_versions(leaf.id)
        if isinstance(leaf, With) and leaf.license.or_later:
            yield from (f"{name} WITH {leaf.exception}" for name in later_versions(leaf.license.id))


@given(st.sampled_from([*IDS, *PAIRS]), LISTS, LISTS)
def test_a_pair_is_one_item(text: str, allow: list[str], deny: list[str]) -> None:
    """Naming the pair allows it, and its license is no better for it."""
    leaf = parse(text)
    if isinstance(leaf, With):
        assert judge(text, [*allow, text], []).verdict is Verdict.ALLOWED
        base = str(leaf.license)
        assert judge(base, [*allow, text], deny).verdict is judge(base, allow, deny).verdict


def test_the_nearest_choice_of_an_expression_that_fails_elsewhere() -> None:
    found = judge("(GPL-3.0-only OR MIT) AND AGPL-3.0-only", ["permissive"], [])
    assert (found.nearest, found.part) == ("MIT AND AGPL-3.0-only", "AGPL-3.0-only")
    assert judge("MIT AND AGPL-3.0-only", ["permissive"], []).nearest == ""
