"""Files, blobs and trees."""

import base64

from ..errors import ApiError, not_found
from ..git import GitRepository, TreeEntry
from ..repository import Repository
from ..routing import Call, Reply, route
from ..world import Json, make_node_id

JSON_MAX_BYTES = 1024 * 1024
CONTENTS_MAX_BYTES = BLOB_MAX_BYTES = 100 * 1024 * 1024
DIRECTORY_MAX_FILES = 1_000
TREE_MAX_ENTRIES = 100_000
TREE_MAX_BYTES = 7 * 1024 * 1024
RAW = {"content-type": "application/vnd.github.raw+json; charset=utf-8"}


@route("GET", "/repos/{owner}/{repo}/contents/{path:rest}", "contents:read")
@route("GET", "/repos/{owner}/{repo}/contents", "contents:read")
def get_contents(call: Call) -> Reply:
    repository, path = call.repository, call.params.get("path", "").strip("/")
    ref = call.query.get("ref") or repository.default_branch
    commit = repository.git.resolve(ref)
    if commit is None:
        raise ApiError(404, f"No commit found for the ref {ref}")
    entry = repository.git.entry(commit, path)
    if entry is None:
        raise not_found()
    kind = _media_type(call)
    if entry.type == "tree":
        listing = _directory(call, repository, entry.sha, path, ref)
        if kind == "object":
            return Reply(_entry_json(call, repository, entry, path, ref) | {"entries": listing})
        return Reply(listing)
    data = _entry_json(call, repository, entry, path, ref)
    if entry.type == "commit":
        return Reply(data | {"submodule_git_url": None})
    content = _blob(repository.git, entry.sha)
    if len(content) > CONTENTS_MAX_BYTES:
        raise _too_large("This API returns blobs up to 100 MB in size.")
    if kind == "raw":
        return Reply(content, headers=RAW)
    if len(content) > JSON_MAX_BYTES:
        if kind == "object":
            return Reply(data | {"content": "", "encoding": "none"})
        raise _too_large(
            "This API returns blobs up to 1 MB in size. The requested blob is too large to fetch via the API, but you "
            "can use the Git Data API to request blobs up to 100 MB in size."
        )
    if entry.mode == "120000":
        return Reply(data | {"target": content.decode(errors="replace")})
    return Reply(data | {"content": _base64(content), "encoding": "base64"})


@route("GET", "/repos/{owner}/{repo}/git/blobs/{sha}", "contents:read")
def get_blob(call: Call) -> Reply:
    repository, sha = call.repository, call.params["sha"]
    info = repository.git.objects.info(sha) if len(sha) == 40 else None
    if info is None or info[0] != "blob":
        raise not_found()
    if info[1] > BLOB_MAX_BYTES:
        raise _too_large("The requested blob is too large to fetch via the API.")
    content = _blob(repository.git, sha)
    if _media_type(call) == "raw":
        return Reply(content, headers=RAW)
    url = f"{call.world.api_url}{call.path}"
    node = make_node_id("B", repository.id, sha)
    shown = {"content": _base64(content), "encoding": "base64"}
    return Reply({"sha": sha, "node_id": node, "size": len(content), "url": url, **shown})


@route("GET", "/repos/{owner}/{repo}/git/trees/{sha:rest}", "contents:read")
def get_tree(call: Call) -> Reply:
    """Any value of `recursive`, even `false`, means recursive; above the limits `truncated` is true."""
    repository, name = call.repository, call.params["sha"]
    objects = repository.git.objects
    info = objects.info(name) if len(name) == 40 else None
    commit = repository.git.resolve(name)
    sha = objects.commit(commit).tree if commit else name if info and info[0] == "tree" else None
    if sha is None:
        raise not_found()
    found: list[Json] = []
    size = _walk(call, repository, sha, "", "recursive" in call.query, found, 0)
    truncated = len(found) > TREE_MAX_ENTRIES or size > TREE_MAX_BYTES
    if truncated:
        keep = min(len(found), TREE_MAX_ENTRIES, max(1, len(found) * TREE_MAX_BYTES // max(size, 1)))
        found = found[:keep]
    url = f"{call.world.api_url}/repos/{repository.full_name}/git/trees/{sha}"
    return Reply({"sha": sha, "url": url, "tree": found, "truncated": truncated})


def _walk(
    call: Call, repository: Repository, tree: str, prefix: str, recursive: bool, found: list[Json], size: int
) -> int:
    api = f"{call.world.api_url}/repos/{repository.full_name}/git"
    objects = repository.git.objects
    for entry in objects.tree(tree):
        path = prefix + entry.name
        data: Json = {"path": path, "mode": entry.mode.zfill(6), "type": entry.type, "sha": entry.sha}
        if entry.type == "blob":
            info = objects.info(entry.sha)
            data["size"] = info[1] if info else 0
        if entry.type != "commit":
            data["url"] = f"{api}/{entry.type}s/{entry.sha}"
        found.append(data)
        size += len(path) + 60  # about what an entry weighs in git's own format
        if recursive and entry.type == "tree" and len(found) <= TREE_MAX_ENTRIES:
            size = _walk(call, repository, entry.sha, f"{path}/", True, found, size)
    return size


def _directory(call: Call, repository: Repository, tree: str, path: str, ref: str) -> list[Json]:
    entries = repository.git.objects.tree(tree)[:DIRECTORY_MAX_FILES]
    return [_entry_json(call, repository, e, f"{path}/{e.name}".strip("/"), ref) for e in entries]


def _entry_json(call: Call, repository: Repository, entry: TreeEntry, path: str, ref: str) -> Json:
    api = f"{call.world.api_url}/repos/{repository.full_name}"
    html = f"{call.world.html_url}/{repository.full_name}"
    newer = call.version != "2022-11-28"
    kinds = {"tree": "dir", "commit": "submodule" if newer else "file", "blob": "file"}
    kind = "symlink" if entry.mode == "120000" else kinds[entry.type]
    info = repository.git.objects.info(entry.sha) if entry.type == "blob" else None
    place = "tree" if entry.type == "tree" else "blob"
    links = {
        "self": f"{api}/contents/{path}?ref={ref}",
        "git": f"{api}/git/{place}s/{entry.sha}",
        "html": f"{html}/{place}/{ref}/{path}",
    }
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": info[1] if info else 0,
        "url": links["self"],
        "html_url": links["html"],
        "git_url": links["git"],
        "download_url": None if entry.type == "tree" else f"{html}/raw/{ref}/{path}",
        "type": kind,
        "_links": links,
    }


def _media_type(call: Call) -> str:
    accept = call.headers.get("accept", "")
    return next((kind for kind in ("raw", "object") if f".{kind}" in accept), "json")


def _blob(git: GitRepository, sha: str) -> bytes:
    found = git.objects.read(sha)
    if found is None or found[0] != "blob":
        raise not_found()
    return found[1]


def _base64(content: bytes) -> str:
    return base64.encodebytes(content).decode()


def _too_large(message: str) -> ApiError:
    return ApiError(403, message, [{"resource": "Blob", "field": "data", "code": "too_large"}])
