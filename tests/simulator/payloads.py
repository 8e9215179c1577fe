"""The JSON of accounts, repositories, pull requests and comments, as REST and webhooks show it."""

from typing import TYPE_CHECKING

from .accounts import Organization, Owner, User
from .world import Json, World, iso, make_node_id

if TYPE_CHECKING:
    from .apps import App, Installation
    from .comments import Comment
    from .pulls import Pull
    from .repository import Repository

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
OLDER_VERSION = "2022-11-28"
_USER_URLS = {
    "followers_url": "/followers", "following_url": "/following{/other_user}", "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}", "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs", "repos_url": "/repos", "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}  # fmt: skip
_REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}", "commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}", "contributors_url": "/contributors", "deployments_url": "/deployments",
    "downloads_url": "/downloads", "events_url": "/events", "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}", "issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}", "languages_url": "/languages", "merges_url": "/merges",
    "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}", "releases_url": "/releases{/id}", "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}", "subscribers_url": "/subscribers", "subscription_url": "/subscription",
    "tags_url": "/tags", "teams_url": "/teams", "trees_url": "/git/trees{/sha}",
}  # fmt: skip


def user_json(world: World, owner: Owner) -> Json:
    """A user, bot or organization in the short form (`simple-user`)."""
    url = f"{world.api_url}/users/{owner.login}"
    return {
        "login": owner.login,
        "id": owner.id,
        "node_id": owner.node_id,
        "avatar_url": f"{world.html_url}/avatars/u/{owner.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.html_url}/{owner.login}",
        **{key: url + path for key, path in _USER_URLS.items()},
        "type": owner.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def organization_json(world: World, organization: Organization) -> Json:
    url = f"{world.api_url}/orgs/{organization.login}"
    return {
        "login": organization.login,
        "id": organization.id,
        "node_id": organization.node_id,
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.html_url}/avatars/u/{organization.id}?v=4",
        "description": None,
    }


def repository_json(repository: "Repository", full: bool = False) -> Json:
    """A repository as in webhooks and pull requests; `full` adds what `GET /repos/{owner}/{repo}` adds."""
    world, name = repository.world, repository.full_name
    url, html, now = f"{world.api_url}/repos/{name}", f"{world.html_url}/{name}", repository.created_at
    host = world.html_url.partition("//")[2]
    open_pulls = sum(pull.state == "open" for pull in repository.pulls.values())
    data: Json = {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": name,
        "private": repository.private,
        "owner": user_json(world, repository.owner),
        "html_url": html,
        "description": repository.description,
        "fork": repository.parent is not None,
        "url": url,
        **{key: url + path for key, path in _REPOSITORY_URLS.items()},
        "git_url": f"git://{host}/{name}.git",
        "ssh_url": f"git@{host}:{name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "created_at": now,
        "updated_at": now,
        "pushed_at": now,
        "size": 128,
        **dict.fromkeys(("forks_count", "stargazers_count", "watchers_count", "forks", "watchers"), 0),
        "open_issues_count": open_pulls,
        "open_issues": open_pulls,
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads", "allow_forking"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "disabled", "is_template"), False),
        "archived": repository.archived,
        "web_commit_signoff_required": False,
        "topics": repository.topics,
        "visibility": repository.visibility,
        "license": repository.license,
        "default_branch": repository.default_branch,
        "custom_properties": repository.custom_properties,
    }
    if world.ghes and not full:
        del data["custom_properties"], data["visibility"]
    if full:
        data |= {"subscribers_count": 0, "network_count": 0, "temp_clone_token": None}
        data["permissions"] = {"admin": False, "maintain": False, "push": False, "triage": False, "pull": False}
        if isinstance(repository.owner, Organization):
            data["organization"] = user_json(world, repository.owner)
        if repository.parent:
            data["parent"] = data["source"] = repository_json(repository.parent)
    return data


def short_repository_json(repository: "Repository") -> Json:
    """A repository as in the lists of installation events."""
    data: Json = {"id": repository.id, "node_id": repository.node_id, "name": repository.name}
    return data | {"full_name": repository.full_name, "private": repository.private}


def pull_json(pull: "Pull", full: bool = True, version: str = OLDER_VERSION) -> Json:
    """A pull request; lists leave out the counts (`full=False`), API version 2026-03-10 two keys."""
    repository, world = pull.repository, pull.repository.world
    api = f"{world.api_url}/repos/{repository.full_name}"
    url, issue = f"{api}/pulls/{pull.number}", f"{api}/issues/{pull.number}"
    html = f"{world.html_url}/{repository.full_name}/pull/{pull.number}"
    links = {
        "self": url, "html": html, "issue": issue, "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments", "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits", "statuses": f"{api}/statuses/{pull.head_sha}",
    }  # fmt: skip
    data: Json = {
        "url": url,
        "id": pull.id,
        "node_id": pull.node_id,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": user_json(world, pull.user),
        "body": pull.body,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit_sha,
        **{key: [] for key in ("assignees", "requested_reviewers", "requested_teams", "labels")},
        "assignee": None,
        "milestone": None,
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _side(pull, pull.head_ref, pull.head_sha, pull.head_owner, pull.head_repository),
        "base": _side(pull, pull.base_ref, pull.base_sha, repository.owner, repository),
        "_links": {key: {"href": value} for key, value in links.items()},
        "author_association": pull.author_association(),
        "auto_merge": None,
        "active_lock_reason": None,
    }
    if full:
        additions, deletions, files = pull.counts()
        data |= {
            "merged": pull.merged_at is not None,
            "mergeable": None,
            "rebaseable": None,
            "mergeable_state": "unknown",
            "merged_by": user_json(world, pull.merged_by) if pull.merged_by else None,
            "comments": len(pull.comments),
            "review_comments": 0,
            "maintainer_can_modify": False,
            "commits": len(pull.commits()),
            "additions": additions,
            "deletions": deletions,
            "changed_files": files,
        }
    if version != OLDER_VERSION:
        del data["merge_commit_sha"], data["assignee"]
    return data


def review_json(pull: "Pull", review: Json) -> Json:
    """A submitted review, as in webhooks: the state is in lower case there."""
    data = pull_json(pull, full=False)
    html = f"{data['html_url']}#pullrequestreview-{review['id']}"
    return {
        **review,
        "node_id": make_node_id("PRR", review["id"]),
        "user": user_json(pull.repository.world, review["user"]),
        "state": review["state"].lower(),
        "html_url": html,
        "pull_request_url": data["url"],
        "author_association": pull.association_of(review["user"]),
        "_links": {"html": {"href": html}, "pull_request": {"href": data["url"]}},
    }


def issue_json(pull: "Pull") -> Json:
    """The issue side of a pull request, as in `issue_comment` payloads."""
    data = pull_json(pull, full=False)
    keys = ("title", "body", "state", "created_at", "updated_at", "closed_at", "author_association", "draft")
    links = {key: data[key] for key in ("url", "html_url", "diff_url", "patch_url")}
    return {
        **plain_issue_json(pull.repository, pull.number, pull.id + 1, pull.user),
        **{key: data[key] for key in ("node_id", "html_url", *keys)},
        "comments": len(pull.comments),
        "pull_request": links | {"merged_at": pull.merged_at},
    }


def plain_issue_json(repository: "Repository", number: int, identity: int, user: User) -> Json:
    """An open issue without text that is no pull request."""
    world, now = repository.world, repository.world.timestamp()
    api = f"{world.api_url}/repos/{repository.full_name}"
    url = f"{api}/issues/{number}"
    return {
        "url": url,
        "repository_url": api,
        "html_url": f"{world.html_url}/{repository.full_name}/issues/{number}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "id": identity,
        "node_id": make_node_id("I", identity),
        "number": number,
        "title": "An issue",
        "body": None,
        "user": user_json(world, user),
        "author_association": "NONE",
        "state": "open",
        "locked": False,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "labels": [],
        "milestone": None,
        "comments": 0,
        "created_at": now,
        "updated_at": now,
        "closed_at": None,
        "reactions": reactions_json(url, []),
    }


def comment_json(world: World, comment: "Comment") -> Json:
    name = comment.pull.repository.full_name
    url = f"{world.api_url}/repos/{name}/issues/comments/{comment.id}"
    return {
        "url": url,
        "html_url": f"{world.html_url}/{name}/pull/{comment.pull.number}#issuecomment-{comment.id}",
        "issue_url": f"{world.api_url}/repos/{name}/issues/{comment.pull.number}",
        "id": comment.id,
        "node_id": comment.node_id,
        "user": user_json(world, comment.user),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "body": comment.body,
        "author_association": comment.author_association(),
        "reactions": reactions_json(url, comment.reactions),
        "performed_via_github_app": app_json(world, comment.app) if comment.app else None,
    }


def reactions_json(url: str, reactions: list[Json]) -> Json:
    """How often each reaction was given to what has this address."""
    given = [reaction["content"] for reaction in reactions]
    return {"url": f"{url}/reactions", "total_count": len(given), **{kind: given.count(kind) for kind in REACTIONS}}


def app_json(world: World, app: "App") -> Json:
    return {
        "id": app.id,
        "client_id": app.client_id,
        "slug": app.slug,
        "node_id": app.node_id,
        "owner": user_json(world, app.owner),
        "name": app.name,
        "description": app.description,
        "external_url": app.url,
        "html_url": f"{world.html_url}/{'github-apps' if world.ghes else 'apps'}/{app.slug}",
        "created_at": app.created_at,
        "updated_at": app.created_at,
        "permissions": app.permissions,
        "events": app.events,
    }


def installation_json(world: World, installation: "Installation") -> Json:
    api, account = f"{world.api_url}/app/installations/{installation.id}", installation.account
    return {
        "id": installation.id,
        "node_id": installation.node_id,
        "account": user_json(world, account),
        "repository_selection": "all" if installation.selected is None else "selected",
        "access_tokens_url": f"{api}/access_tokens",
        "repositories_url": f"{world.api_url}/installation/repositories",
        "html_url": f"{world.html_url}/organizations/{account.login}/settings/installations/{installation.id}",
        "app_id": installation.app.id,
        "client_id": installation.app.client_id,
        "app_slug": installation.app.slug,
        "target_id": account.id,
        "target_type": account.type,
        "permissions": installation.permissions,
        "events": installation.app.events,
        "created_at": installation.created_at,
        "updated_at": installation.created_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": installation.created_at if installation.suspended else None,
    }


def commit_json(repository: "Repository", sha: str) -> Json:
    """A commit as REST shows it, with accounts looked up by e-mail (null when unknown)."""
    world, commit = repository.world, repository.git.objects.commit(sha)
    api, html = f"{world.api_url}/repos/{repository.full_name}", f"{world.html_url}/{repository.full_name}"
    people: Json = {}
    accounts: Json = {}
    for role, signature in (("author", commit.author), ("committer", commit.committer)):
        user: User | None = world.account_of(signature.email)
        accounts[role] = user_json(world, user) if user else None
        people[role] = {"name": signature.name, "email": signature.email, "date": iso(signature.timestamp)}
    return {
        "sha": sha,
        "node_id": make_node_id("C", repository.id, sha),
        "commit": {
            **people,
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
            "url": f"{api}/git/commits/{sha}",
            "comment_count": 0,
            "verification": repository.verification(sha),
        },
        "url": f"{api}/commits/{sha}",
        "html_url": f"{html}/commit/{sha}",
        "comments_url": f"{api}/commits/{sha}/comments",
        **accounts,
        "parents": [{"sha": p, "url": f"{api}/commits/{p}", "html_url": f"{html}/commit/{p}"} for p in commit.parents],
    }


def merge_group_json(repository: "Repository", head_sha: str, base_sha: str, head_ref: str, base_ref: str) -> Json:
    """The group of a merge queue; both refs in full."""
    commit = commit_json(repository, head_sha)["commit"]
    head = {
        "id": head_sha,
        "tree_id": commit["tree"]["sha"],
        "message": commit["message"],
        "timestamp": commit["author"]["date"],
        **{role: {key: commit[role][key] for key in ("name", "email")} for role in ("author", "committer")},
    }
    refs = {"head_ref": head_ref, "base_sha": base_sha, "base_ref": base_ref}
    return {"head_sha": head_sha, **refs, "head_commit": head}


def push_payload(repository: "Repository", ref: str, before: str, after: str, sender: User) -> Json:
    """The `push` event; at most 2048 commits are listed, the newest last."""
    world, nothing = repository.world, "0" * 40
    created, deleted = before == nothing, after == nothing
    shas: list[str] = []
    forced = False
    if not created and not deleted:
        found = repository.comparer.range(before, after)
        shas, forced = list(found.ahead[-2048:]), found.behind > 0
    elif created:
        start = repository.git.ref(f"refs/heads/{repository.default_branch}")
        shas = list(repository.comparer.range(start, after).ahead[-2048:]) if start else [after]
    commits = [_pushed_commit(repository, sha) for sha in shas]
    head = None if deleted else commits[-1] if commits else _pushed_commit(repository, after)
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": created,
        "deleted": deleted,
        "forced": forced,
        "base_ref": None,
        "compare": f"{world.html_url}/{repository.full_name}/compare/{before[:12]}...{after[:12]}",
        "commits": commits,
        "head_commit": head,
        "repository": repository_json(repository),
        "pusher": {"name": sender.login, "email": sender.email},
        "sender": user_json(world, sender),
    }


def _pushed_commit(repository: "Repository", sha: str) -> Json:
    commit, world = repository.git.objects.commit(sha), repository.world
    changes = repository.comparer.names(commit.parents[0] if commit.parents else None, sha)
    return {
        "id": sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": iso(commit.committer.timestamp),
        "url": f"{world.html_url}/{repository.full_name}/commit/{sha}",
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
        **{kind: [path for path, how in changes.items() if how == kind] for kind in ("added", "removed", "modified")},
    }


def _side(pull: "Pull", ref: str, sha: str, owner: Owner, repository: "Repository | None") -> Json:
    world = pull.repository.world
    alive = repository is not None and repository.id in world.repositories
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user_json(world, owner),
        "repo": repository_json(repository) if alive and repository else None,
    }
