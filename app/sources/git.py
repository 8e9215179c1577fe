"""A git checkout, read through the `git` command. Only objects are read: no hook, filter or external diff runs."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from app.ports import Blob, FileRef, Side
from checks.manifests import MAX_BYTES
from checks.model.commit import Commit, Person
from checks.model.dependency import Location, Problem
from checks.model.errors import SourceError, UsageError
from checks.model.patch import files_of
from checks.model.phrase import visible
from checks.model.snapshot import AddedLine, ChangedFile, FileStatus, Listing

#: Commits of one change that are read; a change beyond this is not one that anybody reviews.
MAX_COMMITS = 50_000
MAX_FILES = 200_000
#: The first character of %m is `-` for the commits at which the range ends, which are no part of it.
_FORMAT = "%m%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00"
_FETCH_ALL = "Fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout."
#: What a branch is usually compared with, in this order.
DEFAULT_BASES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_STATUS = {"A": FileStatus.ADDED, "D": FileStatus.REMOVED, "R": FileStatus.RENAMED}


class Repository:
    """A repository on disk and safe ways to ask it."""

    def __init__(self, root: Path, shallow: Path | None = None) -> None:
        self.root = root
        self.shallow = shallow
        """The file that lists the commits whose parents were not fetched, if there are such commits."""

    @classmethod
    def containing(cls, path: Path) -> "Repository":
        """The repository around `path`. Raises `UsageError` when there is none."""
        if not os.path.exists(path):  # False, and no error, for a name that no file can have
            raise UsageError(f"there is no such folder: {path}", hint="Give the path of a git checkout.")
        folder = path if path.is_dir() else path.parent
        found = cls(folder)._run("rev-parse", "--git-path", "shallow", "--show-toplevel", check=False)
        if found.returncode:
            raise _no_checkout(path, found.stderr)
        shallow, _, root = os.fsdecode(found.stdout).rstrip("\n").partition("\n")
        return cls(Path(root), folder / shallow)

    def start(self, *arguments: str, stdin: int | None = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        """Start git with everything off that a repository could make it run."""
        try:
            return subprocess.Popen(
                ["git", "--no-optional-locks", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c",
                 "core.quotePath=false", "-c", "diff.renameLimit=3000", *arguments],
                cwd=self.root, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "0"},
            )  # fmt: skip
        except FileNotFoundError:
            raise SourceError("git is not installed", hint="Install git, or judge a plain folder with --all.") from None

    def _run(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        return finish(self.start(*arguments), check)

    def commits(self, *revisions: str) -> list[str | None]:
        """The full id of each commit, or None where the repository does not have it. One process answers for all."""
        asked = [revision if "\n" not in revision else "" for revision in revisions]
        process = self.start("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=subprocess.PIPE)
        stdout, stderr = process.communicate(
            "".join(f"{name}^{{commit}}\n" for name in asked).encode("utf-8", "surrogateescape")
        )
        lines = stdout.split(b"\n")
        if process.returncode or len(lines) != len(asked) + 1:
            raise SourceError(f"git could not read the repository: {_last_line(stderr)}")
        return [line.split(b" ")[0].decode() if line.endswith(b" commit") else None for line in lines[:-1]]

    def commit(self, revision: str) -> str | None:
        """The full id of a commit, or None if the repository does not have it."""
        return self.commits(revision)[0]

    def cut_off(self, commits: Iterable[Commit]) -> str | None:
        """The first of the commits whose parents were not fetched: what came before it is not known."""
        try:
            known = frozenset((self.shallow.read_text("ascii") if self.shallow else "").split())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SourceError(f"git's list of missing parents could not be read: {error}") from None
        return next((commit.sha for commit in commits if commit.sha in known), None)

    def commits_between(self, base: str, head: str) -> "subprocess.Popen[bytes]":
        """Start listing the commits of `head` that `base` does not have, and those at which they end."""
        return self.start("log", f"--format={_FORMAT}", "--boundary", "--no-show-signature", f"{base}..{head}")

    def merge_base(self, base: str, head: str) -> str:
        """Raises `SourceError` when the histories do not meet in what was fetched."""
        found = self._run("merge-base", base, head, check=False)
        if found.returncode:
            raise SourceError("the common ancestor of base and head is not in this checkout", hint=_FETCH_ALL)
        return found.stdout.decode().strip()

    def default_base(self) -> str | None:
        """What a branch is usually compared with: the remote's default branch, else a local `main` or `master`."""
        return next(filter(None, self.commits(*DEFAULT_BASES)), None)


def _no_checkout(path: Path, stderr: bytes) -> UsageError:
    if b"safe.directory" in stderr:
        return UsageError(
            f"git does not trust {path}, because another user owns it",
            hint=f"If you do: git config --global --add safe.directory {path.resolve()}",
        )
    return UsageError(
        f"{path} is not inside a git checkout: {_last_line(stderr)}",
        hint="Run it in a checkout, or use --all to judge a plain folder as it stands.",
    )


def finish(process: "subprocess.Popen[bytes]", check: bool = True) -> "subprocess.CompletedProcess[bytes]":
    """Wait for git. Raises `SourceError` with its own words if it failed."""
    stdout, stderr = process.communicate()
    if check and process.returncode:
        raise SourceError(f"git could not read the repository: {_last_line(stderr)}")
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return visible(lines[-1].removeprefix("fatal: ")) if lines else "no reason given"


class GitSource:
    """The change between the merge base of two revisions and the second; without `base`, the whole tree of `head`."""

    def __init__(self, repository: Repository, head: str, base: str | None, target: str | None = None) -> None:
        """`target` is the branch that the change goes into, if somebody told."""
        self.repository = repository
        self.target = target
        self.head = head
        self._commits: tuple[Commit, ...] = ()
        self.base = base or ""
        if base and base != head:
            self._commits, ends = _commits(finish(repository.commits_between(base, head)).stdout)
            # All ways from the head to the base's history lead through the only end, so it is the merge base. To find
            # that out by itself git would have to walk the same commits once more.
            self.base = ends[0] if len(ends) == 1 else repository.merge_base(base, head)

    async def listing(self) -> Listing:
        if not self.base:
            tree = finish(self.repository.start("ls-tree", "-r", "-z", "--name-only", "--full-tree", self.head))
            files = tuple(ChangedFile(_path(name), FileStatus.PRESENT) for name in tree.stdout.split(b"\0") if name)
            return Listing("", self.head, files, target=self.target)
        if self.base == self.head:
            return Listing(self.base, self.head, target=self.target)
        difference = self.repository.start(
            "diff", "--raw", "-z", "-M", "--no-ext-diff", "--no-textconv", "--abbrev=40", self.base, self.head
        )
        files, commits = tuple(_changed(finish(difference).stdout)), self._commits
        if (oldest := self.repository.cut_off(commits)) is not None:
            # Unsigned commits could hide behind it, and a nearer merge base with another policy.
            raise SourceError(
                f"the history of the change is cut off at {oldest[:12]}: the clone is shallow", hint=_FETCH_ALL
            )
        problems = _too_many(len(commits), MAX_COMMITS, "commits") + _too_many(len(files), MAX_FILES, "files")
        files, commits = files[:MAX_FILES], commits[:MAX_COMMITS]
        return Listing(self.base, self.head, files, commits, problems, target=self.target)

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        revisions = {Side.BASE: self.base, Side.DEFAULT: self.base, Side.HEAD: self.head}
        usable = [ref for ref in dict.fromkeys(refs) if revisions.get(ref.side)]
        if not usable:
            return {}
        names = [f"{revisions[ref.side]}:".encode() + os.fsencode(ref.path.rstrip("/")) for ref in usable]
        # A line end in a path is rare, and `-z` is newer than the git of some runners (2.38).
        lines = any(b"\n" in name for name in names)
        process = self.repository.start("cat-file", "--batch", *(["-z"] if lines else []), stdin=subprocess.PIPE)
        end = b"\0" if lines else b"\n"
        stdout, stderr = process.communicate(b"".join(name + end for name in names))
        if process.returncode:
            raise SourceError(f"git could not read the files: {_last_line(stderr)}")
        return dict(_blobs(dict(zip(usable, names, strict=True)), stdout))

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        return {}  # `read` leaves nothing out but what is larger than the gate reads

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        if not self.base or not paths:
            return dict.fromkeys(paths)
        difference = self.repository.start(
            "diff", "-U0", "-M", "--no-color", "--no-prefix", "--no-ext-diff", "--no-textconv", self.base, self.head
        )
        found = files_of(finish(difference).stdout.decode("utf-8", "surrogateescape"))
        return {path: found.get(path, ()) for path in paths}


def _too_many(count: int, limit: int, noun: str) -> tuple[Problem, ...]:
    if count <= limit:
        return ()
    return (
        Problem("listing", f"The change has {count:,} {noun}, more than the {limit:,} that are judged", Location("")),
    )


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _changed(raw: bytes) -> Iterator[ChangedFile]:
    fields = iter(raw.split(b"\0"))
    for meta in fields:
        if not meta:
            continue
        letter = meta.rsplit(b" ", 1)[1][:1].decode()
        first = _path(next(fields))
        status = _STATUS.get(letter, FileStatus.MODIFIED)
        if status is FileStatus.RENAMED:
            yield ChangedFile(_path(next(fields)), status, first)
        else:
            yield ChangedFile(first, status)


def _commits(raw: bytes) -> tuple[tuple[Commit, ...], list[str]]:
    """Commits, oldest first, and the ids of those at which the range ends, from what git prints newest first. Message
    bytes that are not UTF-8 are replaced."""
    fields = raw.decode("utf-8", "replace").split("\0")
    people: dict[tuple[str, str], Person] = {}  # a long branch is the work of few
    commits: list[Commit] = []
    ends: list[str] = []
    for index in range(0, len(fields) - 7, 7):
        sha, parents, author, author_mail, committer, committer_mail, message = fields[index : index + 7]
        sha = sha.lstrip("\n")
        if sha[0] == "-":
            ends.append(sha[1:])
            continue
        writer = people.get((author, author_mail))
        if writer is None:
            writer = people[author, author_mail] = Person(author, author_mail)
        poster = people.get((committer, committer_mail))
        if poster is None:
            poster = people[committer, committer_mail] = Person(committer, committer_mail)
        commits.append(Commit(sha[1:], writer, poster, message, tuple(parents.split())))
    commits.reverse()
    return tuple(commits), ends


def _blobs(refs: Mapping[FileRef, bytes], raw: bytes) -> Iterator[tuple[FileRef, Blob]]:
    position = 0
    for ref, name in refs.items():
        if raw.startswith(missing := name + b" missing\n", position):
            position += len(missing)
            continue
        end = raw.index(b"\n", position)
        header = raw[position:end].split(b" ")
        position = end + 1
        if len(header) < 3 or header[-1] in (b"missing", b"ambiguous") or not header[-1].isdigit():
            continue
        size = int(header[-1])
        if header[-2] == b"blob":
            data = raw[position : position + size] if size <= MAX_BYTES else None
            yield ref, Blob(header[-3].decode(), size, data)
        elif header[-2] == b"tree" and ref.path.endswith("/"):
            names = _names(raw[position : position + size], len(header[-3]) // 2)
            yield ref, Blob(header[-3].decode(), len(names), names)
        position += size + 1


def _names(tree: bytes, id_bytes: int) -> bytes:
    """The names of the files of a tree object, each followed by NUL; no folders, links and submodules."""
    found, position = bytearray(), 0
    while position < len(tree):
        end = tree.index(b"\0", position)
        mode, _, name = tree[position:end].partition(b" ")
        if mode.startswith(b"100"):
            found += name + b"\0"
        position = end + 1 + id_bytes
    return bytes(found)
