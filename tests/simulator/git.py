"""Real bare git repositories: objects are written as loose objects, read through one long-lived `git cat-file`.

Repositories of one fork network share an object directory, as on GitHub: the head commit of a fork can be
read by its SHA in the base repository.
"""

import hashlib
import os
import re
import shutil
import subprocess
import threading
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FILE_MODE, EXECUTABLE_MODE, SYMLINK_MODE, TREE_MODE = "100644", "100755", "120000", "40000"
_SHA = re.compile(r"[0-9a-f]{40}\Z")
_ABBREVIATED = re.compile(r"[0-9a-f]{7,39}\Z")
_CACHED_OBJECT_BYTES = 4_000_000  # larger blobs always go through cat-file

# No configuration of the person who runs the tests may change what git answers.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree object; `mode` is the octal text of git (`100644`, `40000`, `160000` …)."""

    mode: str
    name: str
    sha: str

    @property
    def type(self) -> str:
        return {"40000": "tree", "160000": "commit"}.get(self.mode, "blob")


@dataclass(frozen=True, slots=True)
class Signature:
    """Author or committer; `date` is UTC in GitHub's form `2026-01-31T12:00:00Z`, `raw` as in the object."""

    name: str
    email: str
    timestamp: int
    raw: str


@dataclass(frozen=True, slots=True)
class CommitObject:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


class ObjectStore:
    """The objects of one fork network. Not more than one reader process, guarded by a lock."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        self.directory = git_dir / "objects"
        self._lock = threading.RLock()
        self._reader: subprocess.Popen[bytes] | None = None
        self._objects: dict[str, tuple[str, bytes]] = {}
        self._trees: dict[str, tuple[TreeEntry, ...]] = {}
        self._commits: dict[str, CommitObject] = {}
        self._sizes: dict[str, tuple[str, int]] = {}

    def write(self, kind: str, data: bytes) -> str:
        """Store one object, answer its SHA."""
        content = f"{kind} {len(data)}\0".encode() + data
        sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if sha in self._sizes:
            return sha
        path = self.directory / sha[:2] / sha[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            temporary = path.with_name(f"tmp_obj_{sha}_{threading.get_ident()}")
            temporary.write_bytes(zlib.compress(content, 1))
            temporary.rename(path)
        self._remember(sha, kind, data)
        return sha

    def read(self, sha: str) -> tuple[str, bytes] | None:
        """Kind and content of an object, or None when there is none of this name."""
        known = self._objects.get(sha)
        if known is not None:
            return known
        with self._lock:
            answer = self._ask(f"contents {sha}")
            if answer is None:
                return None
            found, kind, size = answer
            reader = self._process()
            assert reader.stdout is not None
            data = reader.stdout.read(size + 1)[:-1]
        self._remember(found, kind, data)
        return kind, data

    def info(self, sha: str) -> tuple[str, int] | None:
        """Kind and size in bytes."""
        known = self._sizes.get(sha)
        if known is None:
            with self._lock:
                answer = self._ask(f"info {sha}")
            if answer is None:
                return None
            known = self._sizes[sha] = (answer[1], answer[2])
        return known

    def expand(self, abbreviated: str) -> str | None:
        """Full name of an abbreviated or peelable name such as `a1b2c3d` or `refs/tags/v1^{commit}`."""
        with self._lock:
            answer = self._ask(f"info {abbreviated}")
        return answer[0] if answer else None

    def tree(self, sha: str) -> tuple[TreeEntry, ...]:
        """Entries of a tree, in git's order; raises KeyError when `sha` names no tree."""
        known = self._trees.get(sha)
        if known is None:
            found = self.read(sha)
            if found is None or found[0] != "tree":
                raise KeyError(sha)
            known = self._trees[sha] = tuple(_parse_tree(found[1]))
        return known

    def commit(self, sha: str) -> CommitObject:
        """A parsed commit; raises KeyError when `sha` names no commit."""
        known = self._commits.get(sha)
        if known is None:
            found = self.read(sha)
            if found is None or found[0] != "commit":
                raise KeyError(sha)
            known = self._commits[sha] = _parse_commit(sha, found[1])
        return known

    def close(self) -> None:
        with self._lock:
            if self._reader is not None:
                for pipe in (self._reader.stdin, self._reader.stdout):
                    if pipe is not None:
                        pipe.close()
                self._reader.wait()
                self._reader = None

    def _remember(self, sha: str, kind: str, data: bytes) -> None:
        self._sizes[sha] = (kind, len(data))
        if len(data) <= _CACHED_OBJECT_BYTES:
            self._objects[sha] = (kind, data)

    def _process(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "--git-dir", str(self.git_dir), "cat-file", "--batch-command"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=ENVIRONMENT,
            )
        return self._reader

    def _ask(self, line: str) -> tuple[str, str, int] | None:
        if "\n" in line:
            return None
        reader = self._process()
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write(line.encode() + b"\n")
        reader.stdin.flush()
        head = reader.stdout.readline().decode().split(" ")
        if len(head) != 3 or not head[2].strip().isdigit():
            return None
        return head[0], head[1], int(head[2])


class GitRepository:
    """One bare repository: refs on disk (a real `git push` into it is seen), objects in the network's store."""

    def __init__(self, git_dir: Path, network: ObjectStore | None = None, default_branch: str = "main") -> None:
        self.git_dir = git_dir
        (git_dir / "refs" / "heads").mkdir(parents=True)
        (git_dir / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n")
        (git_dir / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n")
        if network is None:
            (git_dir / "objects" / "info").mkdir(parents=True)
            (git_dir / "objects" / "pack").mkdir()
        else:
            (git_dir / "objects").symlink_to(network.directory.resolve(), target_is_directory=True)
        self.objects = network or ObjectStore(git_dir)

    def ref(self, name: str) -> str | None:
        """SHA of a full ref name such as `refs/heads/main`."""
        if ".." in name or name.endswith("/"):
            return None
        try:
            text = (self.git_dir / name).read_text().strip()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
            return self._packed_ref(name)
        return text if _SHA.match(text) else None

    def set_ref(self, name: str, sha: str | None) -> None:
        path = self.git_dir / name
        if sha is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sha + "\n")

    def set_default_branch(self, branch: str) -> None:
        (self.git_dir / "HEAD").write_text(f"ref: refs/heads/{branch}\n")

    def branches(self) -> dict[str, str]:
        root = self.git_dir / "refs" / "heads"
        names = (str(p.relative_to(root)) for p in sorted(root.rglob("*")) if p.is_file())
        return {name: sha for name in names if (sha := self.ref(f"refs/heads/{name}"))}

    def resolve(self, expression: str) -> str | None:
        """Commit SHA for a SHA, an abbreviation, a branch, a tag or a (shortened) ref name."""
        if _SHA.match(expression):
            info = self.objects.info(expression)
            return expression if info and info[0] == "commit" else None
        for name in (expression, f"refs/{expression}", f"refs/heads/{expression}", f"refs/tags/{expression}"):
            if name == "HEAD":
                name = (self.git_dir / "HEAD").read_text().strip().removeprefix("ref: ")
            if name.startswith("refs/") and (sha := self.ref(name)):
                return sha
        if _ABBREVIATED.match(expression):
            return self.objects.expand(f"{expression}^{{commit}}")
        return None

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """The entry at a path of a commit's tree; the root tree for the empty path."""
        current = TreeEntry(TREE_MODE, "", self.objects.commit(commit).tree)
        for part in (p for p in path.split("/") if p):
            if current.type != "tree":
                return None
            for entry in self.objects.tree(current.sha):
                if entry.name == part:
                    current = entry
                    break
            else:
                return None
        return current

    def write_tree(self, base: str | None, files: Mapping[str, str | bytes | None]) -> str:
        """A tree like `base` (tree SHA) with files set, or deleted where the content is None."""
        here: dict[str, TreeEntry] = {e.name: e for e in self.objects.tree(base)} if base else {}
        deeper: dict[str, dict[str, str | bytes | None]] = {}
        for path, content in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                deeper.setdefault(name, {})[rest] = content
            elif content is None:
                here.pop(name, None)
            else:
                data = content.encode() if isinstance(content, str) else content
                here[name] = TreeEntry(FILE_MODE, name, self.objects.write("blob", data))
        for name, below in deeper.items():
            old = here.get(name)
            sha = self.write_tree(old.sha if old and old.type == "tree" else None, below)
            if self.objects.tree(sha):
                here[name] = TreeEntry(TREE_MODE, name, sha)
            else:
                here.pop(name, None)
        # git sorts directories as if their names ended in a slash
        ordered = sorted(here.values(), key=lambda e: (e.name + "/" if e.type == "tree" else e.name).encode())
        return self.objects.write(
            "tree", b"".join(f"{e.mode} {e.name}\0".encode() + bytes.fromhex(e.sha) for e in ordered)
        )

    def write_commit(self, tree: str, parents: Iterable[str], author: str, committer: str, message: str) -> str:
        """`author` and `committer` in git's own form: `Name <email> 1767225600 +0000`."""
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents), f"author {author}", f"committer {committer}"]
        text = "\n".join(lines) + "\n\n" + message
        return self.objects.write("commit", (text if text.endswith("\n") else text + "\n").encode())

    def run(self, *arguments: str, check: bool = True) -> bytes:
        """Run one git command in this repository."""
        done = subprocess.run(
            ["git", "--git-dir", str(self.git_dir), *arguments], capture_output=True, env=ENVIRONMENT, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def delete(self) -> None:
        shutil.rmtree(self.git_dir / "refs", ignore_errors=True)

    def _packed_ref(self, name: str) -> str | None:
        try:
            lines = (self.git_dir / "packed-refs").read_text().splitlines()
        except FileNotFoundError:
            return None
        return next((line[:40] for line in lines if line[41:] == name), None)


def _parse_tree(data: bytes) -> Iterable[TreeEntry]:
    at = 0
    while at < len(data):
        zero = data.index(b"\0", at)
        mode, name = data[at:zero].split(b" ", 1)
        yield TreeEntry(mode.decode(), name.decode(errors="surrogateescape"), data[zero + 1 : zero + 21].hex())
        at = zero + 21


def _parse_commit(sha: str, data: bytes) -> CommitObject:
    head, _, message = data.decode(errors="replace").partition("\n\n")
    headers: dict[str, list[str]] = {}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        headers.setdefault(key, []).append(value)
    return CommitObject(
        sha,
        headers["tree"][0],
        tuple(headers.get("parent", ())),
        _parse_signature(headers["author"][0]),
        _parse_signature(headers["committer"][0]),
        message.removesuffix("\n"),
    )


def _parse_signature(raw: str) -> Signature:
    name, _, rest = raw.partition(" <")
    email, _, when = rest.rpartition("> ")
    return Signature(name, email, int(when.split(" ")[0]), raw)
