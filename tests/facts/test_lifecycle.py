"""endoflife.date: products by purl, cycles by version, and days that are compared with a clock of our own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts import endoflife
from checks.facts.lifecycle import cycle_of, ended
from checks.manifests.images import image
from checks.model.facts import PackageKey, Want
from checks.model.packages import Cycle
from tests.facts.conversation import asked, converse, said

PRODUCTS = """{"schema_version": "1.2.1", "result": [
  {"name": "python", "identifiers": [{"id": "pkg:generic/python", "type": "purl"},
                                     {"id": "pkg:docker/library/python", "type": "purl"}],
   "releases": [
     {"name": "3.13", "releaseDate": "2024-10-07", "isEol": false, "eolFrom": "2029-10-31", "eoasFrom": "2026-10-01",
      "latest": {"name": "3.13.9", "date": "2026-10-01", "link": null}, "isLts": false, "custom": null},
     {"name": "3.1", "isEol": true, "eolFrom": "2012-04-09", "latest": null}]},
  {"name": "debian", "identifiers": [{"id": "cpe:/o:debian:debian_linux", "type": "cpe"}],
   "releases": [{"name": "12", "codename": "Bookworm", "isEol": false, "eolFrom": "2028-06-30", "isLts": true}]},
  {"name": "golang", "aliases": ["go"], "releases": [{"name": "1.22", "isEol": true, "eolFrom": null}]},
  {"name": "dotnet", "releases": [{"name": "8", "isEol": false}]},
  {"name": "django", "identifiers": [{"id": "pkg:pypi/Django", "type": "purl"}, {"id": "pkg:", "type": "purl"},
                                     {"id": "pkg:nuget/Example.App", "type": "purl"}],
   "releases": [{"name": "5.2"}, {"name": 7}, 8]}
]}"""


def cycles(*keys: PackageKey) -> list[tuple[str, ...]]:
    facts = converse(endoflife, {"products/full": PRODUCTS}, *keys, want=Want.LIFECYCLE)
    found = [facts.package(purl).cycles for purl, _ in keys]
    return [tuple(cycle.name for cycle in known.value) if known else ("unknown",) for known in found]


def test_whatever_is_asked_is_one_request() -> None:
    (request,) = asked(endoflife, ("pkg:docker/python", "3.13"), ("pkg:npm/a", "1"), ("pkg:npm/b", None))
    assert (request.path, request.want) == ("products/full", Want.LIFECYCLE)
    assert asked(endoflife, ("pkg:npm/a", "1"), want=Want.LICENSE) == []


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("python:3.13-slim", ("3.13", "3.1")),
        ("docker.io/library/python:3.13", ("3.13", "3.1")),
        ("mirror.example/hub/library/python:3.13", ("3.13", "3.1")),
        ("debian:bookworm", ("12",)),
        ("golang:1.22", ("1.22",)),
        ("images.example/dotnet/aspnet:8.0", ("8",)),
        ("someone/python:3.13", ()),
        ("mirror.example/python:3.13", ()),
        ("mirror.example/other/aspnet:8.0", ()),
    ],
)
def test_the_purls_of_our_dockerfile_reader_find_their_product(reference: str, found: tuple[str, ...]) -> None:
    known = image(reference)
    assert known is not None
    assert cycles((known.purl, known.version)) == [found]


def test_a_runtime_without_identifier_is_the_product_of_its_name() -> None:
    """`.tool-versions` knows more runtimes than products name purls."""
    assert cycles(
        ("pkg:generic/dotnet", "8"),
        ("pkg:generic/go", "1.22"),
        ("pkg:generic/host.example/dotnet", "8"),
        ("pkg:npm/dotnet", "8"),
    ) == [("8",), ("1.22",), (), ()]


def test_packages_and_the_toolchain_of_go_find_theirs() -> None:
    assert cycles(
        ("pkg:pypi/django", "5.2"),
        ("pkg:nuget/example.app", "5.2"),
        ("pkg:golang/stdlib", "1.22.3"),
        ("pkg:npm/a", "1"),
    ) == [
        ("5.2",),
        ("5.2",),
        ("1.22",),
        (),
    ]


def test_a_cycle_has_its_days_and_its_code_name() -> None:
    facts = converse(
        endoflife, {"products/full": PRODUCTS}, ("pkg:generic/python", "3.13.2"), ("pkg:docker/debian", "12")
    )
    assert said(facts.package("pkg:generic/python"))["cycles"] == (
        Cycle("3.13", date(2024, 10, 7), date(2029, 10, 31), False, date(2026, 10, 1), "3.13.9"),
        Cycle("3.1", None, date(2012, 4, 9), True),
    )
    assert said(facts.package("pkg:docker/debian"))["cycles"] == (
        Cycle("12", None, date(2028, 6, 30), False, long_term=True, codename="Bookworm"),
    )


CYCLES = (
    Cycle("3.13"),
    Cycle("3.1"),
    Cycle("3"),
    Cycle("12", codename="Bookworm"),
    Cycle("22.04", codename="Jammy Jellyfish"),
    Cycle("v2"),
)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("3.13", "3.13"),
        ("3.13.2", "3.13"),
        ("3.13-slim", "3.13"),
        ("3.1.4", "3.1"),
        ("3.14.0", "3"),
        ("3", "3"),
        ("v3.13.0", "3.13"),
        ("2.7", "v2"),
        ("12.5-slim", "12"),
        ("bookworm", "12"),
        ("bookworm-20260101-slim", "12"),
        ("Jammy", "22.04"),
        ("bookworms", None),
        ("31", None),
        ("3rc1", None),
        ("latest", None),
        ("sha256:3", None),
        ("", None),
    ],
)
def test_the_cycle_of_a_version(version: str, name: str | None) -> None:
    found = cycle_of(version, CYCLES)
    assert (found.name if found else None) == name


_NAMES = st.lists(st.integers(0, 30), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@given(_NAMES, st.lists(_NAMES, max_size=6))
def test_the_longest_fitting_cycle_is_found_in_any_order(version: str, names: list[str]) -> None:
    fitting = [name for name in names if f"{version}.".startswith(f"{name}.")]
    found = cycle_of(version, [Cycle(name) for name in names])
    assert (found.name if found else None) == max(fitting, key=len, default=None)
    backwards = cycle_of(version, [Cycle(name) for name in reversed(names)])
    assert (backwards.name if backwards else None) == (found.name if found else None)


@given(_NAMES, st.lists(_NAMES, max_size=6))
def test_a_later_version_of_a_cycle_stays_in_it(name: str, others: list[str]) -> None:
    cycles_ = [Cycle(name), *map(Cycle, others)]
    found = cycle_of(f"{name}.99", cycles_)
    assert found is not None
    assert len(found.name) >= len(name)


@pytest.mark.parametrize(
    ("cycle", "over"),
    [
        (Cycle("1", end_of_life=date(2026, 11, 20), ended=False), True),
        (Cycle("1", end_of_life=date(2026, 11, 21), ended=True), False),
        (Cycle("1", ended=True), True),
        (Cycle("1", ended=False), False),
        (Cycle("1"), None),
    ],
)
def test_the_day_counts_and_not_what_the_source_thought(cycle: Cycle, over: bool | None) -> None:
    assert ended(cycle, date(2026, 11, 20)) is over
