"""The section `sbom` of the policy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from checks.policy.section import Section
from checks.policy.shape import FEWER, HIGHER, MORE, KeyFault, OneOrMore, key
from checks.policy.values import TEXT, Pattern, Word

#: Names that tools suggest and package managers use, looked for beside lock files and above them.
NAMES = (
    *("sbom.cdx.json", "sbom.json", "bom.json", "bom.cdx.json", "sbom.spdx.json", "bom.spdx.json", "sbom.spdx3.json"),
    *("sbom.spdx", "sbom.cdx.xml", "bom.xml", "sbom.xml"),
)


class Standard(StrEnum):
    """Editions of `checks.sboms.elements`; a test holds the two together."""

    NTIA = "ntia"
    CISA = "cisa"
    CISA_2026 = "cisa-2026"
    BSI = "bsi"
    CRA = "cra"


class Committed(StrEnum):
    MUST_MATCH = "must-match"
    """Where there is one, it lists what the lock files list."""
    MAY_DIFFER = "may-differ"
    REQUIRED = "required"
    """There is one, and it matches."""
    FORBIDDEN = "forbidden"


class Scope(StrEnum):
    SHIPPED = "shipped"
    ALL = "all"


class Percentage(Word):
    """`95%` or `99.5%`."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": r"^(100|[0-9]{1,2}(\.[0-9])?)%$",
        "examples": ["95%"],
    }

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"(100|[0-9]{1,2}(\.[0-9])?)%\Z", text):
            raise ValueError("expected a percentage such as '95%'")
        return cls(text)

    @property
    def permille(self) -> int:
        whole, _, tenth = self.removesuffix("%").partition(".")
        return int(whole) * 10 + int(tenth or 0)


class Points(Word):
    """`7` or `7.5`: a score from 0 to 10."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, object]] = {"type": TEXT, "examples": ["7.5"]}

    @classmethod
    def parse(cls, text: str) -> Self:
        if not re.match(r"(10|[0-9])(\.[0-9])?\Z", text) or float(text) > 10:
            raise ValueError("expected a score from 0 to 10 such as '7.5'")
        return cls(text)

    @property
    def number(self) -> float:
        return float(self)


@dataclass(frozen=True, slots=True)
class Covered:
    """Which manifests one committed SBOM is about."""

    sbom: Pattern = key("Path of the SBOM.")
    manifests: tuple[Pattern, ...] = key("Paths of the lock files and manifests that it lists, for example `web/*`.")


@dataclass(frozen=True, slots=True)
class SbomSection(Section):
    """The section `sbom`."""

    minimum_elements: Annotated[tuple[Standard, ...], OneOrMore] = key(
        "What a committed SBOM must say: `ntia` (2021), `cisa` (draft of 2025), `cisa-2026`, `bsi` (TR-03183-2 v2.1), "
        "`cra`; one or several. `[]` asks for nothing.",
        default=(Standard.CRA,),
        tighter=MORE,
    )
    complete: Percentage = key(
        "The share of components that must have each element.", default=Percentage.parse("95%"), tighter=HIGHER
    )
    committed_sbom: Committed = key(
        "`must-match`: an SBOM in the repository lists what the lock files list. `required`: there must be one, too. "
        "`may-differ`: it is not compared. `forbidden`: none may be committed.",
        default=Committed.MUST_MATCH,
        tighter=("may-differ", "must-match", "required"),
    )
    scope: Scope = key(
        "Which packages it must list: `shipped`, or `all` with optional ones and tools for building, developing and "
        "testing.",
        default=Scope.SHIPPED,
        tighter=("shipped", "all"),
    )
    minimum_score: Points | None = key("The least score, 0 to 10: docs/sbom-quality.md.", default=None, tighter=HIGHER)
    files: tuple[str, ...] = key(
        "Names that are looked for beside a changed lock file and in the folders above it. An SBOM that a change edits "
        "is judged under any name.",
        default=NAMES,
    )
    covers: tuple[Covered, ...] = key(
        "Which manifests an SBOM is about, where it is not those in its folder and below; the first entry that matches "
        "counts.",
        default=(),
    )
    ignore: tuple[Pattern, ...] = key("SBOMs that are not judged, for example `tests/*`.", default=(), tighter=FEWER)

    def faults(self) -> Iterator[KeyFault]:
        """A name is looked for in many folders."""
        for name in self.files:
            if "/" in name or "*" in name or len(name) > 200:
                yield KeyFault("files", f"expected the name of a file without folder and '*', not '{name[:60]}'")

    def ignores(self, path: str) -> bool:
        return any(pattern.matches(path) for pattern in self.ignore)
