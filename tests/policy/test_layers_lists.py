"""What overrides leave as it is, is read once; and nobody can tell from what is read."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies import SHAPES
from checks.policy.document import Entries, Items
from checks.policy.lists import Lists
from checks.policy.load import Loader, parsed
from checks.policy.overriding import over
from checks.policy.reader import Reader
from checks.policy.shape import key
from tests.benchmarks.bench_layers import values_read

_READ: list[str] = []


class _Word(str):
    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "_Word":
        _READ.append(text)
        return cls(text)


@dataclass(frozen=True, slots=True)
class _Words:
    words: tuple[_Word, ...] = key("Some words.", default=())
    limit: int = key("A limit.", default=0)


def tree(text: str) -> Entries:
    return parsed(text.encode(), "policy.yaml", "1.0")


def test_a_list_is_read_once_and_of_one_that_goes_on_the_rest() -> None:
    base = tree("words: [a, b, c]\nlimit: 1\n")
    (name, words), limit = base.entries
    more = tree("words: [d]\n").get("words")
    assert isinstance(words, Items)
    assert isinstance(more, Items)
    longer = words._replace(items=(*words.items, *more.items))
    lists = Lists()
    _READ.clear()
    for entries in (base.entries, ((name, words),), ((name, longer), limit)):
        read = Reader(lists=lists)
        value = read.read_shape(base._replace(entries=entries), _Words, ())
        places = {path: place for layer in read.layers for path, place in layer.items()}
        assert len(value.words) == sum(path[0] == "words" and len(path) == 2 for path in places)
    assert _READ == ["a", "b", "c", "d"]
    assert value == _Words((_Word("a"), _Word("b"), _Word("c"), _Word("d")), 1)


_BASES = [
    "licenses: {allow: [MIT, ISC], exceptions: [{package: pkg:npm/a, allow: [MPL-2.0], reason: r}]}",
    "licenses: {allow: [Nonsense, MIT], exceptions: [{package: pkg:npm/a, alow: [MPL-2.0], reason: r}]}",
    "packages: {advice: [{package: pkg:npm/a, advice: hold, reason: r, instead: pkg:npm/b}], levels: {no-rule: warn}}",
    "licenses: {exceptions: [" + "{}, " * 30 + "]}",  # with three faults each: too many
]
_PATCHES = [
    "licenses: {allow_also: [0BSD]}",
    "licenses: {allow_also: [Gibberish, MIT]}",
    "licenses: {allow: [MIT]}",
    "licenses: {allow: [0BSD, ISC, MIT]}",
    "licenses: {allow: MIT, levels: {license-unknown: warn}}",
    "licenses: {exceptions_also: [{package: pkg:npm/c, allow: [MPL-2.0], reason: r}]}",
    "licenses: {exceptions_also: [{package: 7}]}",
    "licenses: {development: {allow_also: [EPL-2.0]}, levels: {license-unknown: loud}}",
    "licenses: off",
    "packages: {advice_also: [{package: pkg:npm/b, advice: avoid, reason: r}]}",
    "packages: {advice: {}, levels: {package-avoid: warn}}",
    "mode: enforce\nnotice: x",
]


@pytest.mark.parametrize("base", _BASES)
@settings(max_examples=20, deadline=None)
@given(orders=st.lists(st.lists(st.sampled_from(_PATCHES), max_size=3), max_size=4))
def test_it_reads_like_one_that_has_read_nothing(base: str, orders: list[list[str]]) -> None:
    loader = Loader(SHAPES, ())
    policy = tree(f"version: 1\n{base}\n")
    patches = {text: tree(text) for text in _PATCHES}
    for order in ([], *orders):
        merged = policy
        for text in order:
            merged = over(merged, patches[text], loader.shapes)
        read, fresh = loader.read(merged), Loader(SHAPES, ()).read(merged)
        assert (read.root, read.sections, read.levels) == (fresh.root, fresh.sections, fresh.levels)
        assert read.issues == fresh.issues
        if not read.issues:
            assert dict(read.places) == dict(fresh.places)


def test_the_values_read_grow_with_the_file_and_not_with_its_square() -> None:
    few, many, more = (values_read(overrides, 40) for overrides in (2, 12, 22))
    assert more - many == many - few < 10 * 40
