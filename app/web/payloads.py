"""What is read of GitHub's webhooks.

The models are narrow and ignore what they do not need, so that a field that GitHub adds or drops elsewhere never turns
a delivery into an error.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.subject import About, Told, property_texts


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Account(_Model):
    login: str
    id: int = 0
    type: str = "User"

    @property
    def bot(self) -> bool:
        return self.type == "Bot" or self.login.endswith("[bot]")


class _License(_Model):
    spdx_id: str | None = None


class RepositoryName(_Model):
    """What events about installations tell."""

    id: int
    node_id: str | None = None
    full_name: str
    private: bool | None = None
    visibility: str | None = None

    def told(self, installation_id: int) -> Told:
        return Told(self.id, installation_id, self.full_name, self.node_id, self.seen_by)

    @property
    def seen_by(self) -> str | None:
        """Its visibility; GitHub Enterprise Server tells only whether it is private."""
        if self.visibility is None and self.private is not None:
            return "private" if self.private else "public"
        return self.visibility


class Repository(RepositoryName):
    node_id: str
    default_branch: str | None = None
    archived: bool | None = None
    fork: bool | None = None
    owner: Account
    custom_properties: dict[str, Any] | None = None
    license: _License | None = None
    topics: list[str] | None = None

    @property
    def properties(self) -> dict[str, str]:
        return property_texts(self.custom_properties or {})

    def told(self, installation_id: int) -> Told:
        return Told(
            self.id,
            installation_id,
            self.full_name,
            self.node_id,
            self.seen_by,
            self.default_branch,
            self.archived,
            self.fork,
            None if self.custom_properties is None else self.properties,
            self.license.spdx_id or "" if self.license else "" if "license" in self.model_fields_set else None,
            self.topics,
        )

    @property
    def about(self) -> About:
        return About(
            repository=self.full_name,
            repository_node=self.node_id,
            visibility=self.seen_by,
            default_branch=self.default_branch,
            owner_is_organization=self.owner.type == "Organization",
            properties=self.properties,
            license=self.license.spdx_id if self.license else None,
            topics=self.topics,
        )


class _Installation(_Model):
    id: int


class Action(_Model):
    """What every event but `push` has."""

    action: str | None = None


class RepositoryEvent(_Model):
    """`repository`, `dependabot_alert`, and what all events about one repository have."""

    repository: Repository
    installation: _Installation
    changes: dict[str, Any] | None = None

    @property
    def told(self) -> Told:
        """What the event tells about its repository."""
        return self.repository.told(self.installation.id)


class _Commitish(_Model):
    sha: str


class _Branch(_Commitish):
    ref: str = ""


class _HeadRepository(_Model):
    id: int
    clone_url: str | None = None


class _Head(_Branch):
    repo: _HeadRepository | None = None
    """None: it was deleted."""


class _Pull(_Model):
    number: int
    node_id: str
    head: _Head
    base: _Branch
    updated_at: datetime
    user: Account | None = None
    changed_files: int = 0
    merged: bool = False
    merged_by: Account | None = None


class PullRequestEvent(RepositoryEvent):
    pull_request: _Pull


class PullRequestReviewEvent(PullRequestEvent):
    """`pull_request_review`."""


class _Group(_Model):
    head_sha: str
    head_ref: str
    base_sha: str


class MergeGroupEvent(RepositoryEvent):
    merge_group: _Group


class _Check(_Model):
    id: int = 0
    head_sha: str
    external_id: str | None = None


class _Button(_Model):
    identifier: str


class CheckRunEvent(RepositoryEvent):
    check_run: _Check
    requested_action: _Button | None = None
    sender: Account | None = None


class CheckSuiteEvent(RepositoryEvent):
    check_suite: _Check


class _Issue(_Model):
    number: int
    node_id: str
    state: str = "open"
    user: Account | None = None
    pull_request: dict[str, Any] | None = None


class _App(_Model):
    id: int


class _Comment(_Model):
    id: int
    html_url: str
    body: str | None = None
    created_at: datetime | None = None
    user: Account | None = None
    performed_via_github_app: _App | None = None


class IssueCommentEvent(RepositoryEvent):
    issue: _Issue
    comment: _Comment


class _PushedRepository(Repository):
    pushed_at: datetime
    """Seconds since 1970 in this event alone."""


class _PushedCommit(_Model):
    added: list[str] = []
    modified: list[str] = []
    removed: list[str] = []


class PushEvent(RepositoryEvent):
    ref: str
    before: str = ""
    after: str
    deleted: bool = False
    forced: bool = False
    commits: list[_PushedCommit] = []
    repository: _PushedRepository


class InstallationEvent(_Model):
    """`installation`."""

    installation: _Installation
    repositories: list[RepositoryName] = []


class InstallationRepositoriesEvent(_Model):
    installation: _Installation
    repositories_added: list[RepositoryName] = []
    repositories_removed: list[RepositoryName] = []


class _Property(_Model):
    property_name: str
    value: Any = None


class CustomPropertyValuesEvent(RepositoryEvent):
    new_property_values: list[_Property] = []

    @property
    def told(self) -> Told:
        """The repository beside them may still have the old ones."""
        new = {item.property_name: item.value for item in self.new_property_values}
        properties = property_texts({**(self.repository.custom_properties or {}), **new})
        return replace(super().told, properties=properties)
