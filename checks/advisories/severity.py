"""How bad an advisory says that it is: a level, from the vectors that it carries or else from its database's word."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from checks.advisories.ecosystems import identity
from checks.model.advisory import Advisory


class Severity(StrEnum):
    """From harmless to worst; GitHub's words, of which `moderate` is the CVSS specification's "medium"."""

    NONE = "none"
    """Not a vulnerability: informational records, a score of 0.0."""
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Rating:
    """A severity, and how it was found."""

    severity: Severity | None
    """None: nobody says."""
    score: float | None = None
    system: str = ""
    """`CVSS 3.1`; empty: the database's word."""


UNKNOWN = Rating(None)
#: The words that databases use.
_WORDS = {str(severity): severity for severity in Severity} | {
    "negligible": Severity.LOW,
    "unimportant": Severity.LOW,
    "medium": Severity.MODERATE,
    "important": Severity.HIGH,
}
_NUMBER = re.compile(r"10(?:\.0{1,3})?|\d(?:\.\d{1,3})?")


def rating_of(advisory: Advisory, purl: str) -> Rating:
    """The severity for one package: what the record says of it in particular, or else in general.

    Of several vectors that of the newest CVSS version counts, of several for one version the worst.
    Malware is critical.
    """
    if advisory.malicious:
        return Rating(Severity.CRITICAL)
    if advisory.informational:
        return Rating(Severity.NONE)
    wanted = identity(purl)
    own = [vector for entry in advisory.affected if entry.purl == wanted for vector in entry.severities]
    found = [rating for vector in own or advisory.severities if (rating := _rated(vector.score))]
    if found:
        return max(found, key=_weight)[1]
    word = _word(advisory.rating or "")
    return Rating(word) if word else UNKNOWN


def worst(ratings: Iterable[Rating]) -> Rating:
    """The most severe; one that nobody knows counts only where there is no other."""
    return max(ratings, key=lambda rating: (rating.severity.rank if rating.severity else -1, rating.score or 0.0))


def _weight(rated: tuple[int, Rating]) -> tuple[int, float, int]:
    version, rating = rated
    return version, rating.score or 0.0, rating.severity.rank if rating.severity else 0


@lru_cache(maxsize=16_384)
def _rated(text: str) -> tuple[int, Rating] | None:
    """The CVSS version (0: another system) and the rating; None for what cannot be understood."""
    from checks.advisories import cvss2, cvss3, cvss4  # the command starts faster without them

    if text.startswith("CVSS:4.0/"):
        return _banded(4, "CVSS 4.0", cvss4.score(text))
    if text.startswith("CVSS:3."):
        return _banded(3, f"CVSS {text[5:8]}", cvss3.base_score(text))
    if "/" in text:
        return _banded(2, "CVSS 2.0", cvss2.base_score(text))
    if _NUMBER.fullmatch(text):
        return _banded(0, "", float(text))
    word = _word(text)
    return (0, Rating(word)) if word else None


def _word(text: str) -> Severity | None:
    return _WORDS.get(text.lower())


def _banded(version: int, system: str, score: float | None) -> tuple[int, Rating] | None:
    return None if score is None else (version, Rating(_band(score, version), score, system))


def _band(score: float, version: int) -> Severity:
    """The qualitative scale of CVSS 3.1, section 5, and 4.0, section 6; for version 2 that of the NVD: no critical."""
    if score >= 9 and version != 2:
        return Severity.CRITICAL
    if score >= 7:
        return Severity.HIGH
    if score >= 4:
        return Severity.MODERATE
    return Severity.LOW if score > 0 else Severity.NONE
