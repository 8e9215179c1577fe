"""Policies of repositories that govern themselves, loaded once for all that is judged by the same files."""

from dataclasses import dataclass, field

from app.policies import load_policies
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet

#: Policies that are kept loaded.
LOADED = 32
#: Bytes of the files of one that is; a loaded policy takes many times as much, and anybody may write a large one.
LARGE = 16_000


@dataclass(slots=True)
class OwnPolicies:
    """Those that were used last. For one thread."""

    _sets: dict[tuple[str, str, str | None, str], PolicySet] = field(default_factory=dict)

    def __call__(self, files: PolicyFiles) -> PolicySet:
        """The policy that these files are. Raises `PolicyError`."""
        if _size(files) > LARGE:
            return load_policies(files)
        key = (files.name, files.path, files.revision, files.digest)
        known = self._sets.pop(key, None)
        self._sets[key] = policies = load_policies(files) if known is None else known
        if len(self._sets) > LOADED:
            del self._sets[next(iter(self._sets))]
        return policies


def _size(files: PolicyFiles) -> int:
    return len(files.main) + sum(len(data or b"") for data in (*files.others.values(), *files.decisions.values()))
