"""Which package versions a preview judges as one, whatever repository has them."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from checks.engine.differing import Difference
from checks.engine.mentions import Named
from checks.model.purl import type_of
from checks.model.toolchains import is_toolchain
from checks.rules import CHECKS


class Kind(NamedTuple):
    """Equal for packages that are judged alike where the same is known of them."""

    key: tuple[Hashable, ...]
    versions: bool
    """Whether only those of one version are."""
    alone: frozenset[str]
    """Checks that tell each version of it from all others nevertheless."""


class Kinds:
    """How packages are told apart by what these policies differ in."""

    def __init__(self, known: Iterable[Difference]) -> None:
        listed = list(known)
        mentions = [item.mentions for item in listed]
        self.checks = frozenset(check for item in listed for check in item.only)
        self._alone = frozenset(check for check in self.checks if not CHECKS.named(check).alike)
        self._types = {check: CHECKS.named(check).apart for check in sorted(self.checks)}
        self.each = bool(self._alone)
        """Whether each package version is like no other."""
        self.paths = any(item.paths for item in mentions)
        """Whether it matters where a manifest is,"""
        self.below = any(item.below for item in mentions)
        """and what brings a package,"""
        self.looking = frozenset(check for check in self.checks if CHECKS.named(check).looks_at_direct)
        """To which checks it matters whether the project asks for it."""
        self.fixes = any(item.fixes for item in mentions)
        """Whether it matters which version fixes a vulnerability,"""
        self.advisories = frozenset(name for item in mentions for name in item.advisories)
        """which it is of these (lower case),"""
        self.probabilities = sorted({limit for item in mentions for limit in item.probabilities})
        """and which of these its exploitation reaches."""
        self._versions = any(item.versions for item in mentions)
        self._named = Named({pattern for item in mentions for pattern in item.packages})

    @property
    def direct(self) -> bool:
        """Whether it matters to any check that the project asks for it."""
        return bool(self.looking)

    def package(self, purl: str) -> Kind:
        """How this one is told from others."""
        type_, toolchain = type_of(purl), is_toolchain(purl)
        alone = self._alone
        for check, types in self._types.items():
            if type_ in types or (toolchain and types):
                alone |= {check}
        named = self._named(purl)
        return Kind((type_, toolchain, named), bool(named) and self._versions, alone)
