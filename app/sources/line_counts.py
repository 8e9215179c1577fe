"""How many lines a change of a checkout adds and removes in each file.

Asked only where a policy has a threshold for it: git must then compare contents, which the listing alone needs not.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.sources.checkout import GitSource
from app.sources.git import finish
from checks.model.snapshot import Listing

#: What git compares as text at the most. A larger file is not trivial, whatever changed in it.
MAX_TEXT = "1m"
#: The tree without files, which every repository has: no attribute of the change itself says what is text. Git before
#: 2.43 does not know this setting; it finds none where it does not run in the checkout.
_NO_ATTRIBUTES = "attr.tree=4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_SUBMODULE = b"160000"


def counted(source: GitSource, listing: Listing) -> Listing:
    """The listing with the changed lines of its files, as GitHub counts them: none of what is not text, of a submodule,
    or where only the name or the mode changed. Raises `SourceError`."""
    found = finish(source.repository.start("rev-parse", "--absolute-git-dir")).stdout
    difference = source.repository.start(
        "-C", os.fsdecode(found.removesuffix(b"\n")), "--git-dir=.", "-c", f"core.bigFileThreshold={MAX_TEXT}",
        "-c", _NO_ATTRIBUTES, "-c", "core.attributesFile=/dev/null", "diff", "--raw", "--numstat", "-z", "-M",
        "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules=none", "--abbrev=40", source.base,
        source.head, "--",
    )  # fmt: skip
    counts = _counts(finish(difference).stdout)
    return replace(listing, files=tuple(replace(file, changed_lines=counts.get(file.path)) for file in listing.files))


def _counts(raw: bytes) -> Mapping[str, int]:
    """Changed lines by path at the head. Raw rows, which begin with a colon, come before those with numbers."""
    found: dict[str, int] = {}
    submodules: set[str] = set()
    fields = iter(raw.split(b"\0"))
    for row in fields:
        if row.startswith(b":"):
            before, after, *_, letter = row[1:].split(b" ")
            path = [next(fields) for _ in range(2 if letter[:1] in b"RC" else 1)][-1]
            if _SUBMODULE in (before, after):
                submodules.add(_text(path))
        elif row:
            found.update(_counted(row, fields))
    return {path: count for path, count in found.items() if count and path not in submodules}


def _counted(row: bytes, fields: Iterator[bytes]) -> Iterator[tuple[str, int]]:
    """A file with its lines; a renamed one has an empty path, and its names follow."""
    added, removed, path = row.split(b"\t", 2)
    if not path:
        next(fields)
        path = next(fields)
    if added.isdigit() and removed.isdigit():  # `-` says that it is not text
        yield _text(path), int(added) + int(removed)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
