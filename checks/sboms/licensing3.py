"""Licenses of SPDX 3, which are elements: an expression as text, a listed license, or a set of others."""

from collections.abc import Iterable, Mapping

from checks.manifests.collect import MAX_WORD
from checks.sboms.values import stated, text_of, texts

#: Elements of the license list have this address and then their id.
_LISTED = "spdx.org/licenses/"
_EXPRESSION = "simplelicensing_licenseExpression"
#: Sets in sets: nobody writes an expression that is deeper.
_MAX_DEPTH = 16
_SETS = {
    "expandedlicensing_ConjunctiveLicenseSet": " AND ",
    "expandedlicensing_DisjunctiveLicenseSet": " OR ",
}


class Licenses:
    """Element id → license statement. A statement longer than `MAX_WORD` characters is none: sets may share members."""

    def __init__(self, elements: Mapping[str, Mapping[str, object]]) -> None:
        self.elements = elements
        self.known: dict[str, str | None] = {}

    def statement(self, id_: str, depth: int = 0) -> str | None:
        """The SPDX expression of a license element; None where nothing is said. Calls itself at most 16 times deep."""
        if id_ not in self.known:
            if depth > _MAX_DEPTH:
                return None
            self.known[id_] = None  # a set that contains itself says nothing
            self.known[id_] = self._read(id_, depth)
        return self.known[id_]

    def _read(self, id_: str, depth: int) -> str | None:
        fields = self.elements.get(id_)
        if fields is None:
            return _by_address(id_)
        type_ = text_of(fields.get("type", fields.get("@type"))) or ""
        if _EXPRESSION in fields:
            return stated(fields[_EXPRESSION])
        if type_ in _SETS:
            return self._set(texts(fields.get("expandedlicensing_member")), _SETS[type_], depth)
        if type_ == "expandedlicensing_OrLaterOperator":
            subject = self._member(fields, "expandedlicensing_subjectLicense", depth)
            return f"{subject}+" if subject else None
        if type_ == "expandedlicensing_WithAdditionOperator":
            return self._with(fields, depth)
        if type_.startswith("expandedlicensing_") and type_.endswith(("License", "LicenseAddition")):
            return _by_address(id_) or text_of(fields.get("name"))
        if type_ == "simplelicensing_SimpleLicensingText":
            return text_of(fields.get("name"))
        return _by_address(id_)

    def _member(self, fields: Mapping[str, object], key: str, depth: int) -> str | None:
        id_ = fields.get(key)
        return self.statement(id_, depth + 1) if isinstance(id_, str) else None

    def _with(self, fields: Mapping[str, object], depth: int) -> str | None:
        subject = self._member(fields, "expandedlicensing_subjectExtendableLicense", depth)
        addition = self._member(fields, "expandedlicensing_subjectAddition", depth)
        return _short(f"{subject} WITH {addition}") if subject and addition else subject

    def _set(self, members: Iterable[str], joint: str, depth: int) -> str | None:
        parts: list[str] = []
        size = 0
        for member in members:
            part = self.statement(member, depth + 1) or "NOASSERTION"
            parts.append(f"({part})" if " " in part else part)
            size += len(part)
            if size > MAX_WORD:
                return None
        return _short(joint.join(dict.fromkeys(parts)))


def _by_address(id_: str) -> str | None:
    if _LISTED in id_:
        return stated(id_.rpartition(_LISTED)[2].removesuffix(".html"))
    return None


def _short(text: str) -> str | None:
    return text if 0 < len(text) <= MAX_WORD else None
