"""Which packages notices speak of."""

from checks.model.dependency import Dependency, Origin
from checks.model.purl import type_of

#: Kinds that are run beside a product or build it: images, actions, providers, charts, runtimes.
_RUN = frozenset({"githubactions", "docker", "oci", "terraform", "helm", "nix", "devcontainer", "generic"})
#: The line `go 1.22` of a go.mod: it names the toolchain.
_TOOLCHAIN = "pkg:golang/stdlib"


def is_part(dependency: Dependency) -> bool:
    """Whether a dependency is somebody else's and can become part of a product; its scope says whether it does."""
    purl = dependency.purl
    return dependency.origin is not Origin.PATH and type_of(purl) not in _RUN and purl != _TOOLCHAIN
