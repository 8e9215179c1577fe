"""Addresses of the pages with every step of a verdict."""

from urllib.parse import quote

from app.subject import Claim, Kind


def details_url(public_url: str, claim: Claim) -> str:
    """The page of the verdict on the claim's head."""
    repository = f"{public_url}/r/{quote(claim.about.repository, safe='/')}"
    if claim.kind is Kind.BRANCH:
        return f"{repository}/branch/{claim.head}"
    return f"{repository}/pull/{claim.number}/{claim.head}"
