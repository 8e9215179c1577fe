"""What the service knows of repositories, for the hygiene of its policy."""

from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from checks.model.facts import RepositoryFacts


async def known_repositories(database: Database) -> list[RepositoryFacts]:
    """Every repository that is neither gone nor archived, as a policy sees it."""
    store, found, after = RepositoryStore(database), list[RepositoryFacts](), 0
    while page := await store.active(after=after):
        found += [repository_facts(row) for row in page]
        after = page[-1].id
    return found


def repository_facts(row: RepositoryRow) -> RepositoryFacts:
    """What is stored of a repository, as a policy sees it."""
    properties = {name: value for name, value in (row.properties or {}).items() if isinstance(value, str)}
    return RepositoryFacts(
        name=row.name,
        visibility=row.visibility,
        default_branch=row.default_branch,
        properties=properties,
        topics=None if row.topics is None else tuple(row.topics),
        properties_known=row.properties is not None,
    )
