"""Addresses of the pages with every step of a verdict."""

from urllib.parse import quote

from app.subject import Claim, Kind


def details_url(public_url: str, claim: Claim) -> str:
    """The page of the verdict on the claim's head."""
    ref = claim.key.split("/", 2)[2]
    return f"{public_url}{details_path(claim.about.repository, claim.kind, ref)}/{claim.head}"


def details_path(repository: str, kind: Kind, ref: str) -> str:
    """The page of the newest verdict. `ref`: the last part of the subject's key; there is only one default branch."""
    of = Kind.BRANCH if kind is Kind.BRANCH else f"{kind}/{ref}"
    return f"/r/{quote(repository, safe='/')}/{of}"
