"""Webhook signatures: HMAC-SHA-256 over the raw bytes, compared in constant time, before anything is parsed."""

import hashlib
import hmac
from collections.abc import Sequence


def signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` is right for one of the valid secrets. The old SHA-1 header never counts."""
    if header is None or not header.startswith("sha256="):
        return False
    given = header.removeprefix("sha256=").encode("ascii", "replace")
    # Every secret is compared, so that the time does not tell which one it was.
    matches = [
        hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), given)
        for secret in secrets
    ]
    return any(matches)
