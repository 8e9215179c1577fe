"""A score and minimum elements for people and programs: every feature, its weight, and the first that miss it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from checks.model.phrase import visible
from checks.sboms.described import Described, Part
from checks.sboms.elements import Coverage, Edition
from checks.sboms.score import CategoryScore, Feature, Score
from checks.sboms.validity import Validity

#: Components that are named where some miss a feature.
_NAMED = 3
#: Characters of a name.
_WIDEST = 60


class Scorecard(NamedTuple):
    """All that was found about one document."""

    path: str
    described: Described
    score: Score
    validity: Validity
    editions: tuple[tuple[Edition, tuple[Coverage, ...]], ...]
    permille: int
    """The share of components that must have an element."""

    @property
    def complete(self) -> bool:
        """Whether every element of every edition is reached."""
        return all(item.reaches(self.permille) for _, covered in self.editions for item in covered)


def text(card: Scorecard) -> Iterator[str]:
    """Lines for a terminal."""
    described = card.described
    kind = f"{described.format} {visible(described.version, 10)}, {described.encoding}"
    yield f"{visible(card.path)}: {kind}, {len(described.parts):,} component{'' if len(described.parts) == 1 else 's'}"
    yield ""
    yield f"score {card.score.total:.1f} of 10, grade {card.score.grade}"
    yield f"  = {card.score.formula}"
    for category in card.score.categories:
        yield ""
        yield f"{category.name}: {_points(category.score)}, weight {category.weight:g}"
        yield f"  = {category.formula}"
        yield from (f"  {line}" for feature in category.features for line in _feature(feature))
    yield ""
    yield _valid(card.validity)
    yield from (f"  {fault.line}: {fault.message}" for fault in card.validity.faults)
    for edition, covered in card.editions:
        yield ""
        yield from _edition(edition, covered, card.permille)


def _points(score: float | None) -> str:
    return "does not apply" if score is None else f"{score:.1f}"


def _feature(feature: Feature) -> Iterator[str]:
    mark = " " if feature.score is None else "✓" if feature.score >= 10 else "✗"
    share = f"{feature.found:,} of {feature.total:,}" if feature.total else "–"
    points = f"{_points(feature.score):>5}  × {feature.weight:.2f}"
    yield f"{mark} {feature.name:<46} {points}  {share}{_without(feature.missing)}"


def _without(missing: Sequence[Part]) -> str:
    if not missing:
        return ""
    named = ", ".join(visible(part.label, _WIDEST) for part in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
    return f"  without: {named}{more}"


def _valid(validity: Validity) -> str:
    if validity.unknown is not None:
        return f"not validated: {validity.unknown}"
    return f"not valid by {validity.by}:" if validity.faults else f"valid by {validity.by}"


def _edition(edition: Edition, covered: Sequence[Coverage], permille: int) -> Iterator[str]:
    missed = sum(not item.reaches(permille) for item in covered)
    result = f"not reached: {missed} of {len(covered)} elements" if missed else "every element is reached"
    yield f"{edition.id}: {edition.title}: {result}"
    for item in covered:
        share = "there" if not item.absent else "not there"
        if not item.of_document:
            share = f"{item.found:,} of {item.total:,}"
        mark = "✓" if item.reaches(permille) else "✗"
        yield f"  {mark} {item.element.name:<46} {share}{_without(item.missing)}"


def document(card: Scorecard) -> Mapping[str, object]:
    """For programs; `schema` rises when a member changes its meaning."""
    described = card.described
    return {
        "schema": 1,
        "path": card.path,
        "format": described.format,
        "version": described.version,
        "encoding": described.encoding,
        "components": len(described.parts),
        "score": round(card.score.total, 2),
        "grade": card.score.grade,
        "formula": card.score.formula,
        "categories": [_category(category) for category in card.score.categories],
        "validity": {
            "by": card.validity.by,
            "valid": None if card.validity.unknown is not None else not card.validity.faults,
            "unknown": card.validity.unknown,
            "faults": [{"line": fault.line, "message": fault.message} for fault in card.validity.faults],
        },
        "complete": f"{card.permille / 10:g}%",
        "minimum_elements": [_covered(edition, covered, card.permille) for edition, covered in card.editions],
    }


def _category(category: CategoryScore) -> Mapping[str, object]:
    return {
        "name": category.name,
        "weight": category.weight,
        "score": None if category.score is None else round(category.score, 2),
        "formula": category.formula,
        "features": [
            {
                "name": feature.name,
                "weight": feature.weight,
                "score": None if feature.score is None else round(feature.score, 2),
                "found": feature.found,
                "of": feature.total,
                "missing": _labels(feature.missing),
            }
            for feature in category.features
        ],
    }


def _covered(edition: Edition, covered: Sequence[Coverage], permille: int) -> Mapping[str, object]:
    return {
        "id": edition.id,
        "title": edition.title,
        "complete": all(item.reaches(permille) for item in covered),
        "elements": [
            {
                "name": item.element.name,
                "about": "document" if item.of_document else "components",
                "reached": item.reaches(permille),
                "found": item.found,
                "of": item.total,
                "missing": _labels(item.missing),
            }
            for item in covered
        ],
    }


#: Labels in a JSON document: enough to work with, and no second copy of the SBOM.
_LABELS = 100


def _labels(missing: Sequence[Part]) -> list[str]:
    return [visible(part.label) for part in missing[:_LABELS]]
