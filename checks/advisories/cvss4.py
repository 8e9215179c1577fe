"""CVSS version 4.0: the score of a vector, by the specification of FIRST, section 8.

A vector belongs to a macro vector of six equivalence classes (EQ1 to EQ6), each of which has a score that experts gave
it. From there the score falls with the distance to the worst vector of the same class, towards the next lower class.
Threat and environmental metrics count where the vector has them: this version knows one score.
CVSS is owned by FIRST.Org, Inc.; the scores and the worst vectors below are those of its specification.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor

from checks.advisories.metrics import metrics_of

#: Letters of each metric from the worst down; the distance between two is the difference of their places.
_LETTERS = {
    "AV": "N A L P",
    "AC": "L H",
    "AT": "N P",
    "PR": "N L H",
    "UI": "N P A",
    "VC": "H L N",
    "VI": "H L N",
    "VA": "H L N",
    "SC": "S H L N",
    "SI": "S H L N",
    "SA": "S H L N",
    "E": "A P U",
    "CR": "H M L",
    "IR": "H M L",
    "AR": "H M L",
}
_PLACES = {name: {letter: place for place, letter in enumerate(text.split())} for name, text in _LETTERS.items()}
_BASE = frozenset({"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"})
#: What a metric that is not there, or `X`, means.
_UNDEFINED = {"E": "A", "CR": "H", "IR": "H", "AR": "H"}
_ALLOWED = (
    {name: _LETTERS[name].removeprefix("S ") for name in _BASE}  # only a modified metric can be about safety
    | {f"M{name}": f"X {_LETTERS[name].removeprefix('S ')}" for name in _BASE}
    | {"MSI": "X S H L N", "MSA": "X S H L N"}
    | {name: f"X {_LETTERS[name]}" for name in _UNDEFINED}
    | {"S": "X N P", "AU": "X N Y", "R": "X A U I", "V": "X D C", "RE": "X L M H", "U": "X Clear Green Amber Red"}
)

#: A line for EQ1, EQ2 and the pair of EQ3 and EQ6; in it EQ4 = 0, 1, 2, and for each EQ5 = 0, 1, 2.
_SCORES = """
0 0 00   10  9.8 9.5  10  9.3 9.1  9.3 8.9 8.1
0 0 01   9.9 9.5 9.2  9.6 8.7 8.1  9   8   6.8
0 0 10   9.8 9.5 9    9.3 8.9 8.1  8.8 7.8 6.9
0 0 11   9.5 9.2 8.4  9.2 8.1 6.5  8   7   4.8
0 0 21   9.2 8.2 7.2  7.9 6.9 5    6.9 5.5 2.7
0 1 00   9.9 9.5 9.2  9.5 9   8.4  9.2 8.2 7.2
0 1 01   9.7 9.2 8.5  9.1 8.3 7.1  8.1 7.1 5.3
0 1 10   9.5 9.2 8.5  9.2 8   7    8.4 7.1 5
0 1 11   9.3 8.5 7.3  8.2 7.2 5.9  7   5.2 3
0 1 21   8.6 7.5 5.2  7.1 5.2 2.9  6.3 2.9 1.7
1 0 00   9.8 9.4 9.1  9.4 8.6 7.7  8.7 7.4 6.3
1 0 01   9.5 8.7 8.1  8.9 7.4 6.4  7.5 6.3 4.9
1 0 10   9.4 8.8 7.6  8.6 7.4 5.9  7.2 5.7 5.2
1 0 11   8.9 7.7 6.7  7.6 5.8 5    5.7 5.2 2.5
1 0 21   8.3 7   5.4  6.5 5.8 2.6  5.3 2.1 1.3
1 1 00   9.5 8.8 7.6  9   7.5 6.1  7.7 6.8 5.2
1 1 01   9   7.6 7    7.7 6.2 5.3  6.6 5.9 3
1 1 10   8.9 7.6 6.2  7.4 5.7 4.7  6.1 5.7 2.4
1 1 11   7.8 6.7 5.8  5.9 5.7 2.3  5.2 2.9 1.6
1 1 21   7.1 5.9 3    5.8 2.6 1.5  2.3 1.3 0.6
2 0 00   9.3 8.6 7.5  8.6 7.4 5.6  7   5.2 4
2 0 01   8.7 7.2 5.8  7.4 6.1 3.4  5.4 4   2.2
2 0 10   8.5 7.4 6.2  7.2 5.5 4.6  5.3 3.4 1.9
2 0 11   7.5 5.5 5.1  5.7 4.1 1.9  3.6 1.9 0.8
2 0 21   6.4 5.1 2    4.7 2.1 1.1  2.4 0.9 0.4
2 1 00   8.8 7.3 6    7.3 5.9 4.1  5.4 4.5 2
2 1 01   7.5 5.3 5    5.5 4   2    4.3 2.2 1.1
2 1 10   7.5 5.8 4    6.1 4.8 2    4.6 1.7 0.8
2 1 11   5.5 4.5 2.1  5.1 1.8 0.9  1.8 0.7 0.2
2 1 21   5.3 2.4 1.4  2.4 1.2 0.5  1   0.3 0.1
"""

#: EQ1, EQ2, the pair of EQ3 and EQ6, EQ4, EQ5.
_Levels = tuple[int | str, ...]
#: One level down in one class. EQ3 and EQ6 depend on each other: from the top there are two ways.
_BELOW: Mapping[int | str, tuple[int | str, ...]] = {
    0: (1,),
    1: (2,),
    "00": ("01", "10"),
    "01": ("11",),
    "10": ("11",),
    "11": ("21",),
}


def _table() -> dict[_Levels, Fraction]:
    found: dict[_Levels, Fraction] = {}
    for line in _SCORES.split("\n"):
        if line:
            eq1, eq2, eq36, *scores = line.split()
            for place, score in enumerate(scores):
                found[int(eq1), int(eq2), eq36, place // 3, place % 3] = Fraction(score)
    return found


_SCORE = _table()
#: For each class and level the number of steps down to the next level, and the worst vectors of the level.
_WORST: tuple[Mapping[int | str, tuple[int, str]], ...] = (
    {
        0: (1, "AV:N/PR:N/UI:N"),
        1: (4, "AV:A/PR:N/UI:N AV:N/PR:L/UI:N AV:N/PR:N/UI:P"),
        2: (5, "AV:P/PR:N/UI:N AV:A/PR:L/UI:P"),
    },
    {0: (1, "AC:L/AT:N"), 1: (2, "AC:H/AT:N AC:L/AT:P")},
    {
        "00": (7, "VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"),
        "01": (6, "VC:H/VI:H/VA:L/CR:M/IR:M/AR:H VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"),
        "10": (8, "VC:L/VI:H/VA:H/CR:H/IR:H/AR:H VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"),
        "11": (
            8,
            "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H VC:L/VI:H/VA:H/CR:H/IR:M/AR:M VC:H/VI:L/VA:H/CR:M/IR:H/AR:M "
            "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
        ),
        "21": (10, "VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"),
    },
    {0: (6, "SC:H/SI:S/SA:S"), 1: (5, "SC:H/SI:H/SA:H"), 2: (4, "SC:L/SI:L/SA:L")},
    {0: (1, "E:A"), 1: (1, "E:P"), 2: (1, "E:U")},
)


def score(vector: str) -> float | None:
    """0.0 to 10.0 of `CVSS:4.0/…`; None for what is no vector of this version."""
    prefix, _, rest = vector.partition("/")
    given = metrics_of(rest, _ALLOWED, _BASE) if prefix == "CVSS:4.0" else None
    if given is None:
        return None
    metrics = {name: _effective(name, given) for name in _LETTERS}
    if all(metrics[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")):
        return 0.0
    levels = _levels(metrics)
    top = _SCORE[levels]
    falls = list(_falls(levels, metrics, top))
    exact = top - sum(falls, Fraction()) / len(falls) if falls else top
    return floor(max(exact, Fraction()) * 10 + Fraction(1, 2)) / 10


def _effective(name: str, given: Mapping[str, str]) -> str:
    for key in (f"M{name}", name):
        if given.get(key, "X") != "X":
            return given[key]
    return _UNDEFINED[name]


def _levels(metrics: Mapping[str, str]) -> _Levels:
    """The macro vector, by tables 24 to 29."""

    def count(letters: str) -> int:
        return sum(metrics[name] == letter for name, letter in (part.split(":") for part in letters.split()))

    free = count("AV:N PR:N UI:N")
    eq1 = 0 if free == 3 else 1 if free and metrics["AV"] != "P" else 2
    eq2 = 0 if count("AC:L AT:N") == 2 else 1
    eq3 = 0 if count("VC:H VI:H") == 2 else 1 if count("VC:H VI:H VA:H") else 2
    eq4 = 0 if count("SI:S SA:S") else 1 if count("SC:H SI:H SA:H") else 2
    required = any(metrics[f"V{what}"] == metrics[f"{what}R"] == "H" for what in "CIA")
    return eq1, eq2, f"{eq3}{0 if required else 1}", eq4, _PLACES["E"][metrics["E"]]


def _falls(levels: _Levels, metrics: Mapping[str, str], top: Fraction) -> Iterator[Fraction]:
    """For each class that has a next lower level: how far the vector has fallen on the way there."""
    for place, worst in enumerate(_WORST):
        below = [(*levels[:place], item, *levels[place + 1 :]) for item in _BELOW.get(levels[place], ())]
        scores = [_SCORE[lower] for lower in below if lower in _SCORE]
        if scores:
            steps, vectors = worst[levels[place]]
            yield (top - max(scores)) * Fraction(_distance(metrics, vectors), steps)


def _distance(metrics: Mapping[str, str], vectors: str) -> int:
    """Steps to the first of the worst vectors that is at least as bad in every metric."""
    for vector in vectors.split():
        pairs = [part.split(":") for part in vector.split("/")]
        steps = [_PLACES[name][metrics[name]] - _PLACES[name][letter] for name, letter in pairs]
        if min(steps) >= 0:
            return sum(steps)
    raise AssertionError("a vector lies below one of the worst vectors of its own class")
