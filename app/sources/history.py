"""The commits of a change, as `git log` lists them."""

from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterator
from threading import Thread
from typing import NamedTuple

from app.sources.git import Repository, failure
from checks.model.commit import Commit, Person

#: Commits of one change that are judged; a change beyond this is not one that anybody reviews.
MAX_COMMITS = 50_000
#: Seven fields. The first character of %m is `-` for the commits at which the range ends, which are no part of it.
_FORMAT = "%m%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00"
_Row = tuple[str, str, str, str, str, str, str]
#: Bytes that are taken at once while git goes on writing: what a pipe holds, so that git never waits for long.
_BLOCK = 1 << 16


class Change(NamedTuple):
    """What lies between two revisions."""

    commits: tuple[Commit, ...] = ()
    """Oldest first; the oldest `MAX_COMMITS` at the most."""
    total: int = 0
    """How many commits there are, judged or not."""
    ends: tuple[str, ...] = ()
    """The commits at which the change ends."""
    cut_off: str | None = None
    """The oldest commit whose parents were not fetched: what came before it is not known."""


class History:
    """The commits of `head` that `base` does not have. Git looks for them from the beginning on, whatever else is done
    until they are read. A context manager: git goes when nobody wants to know any more."""

    def __init__(self, repository: Repository, base: str, head: str) -> None:
        self._repository = repository
        self._git = repository.start(
            "-c", "log.mailmap=false", "log", f"--format={_FORMAT}", "--encoding=UTF-8", "--boundary",
            "--no-show-signature", f"{base}..{head}",
        )  # fmt: skip

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *_: object) -> None:
        self._git.kill()
        self._git.__exit__(None, None, None)

    def read(self) -> Change:
        """All of it, once. Raises `SourceError`."""
        shallow = self._repository.without_parents()
        people = _People()
        commits: deque[Commit] = deque(maxlen=MAX_COMMITS)
        total, ends, cut_off = 0, [], None
        for mark_and_id, parents, author, author_mail, committer, committer_mail, message in self._rows():
            mark_and_id = mark_and_id.lstrip("\n")
            sha = mark_and_id[1:]
            if mark_and_id[0] == "-":
                ends.append(sha)
                continue
            writer, poster = people[author, author_mail], people[committer, committer_mail]
            commits.append(Commit(sha, writer, poster, message, tuple(parents.split())))
            total += 1
            if sha in shallow:
                cut_off = sha
        return Change(tuple(reversed(commits)), total, tuple(ends), cut_off)

    def _rows(self) -> Iterator[_Row]:
        """Newest first. Bytes that are not UTF-8 are replaced."""
        output, errors = self._git.stdout, self._git.stderr
        assert output is not None
        assert errors is not None
        complaints: list[bytes] = []
        listener = Thread(target=lambda: complaints.append(errors.read()), daemon=True)
        listener.start()  # otherwise git could wait for us, and we for git
        decode, rest = getincrementaldecoder("utf-8")("replace").decode, ""
        # A message that is longer than a block makes the next one longer too, so that the time stays linear.
        while block := output.read(max(_BLOCK, len(rest))):
            fields = (rest + decode(block)).split("\0")
            whole = (len(fields) - 1) // 7 * 7
            rest = "\0".join(fields[whole:])
            field = iter(fields[:whole])
            yield from zip(field, field, field, field, field, field, field, strict=True)
        listener.join()
        if self._git.wait():
            raise failure(complaints[0])


class _People(dict[tuple[str, str], Person]):
    """Each person once: a long branch is the work of few."""

    def __missing__(self, name_and_mail: tuple[str, str]) -> Person:
        person = self[name_and_mail] = Person(*name_and_mail)
        return person
