"""CODEOWNERS: who owns a path, by GitHub's documented rules.

Of all lines that match the last one counts, also when it names nobody. A line that GitHub would skip (an owner that is
no owner, a pattern that its dialect does not have) is skipped here, and told. Sections of other platforms are no syntax.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

#: GitHub loads no larger file (bytes): docs.github.com, "About code owners".
MAX_BYTES = 3_000_000
#: Where the file is looked for, in this order; the first one counts.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
#: Lines whose faults are told.
MAX_FAULTS = 100
_OWNER = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")
#: Unlike in .gitignore these say nothing: `!` does not take back, and `[ ]` is no range of characters.
_NO_DIALECT = re.compile(r"[!\[\]]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: a pattern and its owners, who may be none."""

    line: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """A CODEOWNERS file."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()
    """Lines that GitHub skips, and why."""

    def owners(self, path: str) -> tuple[str, ...]:
        """Who owns a path relative to the repository's root: `@user`, `@organization/team` or an address."""
        for rule in reversed(self.rules):
            if _matcher(rule.pattern).match(path):
                return rule.owners
        return ()


def parse(data: bytes) -> CodeOwners:
    """The file as a value; never raises. One that is larger than GitHub loads owns nothing."""
    if len(data) > MAX_BYTES:
        return CodeOwners(faults=((0, f"it is larger than {MAX_BYTES:,} bytes, and GitHub does not load it"),))
    rules, faults = [], []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        pattern, owners = _split(line)
        if not pattern:
            continue
        wrong = _wrong(pattern, owners)
        if wrong:
            faults.append((number, wrong))
        else:
            rules.append(Rule(number, pattern, owners))
    return CodeOwners(tuple(rules), tuple(faults[:MAX_FAULTS]))


def _split(line: str) -> tuple[str, tuple[str, ...]]:
    """The pattern (a blank in it is escaped) and the owners before a comment."""
    words = re.findall(r"(?:\\.|[^\s\\])+", line)
    for index, word in enumerate(words):
        if word.startswith("#"):
            words = words[:index]
            break
    return (words[0], tuple(words[1:])) if words else ("", ())


def _wrong(pattern: str, owners: tuple[str, ...]) -> str:
    if pattern.startswith("\\#"):
        return "a pattern cannot begin with #, even escaped"
    if _NO_DIALECT.search(pattern):
        return "a pattern cannot have !, [ or ]"
    strange = [owner for owner in owners if not _OWNER.fullmatch(owner)]
    return "an owner is @user, @organization/team or an address" if strange else ""


@lru_cache(maxsize=4096)
def _matcher(pattern: str) -> re.Pattern[str]:
    """As in .gitignore: a slash at the beginning or within anchors it, one at the end means a folder with all below."""
    text = re.sub(r"\\(.)", r"\1", pattern)
    folder = text.endswith("/")
    text = text.rstrip("/")
    anchored = text.startswith("/") or "/" in text
    parts = [_part(part) for part in text.strip("/").split("/")] if text.strip("/") else []
    body = "" if anchored else "(?:[^/]*/)*+"
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == _DEEP:
            body += ".*+" if last else "(?:[^/]*/)*"
        else:
            body += part + ("" if last else "/")
    if not parts:
        return re.compile("(?s:.*)") if folder or anchored else re.compile(r"(?!)")
    # `docs/*` owns the files of that folder alone; a name without a star owns a file, or a folder with all below it.
    below = "/.*" if folder else "" if parts[-1].endswith("*") and anchored else "(?:/.*)?"
    return re.compile(f"(?s:{body}{below})\\Z")


_DEEP = "**"


def _part(part: str) -> str:
    if part == _DEEP:
        return part
    return re.sub(r"\\\*+", "[^/]*", re.escape(part)).replace(r"\?", "[^/]")
