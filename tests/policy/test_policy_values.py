"""Days, durations, patterns and package URLs: what a word of the policy means."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.model.purl import package
from checks.policy.values import (
    Account,
    CommitId,
    Day,
    Duration,
    PackagePattern,
    Pattern,
    Release,
    RepositoryPattern,
)

TEXT = st.text(alphabet=st.sampled_from("aAbß/*.-@%é"), max_size=12)


@given(st.dates(max_value=date(9999, 12, 30)))
@example(date(2028, 2, 29))
@example(date(2027, 12, 31))
@example(date(2027, 2, 28))
@example(date(1, 1, 1))
def test_a_day_includes_its_last_moment_and_not_the_next_one(day: date) -> None:
    parsed = Day.parse(day.isoformat())
    last = datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, UTC)
    assert (parsed.date, str(parsed)) == (day, day.isoformat())
    assert parsed.begins <= last < parsed.ends
    assert parsed.ends - last == timedelta(microseconds=1)
    assert parsed.ends.timetz() == datetime(1, 1, 1, tzinfo=UTC).timetz()


def test_the_last_day_of_the_calendar_never_ends() -> None:
    assert Day.parse("9999-12-31").ends == datetime.max.replace(tzinfo=UTC)


@given(st.dates(), st.dates())
def test_days_sort_as_their_dates(one: date, other: date) -> None:
    assert (Day.parse(one.isoformat()) < Day.parse(other.isoformat())) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "2027-02-29",
        "2027-13-01",
        "0000-01-01",
        "2027-01-01\n",
        " 2027-01-01",
        "20270101",
        "2027-W01-1",
        "٢٠٢٧-٠١-٠١",
    ],
)
def test_a_day_that_the_calendar_does_not_have(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a day|there is no such day"):
        Day.parse(text)


UNITS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}


@given(st.integers(0, 99_999), st.sampled_from(sorted(UNITS)), st.booleans())
def test_a_duration_is_its_number_times_its_unit(number: int, unit: str, plural: bool) -> None:
    text = f"{number} {unit}{'s' if plural else ''}"
    parsed = Duration.parse(text)
    assert parsed.delta == number * UNITS[unit]
    assert str(parsed) == text


def test_working_days_have_no_fixed_length() -> None:
    assert Duration.parse("2 working days").delta is None


@pytest.mark.parametrize(
    "text",
    ["", "3", "days", "3  days", "-3 days", "1.5 days", "3 dayss", "3 Days", "3 days\n", "٣ days", "100000 days"],
)
def test_a_duration_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        Duration.parse(text)


def _as_regex(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in pattern.casefold().split("*")), re.DOTALL)


@given(TEXT.filter(str.strip), TEXT)
def test_a_star_is_the_only_wildcard_and_all_of_the_text_must_match_in_any_case(pattern: str, text: str) -> None:
    assert Pattern.parse(pattern).matches(text) == bool(_as_regex(pattern).fullmatch(text.casefold()))


@given(st.lists(TEXT, min_size=1, max_size=5), TEXT)
def test_a_pattern_matches_whatever_stands_for_its_stars(pieces: list[str], anything: str) -> None:
    pieces = [piece.replace("*", "") for piece in pieces]
    pattern = Pattern("*".join(pieces) or "*")
    assert pattern.matches(anything.join(pieces) if str(pattern) != "*" else anything)


def test_characters_that_mean_something_elsewhere_are_only_characters() -> None:
    assert not Pattern.parse("a.c").matches("abc")
    assert not Pattern.parse("a?c").matches("abc")
    assert not Pattern.parse("[ab]").matches("a")
    assert not Pattern.parse("a").matches("a/b")
    assert Pattern.parse("**/x").matches("a/b/x")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*a" * 200 + "*b", "a" * 100_000),
        ("*ab" * 160 + "*c", "ab" * 50_000),
        ("*" * 500, "a" * 100_000),
        ("*" + "a" * 400 + "b*", "a" * 100_000),
    ],
)
def test_a_pattern_on_a_long_text_ends(pattern: str, text: str) -> None:
    Pattern.parse(pattern).matches(text)


def test_a_repository_is_named_with_or_without_its_organization() -> None:
    assert RepositoryPattern.parse("web-*").matches("example/web-shop")
    assert RepositoryPattern.parse("Example/web-*").matches("example/web-shop")
    assert not RepositoryPattern.parse("other/web-*").matches("example/web-shop")
    assert not RepositoryPattern.parse("web").matches("web/shop")
    assert not RepositoryPattern.parse("a").matches("")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("pkg:npm/left-pad", "pkg:npm/left-pad"),
        ("pkg:npm/@example/ui", "pkg:npm/%40example/ui"),
        ("pkg:npm/%40example/*", "pkg:npm/%40example/*"),
        ("pkg:NPM/left-pad", "pkg:npm/left-pad"),
        ("pkg:pypi/Typing_Extensions", "pkg:pypi/typing-extensions"),
        ("pkg:golang/github.com/Example/Tool", "pkg:golang/github.com/Example/Tool"),
        ("pkg:maven/org.example/*", "pkg:maven/org.example/*"),
    ],
)
def test_a_package_url_is_kept_in_its_normal_form(written: str, normal: str) -> None:
    assert PackagePattern.parse(written) == normal


@given(
    st.sampled_from(["npm", "pypi", "golang", "maven"]),
    st.text(alphabet="abcXYZ._-@é ", min_size=1, max_size=8),
    st.text(alphabet="abc/._-@", max_size=8),
)
def test_a_package_url_that_we_write_matches_itself_and_nothing_longer(type_: str, name: str, namespace: str) -> None:
    purl = package(type_, name.strip() or "x", namespace)
    pattern = PackagePattern.parse(purl)
    assert pattern.matches(purl)
    assert not pattern.matches(purl + "x")
    assert not pattern.matches("x" + purl)


def test_every_package_of_an_ecosystem_is_recognized() -> None:
    assert PackagePattern.parse("pkg:npm/*").whole_type
    assert PackagePattern.parse("pkg:npm/*/*").whole_type
    assert not PackagePattern.parse("pkg:npm/a*").whole_type


def test_accounts_are_the_same_in_any_case() -> None:
    assert Account.parse("@Ada").same(Account.parse("@ada"))
    assert not Account.parse("@ada").same(Account.parse("@grace"))
    assert Account.parse("@octo_company") == "@octo_company", "a managed user of an enterprise"


def test_a_commit_id_is_full_and_lower_case() -> None:
    assert CommitId.parse("ABCDEF0123" * 4) == "abcdef0123" * 4
    assert CommitId.parse("0" * 64)
    with pytest.raises(ValueError, match="expected a full commit id"):
        CommitId.parse("abcdef0")


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.lists(st.integers(0, 99), min_size=1, max_size=4))
def test_releases_compare_by_their_numbers(one: list[int], other: list[int]) -> None:
    def release(numbers: list[int]) -> Release:
        return Release.parse(".".join(map(str, numbers)))

    padded = [(*numbers, *[0] * (4 - len(numbers))) for numbers in (one, other)]
    assert (release(one).key < release(other).key) == (padded[0] < padded[1])


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("3 days", "2026-11-23 10:00"),
        ("12 hours", "2026-11-20 22:00"),
        ("1 working day", "2026-11-23 10:00"),  # from a Friday
        ("2 working days", "2026-11-24 10:00"),
        ("5 working days", "2026-11-27 10:00"),
        ("11 working days", "2026-12-07 10:00"),
        ("0 working days", "2026-11-20 10:00"),
    ],
)
def test_the_moment_after_a_duration(text: str, end: str) -> None:
    friday = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert Duration.parse(text).after(friday) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_working_days_that_begin_on_a_weekend_begin_on_monday() -> None:
    saturday = datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert Duration.parse("0 working days").after(saturday) == saturday
    assert Duration.parse("1 working day").after(saturday) == datetime(2026, 11, 24, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)), st.integers(0, 99_999))
def test_later_ends_later_and_nothing_ends_before_it_begins(one: datetime, other: datetime, number: int) -> None:
    for unit in (*UNITS, "working day"):
        duration = Duration.parse(f"{number} {unit}s")
        first, second = sorted((one, other))
        assert first <= duration.after(first) <= duration.after(second)
        assert duration.after(first) - first <= duration.at_most
        assert duration.after(second).tzinfo is UTC
