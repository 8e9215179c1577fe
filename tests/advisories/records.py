"""Small OSV documents for tests: one package, one range of versions, and whatever else is named."""

from typing import Any

from checks.advisories.osv import read_record
from checks.model.advisory import Advisory


def document(
    *events: dict[str, str], id: str = "GHSA-aaaa-bbbb-cccc", ecosystem: str = "npm", name: str = "thing", **more: Any
) -> dict[str, Any]:
    kind = more.pop("kind", "SEMVER" if ecosystem in ("npm", "Go", "crates.io") else "ECOSYSTEM")
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "versions": more.pop("versions", [])}
    if events:
        affected["ranges"] = [{"type": kind, "events": list(events)}]
    return {"id": id, "modified": "2026-01-02T03:04:05Z", "affected": [affected], **more}


def advisory(*events: dict[str, str], **more: Any) -> Advisory:
    return read_record(document(*events, **more), None)


def introduced(version: str = "0") -> dict[str, str]:
    return {"introduced": version}


def fixed(version: str) -> dict[str, str]:
    return {"fixed": version}


def last_affected(version: str) -> dict[str, str]:
    return {"last_affected": version}


def limit(version: str) -> dict[str, str]:
    return {"limit": version}
