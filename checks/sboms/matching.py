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
    known: frozenset[str],
    extras: frozenset[str] = frozenset(),
) -> Match:
    """Compare `wanted`, which must be listed, with what the SBOM has. `known` is all that any manifest has
    (`keys_of`), so that nothing of it is too much. `extras`: purl types of which every manifest that the SBOM is about
    was read. Linear in their sizes."""
    needed = {_key(dependency): dependency for dependency in wanted if comparable(dependency)}
    exact: dict[str, Dependency] = {}
    for item in listed:
        exact.setdefault(_key(item), item)
    # a version that a lock file has, too, is that one's and not instead of another one
    strange = {key: item for key, item in exact.items() if key not in known and key not in needed}
    instead: dict[str, Dependency] = {}
    for item in strange.values():
        instead.setdefault(_folded(item), item)
    nameless = {(item.name.lower(), _version(item)) for item in listed if type_of(item.purl) == "generic"}
    missing: list[Dependency] = []
    other_version: list[tuple[Dependency, Dependency]] = []
    other_hash: list[tuple[Dependency, Dependency]] = []
    for key, dependency in needed.items():
        if key in exact:
            if _other_hash(dependency, exact[key]):
                other_hash.append((dependency, exact[key]))
        elif (dependency.name.lower(), _version(dependency)) in nameless:
            continue  # components without package URL are known by name and version alone
        elif _folded(dependency) in instead:
            other_version.append((dependency, instead[_folded(dependency)]))
        else:
            missing.append(dependency)
    replaced = {_key(pair[1]) for pair in other_version}
    hashed = _types_with_hashes(item for key, item in exact.items() if key not in strange or key in replaced)
    extra = [
        item
        for key, item in strange.items()
        if type_of(key) in extras and comparable(item) and key not in replaced
        # members of a workspace are listed by some tools: no lock file has a hash of what is not published
        if item.integrity or type_of(key) not in hashed
    ]
    return Match(tuple(missing), tuple(other_version), tuple(other_hash), tuple(extra))


def _types_with_hashes(items: Iterable[Dependency]) -> frozenset[str]:
    """The purl types of which every package has a hash."""
    hashed: dict[str, bool] = {}
    for item in items:
        type_ = type_of(item.purl)
        hashed[type_] = hashed.get(type_, True) and bool(item.integrity)
    return frozenset(type_ for type_, every in hashed.items() if every)


def keys_of(dependencies: Iterable[Dependency]) -> frozenset[str]:
    """By what packages are compared. Tools lower names and drop the `v` of versions; neither makes another package."""
    return frozenset(map(_key, dependencies))


def within(listed: Sequence[Dependency], *known: frozenset[str]) -> bool:
    """Whether every package that an SBOM lists is one of `known`: then it is about their manifests and nothing else."""
    return all(any(_key(item) in keys for keys in known) for item in listed if comparable(item))


def types_of(dependencies: Iterable[Dependency]) -> frozenset[str]:
    """The purl types of what is comparable."""
    return frozenset(type_of(item.purl) for item in dependencies if comparable(item))


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
