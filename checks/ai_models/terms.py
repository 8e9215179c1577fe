"""The section `ai_models` of the policy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from checks.licenses.item import LicenseExpression, LicenseItem, items
from checks.policy.packages import PackageIndex
from checks.policy.section import Section
from checks.policy.shape import FEWER, MORE, KeyFault, key
from checks.policy.values import PackagePattern, Pattern


@dataclass(frozen=True, slots=True)
class Lists:
    """What one kind of thing may be under."""

    allow: tuple[LicenseItem, ...] = key(
        "Licenses that are allowed: categories, SPDX ids, `LicenseRef-…`.",
        default=items("public-domain", "permissive"),
        tighter=FEWER,
    )
    deny: tuple[LicenseItem, ...] = key(
        "Licenses that are not, even if `allow` has them: a license may be in several categories.",
        default=items("non-commercial"),
        tighter=MORE,
    )


@dataclass(frozen=True, slots=True)
class ModelClarification:
    """What somebody found a model or a data set to be under."""

    model: PackagePattern = key("Package URL as the finding names it, without version; `*` is a wildcard.")
    license: LicenseExpression = key("SPDX expression that counts instead of what is declared.")
    reason: str | None = key("Why, in a sentence, or where it was read.", default=None)

    def faults(self) -> Iterator[KeyFault]:
        """A license that all models have in common clarifies none of them."""
        if self.model.whole_type:
            yield KeyFault("model", "a clarification must name a model or an organization")


@dataclass(frozen=True, slots=True)
class AiModelsSection(Section):
    """The section `ai_models`."""

    weights: Lists = key("For models.", default_factory=Lists)
    data: Lists = key("For data sets.", default_factory=Lists)
    clarify: tuple[ModelClarification, ...] = key(
        "Single models and data sets, and what they were found to be under; the first entry that matches counts.",
        default=(),
    )
    ignore: tuple[Pattern, ...] = key("Files that are not looked at, for example `tests/*`.", default=(), tighter=FEWER)
    cache: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)
    """What is made once for a policy: indexes, and the lists as they judge."""

    def clarified(self, purl: str) -> int | None:
        """Position of the clarification that speaks of a model or data set."""
        if not self.clarify:
            return None
        index = self.cache.get("clarify")
        if index is None:
            index = self.cache["clarify"] = PackageIndex(entry.model for entry in self.clarify)
        return next(iter(index.positions(purl)), None)

    def ignores(self, path: str) -> bool:
        """Whether a file is not looked at."""
        return any(pattern.matches(path) for pattern in self.ignore)
