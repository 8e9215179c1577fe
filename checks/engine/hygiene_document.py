"""Points of hygiene as the document of docs/hygiene.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from checks.model.report import PolicyReference
from checks.policy.hygiene import Point


def to_json(
    policy: PolicyReference, points: Sequence[Point], looked_at: Sequence[str], now: datetime
) -> dict[str, Any]:
    """`looked_at`: what besides the policy itself was looked at, in words; `now` is UTC."""
    return {
        "schema": 1,
        "policy": {"source": policy.source, "digest": policy.digest, "revision": policy.revision},
        "at": now.isoformat(),
        "looked_at": list(looked_at),
        "points": [point._asdict() for point in points],
    }
