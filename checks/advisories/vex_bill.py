"""What a VEX document of ours says, before it is written in one of its formats."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from checks.model.advisory import VexStatus
from checks.model.purl import versioned

#: The justifications of OpenVEX and CSAF, and the nearest ones of CycloneDX.
JUSTIFICATIONS: Mapping[str, str] = MappingProxyType(
    {
        "component_not_present": "code_not_present",
        "vulnerable_code_not_present": "code_not_present",
        "vulnerable_code_not_in_execute_path": "code_not_reachable",
        "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
        "inline_mitigations_already_exist": "protected_by_mitigating_control",
    }
)
#: The justifications of CycloneDX, and the nearest ones of OpenVEX and CSAF.
CYCLONEDX: Mapping[str, str] = MappingProxyType(
    {
        "code_not_present": "vulnerable_code_not_present",
        "code_not_reachable": "vulnerable_code_not_in_execute_path",
        "requires_configuration": "vulnerable_code_cannot_be_controlled_by_adversary",
        "requires_dependency": "vulnerable_code_cannot_be_controlled_by_adversary",
        "requires_environment": "vulnerable_code_cannot_be_controlled_by_adversary",
        "protected_by_compiler": "inline_mitigations_already_exist",
        "protected_at_runtime": "inline_mitigations_already_exist",
        "protected_at_perimeter": "inline_mitigations_already_exist",
        "protected_by_mitigating_control": "inline_mitigations_already_exist",
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one vulnerability in one package version. Text fields may be foreign."""

    label: str
    """The name that people know it by."""
    aliases: tuple[str, ...]
    purl: str
    """Without version."""
    version: str | None
    status: VexStatus
    justification: str = ""
    """A word of OpenVEX or of CycloneDX; empty where `impact` says it in a sentence."""
    impact: str = ""
    """Why it does not affect, in a sentence."""
    action: str = ""
    """What is done about it, in a sentence; for `AFFECTED` always given."""
    updates: bool = False
    """Whether `action` is an update, and not the decision to live with it."""
    notes: str = ""
    """What only the organization itself may read."""
    since: datetime | None = None
    """When it was said first (UTC)."""
    summary: str = ""
    url: str | None = None

    @property
    def package(self) -> str:
        """The package URL with its version."""
        return versioned(self.purl, self.version)

    @property
    def open_justification(self) -> str:
        """In the words of OpenVEX and CSAF."""
        return CYCLONEDX.get(self.justification, self.justification)

    @property
    def cyclonedx_justification(self) -> str:
        return JUSTIFICATIONS.get(self.justification, self.justification)


@dataclass(frozen=True, slots=True)
class VexBill:
    """All that one document says about what one product uses."""

    author: str
    author_url: str
    """An address that stands for the author."""
    product: str
    """Its name, for people."""
    product_purl: str
    """Empty where it has none."""
    at: datetime
    """When it is said (UTC)."""
    tool_version: str
    said: tuple[Said, ...]
    """By label, then by package."""
    internal: bool = False
    """Whether it says what only the organization may read."""

    @property
    def id(self) -> UUID:
        """Equal bills have equal ids (RFC 9562, version 8)."""
        digest = hashlib.sha256(repr(asdict(self)).encode("utf-8", "surrogatepass")).digest()
        number = int.from_bytes(digest[:16]) & ~(0xF << 76) & ~(0x3 << 62)
        return UUID(int=number | (0x8 << 76) | (0x2 << 62))


def moment(at: datetime) -> str:
    """RFC 3339, in whole seconds of UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
