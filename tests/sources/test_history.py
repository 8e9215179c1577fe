"""Commits as git lists them: histories that want to be read wrongly, settings of the checkout that could make them so,
and a git that fails or is not waited for."""

import subprocess
from pathlib import Path

import pytest

from app.sources.git import Repository
from app.sources.history import Change, History
from checks.model.commit import Commit
from checks.model.errors import SourceError

ADA = b"Ada L <ada@example.org> 1700000000 +0000"


class Checkout:
    """A repository with one commit on `main`, and commits on top of it made byte by byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        self.base = self.head = self.write(b"Begin\n", parent=None)

    def git(self, *words: str, data: bytes = b"") -> str:
        done = subprocess.run(["git", *words], cwd=self.folder, input=data, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def write(
        self, message: bytes, headers: bytes = b"", author: bytes = ADA, committer: bytes = ADA, parent: str | None = ""
    ) -> str:
        """A new head, with the given headers after the usual ones; `parent` None: a root."""
        tree = self.git("mktree")
        before = b"" if parent is None else f"parent {parent or self.head}\n".encode()
        data = b"tree %s\n%sauthor %s\ncommitter %s\n%s\n%s" % (
            tree.encode(), before, author, committer, headers, message,
        )  # fmt: skip
        self.head = self.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", data=data)
        return self.head

    def read(self) -> Change:
        with History(Repository(self.folder), self.base, self.head) as history:
            return history.read()

    def only(self) -> Commit:
        (commit,) = self.read().commits
        return commit


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize(
    ("message", "headers", "read"),
    [
        (b"Add\n\nSigned-off-by: \xc3\x9cn\xc3\xaf <u@x.org>\n", b"", "Add\n\nSigned-off-by: Ünï <u@x.org>\n"),
        (b"\xdcn\xef\n", b"encoding ISO-8859-1\n", "Ünï\n"),
        (b"no UTF-8: \xff\xfe\xc3\n", b"", "no UTF-8: ���\n"),
        (b"\xc3", b"", "�"),
        (b"Add\r\n\r\nSigned-off-by: A <a@b.org>\r\n", b"", "Add\r\n\r\nSigned-off-by: A <a@b.org>\r\n"),
        (b"Add\xe2\x80\xa8\x0b\x0c\x1c\x85\n", b"", "Add\u2028\x0b\x0c\x1c�\n"),
        (b"before\0after\n", b"", "before"),  # git itself reads no further
        (b"before+AAA-after\n", b"encoding UTF-7\n", "before+AAA-after\n"),  # "+0000" of the dates is no UTF-7
        (b">" + b"a" * 40 + b"\n", b"", ">" + "a" * 40 + "\n"),
        (b"", b"", ""),
        (b"Add\n", b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n", "Add\n"),
    ],
)
def test_a_message_is_read_as_git_has_it(checkout: Checkout, message: bytes, headers: bytes, read: str) -> None:
    first, second, third = checkout.write(b"First\n"), checkout.write(message, headers), checkout.write(b"Third\n")
    found = checkout.read()
    assert [(commit.sha, commit.message) for commit in found.commits] == [
        (first, "First\n"), (second, read), (third, "Third\n"),
    ]  # fmt: skip
    assert found.ends == (checkout.base,)


def test_a_nul_that_git_makes_of_an_encoding_ends_the_message(checkout: Checkout) -> None:
    west = ADA.replace(b"+", b"-")
    checkout.write(b"before+AAA-after\n", b"encoding UTF-7\n", west, west)
    assert checkout.only().message == "before"


@pytest.mark.parametrize("length", [1_000, 300_000, 5_000_000])
def test_a_message_of_any_length_is_read(checkout: Checkout, length: int) -> None:
    for number in range(3):
        checkout.write(b"%d\n" % number + "é".encode() * length)
    assert [commit.message for commit in checkout.read().commits] == [f"{n}\n" + "é" * length for n in range(3)]


@pytest.mark.parametrize(
    ("author", "name", "email"),
    [
        (b" <> 1700000000 +0000", "", ""),
        (b"Ada <> 1700000000 +0000", "Ada", ""),
        (b"\xff <\xfe@x> 1700000000 +0000", "�", "�@x"),
        (b"A\tB\rC <a b@x.org> 99999999999999999999 +9999", "A\tB\rC", "a b@x.org"),
        (b"nobody at all", "", ""),
    ],
)
def test_any_author_is_read(checkout: Checkout, author: bytes, name: str, email: str) -> None:
    checkout.write(b"Add\n", author=author, committer=author)
    commit = checkout.only()
    assert (commit.author.name, commit.author.email) == (name, email)
    assert commit.committer == commit.author


@pytest.mark.parametrize(
    "setting",
    [
        "i18n.logOutputEncoding=UTF-16",
        "i18n.logOutputEncoding=ISO-8859-1",
        "log.showSignature=true",
        "log.decorate=full",
        "log.mailmap=true",
        "format.pretty=oneline",
        "color.ui=always",
        "core.abbrev=4",
    ],
)
def test_no_setting_of_the_checkout_changes_it(checkout: Checkout, setting: str) -> None:
    checkout.write("Ünï ⚖\n".encode(), b"gpgsig -----BEGIN PGP SIGNATURE-----\n -----END PGP SIGNATURE-----\n")
    (checkout.folder / ".mailmap").write_text("Mallory <mallory@example.org> <ada@example.org>\n")
    before = checkout.read()
    checkout.git("config", *setting.split("="))
    assert checkout.read() == before
    assert before.commits[0].message == "Ünï ⚖\n"
    assert before.commits[0].author.name == "Ada L"


def test_neither_a_graft_nor_a_replacement_hides_a_commit(checkout: Checkout) -> None:
    hidden, head = checkout.write(b"Hidden\n"), checkout.write(b"Shown\n")
    harmless = checkout.write(b"Harmless\n", parent=checkout.base)
    checkout.head = head
    checkout.git("replace", hidden, harmless)
    (checkout.folder / ".git" / "info").mkdir(exist_ok=True)
    (checkout.folder / ".git" / "info" / "grafts").write_text(f"{head} {checkout.base}\n")
    assert [commit.message for commit in checkout.read().commits] == ["Hidden\n", "Shown\n"]


def test_the_oldest_commit_without_its_parents_is_known(checkout: Checkout) -> None:
    first, second = checkout.write(b"First\n"), checkout.write(b"Second\n")
    shallow = checkout.folder / "shallow"
    shallow.write_text(f"{second}\n{first}\n")
    with History(Repository(checkout.folder, shallow), checkout.base, checkout.head) as history:
        assert history.read().cut_off == first


def test_a_commit_that_is_missing_is_an_error_in_gits_words(checkout: Checkout) -> None:
    lost = checkout.write(b"Lost\n")
    checkout.write(b"Add\n")
    (checkout.folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(SourceError, match="git could not read the repository: revision walk"):
        checkout.read()


def test_many_words_of_git_beside_the_listing_stop_nothing(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than a pipe holds, before the first commit is listed."""
    stream = b"".join(
        b"commit refs/heads/long\ncommitter %s\ndata 2\nx\n%s" % (ADA, b"" if n else b"from refs/heads/main\n")
        for n in range(3_000)
    )
    checkout.git("update-ref", "refs/heads/main", checkout.base)
    checkout.git(
        "fast-import", "--quiet", data=stream.replace(b"from refs/heads/main", f"from {checkout.base}".encode())
    )
    checkout.head = checkout.git("rev-parse", "long")
    monkeypatch.setenv("GIT_TRACE_PACK_ACCESS", "1")
    assert checkout.read().total == 3_000


def test_git_ends_when_nobody_reads(checkout: Checkout) -> None:
    checkout.write(b"x" * 1_000_000)
    with (
        pytest.raises(KeyboardInterrupt),
        History(Repository(checkout.folder), checkout.base, checkout.head) as history,
    ):
        raise KeyboardInterrupt
    assert history._git.returncode is not None
