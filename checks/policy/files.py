"""The files that make up an organization's policy, as somebody read them: the main file, what it extends, the texts
that it names and the decisions beside it.

Who reads them goes round: `wanted` of what is there, read that, until nothing is wanted any more. Nothing here reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

#: The folder beside the policy that has decisions, one file each, so that two of them never conflict.
DECISIONS = "waivers"
MAX_DECISIONS = 5_000
#: Where examples stand beside the policy: docs/custom-rules.md
EXAMPLES = ("policy.test.yaml", "tests/*.yaml", "tests/*.yml")


def beside_main(main: str, name: str) -> str:
    """The path of `name` in the folder of the file `main`."""
    folder, slash, _ = main.rpartition("/")
    return f"{folder}{slash}{name}"


class PolicyRef(NamedTuple):
    """Where a file of the policy is."""

    path: str
    """Relative to the root of its repository, or to the folder of the main file on a disk."""
    repository: str | None = None
    """`owner/name`; None: where the main file is."""
    revision: str | None = None
    """A full commit id; None: the revision of the main file."""

    def __str__(self) -> str:
        place = f"{self.repository}/{self.path}" if self.repository else self.path
        return f"{place}@{self.revision}" if self.revision else place


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """What was read of a policy so far. Bytes as they are; None: it is not there, or may not be read."""

    main: bytes
    name: str
    """Of the main file, in messages: `policy.yaml`, or `example/policy/policy.yaml@main`."""
    path: str = "policy.yaml"
    """Of the main file, in its repository: `extends:` and texts are relative to its folder."""
    revision: str | None = None
    """The commit that it was read at."""
    others: Mapping[PolicyRef, bytes | None] = field(default_factory=lambda: MappingProxyType({}))
    """What the main file (and what it extends) names, by where it is."""
    decisions: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """The files of `DECISIONS` beside the main file, by path; who reads takes all `*.yaml` and `*.yml` there."""

    def having(self, read: Mapping[PolicyRef, bytes | None]) -> "PolicyFiles":
        """These, and what was read of others."""
        return replace(self, others=MappingProxyType({**self.others, **read}))

    @property
    def digest(self) -> str:
        """SHA-256 over all of it: as long as it is equal, the policy is. One file alone has the digest of its bytes."""
        if not self.others and not self.decisions:
            return sha256(self.main).hexdigest()
        hashed = sha256(sha256(self.main).digest())
        named = [(str(ref), data) for ref, data in self.others.items()]
        for name, data in sorted([*named, *self.decisions.items()]):
            hashed.update(sha256(name.encode("utf-8", "surrogatepass")).digest())
            hashed.update(b"-" if data is None else sha256(data).digest())
        return hashed.hexdigest()
