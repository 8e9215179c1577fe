"""Whether an SBOM lists what lock files list: what is missing, in another version, with another hash, or too much."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checks.model.dependency import Dependency, Origin
from checks.model.purl import type_of
from checks.sboms.checksums import checksum

#: Types that are run beside a product or build it, as in notices: images, actions, providers, charts, runtimes.
_RUN = frozenset(
    {"githubactions", "docker", "oci", "terraform", "helm", "nix", "devcontainer", "pre-commit", "generic"}
)
#: The line `go 1.22` of a go.mod: it names the toolchain.
_TOOLCHAIN = "pkg:golang/stdlib"


class Match(NamedTuple):
    """The difference between one SBOM and the manifests that it covers. Empty where there is none."""

    missing: tuple[Dependency, ...] = ()
    """In a lock file and under no version in the SBOM."""
    other_version: tuple[tuple[Dependency, Dependency], ...] = ()
    """Of the lock file, and what the SBOM has instead."""
    other_hash: tuple[tuple[Dependency, Dependency], ...] = ()
    """The same version with a hash that is not the lock file's."""
    extra: tuple[Dependency, ...] = ()
    """In the SBOM and in no lock file."""

    @property
    def differs(self) -> bool:
        return any(self)

    @property
    def lacking(self) -> tuple[Dependency, ...]:
        """What of the lock files the SBOM does not have as it is."""
        return (*self.missing, *(pair[0] for pair in self.other_version), *(pair[0] for pair in self.other_hash))


def comparable(dependency: Dependency) -> bool:
    """Whether an SBOM of the repository is expected to list it: somebody else's package in an exact version."""
    purl = dependency.purl
    return (
        dependency.version is not None
        and dependency.origin is not Origin.PATH
        and type_of(purl) not in _RUN
        and purl != _TOOLCHAIN
    )


def match(
    wanted: Iterable[Dependency],
    listed: Sequence[Dependency],
    known: Iterable[Dependency],
    extras: frozenset[str] = frozenset(),
) -> Match:
    """Compare `wanted`, which must be listed, with what the SBOM has. `known` is all that any manifest has, so that
    nothing of it is too much. `extras`: purl types of which every manifest that the SBOM is about was read."""
    index = _Index(listed)
    missing: dict[str, Dependency] = {}
    other_version: dict[str, tuple[Dependency, Dependency]] = {}
    other_hash: dict[str, tuple[Dependency, Dependency]] = {}
    wanted = [dependency for dependency in wanted if comparable(dependency)]
    names = {_key(dependency) for dependency in (*wanted, *known)}
    for dependency in wanted:
        key = _key(dependency)
        same = index.exact.get(key)
        if same is not None:
            if _other_hash(dependency, same):
                other_hash.setdefault(key, (dependency, same))
        elif (dependency.name.lower(), _version(dependency)) not in index.nameless:
            # a version that a lock file has, too, is that one's and not instead of this one
            instead = [item for item in index.by_purl.get(_folded(dependency), ()) if _key(item) not in names]
            if instead:
                other_version.setdefault(key, (dependency, instead[0]))
            else:
                missing.setdefault(key, dependency)
    replaced = {_key(pair[1]) for pair in other_version.values()}
    extra = [
        item
        for key, item in index.exact.items()
        if type_of(key) in extras and comparable(item) and key not in names and key not in replaced
    ]
    return Match(tuple(missing.values()), tuple(other_version.values()), tuple(other_hash.values()), tuple(extra))


def within(listed: Sequence[Dependency], known: Iterable[Dependency]) -> bool:
    """Whether every package that an SBOM lists is of these manifests: then it is about them and nothing else."""
    names = {_key(dependency) for dependency in known}
    return all(_key(item) in names for item in listed if comparable(item))


def types_of(dependencies: Iterable[Dependency]) -> frozenset[str]:
    """The purl types of what is comparable."""
    return frozenset(type_of(item.purl) for item in dependencies if comparable(item))


class _Index:
    """What an SBOM lists. Tools lower names and drop the `v` of versions; neither makes another package."""

    def __init__(self, listed: Sequence[Dependency]) -> None:
        self.exact: dict[str, Dependency] = {}
        self.by_purl: dict[str, list[Dependency]] = {}
        #: Components without package URL, which are known by name and version alone.
        self.nameless = {(item.name.lower(), _version(item)) for item in listed if type_of(item.purl) == "generic"}
        for item in listed:
            self.exact.setdefault(_key(item), item)
            self.by_purl.setdefault(_folded(item), []).append(item)


def _key(dependency: Dependency) -> str:
    return f"{_folded(dependency)}@{_version(dependency)}"


def _folded(dependency: Dependency) -> str:
    return dependency.purl.lower()


def _version(dependency: Dependency) -> str:
    version = dependency.version or ""
    return version[1:] if version[:1] in "vV" and version[1:2].isdigit() else version


def _other_hash(one: Dependency, other: Dependency) -> bool:
    """Whether both state a hash of one algorithm, and none in common."""
    left, right = _hashes(one), _hashes(other)
    shared = left.keys() & right.keys()
    return bool(shared) and not any(left[name] & right[name] for name in shared)


def _hashes(dependency: Dependency) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for text in dependency.integrity:
        known = checksum(dependency.purl, text)
        if known is not None:
            found[known[0]] = found.get(known[0], frozenset()) | {known[1]}
    return found
