"""Which packages are private, so that their names leave for nobody outside.

Private is what settings and package managers say is, and what a manifest takes from anywhere but a public registry.
Which registries are public is told by the settings and by packageurl-python, which knows the addresses of each
ecosystem; what nobody knows counts as private.
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Origin
from checks.model.facts import RepositoryFacts
from checks.model.purl import parse, type_of
from checks.packages.addresses import address
from checks.packages.hosts import unreachable
from checks.policy.values import Pattern

#: Types whose packages are repositories.
_REPOSITORIES = frozenset({"github", "swift"})
#: Types whose archives lie in the repositories of their authors, whatever registry lists them.
_ARCHIVED_THERE = frozenset({"composer"})
#: Hosts of repositories: there an owner tells more than the host.
_CODE_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org"})
#: Types whose names begin with a host.
_HOSTED = frozenset({"docker", "golang", "swift"})
#: Types whose public registry gives everybody channels of their own.
_CHANNELS = frozenset({"conda"})
#: Where registries have archives: what the library recognizes them by.
_ARCHIVES = {"npm": "/name/-/name-1.0.0.tgz", "pypi": "/packages/00/00/00/name-1.0.0.tar.gz"}


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is private beyond what a manifest tells."""

    patterns: tuple[Pattern, ...] = ()
    """Packages, by purl."""
    public_hosts: frozenset[str] = frozenset()
    """Hosts (with their port if it is not the usual one) that serve public packages."""

    def named(self, purl: str) -> bool:
        """Whether a package is private whatever a manifest says."""
        if any(pattern.matches(purl) for pattern in self.patterns):
            return True
        host = _host_of(purl)
        return bool(host) and host not in self.public_hosts and (type_of(purl) == "docker" or unreachable(host))

    def of_plan(self, plan: Plan, repository: RepositoryFacts) -> frozenset[str]:
        """The private packages of a change: no entry of them comes from a public registry."""
        public: set[str] = set()
        seen: set[str] = set()
        for change in plan.changes:
            seen.add(change.purl)
            entries = (*(place.dependency for place in change.places), *change.before)
            if change.purl not in public and any(self._public(entry, repository) for entry in entries):
                public.add(change.purl)
        return frozenset(seen - public)

    def _public(self, entry: Dependency, repository: RepositoryFacts) -> bool:
        type_ = type_of(entry.purl)
        if type_ in _REPOSITORIES:
            return _others(*_repository_of(entry.purl), repository)
        if entry.origin is not Origin.REGISTRY:
            return False
        place = address(entry)
        if place is None or type_ in _HOSTED:
            return True
        if type_ in _ARCHIVED_THERE and place.repository[0] in _CODE_HOSTS:
            host, path = place.repository
            return _others(host, path.strip("/").partition("/")[0], repository)
        web = place.scheme in ("http", "https")
        return place.host in self.public_hosts or (web and known_public(type_, place.host, place.path))


def _host_of(purl: str) -> str:
    """The host that a name begins with; empty if it begins with none."""
    if type_of(purl) not in _HOSTED:
        return ""
    host = parse(purl)[1].partition("/")[0].lower()
    return host if "." in host or ":" in host or host == "localhost" else ""


def _repository_of(purl: str) -> tuple[str, str]:
    """Host and owner of a package that is a repository."""
    type_, namespace, _, _ = parse(purl)
    if type_ == "github":
        return "github.com", namespace
    host, _, owner = namespace.partition("/")
    return host.lower(), owner


def _others(host: str, owner: str, repository: RepositoryFacts) -> bool:
    """Whether a repository belongs to somebody else. Whoever judges a private one does not tell what else they have."""
    own = (repository.name or "").partition("/")[0].lower()
    return host in _CODE_HOSTS and (repository.public or owner.lower() != own)


def known_public(type_: str, host: str, path: str) -> bool:
    """Whether a web address is one of the public registry of a type."""
    if not host.isascii() or len(host) > 253:
        return False
    domains = _public_domains(type_)
    # Cargo names its default index after the registry.
    index = type_ == "cargo" and any(path == f"/rust-lang/{domain}-index" for domain in domains)
    within = any(host == domain or host.endswith(f".{domain}") for domain in domains)
    return within or (index and host in _CODE_HOSTS) or _recognized(type_, host)


@lru_cache(maxsize=256)
def _public_domains(type_: str) -> frozenset[str]:
    """The domains of the registry that serves a type by default."""
    from packageurl.contrib import purl2url

    if type_ in _CHANNELS:
        return frozenset()
    example = f"pkg:{type_}/{'example/' if type_ in ('maven', 'composer') else ''}name@1.0.0"
    addresses = [find(example) for find in (purl2url.get_download_url, purl2url.get_repo_url)]  # type: ignore[no-untyped-call]
    hosts = [urlsplit(address).hostname or "" for address in addresses if address]
    return frozenset(".".join(host.split(".")[-2:]) for host in hosts if host and host not in _CODE_HOSTS)


@lru_cache(maxsize=1024)
def _recognized(type_: str, host: str) -> bool:
    """Whether archives on `host` are the registry's, to the library's knowledge. Its patterns look at the beginning of
    an address only: a host that goes on behind a known one is another."""
    archive = _ARCHIVES.get(type_)
    shorter = host.rpartition(".")[0]
    return archive is not None and _is_archive(type_, host, archive) and not _is_archive(type_, shorter, archive)


def _is_archive(type_: str, host: str, archive: str) -> bool:
    from packageurl.contrib import url2purl

    found = url2purl.get_purl(f"https://{host}{archive}")  # type: ignore[no-untyped-call]
    return found is not None and found.type == type_
