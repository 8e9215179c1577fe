"""Names, addresses and groups as the Python packaging specifications define them."""

import posixpath
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from checks.manifests.collect import MAX_WORD, Collector
from checks.model.dependency import Origin, Scope
from checks.model.secrets import MASK, masked

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_RUN = re.compile(r"[-_.]+")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\[\]]*)\])?")
_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)\Z")
_USER = re.compile(r"(://)[^/?#@\s]*@")
ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar")
#: PEP 427: name, version, optional build tag, Python, ABI and platform tag.
_WHEEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._]*)-([0-9][A-Za-z0-9._!+]*)(?:-[0-9][^-]*)?-[^-]+-[^-]+-[^-]+\.whl\Z")


@lru_cache(maxsize=65536)
def normalize(name: str) -> str:
    """The form in which names are compared (PEP 503)."""
    if "_" in name or "." in name or "--" in name:
        name = _RUN.sub("-", name)
    return name.lower()


def is_name(name: object) -> bool:
    """Whether a project may have this name (names specification, PEP 508)."""
    return isinstance(name, str) and len(name) <= MAX_WORD and _NAME.match(name) is not None


def name_and_version(table: Mapping[str, object], out: Collector, line: int) -> tuple[str, str | None] | None:
    """What a `[[package]]` is called and pinned to; what is not valid becomes a problem on its line. None: no name."""
    name, version = table.get("name"), table.get("version")
    if not isinstance(name, str) or not is_name(name):
        out.problem("a package has no valid name", line)
        return None
    if not isinstance(version, str) or not version or len(version) > MAX_WORD:
        out.problem("a package has no version", line)
        return name, None
    return name, version


def named(requirement: str) -> tuple[str, tuple[str, ...], str] | None:
    """Name, extras and the rest of a requirement as PEP 508 writes it, or None if it begins with no name."""
    found = _REQUIREMENT.match(requirement)
    if found is None or not is_name(found[1].rstrip("._-")):
        return None
    extras = tuple(normalize(extra.strip()) for extra in (found[2] or "").split(",") if extra.strip())
    return found[1].rstrip("._-"), extras, requirement[found.end() :].strip()


def is_specifier(rest: str) -> bool:
    """Whether `rest` is a set of version specifiers (PEP 440), perhaps in brackets."""
    inner = rest[1:-1] if rest.startswith("(") and rest.endswith(")") else rest
    return all(_CLAUSE.match(clause.strip()) for clause in inner.strip().removesuffix(",").split(","))


def pinned(rest: str) -> str | None:
    """The version of a specifier set that allows exactly one (PEP 440): `==1.2` or `===x`, not `==1.*`."""
    inner = rest[1:-1] if rest.startswith("(") else rest
    for clause in inner.split(","):
        found = _CLAUSE.match(clause.strip())
        if found and (found[1] == "===" or (found[1] == "==" and not found[2].endswith("*"))) and "${" not in found[2]:
            return found[2]
    return None


def wheel(file_name: str) -> tuple[str, str] | None:
    """Name and version that the file name of a wheel gives (PEP 427), or None."""
    found = _WHEEL.match(file_name) if len(file_name) <= MAX_WORD else None
    return (found[1], found[2].replace("_", "-")) if found else None


def is_archive(place: str) -> bool:
    """Whether a path or address ends like a distribution and not like a folder."""
    return place.lower().endswith(ARCHIVES)


def address(url: str) -> str:
    """`url` without a login in it; where a secret stood, the mark of one stays, so that it can be reported."""
    safe = masked(url)
    return _USER.sub(lambda found: f"{found[1]}{MASK}@" if MASK in found[0] else found[1], safe, count=1)


def inside(manifest: str, target: str) -> str | None:
    """The path of `target`, as a manifest names it, from the root of the tree; None if it leaves the tree."""
    if target.startswith(("/", "\\", "~")) or "\0" in target or re.match(r"[A-Za-z]:", target):
        return None
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(manifest), target.replace("\\", "/")))
    return None if joined == ".." or joined.startswith("../") else joined


def index_origin(index: str) -> Origin:
    """An index at an address is a registry; a folder of files (uv, pip `--find-links`) is a path."""
    return Origin.REGISTRY if "://" in index else Origin.PATH


_TEST = frozenset(("test", "tests", "testing", "pytest"))
_DEVELOPMENT = frozenset(
    ["dev", "devel", "develop", "development", "lint", "linting", "docs", "doc", "typing", "mypy", "ci", "tox"]
)


def guessed_scope(name: str) -> Scope | None:
    """What people mean by the name of a file or group, or None where it says nothing."""
    words = frozenset(re.split(r"[^a-z]+", name.lower()))
    return Scope.TEST if words & _TEST else Scope.DEVELOPMENT if words & _DEVELOPMENT else None


def group_scope(group: str) -> Scope:
    """Dependency groups are for development (PEP 735, Poetry, uv, PDM); those for tests say so by their name."""
    return Scope.TEST if guessed_scope(group) is Scope.TEST else Scope.DEVELOPMENT


def instant(value: object) -> datetime | None:
    """A time of an upload: a TOML date and time, or ISO 8601 text; without an offset it is UTC."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        return None
