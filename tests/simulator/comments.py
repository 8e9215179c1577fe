"""Comments on pull requests, and reactions to them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .accounts import User
from .payloads import (
    comment_json,
    issue_json,
    plain_issue_json,
    reactions_json,
    repository_json,
    user_json,
)  # fmt: skip
from .pulls import Pull, association_of
from .repository import Repository
from .world import Event, Json, World, make_node_id

if TYPE_CHECKING:
    from .apps import App

BODY_MAX_CHARACTERS = 65_536
TOO_LONG = f"Body is too long (maximum is {BODY_MAX_CHARACTERS} characters)"


@dataclass(eq=False)
class Comment:
    id: int
    node_id: str
    pull: Pull
    user: User
    app: "App | None"
    body: str
    created_at: str
    updated_at: str
    minimized: str | None = None  # classifier in lower case
    edits: int = 0
    reactions: list[Json] = field(default_factory=list)

    def author_association(self) -> str:
        return association_of(self.pull.repository, self.user)


def problem_with_body(body: object) -> str | None:
    """What GitHub says about a comment's body, None when it is fine."""
    if not isinstance(body, str) or not body.strip():
        return "Body cannot be blank"
    return TOO_LONG if len(body) > BODY_MAX_CHARACTERS else None


def create(world: World, pull: Pull, user: User, body: str, app: "App | None" = None) -> Comment:
    number, now = world.next_id("comment"), world.timestamp()
    comment = Comment(number, "", pull, user, app, body, now, now)
    comment.node_id = world.register("IC", number, comment)
    world.comments[number] = comment
    pull.comments.append(comment)
    pull.updated_at = now
    _emit(world, comment, "created", user)
    return comment


def on_issue(repository: Repository, number: int, user: User, body: str) -> None:
    """A comment on an issue that is no pull request: only the event, which lacks `issue.pull_request`."""
    world = repository.world
    identity, person = world.next_id("comment"), user_json(world, user)
    issue = plain_issue_json(repository, number, identity + 1, user)
    comment: Json = {
        "url": f"{issue['repository_url']}/issues/comments/{identity}",
        "html_url": f"{issue['html_url']}#issuecomment-{identity}",
        "issue_url": issue["url"],
        "id": identity,
        "node_id": make_node_id("IC", identity),
        "user": person,
        "created_at": issue["created_at"],
        "updated_at": issue["created_at"],
        "body": body,
        "author_association": association_of(repository, user),
        "reactions": reactions_json(issue["url"], []),
        "performed_via_github_app": None,
    }
    around = {"repository": repository_json(repository), "sender": person}
    world.emit(Event("issue_comment", "created", {"issue": issue, "comment": comment, **around}, repository))


def edit(world: World, comment: Comment, body: str, sender: User) -> None:
    old, comment.body = comment.body, body
    comment.edits += 1
    comment.updated_at = world.timestamp()
    _emit(world, comment, "edited", sender, {"changes": {"body": {"from": old}}})


def delete(world: World, comment: Comment, sender: User) -> None:
    comment.pull.comments.remove(comment)
    world.comments.pop(comment.id)
    world.nodes.pop(comment.node_id)
    _emit(world, comment, "deleted", sender)


def react(world: World, comment: Comment, user: User, content: str) -> tuple[Json, bool]:
    """The reaction, and whether it is new: the same one twice is answered with the first."""
    for old in comment.reactions:
        if old["content"] == content and old["user"]["login"] == user.login:
            return old, False
    number = world.next_id("reaction")
    reaction: Json = {
        "id": number,
        "node_id": world.register("REA", number, comment),
        "user": user_json(world, user),
        "content": content,
        "created_at": world.timestamp(),
    }
    comment.reactions.append(reaction)
    return reaction, True


def _emit(world: World, comment: Comment, action: str, sender: User, extra: Json | None = None) -> None:
    repository = comment.pull.repository
    payload: Json = {
        **(extra or {}),
        "issue": issue_json(comment.pull),
        "comment": comment_json(world, comment),
        "repository": repository_json(repository),
        "sender": user_json(world, sender),
    }
    world.emit(Event("issue_comment", action, payload, repository))
