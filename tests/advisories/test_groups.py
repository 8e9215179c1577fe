"""Which records are about one vulnerability, and what it is called."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from checks.advisories.groups import vulnerabilities
from checks.model.advisory import Advisory

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def grouped(*records: Advisory) -> dict[str, list[str]]:
    """The ids of each vulnerability's records, by what it is called."""
    found = vulnerabilities(records, "pkg:npm/thing")
    return {item.label: [record.id for record in item.records] for item in found}


def test_aliases_are_merged_transitively() -> None:
    records = [
        Advisory("PYSEC-1", ("CVE-2021-2",)),
        Advisory("GO-1"),
        Advisory("GHSA-1", ("CVE-2021-1",)),
        Advisory("RUSTSEC-1", ("CVE-2021-2", "CVE-2021-1")),
    ]
    assert grouped(*records) == {"CVE-2021-1": ["GHSA-1", "PYSEC-1", "RUSTSEC-1"], "GO-1": ["GO-1"]}


def test_an_alias_counts_in_both_directions() -> None:
    assert grouped(Advisory("GHSA-1"), Advisory("PYSEC-1", ("GHSA-1",))) == {"GHSA-1": ["GHSA-1", "PYSEC-1"]}


def test_what_a_record_is_derived_from_is_not_merged() -> None:
    first = Advisory("DSA-1", upstream=("CVE-2021-1", "CVE-2021-2"))
    assert grouped(first, Advisory("CVE-2021-1")) == {"CVE-2021-1": ["CVE-2021-1"], "DSA-1": ["DSA-1"]}
    assert vulnerabilities([first], "")[0].cves == ("CVE-2021-1", "CVE-2021-2")


def test_withdrawn_records_say_nothing() -> None:
    assert grouped(Advisory("GHSA-1", withdrawn=NOW), Advisory("GHSA-2")) == {"GHSA-2": ["GHSA-2"]}


def test_what_it_is_called() -> None:
    assert list(grouped(Advisory("PYSEC-1", ("GHSA-1", "CVE-2021-10", "CVE-2021-9")))) == ["CVE-2021-9"]
    assert list(grouped(Advisory("PYSEC-1", ("GHSA-1",)))) == ["GHSA-1"]
    assert list(grouped(Advisory("RUSTSEC-1", ("OSV-1",)))) == ["OSV-1"]


def test_the_worst_comes_first_and_counts() -> None:
    records = [
        Advisory("GHSA-3"),
        Advisory("GHSA-2", rating="low"),
        Advisory("MAL-1", malicious=True),
        Advisory("PYSEC-1", ("GHSA-2", "CVE-1"), rating="high"),
        Advisory("GHSA-4", rating="critical"),
    ]
    found = vulnerabilities(records, "pkg:npm/thing")
    assert [(item.label, item.rating.severity) for item in found] == [
        ("MAL-1", "critical"),
        ("GHSA-4", "critical"),
        ("CVE-1", "high"),
        ("GHSA-3", None),
    ]


def test_what_people_are_shown() -> None:
    day = datetime(2021, 1, 1, tzinfo=UTC)
    records = [
        Advisory("CVE-1", published=NOW, summary="From the CVE", url="https://a.example/1"),
        Advisory("GHSA-1", ("CVE-1",), published=day, summary="From GitHub", url="https://a.example/2"),
    ]
    (item,) = vulnerabilities(records, "")
    assert (item.summary, item.url, item.published) == ("From GitHub", "https://a.example/2", day)


NAMES = st.sampled_from([f"CVE-2021-{number}" for number in range(8)])


@given(st.lists(st.builds(Advisory, NAMES, st.lists(NAMES, max_size=2).map(tuple)), max_size=8), st.randoms())
def test_names_belong_to_one_vulnerability_whatever_the_order(records: list[Advisory], random) -> None:  # type: ignore[no-untyped-def]
    found = vulnerabilities(records, "")
    names = [name for item in found for name in item.names]
    assert len(names) == len(set(names))
    assert sum(len(item.records) for item in found) == len(records)
    shuffled = random.sample(records, len(records))
    assert {item.names for item in vulnerabilities(shuffled, "")} == {item.names for item in found}
