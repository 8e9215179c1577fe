"""Where the policy of a judgment comes from: named, in the repository under judgment at its base, or built in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.ports import Blob, FileRef, Side
from app.version import VERSION
from checks.model.errors import PolicyError, PolicyIssue, UsageError
from checks.model.finding import Level
from checks.model.phrase import Phrase, say
from checks.model.snapshot import Listing
from checks.policy.load import SectionShape, load
from checks.policy.schema import Policy
from checks.policy.section import Section
from checks.policy.starter import STARTER
from checks.rules import CHECKS

#: Where a repository that governs itself keeps its policy.
PATH = "policy.yaml"


class CheckShape:
    """A check as the loader of policies sees it. Only its section and its levels need the module of the check."""

    def __init__(self, check: str) -> None:
        self.check = check
        self.always_on = check in CHECKS.always_on

    @property
    def section(self) -> type[Section]:
        return CHECKS.named(self.check).section

    @property
    def levels(self) -> Mapping[str, Level]:
        return {rule.id: rule.level for rule in CHECKS.named(self.check).rules}


SHAPES: tuple[SectionShape, ...] = tuple(map(CheckShape, CHECKS.ids))


def load_policy(data: bytes, file: str, source: str | None = None, revision: str | None = None) -> Policy:
    """A policy file's bytes as a policy. Raises `PolicyError`."""
    return load(data, file, SHAPES, own_version=VERSION, source=source, revision=revision)


def starter_policy() -> Policy:
    return load(
        STARTER.encode(), "built-in", SHAPES, own_version=VERSION, source="built-in starter policy", built_in=True
    )


_LAST_GOOD = "The newest policy is not valid ({}), so its last valid version judges."


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy with the bytes that it was read from, and what people must know about it."""

    policy: Policy
    data: bytes | None = None
    notices: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyPlace:
    """Which policy judges. `given` wins; otherwise the file is read together with the manifests."""

    given: Policy | None = None
    central: str | None = None
    """Label of the organization's policy file (`owner/repo/path@ref`); its path is read from `Side.POLICY`."""
    central_path: str = PATH
    last_good: Policy | None = None
    """The last valid version of the central policy: it judges while the newest one is not valid."""
    path: str = PATH
    """The policy's place in the repository under judgment."""
    named: bool = False
    """Whether somebody asked for this very path: then it must be there."""
    notices: tuple[Phrase, ...] = ()
    """What people must know about the choice."""

    def refs(self, listing: Listing) -> tuple[FileRef, ...]:
        if self.given:
            return ()
        if self.central:
            return (FileRef(Side.POLICY, self.central_path),)
        # Never from the branch under judgment; without a base there is only one side.
        return (FileRef(Side.BASE if listing.base else Side.HEAD, self.path),)

    def load(self, listing: Listing, blobs: Mapping[FileRef, Blob]) -> "Loaded":
        """Raises `PolicyError`; a central policy that is not there is an error, never a pass."""
        if self.given:
            return Loaded(self.given, notices=self.notices)
        try:
            return replace(self._load(listing, blobs), notices=self.notices)
        except PolicyError as error:
            if self.last_good is None:
                raise
            return Loaded(self.last_good, notices=(say(_LAST_GOOD, error.issues[0].at(error.file)),))

    def _load(self, listing: Listing, blobs: Mapping[FileRef, Blob]) -> "Loaded":
        (ref,) = self.refs(listing)
        blob = blobs.get(ref)
        name = self.central or self.path
        if blob is None and self.central:
            raise PolicyError(
                name, (PolicyIssue(1, 1, "", "the policy file is not there, or the app may not read it"),)
            )
        if blob is None and self.named:
            where = "at the merge base" if listing.base else "in the tree"
            hint = "A policy in the checkout is never read from the branch under judgment: it counts after the merge."
            raise UsageError(f"there is no policy {name} {where}", hint=hint)
        if blob is None:
            return Loaded(starter_policy())
        if blob.data is None:
            raise PolicyError(
                name, (PolicyIssue(1, 1, "", f"the file has {blob.size:,} bytes, too many for a policy"),)
            )
        revision = None if self.central else listing.base or listing.head
        return Loaded(load_policy(blob.data, name, revision=revision or blob.id), blob.data)

    def changed(self, listing: Listing) -> tuple[str, ...]:
        """Policy files that the change itself edits."""
        if self.given or self.central or not listing.base:
            return ()
        return tuple(file.path for file in listing.files if self.path in (file.path, file.previous_path))
