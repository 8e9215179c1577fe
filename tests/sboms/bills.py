"""Small SBOMs in few words."""

import json
from typing import Any

from checks.sboms.describe import read
from checks.sboms.described import Described


def component(name: str, /, **members: object) -> dict[str, Any]:
    """A component of npm in version 1.0.0 with what else it says; None takes a member away."""
    fields = {"type": "library", "bom-ref": name, "name": name, "version": "1.0.0", "purl": f"pkg:npm/{name}@1.0.0"}
    return {key: value for key, value in (fields | members).items() if value is not None}


def bom(*components: dict[str, Any] | str, **members: object) -> str:
    """A CycloneDX document about `web`, which depends on every component; `metadata` adds to its metadata."""
    rows = [component(item) if isinstance(item, str) else item for item in components]
    metadata = {
        "timestamp": "2026-11-01T00:00:00Z",
        "component": {"type": "application", "name": "web", "version": "2", "bom-ref": "web"},
        **members.pop("metadata", {}),  # type: ignore[dict-item]
    }
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
        "components": rows,
        "dependencies": [{"ref": "web", "dependsOn": [row["bom-ref"] for row in rows]}],
        **members,
    }
    return json.dumps({key: value for key, value in document.items() if value is not None}, indent=1)


#: Everything that the draft of CISA asks.
FULL = {
    "licenses": [{"license": {"id": "MIT", "acknowledgement": "declared"}}],
    "hashes": [{"alg": "SHA-512", "content": "0" * 128}],
    "supplier": {"name": "Example", "url": ["https://example.com"]},
}
METADATA = {
    "authors": [{"name": "Ada", "email": "ada@example.com"}],
    "tools": {"components": [{"type": "application", "name": "maker", "version": "1"}]},
    "lifecycles": [{"phase": "pre-build"}],
}


def described(text: str) -> Described:
    return read(text).described
