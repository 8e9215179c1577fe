"""VEX documents written: OpenVEX 0.2.0, CycloneDX 1.6 and CSAF 2.0, as plain values for JSON."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from checks.advisories.vex_bill import Said, VexBill, moment
from checks.model.advisory import VexStatus
from checks.model.purl import parse

Document = dict[str, object]
#: CSAF has a place of its own for a CVE, and only for what looks like one; other names are references.
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}\Z").match
_STATES = {
    VexStatus.NOT_AFFECTED: "not_affected",
    VexStatus.AFFECTED: "exploitable",
    VexStatus.FIXED: "resolved",
    VexStatus.UNDER_INVESTIGATION: "in_triage",
}
_PRODUCT_STATUS = {
    VexStatus.NOT_AFFECTED: "known_not_affected",
    VexStatus.AFFECTED: "known_affected",
    VexStatus.FIXED: "fixed",
    VexStatus.UNDER_INVESTIGATION: "under_investigation",
}
_TOOL = "ospo-gate"


def openvex(bill: VexBill) -> Document:
    """OpenVEX 0.2.0. The package is the product; the product that uses it is not named, because a statement about a
    repository's purl would not be found by who looks for the package."""
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"urn:uuid:{bill.id}",
        "author": bill.author,
        "timestamp": moment(bill.at),
        "version": 1,
        "tooling": f"{_TOOL} {bill.tool_version}",
        "statements": [_open_statement(said, bill) for said in bill.said],
    }


def _open_statement(said: Said, bill: VexBill) -> Document:
    vulnerability = {"name": said.label, "description": said.summary, "aliases": list(said.aliases)}
    return _given(
        {
            "vulnerability": _given(vulnerability),
            "timestamp": moment(said.since or bill.at),
            "products": [_given({"@id": said.package, "identifiers": {"purl": said.package}})],
            "status": str(said.status),
            "status_notes": said.notes,
            "justification": said.open_justification if said.status is VexStatus.NOT_AFFECTED else "",
            "impact_statement": said.impact,
            "action_statement": said.action if said.status is VexStatus.AFFECTED else "",
        }
    )


def cyclonedx(bill: VexBill) -> Document:
    """CycloneDX 1.6: vulnerabilities that point to the components by their package URL, which stand in it too."""
    packages = sorted({said.package for said in bill.said})
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{bill.id}",
        "version": 1,
        "metadata": {
            "timestamp": moment(bill.at),
            "tools": {"components": [{"type": "application", "name": _TOOL, "version": bill.tool_version}]},
            "authors": [{"name": bill.author}],
            "component": _given(
                {
                    "type": "application",
                    "name": bill.product,
                    "bom-ref": bill.product_purl or "product",
                    "purl": bill.product_purl,
                }
            ),
        },
        "components": [_component(package) for package in packages],
        "vulnerabilities": [_cyclonedx_vulnerability(said, bill) for said in bill.said],
    }


def _component(package: str) -> Document:
    _, namespace, name, version = parse(package)
    known = {"type": "library", "group": namespace, "name": name, "version": version}
    return _given({**known, "bom-ref": package, "purl": package})


def _cyclonedx_vulnerability(said: Said, bill: VexBill) -> Document:
    analysis = {
        "state": _STATES[said.status],
        "justification": said.cyclonedx_justification if said.status is VexStatus.NOT_AFFECTED else "",
        "response": _response(said),
        "detail": " ".join(filter(None, (said.impact, said.action, said.notes))),
        "firstIssued": moment(said.since or bill.at),
        "lastUpdated": moment(bill.at),
    }
    return _given(
        {
            "bom-ref": f"{said.label}@{said.package}",
            "id": said.label,
            "source": _given({"url": said.url}),
            "references": [{"id": alias, "source": {"name": _database(alias)}} for alias in said.aliases],
            "description": said.summary,
            "analysis": _given(analysis),
            "affects": [{"ref": said.package}],
        }
    )


def _response(said: Said) -> list[str]:
    if said.status is not VexStatus.AFFECTED:
        return []
    return ["update"] if said.updates else ["will_not_fix"]


def _database(name: str) -> str:
    """The database that gives such names: `GHSA` of `GHSA-35jh-r3h4-6jhm`."""
    return name.partition("-")[0]


def csaf(bill: VexBill) -> Document:
    """CSAF 2.0 in the profile VEX (`csaf_vex`)."""
    ids = {package: f"CSAFPID-{number:04}" for number, package in enumerate(_packages(bill.said), 1)}
    ordered = sorted(bill.said, key=lambda said: said.label)
    return {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "lang": "en",
            "title": f"VEX of {bill.product}",
            "distribution": {"tlp": {"label": "AMBER" if bill.internal else "WHITE"}},
            "publisher": {"category": "vendor", "name": bill.author, "namespace": bill.author_url},
            "tracking": {
                "id": str(bill.id),
                "status": "final",
                "version": "1",
                "initial_release_date": moment(bill.at),
                "current_release_date": moment(bill.at),
                "revision_history": [{"number": "1", "date": moment(bill.at), "summary": "First version."}],
                "generator": {"engine": {"name": _TOOL, "version": bill.tool_version}},
            },
        },
        "product_tree": {"full_product_names": [_csaf_product(package, id_) for package, id_ in ids.items()]},
        "vulnerabilities": [
            _csaf_vulnerability([*group], ids) for _, group in groupby(ordered, key=lambda said: said.label)
        ],
    }


def _packages(said: Sequence[Said]) -> list[str]:
    return sorted({item.package for item in said})


def _csaf_product(package: str, id_: str) -> Document:
    _, namespace, name, version = parse(package)
    named = " ".join(filter(None, (f"{namespace}/{name}" if namespace else name, version)))
    return {"name": named, "product_id": id_, "product_identification_helper": {"purl": package}}


def _csaf_vulnerability(group: Sequence[Said], ids: Mapping[str, str]) -> Document:
    first = group[0]
    names = (first.label, *first.aliases)
    cve = next((name for name in names if _CVE(name)), "")
    others = [{"system_name": _database(name), "text": name} for name in names if name != cve]
    status: dict[str, list[str]] = {}
    for said in group:
        status.setdefault(_PRODUCT_STATUS[said.status], []).append(ids[said.package])
    return _given(
        {
            "cve": cve,
            "ids": others,
            "title": first.summary,
            "notes": _csaf_notes(group) or [{"category": "description", "text": first.summary or first.label}],
            "references": [{"summary": "Advisory", "url": first.url, "category": "external"}] if first.url else [],
            "product_status": status,
            "flags": [
                {"label": said.open_justification, "product_ids": [ids[said.package]]}
                for said in group
                if said.status is VexStatus.NOT_AFFECTED and said.justification
            ],
            "threats": [
                {"category": "impact", "details": said.impact, "product_ids": [ids[said.package]]}
                for said in group
                if said.status is VexStatus.NOT_AFFECTED and said.impact
            ],
            "remediations": [
                {
                    "category": "vendor_fix" if said.updates else "no_fix_planned",
                    "details": said.action,
                    "product_ids": [ids[said.package]],
                }
                for said in group
                if said.status is VexStatus.AFFECTED
            ],
        }
    )


def _csaf_notes(group: Iterable[Said]) -> list[Document]:
    return [{"category": "details", "text": text} for text in dict.fromkeys(said.notes for said in group) if text]


def _given(fields: Mapping[str, object]) -> Document:
    """Without what is empty."""
    return dict(_filled(fields))


def _filled(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in fields.items():
        if value is not None and value not in ("", [], {}):
            yield name, value


#: Formats of which a document states something, or is none: their lists of statements have at least one item.
NEVER_EMPTY = frozenset({"openvex", "csaf"})
#: By the name of the format.
WRITERS: Mapping[str, Callable[[VexBill], Document]] = MappingProxyType(
    {"openvex": openvex, "cyclonedx": cyclonedx, "csaf": csaf}
)
