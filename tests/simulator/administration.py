"""What administrators do to a repository, and the events that this sends."""

from typing import TYPE_CHECKING, Any

from .accounts import Organization, Owner, User
from .payloads import organization_json, repository_json, short_repository_json, user_json
from .world import Event, Json

if TYPE_CHECKING:
    from .repository import Repository


def rename(repository: "Repository", name: str, sender: User | None) -> None:
    """The old name redirects (301) from now on."""
    old, repository.name = repository.name, name
    repository.world.names[repository.full_name.lower()] = repository.id
    tell(repository, "renamed", {"repository": {"name": {"from": old}}}, sender)


def transfer(repository: "Repository", owner: Owner, sender: User | None) -> None:
    """Only the new owner's installations hear `transferred`; the old ones that chose it hear `removed`."""
    world, old = repository.world, repository.owner
    for installation in list(world.installations.values()):
        if installation.account is old and installation.selected is not None and installation.covers(repository):
            installation.select({repository.id}, "removed", world)
    repository.owner = owner
    world.names[repository.full_name.lower()] = repository.id
    before = {"user": user_json(world, old)}
    if isinstance(old, Organization):
        before = {"organization": organization_json(world, old)}
    tell(repository, "transferred", {"owner": {"from": before}}, sender)


def set_archived(repository: "Repository", archived: bool, sender: User | None) -> None:
    repository.archived = archived
    tell(repository, "archived" if archived else "unarchived", None, sender)


def set_visibility(repository: "Repository", visibility: str, sender: User | None) -> None:
    """`public`, `private` or `internal`; sends `publicized` or `privatized`."""
    if visibility not in ("public", "private", "internal"):
        raise ValueError(f"no visibility {visibility}")
    repository.visibility, repository.private = visibility, visibility != "public"
    tell(repository, "privatized" if repository.private else "publicized", None, sender)


def set_default_branch(repository: "Repository", branch: str, sender: User | None) -> None:
    repository.head(branch)
    old, repository.default_branch = repository.default_branch, branch
    repository.git.set_default_branch(branch)
    tell(repository, "edited", {"default_branch": {"from": old}}, sender)


def set_topics(repository: "Repository", topics: list[str], sender: User | None) -> None:
    """Sends `repository.edited` with the topics that it had."""
    old, repository.topics = repository.topics, topics
    tell(repository, "edited", {"topics": {"from": old}}, sender)


def set_custom_properties(repository: "Repository", values: dict[str, Any], sender: User | None) -> None:
    """Sends `custom_property_values.updated`; a value of None unsets."""
    old = [{"property_name": name, "value": repository.custom_properties.get(name)} for name in values]
    repository.custom_properties.update(values)
    for name in [name for name, value in values.items() if value is None]:
        del repository.custom_properties[name]
    new = [{"property_name": name, "value": value} for name, value in values.items()]
    payload = {"new_property_values": new, "old_property_values": old, "repository": repository_json(repository)}
    repository.world.emit(Event("custom_property_values", "updated", payload | _by(repository, sender), repository))


def announce(repository: "Repository", sender: User | None) -> None:
    """A new repository: `repository.created`, and `added` for the installations that have all."""
    world = repository.world
    tell(repository, "created", None, sender)
    for installation in list(world.installations.values()):
        if installation.selected is None and installation.covers(repository):
            installation.tell(world, "added", [short_repository_json(repository)])


def delete(repository: "Repository", sender: User | None) -> None:
    """Open pull requests from it keep their commits and lose `head.repo`."""
    tell(repository, "deleted", None, sender)
    for installation in repository.world.installations.values():
        if installation.selected is not None:
            installation.selected.discard(repository.id)
    repository.world.repositories.pop(repository.id)


def tell(repository: "Repository", action: str, changes: Json | None, sender: User | None) -> None:
    """One `repository` event."""
    payload: Json = {"changes": changes} if changes else {}
    payload |= {"repository": repository_json(repository)} | _by(repository, sender)
    repository.world.emit(Event("repository", action, payload, repository))


def _by(repository: "Repository", sender: User | None) -> Json:
    return {"sender": user_json(repository.world, sender)} if sender else {}
