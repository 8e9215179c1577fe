"""Whether two entries of one package version come from the same place: a poisoned lock file names another one."""

import re
from urllib.parse import urlsplit

from checks.model.dependency import Dependency, Origin

#: Hexadecimal digests that files write without the name of their algorithm, by length.
_BARE = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


def resourced(before: Dependency, after: Dependency) -> bool:
    """Whether the same version now comes from elsewhere; only what both sides state is compared."""
    if before.origin is not after.origin:
        return not (_address_left_out(before, after) and same_hash(before, after))
    return other_hash(before, after) or other_place(before, after)


def _address_left_out(before: Dependency, after: Dependency) -> bool:
    """npm can leave out the address of what comes from a registry, and only its layout tells a registry's address."""
    origins = {before.origin, after.origin}
    return origins == {Origin.REGISTRY, Origin.URL} and (before.source is None or after.source is None)


def other_hash(before: Dependency, after: Dependency) -> bool:
    """Whether both state hashes of one algorithm, and no hash in common."""
    left, right = set(before.integrity), set(after.integrity)
    return not left & right and bool({_algorithm(item) for item in left} & {_algorithm(item) for item in right})


def same_hash(before: Dependency, after: Dependency) -> bool:
    """Whether a hash that both state proves that the bytes are the same."""
    return not set(before.integrity).isdisjoint(after.integrity)


def other_place(before: Dependency, after: Dependency) -> bool:
    """Whether both name an address, and it is another one. Of a registry whose bytes are proven, the host counts."""
    if not before.source or not after.source or before.source == after.source:
        return False
    if before.origin is Origin.REGISTRY and after.origin is Origin.REGISTRY:
        hosts = host(before.source), host(after.source)
        if not all(hosts):
            return False
        return hosts[0] != hosts[1] or (not same_hash(before, after) and _path(before.source) != _path(after.source))
    return _repository(before.source) != _repository(after.source)


def host(address: str) -> str:
    """The host of an address, lower case and without credentials; empty if it has none."""
    try:
        return (urlsplit(address.partition("+")[2] if address.startswith("git+") else address).hostname or "").lower()
    except ValueError:
        return ""


def _path(address: str) -> str:
    """The address within its host, without what does not choose the bytes."""
    return address.split("#", 1)[0].split("?", 1)[0].partition("://")[2].partition("/")[2].rstrip("/")


def _repository(address: str) -> str:
    """Host, path and commit, whichever way git gets there (`https`, `ssh`, `git@host:path`)."""
    place, _, commit = address.partition("#")
    place = re.sub(r"^(?:git\+)?(?:[a-z+]+://)?(?:[^/@]*@)?", "", place, flags=re.IGNORECASE)
    return re.sub(r"^([^/:]+):(?!/)", r"\1/", place).rstrip("/").removesuffix(".git") + "#" + commit


def _algorithm(integrity: str) -> str:
    """`sha512` of `sha512-…` and `sha256:…`; a bare digest tells by its length."""
    name = re.split("[-:]", integrity, maxsplit=1)[0].lower()
    return _BARE.get(len(integrity), "") if name == integrity.lower() else name
