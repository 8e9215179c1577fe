"""The texts of the agreements that the policy asks for: whether people can read and sign them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.doctor.line import Line, fault, ok, some, warning
from app.offered import offers
from checks.model.phrase import visible
from checks.policy.layers import PolicySet

_NEXT = "Put the text beside the policy, under the path that `text` says; with `sha256`, just that text."


def agreements(policies: PolicySet) -> Iterator[Line]:
    """`policies`: with all files that it names."""
    found = offers(policies, datetime.now(UTC))
    if not found:
        return
    bad = [f"{visible(offer.document.name)}: {offer.fault}" for offer in found if offer.fault]
    if bad:
        yield fault("agreements", f"nobody can sign {some(bad)}", _NEXT, bad)
        return
    loose = [visible(offer.document.name) for offer in found if offer.document.sha256 is None]
    if loose:
        then = "Name it with `sha256`, so that nobody changes the text under the same version."
        yield warning("agreements", f"the policy does not name the SHA-256 of {some(loose)}", then, loose)
    yield ok(
        "agreements",
        f"{len(found)} texts of agreements can be read" if len(found) > 1 else "the text of the agreement can be read",
    )
