"""What a checkout says about itself: times, tags and remotes, honest and hostile ones."""

from pathlib import Path

import pytest

from app.sources.described import described, differing, moment, origin_of
from app.sources.git import Repository
from tests.cli.checkout import Checkout


@pytest.mark.parametrize(
    ("url", "address", "name"),
    [
        ("https://git.example/acme/web.git", "https://git.example/acme/web", "acme/web"),
        ("https://me:secret@git.example/acme/web", "https://git.example/acme/web", "acme/web"),
        ("git@git.example:acme/web.git", "https://git.example/acme/web", "acme/web"),
        ("ssh://git@git.example:2222/acme/web.git", "https://git.example/acme/web", "acme/web"),
        ("https://git.example:8443/a/b/c", "https://git.example:8443/a/b/c", "b/c"),
    ],
)
def test_a_remote_is_an_address_without_credentials(url: str, address: str, name: str) -> None:
    assert origin_of(url) == (address, name)


@pytest.mark.parametrize(
    "url", ["", "/srv/git/web", "../web", "file:///srv/web", "C:\\web", "https://[", "https://a/<b>/c", "ext::sh -c x"]
)
def test_what_is_no_address_is_none(url: str) -> None:
    assert origin_of(url) is None


def test_a_time_that_no_calendar_has_is_none() -> None:
    assert moment("9" * 30) is None
    assert moment("") is None
    assert str(moment("0")) == "1970-01-01 00:00:00+00:00"


def test_a_commit_with_tags_and_files_that_differ(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "web", {"a.lock": "a", "b.lock": "b", "c\nd": "c"})
    for tag in ("v1.2.0", "v1.10.0"):
        checkout.git("tag", tag)
    repository = Repository.containing(checkout.path)
    found = described(repository, checkout.head)
    assert (found.commit, found.tag, found.origin) == (checkout.head, "v1.10.0", None)
    checkout.write({"b.lock": "changed", "new.lock": ""})
    paths = ["a.lock", "b.lock", "new.lock", "gone.lock", "c\nd"]
    assert differing(repository, checkout.head, paths) == ("b.lock", "new.lock", "gone.lock", "c\nd")
