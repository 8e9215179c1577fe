"""Sorting questions: which of them a source can answer, together with what, and in batches of its size."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from checks.facts.names import version_of
from checks.model.facts import NOTHING, PackageKey, Questions, Want
from checks.model.purl import type_of

T = TypeVar("T")


def answerable(questions: Questions, answers: Callable[[str], Want]) -> dict[PackageKey, Want]:
    """What of `questions` a source can answer; about a version only where one is named."""
    found: dict[PackageKey, Want] = {}
    for key, want in questions.items():
        left = want & answers(type_of(key[0]))
        if version_of(key) is None:
            left = left.of_package
        if left:
            found[key] = left
    return found


def by_package(questions: Questions) -> Iterator[tuple[str, tuple[PackageKey, ...], Want]]:
    """Purl, keys and everything that is wanted of them, for sources that answer a package at a time."""
    grouped: dict[str, list[PackageKey]] = {}
    for key in questions:
        grouped.setdefault(key[0], []).append(key)
    for purl, keys in grouped.items():
        yield purl, tuple(keys), union(questions, keys)


def union(questions: Questions, keys: Sequence[PackageKey]) -> Want:
    """Everything that is wanted of `keys`."""
    want = NOTHING
    for key in keys:
        want |= questions[key]
    return want


def batches(values: Mapping[PackageKey, T], size: int) -> Iterator[dict[PackageKey, T]]:
    """`values` in parts of at most `size`."""
    rest = iter(values.items())
    while part := dict(islice(rest, size)):
        yield part
