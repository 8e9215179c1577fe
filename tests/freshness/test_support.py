"""The end of support of runtimes, images and frameworks, from the notice to the day and beyond."""

from datetime import date, timedelta

import pytest

from checks.model.change import Change
from checks.model.facts import Facts, Want
from checks.model.packages import Cycle, Known, PackageFacts
from tests.freshness.examples import READ, at, changes_at, facts, gap, package, rules, said, wants

PYTHON = (
    Cycle("3.9", date(2020, 10, 5), date(2025, 10, 31)),
    Cycle("3.10", date(2021, 10, 4), date(2027, 1, 31)),
    Cycle("3.13", date(2024, 10, 7), date(2029, 10, 31)),
    Cycle("3.14", date(2026, 10, 6), date(2031, 10, 31)),
    Cycle("3.15", date(2027, 10, 1), date(2032, 10, 31)),
)


def known(change: Change, *cycles: Cycle) -> Facts:
    return facts(change, None, PackageFacts(cycles=Known(cycles, "endoflife.date", READ)))


def python(version: str | None) -> Change:
    return package(version, purl="pkg:generic/python", name="python")


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("3.9.18", "end-of-life: python 3.9.18 has had no support since 31 Oct 2025: move to 3.14."),
        (
            "3.10",
            "end-of-life-soon: python 3.10 is supported only until 31 Jan 2027, and the notice period is 180 days: "
            "move to 3.14.",
        ),
        ("3.13.0", None),
        ("3.99", None),
        ("latest", None),
        (None, None),
    ],
)
def test_what_is_said_of_a_version(version: str | None, message: str | None) -> None:
    change = python(version)
    assert said(change, known(change, *PYTHON)) == ([message] if message else [])


def test_the_notice_period_begins_and_support_ends_at_midnight() -> None:
    change = python("3.10.4")
    cycles, second = known(change, PYTHON[1]), timedelta(seconds=1)
    notice, end = at("2026-08-04"), at("2027-01-31")  # 180 days before
    for now, rule, following in (
        (notice - second, [], notice),
        (notice, ["end-of-life-soon"], end),
        (end - second, ["end-of-life-soon"], end),
        (end, ["end-of-life"], None),
    ):
        assert rules(change, cycles, now=now) == rule
        assert changes_at(change, cycles, now=now) == following
    assert rules(change, cycles, "{end_of_life: {notify: 30 days}}", at("2026-12-31")) == []


def test_where_to_move_is_a_cycle_that_is_out_and_not_itself_near_its_end() -> None:
    change = python("3.9")
    assert said(change, known(change, *PYTHON), now=at("2026-10-05"))[0].endswith("move to 3.13.")
    assert changes_at(change, known(change, *PYTHON), now=at("2026-10-05")) == at("2026-10-06")
    assert said(change, known(change, *PYTHON), now=at("2026-10-06"))[0].endswith("move to 3.14.")
    assert said(change, known(change, PYTHON[0], PYTHON[1]))[0].endswith("31 Oct 2025.")


def test_long_term_support_is_preferred_where_a_product_has_it() -> None:
    node = package("18.2.0", purl="pkg:generic/node", name="node")
    cycles = (
        Cycle("18", date(2022, 4, 19), date(2025, 4, 30), long_term=True),
        Cycle("24", date(2025, 5, 6), date(2028, 4, 30), long_term=True),
        Cycle("25", date(2025, 10, 15), date(2027, 6, 1)),
    )
    assert said(node, known(node, *cycles)) == [
        "end-of-life: node 18.2.0 has had no support since 30 Apr 2025: move to 24."
    ]


def test_an_end_without_a_day() -> None:
    change = python("2.6.9")
    assert said(change, known(change, Cycle("2.6", ended=True))) == [
        "end-of-life: python 2.6.9 is no longer supported."
    ]
    assert said(change, known(change, Cycle("2.6", ended=False))) == []
    assert said(change, known(change, Cycle("2.6"))) == []


def test_the_day_counts_more_than_what_was_true_when_it_was_read() -> None:
    change = python("3.13")
    assert rules(change, known(change, Cycle("3.13", end_of_life=date(2030, 1, 1), ended=True))) == []
    assert rules(change, known(change, Cycle("3.13", end_of_life=date(2026, 1, 1), ended=False))) == ["end-of-life"]


@pytest.mark.parametrize(
    ("version", "source"),
    [
        ("3.9-slim", "python:3.9-slim"),
        ("sha256:" + "a" * 64, "registry.example:5000/library/python:3.9@sha256:" + "a" * 64),
    ],
)
def test_an_image_is_judged_by_its_tag_also_where_it_is_pinned(version: str, source: str) -> None:
    image = package(version, purl="pkg:docker/python", name="python", source=source, integrity=("sha256:" + "a" * 64,))
    assert rules(image, known(image, *PYTHON)) == ["end-of-life"]
    untagged = package(version, purl="pkg:docker/python", name="python", source=source.replace(":3.9", ""))
    if "@" in source:
        (message,) = said(image, known(image, *PYTHON))
        assert f"python {version} (3.9) has had no support since" in message
        assert rules(untagged, known(untagged, *PYTHON)) == []


def test_days_at_the_ends_of_time() -> None:
    change = python("3.9")
    for day in (date.min, date.max):
        found = known(change, Cycle("3.9", day, day), Cycle("3.10", day, day))
        rules(change, found)
        changes_at(change, found)


def test_a_source_that_did_not_answer() -> None:
    change = python("3.9")
    silent = facts(change, None, PackageFacts(gaps=(gap("endoflife.date", Want.LIFECYCLE),)))
    assert said(change, silent) == [
        "freshness-unknown: python 3.9 was judged without its end of life: endoflife.date could not answer."
    ]
    off = "{levels: {end-of-life: off, end-of-life-soon: off}}"
    assert rules(change, silent, off) == []
    assert Want.LIFECYCLE not in wants(change, off).get((change.purl, "3.9"), Want(0))
