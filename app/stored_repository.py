"""What is stored of a repository, as a policy sees it."""

from app.store.repositories import RepositoryRow
from checks.model.facts import RepositoryFacts


def repository_facts(row: RepositoryRow) -> RepositoryFacts:
    """Its facts, topics and properties as GitHub told them last."""
    properties = {name: value for name, value in (row.properties or {}).items() if isinstance(value, str)}
    return RepositoryFacts(
        name=row.name,
        visibility=row.visibility,
        default_branch=row.default_branch,
        properties=properties,
        topics=None if row.topics is None else tuple(row.topics),
        properties_known=row.properties is not None,
    )
