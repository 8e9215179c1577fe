"""CVSS scores by the examples of the specifications, and the severity of a record."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.advisories import cvss2, cvss3, cvss4
from checks.advisories.severity import Rating, Severity, rating_of, worst
from checks.model.advisory import Advisory, Affected, Vector

#: The examples of the guides and of the "Examples" documents of FIRST.
SCORES = """
2  AV:N/AC:L/Au:N/C:N/I:N/A:C  7.8
2  AV:N/AC:L/Au:N/C:C/I:C/A:C  10.0
2  AV:L/AC:H/Au:N/C:C/I:C/A:C  6.2
2  (AV:N/AC:L/Au:N/C:P/I:N/A:N)  5.0
2  AV:N/AC:L/Au:N/C:N/I:N/A:N  0.0
2  AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H  7.8
3  CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N  6.4
3  CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N  3.1
3  CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N  7.5
3  CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H  10.0
3  CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H  7.8
3  CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H  6.8
3  CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H  9.0
3  CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N  0.0
3  CVSS:3.1/S:U/AV:N/AC:L/PR:H/UI:N/C:L/I:L/A:N/E:F/MAV:X  3.8
4  CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H  10.0
4  CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N  7.3
4  CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N  7.7
4  CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U  5.2
4  CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N  8.8
4  CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N  5.1
4  CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N/E:P  7.7
4  CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N  5.1
4  CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:L/VA:L/SC:L/SI:L/SA:L/E:U  0.1
4  CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N  0.0
4  CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N/MSI:S/S:P/AU:Y/U:Red  9.1
"""
SCORERS = {"2": cvss2.base_score, "3": cvss3.base_score, "4": cvss4.score}


@pytest.mark.parametrize("line", SCORES.strip().splitlines())
def test_scores(line: str) -> None:
    version, vector, score = line.split()
    assert SCORERS[version](vector) == float(score)


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "CVSS:4.0",
        "CVSS:4.0/",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",  # a mandatory metric is missing
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H",  # twice
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/XX:Y",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H",  # only a modified metric is about safety
        "AV:N/AC:L/Au:N/C:N/I:N/A:C/" + "E:F/" * 10_000,
    ],
)
def test_what_is_no_vector(vector: str) -> None:
    assert [scorer(vector) for scorer in SCORERS.values()] == [None, None, None]


#: Each class of CVSS 4.0 with its metrics; the classes do not depend on each other.
CLASSES = ["AV PR UI", "AC AT", "VC VI VA CR IR AR", "SC MSI MSA", "E"]
LETTERS = {
    "AV": "NALP",
    "PR": "NLH",
    "UI": "NPA",
    "AC": "LH",
    "AT": "NP",
    "E": "XAPU",
    **dict.fromkeys(("VC", "VI", "VA", "SC"), "HLN"),
    **dict.fromkeys(("CR", "IR", "AR"), "XHML"),
    **dict.fromkeys(("MSI", "MSA"), "XSHLN"),
}
NEUTRAL = {"AV": "L", "AC": "L", "AT": "N", "PR": "L", "UI": "P"} | dict.fromkeys(
    ("VC", "VI", "VA", "SC", "SI", "SA"), "L"
)


@pytest.mark.parametrize("names", [names.split() for names in CLASSES])
def test_every_vector_of_a_class_has_a_score(names: list[str]) -> None:
    for letters in product(*(LETTERS[name] for name in names)):
        metrics = {**NEUTRAL, **dict(zip(names, letters, strict=True))}
        score = cvss4.score("CVSS:4.0/" + "/".join(f"{name}:{letter}" for name, letter in metrics.items()))
        assert score is not None
        assert 0 < score <= 10


METRICS = [("AV", "NALP"), ("AC", "LH"), ("AT", "NP"), ("PR", "NLH"), ("UI", "NPA")]
METRICS += [(name, "HLN") for name in ("VC", "VI", "VA", "SC", "SI", "SA")]


@given(st.tuples(*(st.integers(0, len(letters) - 1) for _, letters in METRICS)), st.integers(0, 10))
def test_nothing_scores_higher_by_being_milder(places: tuple[int, ...], milder: int) -> None:
    name, letters = METRICS[milder]
    if places[milder] + 1 == len(letters):
        return
    other = (*places[:milder], places[milder] + 1, *places[milder + 1 :])
    scores = [
        cvss4.score("CVSS:4.0/" + "/".join(f"{n}:{ls[at]}" for (n, ls), at in zip(METRICS, chosen, strict=True)))
        for chosen in (places, other)
    ]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0] >= scores[1], f"{name} {letters}"


V2, V3 = "AV:N/AC:L/Au:N/C:C/I:C/A:C", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4_LOW = "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"


def rated(*vectors: tuple[str, str], rating: str | None = None, own: str = "", **more: bool | str) -> Rating:
    affected = [Affected("pkg:npm/thing", severities=(Vector("CVSS_V3", own),))] if own else []
    other = Affected("pkg:npm/other", severities=(Vector("CVSS_V3", V3.replace("/S:U", "/S:C")),))
    severities = tuple(Vector(system, score) for system, score in vectors)
    record = Advisory("GHSA-1", severities=severities, rating=rating, affected=(*affected, other), source="OSV", **more)  # type: ignore[arg-type]
    return rating_of(record, "pkg:npm/thing")


@pytest.mark.parametrize(
    ("score", "severity"),
    [(0.0, "none"), (0.1, "low"), (3.9, "low"), (4.0, "moderate"), (6.9, "moderate"), (7.0, "high"), (8.9, "high"),
     (9.0, "critical"), (10, "critical")],
)  # fmt: skip
def test_the_bands(score: float, severity: str) -> None:
    assert rated(("other", str(score))).severity == severity


def test_version_2_knows_no_critical() -> None:
    assert rated(("CVSS_V2", V2)) == Rating(Severity.HIGH, 10.0, "CVSS 2.0")


def test_the_newest_version_counts() -> None:
    assert rated(("CVSS_V3", V3), ("CVSS_V2", V2)) == Rating(Severity.CRITICAL, 9.8, "CVSS 3.1")
    assert rated(("CVSS_V4", V4_LOW), ("CVSS_V3", V3)) == Rating(Severity.LOW, 2.3, "CVSS 4.0")


def test_of_one_version_the_worst_counts() -> None:
    mild = "CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
    assert rated(("CVSS_V3", mild), ("CVSS_V3", V3)).severity is Severity.CRITICAL


def test_what_is_said_of_the_package_in_particular_counts() -> None:
    assert rated(("CVSS_V3", V3), own="CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N") == Rating(
        Severity.LOW, 1.6, "CVSS 3.1"
    )


@pytest.mark.parametrize(
    ("word", "severity"),
    [("LOW", "low"), ("Moderate", "moderate"), ("medium", "moderate"), ("important", "high"), ("CRITICAL", "critical"),
     ("negligible", "low"), ("untriaged", None), ("<b>", None), ("", None)],
)  # fmt: skip
def test_words(word: str, severity: str | None) -> None:
    assert rated(rating=word).severity == severity
    assert rated(("Ubuntu", word)).severity == severity


def test_a_vector_that_cannot_be_read_is_none() -> None:
    assert rated(("CVSS_V4", "CVSS:4.0/AV:N"), ("CVSS_V3", V3)).score == 9.8
    assert rated(("CVSS_V4", "CVSS:4.0/AV:N"), rating="low") == Rating(Severity.LOW)
    assert rated(("CVSS_V4", "CVSS:4.0/AV:N")) == Rating(None)


def test_malware_and_what_is_no_vulnerability() -> None:
    assert rated(rating="low", malicious=True).severity is Severity.CRITICAL
    assert rated(("CVSS_V3", V3), informational="unmaintained") == Rating(Severity.NONE)


def test_the_worst_of_several() -> None:
    ratings = [Rating(None), Rating(Severity.LOW, 3.0), Rating(Severity.HIGH, 7.1), Rating(Severity.HIGH, 8.8)]
    assert worst(ratings).score == 8.8
    assert worst([Rating(None)]).severity is None
