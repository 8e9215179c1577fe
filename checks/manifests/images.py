"""References to container images: `registry/path:tag@digest`, as Docker, Compose and workflows write them."""

import re
from dataclasses import dataclass

from checks.model import purl

#: The grammar of distribution/reference; the path is lower case, so is a digest.
_REFERENCE = re.compile(
    r"(?:(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::\d{1,5})?)/)??(?P<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+){0,60})"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>[a-z0-9]{1,20}:[0-9a-f]{32,128}))?"
)
#: The registry that a reference without one means.
_DEFAULT_HOSTS = frozenset({"docker.io", "index.docker.io"})
_MAX_REFERENCE = 1_000


@dataclass(frozen=True, slots=True)
class Image:
    """One image; `version` is the digest if there is one (that is what runs), else the tag, else None."""

    purl: str
    name: str
    version: str | None
    digest: str | None


def image(reference: str) -> Image | None:
    """None if `reference` is not one (or has a variable in it).

    Registry and user form the purl's namespace, so that two registries never share an identity.
    """
    if len(reference) > _MAX_REFERENCE or not (match := _REFERENCE.fullmatch(reference)):
        return None
    host, path = match["host"], match["path"]
    if host is None and "/" in path:
        first, _, rest = path.partition("/")
        if "." in first or first == "localhost":
            host, path = first, rest
    elif host is not None and not ("." in host or ":" in host or host == "localhost"):
        return None  # a name in upper case that is no host
    if host in _DEFAULT_HOSTS:
        host = None
    if host is None:
        path = path.removeprefix("library/")
    name = f"{host}/{path}" if host else path
    namespace, _, last = name.rpartition("/")
    return Image(purl.package("docker", last, namespace), name, match["digest"] or match["tag"], match["digest"])
