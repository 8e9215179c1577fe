"""Many answers as one, in one pass: `joined` copies its tables each time, and a lookup may have thousands."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from checks.model.advisory import Advisory, Exploited, Likelihood
from checks.model.facts import Facts, PackageKey, SourceState, joined
from checks.model.packages import Known, PackageFacts, VersionFacts, filled, filled_package

K = TypeVar("K")
F = TypeVar("F")


def merged(answers: Iterable[Facts]) -> Facts:
    """What the answers say; of two to one question the first counts."""
    versions: dict[PackageKey, VersionFacts] = {}
    packages: dict[str, PackageFacts] = {}
    advisories: dict[str, Advisory] = {}
    exploited: dict[str, Known[Exploited]] = {}
    likelihoods: dict[str, Known[Likelihood]] = {}
    sources: list[SourceState] = []
    for facts in answers:
        _fill(versions, facts.versions, filled)
        _fill(packages, facts.packages, filled_package)
        _fill(advisories, facts.advisories, _first)
        _fill(exploited, facts.exploited, _first)
        _fill(likelihoods, facts.likelihoods, _first)
        sources.extend(facts.sources)
    tables = Facts(versions, packages, advisories, exploited, likelihoods, sources=tuple(sources))
    return joined(tables, Facts())  # one state a source


def _first(first: F, second: F) -> F:
    return first


def _fill(table: dict[K, F], answers: Mapping[K, F], fill: Callable[[F, F], F]) -> None:
    for key, known in answers.items():
        table[key] = fill(table[key], known) if key in table else known
