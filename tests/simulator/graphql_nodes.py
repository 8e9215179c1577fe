"""What GraphQL shows of each object. A node is a dict; a field that costs something is a function in it."""

import re
from collections.abc import Callable
from typing import Any

from .accounts import Organization, Owner, User
from .checks import suites_of
from .comments import Comment
from .compare import FileChange
from .git import Signature, TreeEntry
from .graphql_checks import check_suite
from .graphql_context import Context, NodeError, connection, small
from .pulls import Pull
from .repository import WEB_FLOW, Repository
from .world import Json, iso, make_node_id

BLOB_TEXT_MAX_BYTES = 512_000
FILES_MAX = 3_000
_CO_AUTHOR = re.compile(r"^co-authored-by:\s*(.+?)\s*<([^>]+)>\s*$", re.IGNORECASE | re.MULTILINE)
_CHANGE = {"removed": "DELETED"}


def actor(context: Context, owner: Owner) -> Json:
    """An account as author: a bot's login has no `[bot]` here."""
    kind = owner.type if isinstance(owner, User) else "Organization"
    login = owner.login.removesuffix("[bot]") if kind == "Bot" else owner.login
    return _account(context, owner, kind, login)


def user(context: Context, owner: User, login: str | None = None) -> Json:
    """The same account where the schema says `User`: a bot keeps its suffix."""
    return _account(context, owner, "User", login or owner.login)


def repository(context: Context, repo: Repository) -> Json:
    def object_(info: object, expression: str | None = None, oid: str | None = None) -> Json | None:
        context.require("contents")
        return git_object(context, repo, oid or expression or repo.default_branch)

    def pull_request(info: object, number: int) -> Json:
        context.require("pull_requests")
        if number not in repo.pulls:
            raise NodeError("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        return pull(context, repo.pulls[number])

    def pull_requests(info: object, **arguments: Any) -> Json:
        context.require("pull_requests")
        found = [p for p in repo.pulls.values() if _state(p) in (arguments.get("states") or (_state(p),))]
        for name, attribute in (("headRefName", "head_ref"), ("baseRefName", "base_ref")):
            found = [p for p in found if arguments.get(name) in (None, getattr(p, attribute))]
        return connection(found, lambda p: pull(context, p), arguments)

    def ref_(info: object, qualifiedName: str) -> Json | None:
        context.require("contents")
        return ref(context, repo, qualifiedName)

    return {
        "__typename": "Repository",
        "id": repo.node_id,
        "databaseId": repo.id,
        "name": repo.name,
        "nameWithOwner": repo.full_name,
        "owner": lambda info: actor(context, repo.owner),
        "url": f"{context.world.html_url}/{repo.full_name}",
        "isPrivate": repo.private,
        "isFork": repo.parent is not None,
        "isArchived": repo.archived,
        "visibility": repo.visibility.upper(),
        "defaultBranchRef": lambda info: ref_(info, f"refs/heads/{repo.default_branch}"),
        "pushedAt": lambda info: _pushed_at(repo),
        "object": object_,
        "pullRequest": pull_request,
        "pullRequests": pull_requests,
        "ref": ref_,
    }


def _pushed_at(repo: Repository) -> str | None:
    """Of the default branch alone; others are not looked at."""
    sha = repo.git.ref(f"refs/heads/{repo.default_branch}")
    return iso(repo.git.objects.commit(sha).committer.timestamp) if sha else None


def ref(context: Context, repo: Repository, name: str) -> Json | None:
    full = name if name.startswith("refs/") else f"refs/heads/{name}"
    sha = repo.git.ref(full)
    if sha is None:
        return None
    target = sha

    def compare(info: object, headRef: str) -> Json:
        head = repo.git.resolve(headRef)
        if head is None:
            raise NodeError("NOT_FOUND", f"Could not resolve to a Ref with the name {headRef}.")
        found = repo.comparer.range(target, head)
        states = {(False, False): "IDENTICAL", (True, False): "AHEAD", (False, True): "BEHIND"}
        return {
            "id": make_node_id("CMP", repo.id, target, head),
            "aheadBy": len(found.ahead),
            "behindBy": found.behind,
            "status": states.get((bool(found.ahead), bool(found.behind)), "DIVERGED"),
            "baseTarget": lambda info: commit(context, repo, target),
            "headTarget": lambda info: commit(context, repo, head),
        }

    prefix, _, short = full.partition("/heads/")
    return {
        "__typename": "Ref",
        "id": make_node_id("REF", repo.id, full),
        "name": short or full,
        "prefix": f"{prefix}/heads/" if short else "refs/",
        "target": lambda info: commit(context, repo, target),
        "compare": compare,
    }


def git_object(context: Context, repo: Repository, expression: str) -> Json | None:
    """`SHA`, `ref`, `SHA:path`: null without an error when there is none."""
    name, colon, path = expression.partition(":")
    sha = repo.git.resolve(name)
    if colon:
        entry = repo.git.entry(sha, path) if sha else None
        return _entry_object(context, repo, entry) if entry else None
    if sha:
        return commit(context, repo, sha)
    info = repo.git.objects.info(name) if len(name) == 40 else None
    if info is None:
        return None
    return _entry_object(context, repo, TreeEntry({"tree": "40000"}.get(info[0], "100644"), "", name))


def commit(context: Context, repo: Repository, sha: str) -> Json:
    found = repo.git.objects.commit(sha)
    headline, _, body = found.message.partition("\n")

    def check_suites(info: object, filterBy: Json | None = None, **arguments: Any) -> Json:
        context.require("checks")
        wanted = filterBy or {}
        suites = suites_of(context.world, repo, sha)
        suites = [s for s in suites if wanted.get("appId") in (None, s.app.id)]
        if wanted.get("checkName"):
            suites = [s for s in suites if any(run.name == wanted["checkName"] for run in s.runs)]
        return connection(suites, lambda s: check_suite(context, s), arguments)

    def authors(info: object, **arguments: Any) -> Json:
        people = [(found.author.name, found.author.email)]
        for pair in _CO_AUTHOR.findall(found.message):
            if pair[1].lower() not in {email.lower() for _, email in people}:
                people.append(pair)
        return connection(people, lambda p: _git_actor(context, p[0], p[1], found.author), arguments)

    def lines(index: int) -> Callable[[object], int]:
        def count(info: object) -> int:
            changes = repo.comparer.diff(found.parents[0], sha) if found.parents else ()
            return sum((c.additions, c.deletions, 1)[index] for c in changes)

        return count

    return {
        **_git_fields(context, repo, "Commit", "C", sha),
        "message": found.message,
        "messageHeadline": headline,
        "messageBody": body.lstrip("\n"),
        "committedDate": iso(found.committer.timestamp),
        "url": f"{context.world.html_url}/{repo.full_name}/commit/{sha}",
        "author": lambda info: _git_actor(context, found.author.name, found.author.email, found.author),
        "committer": lambda info: _git_actor(context, found.committer.name, found.committer.email, found.committer),
        "authors": authors,
        "authoredByCommitter": found.author.email == found.committer.email,
        "committedViaWeb": (found.committer.name, found.committer.email) == WEB_FLOW,
        "parents": lambda info, **a: connection(found.parents, lambda p: commit(context, repo, p), a),
        "tree": lambda info: _entry_object(context, repo, TreeEntry("40000", "", found.tree)),
        "signature": lambda info: _signature(repo, found.committer, sha),
        "additions": lines(0),
        "deletions": lines(1),
        "changedFilesIfAvailable": lines(2),
        "checkSuites": check_suites,
    }


def pull(context: Context, found: Pull) -> Json:
    repo = found.repository

    def files(info: object, **arguments: Any) -> Json:
        items = found.files()[:FILES_MAX]
        return connection(items, _changed_file, arguments)

    def commits(info: object, **arguments: Any) -> Json:
        return connection(found.commits(), lambda sha: _pull_commit(context, found, sha), arguments)

    def head_ref(info: object) -> Json | None:
        if not context.reaches(found.head_repository):
            raise NodeError("FORBIDDEN", "Resource not accessible by integration")
        return ref(context, found.head_repository, found.head_ref)

    return {
        "__typename": "PullRequest",
        "id": found.node_id,
        "databaseId": small(found.id),
        "fullDatabaseId": str(found.id),
        "number": found.number,
        "title": found.title,
        "body": found.body or "",
        "state": _state(found),
        "closed": found.state == "closed",
        "merged": found.merged_at is not None,
        "mergedAt": found.merged_at,
        "mergedBy": lambda info: actor(context, found.merged_by) if found.merged_by else None,
        "isDraft": found.draft,
        "isCrossRepository": found.head_repository is not repo,
        "headRefOid": found.head_sha,
        "headRefName": found.head_ref,
        "headRef": head_ref,
        "headRepository": lambda info: (
            repository(context, found.head_repository) if context.reaches(found.head_repository) else None
        ),
        "baseRefOid": found.base_sha,
        "baseRefName": found.base_ref,
        "author": lambda info: actor(context, found.user),
        "viewerDidAuthor": found.user is (context.caller.app.bot if context.caller.app else None),
        "createdAt": found.created_at,
        "updatedAt": found.updated_at,
        "url": f"{context.world.html_url}/{repo.full_name}/pull/{found.number}",
        "additions": lambda info: found.counts()[0],
        "deletions": lambda info: found.counts()[1],
        "changedFiles": lambda info: found.counts()[2],
        "files": files,
        "commits": commits,
        "comments": lambda info, **a: connection(found.comments, lambda c: comment(context, c), a),
    }


def comment(context: Context, found: Comment) -> Json:
    name, number = found.pull.repository.full_name, found.pull.number
    own = found.app is not None and found.app is context.caller.app
    return {
        "__typename": "IssueComment",
        "id": found.node_id,
        "databaseId": small(found.id),
        "fullDatabaseId": str(found.id),
        "body": found.body,
        "author": lambda info: actor(context, found.user),
        "viewerDidAuthor": own,
        "viewerCanUpdate": own,
        "createdAt": found.created_at,
        "updatedAt": found.updated_at,
        "url": f"{context.world.html_url}/{name}/pull/{number}#issuecomment-{found.id}",
        "isMinimized": found.minimized is not None,
        "minimizedReason": found.minimized,
        "pullRequest": lambda info: pull(context, found.pull),
    }


def _account(context: Context, owner: Owner, kind: str, login: str) -> Json:
    path = f"/{owner.login}" if kind != "Bot" else f"/apps/{login}"
    return {
        "__typename": kind,
        "id": owner.node_id,
        "databaseId": owner.id,
        "login": login,
        "name": None if isinstance(owner, Organization) else owner.name,
        "avatarUrl": f"{context.world.html_url}/avatars/u/{owner.id}?v=4",
        "resourcePath": path,
        "url": context.world.html_url + path,
    }


def _git_fields(context: Context, repo: Repository, kind: str, prefix: str, sha: str) -> Json:
    return {
        "__typename": kind,
        "id": make_node_id(prefix, repo.id, sha),
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "repository": lambda info: repository(context, repo),
    }


def _entry_object(context: Context, repo: Repository, entry: TreeEntry) -> Json:
    if entry.type == "tree":
        return {
            **_git_fields(context, repo, "Tree", "T", entry.sha),
            "entries": lambda info: [_tree_entry(context, repo, e) for e in repo.git.objects.tree(entry.sha)],
        }
    found = repo.git.objects.read(entry.sha)
    data = found[1] if found else b""
    binary = b"\0" in data[:8_000]
    return {
        **_git_fields(context, repo, "Blob", "B", entry.sha),
        "byteSize": len(data),
        "isBinary": binary,
        "isTruncated": len(data) > BLOB_TEXT_MAX_BYTES,
        "text": lambda info: None if binary else data[:BLOB_TEXT_MAX_BYTES].decode(errors="replace"),
    }


def _tree_entry(context: Context, repo: Repository, entry: TreeEntry) -> Json:
    info = repo.git.objects.info(entry.sha) if entry.type == "blob" else None
    suffix = entry.name.rpartition(".")
    return {
        "name": entry.name,
        "path": entry.name,
        "type": entry.type,
        "mode": int(entry.mode, 8),  # a decimal number of the octal mode
        "oid": entry.sha,
        "size": info[1] if info else 0,
        "extension": f".{suffix[2]}" if suffix[1] else "",
        "isGenerated": False,
        "object": lambda info: _entry_object(context, repo, entry) if entry.type != "commit" else None,
    }


def _git_actor(context: Context, name: str, email: str, signature: Signature) -> Json:
    def account(info: object) -> Json | None:
        known = context.world.account_of(email)
        return user(context, known) if known else None

    return {"name": name, "email": email, "date": iso(signature.timestamp), "user": account}


def _signature(repo: Repository, committer: Signature, sha: str) -> Json | None:
    found = repo.verification(sha)
    if found["reason"] == "unsigned":
        return None
    state = "VALID" if found["verified"] else str(found["reason"]).upper()
    text = found.get("signature") or ""
    return {"isValid": found["verified"], "state": state, "signature": text, "email": committer.email}


def _changed_file(change: FileChange) -> Json:
    kind = _CHANGE.get(change.status, change.status.upper())
    return {
        "path": change.path, "changeType": kind, "additions": change.additions, "deletions": change.deletions,
    }  # fmt: skip


def _pull_commit(context: Context, found: Pull, sha: str) -> Json:
    url = f"{context.world.html_url}/{found.repository.full_name}/pull/{found.number}/commits/{sha}"
    node_id = make_node_id("PURC", found.id, sha)
    return {"__typename": "PullRequestCommit", "id": node_id, "url": url,
            "commit": commit(context, found.repository, sha)}  # fmt: skip


def _state(found: Pull) -> str:
    return "MERGED" if found.merged_at else found.state.upper()
