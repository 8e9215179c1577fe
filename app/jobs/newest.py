"""A claim with what is known of its repository today: events of an hour ago had another name, or other properties."""

from dataclasses import replace

from app.store.repositories import RepositoryStore
from app.subject import Claim


async def newest(repositories: RepositoryStore, claim: Claim) -> Claim:
    """The claim as the newest event about its repository would have it."""
    row = await repositories.get(claim.repository_id) if claim.repository_id else None
    if row is None:
        return claim
    about = replace(
        claim.about,
        repository=row.name,
        repository_node=row.node_id or claim.about.repository_node,
        visibility=row.visibility or claim.about.visibility,
        default_branch=row.default_branch or claim.about.default_branch,
        properties=claim.about.properties if row.properties is None else dict(row.properties),
        license=claim.about.license if row.license is None else row.license or None,
        topics=claim.about.topics if row.topics is None else list(row.topics),
    )
    return replace(claim, about=about, installation_id=row.installation_id)
