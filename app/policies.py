"""Where the policy of a judgment comes from: named, in the repository under judgment at its base, or built in."""

import gc
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from app.ports import Blob, FileRef, Side, Source
from app.version import VERSION
from checks.model.errors import PolicyError, PolicyIssue, UsageError
from checks.model.finding import Level
from checks.model.phrase import Phrase, say
from checks.model.snapshot import Listing
from checks.policy.files import DECISIONS, MAX_DECISIONS, PolicyFiles, PolicyRef, beside_main
from checks.policy.layers import PolicySet, load_set, wanted
from checks.policy.load import SectionShape
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

    @property
    def judges_dependencies(self) -> bool:
        """Whether it judges single packages, so that an override can tell them apart."""
        return CHECKS.named(self.check).judge_dependency is not None

    @property
    def since(self) -> Mapping[str, int]:
        """The edition with which each rule came that is younger than the first."""
        return {rule.id: rule.since for rule in CHECKS.named(self.check).rules if rule.since is not None}

    @property
    def unwaivable(self) -> frozenset[str]:
        return frozenset(rule.id for rule in CHECKS.named(self.check).rules if not rule.waivable)


SHAPES: tuple[SectionShape, ...] = tuple(map(CheckShape, CHECKS.ids))


def load_policies(files: PolicyFiles, source: str | None = None) -> PolicySet:
    """The policy that `files` are. Raises `PolicyError`."""
    with _collector_paused():
        return load_set(files, SHAPES, own_version=VERSION, source=source)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """2,000 decisions are half a million values without a cycle, and looking through them again and again while they
    are read takes as long as reading them."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def load_policy(data: bytes, file: str, source: str | None = None, revision: str | None = None) -> Policy:
    """A policy of one file, as it is for a repository that no override matches. Raises `PolicyError`."""
    return load_policies(PolicyFiles(data, file, revision=revision), source).plain


def starter_policies() -> PolicySet:
    """The policy that serves where there is none."""
    files = PolicyFiles(STARTER.encode(), "built-in")
    return load_set(files, SHAPES, own_version=VERSION, source="built-in starter policy", built_in=True)


def starter_policy() -> Policy:
    return starter_policies().plain


_LAST_GOOD = "The newest policy is not valid ({}), so its last valid version judges."
#: Reads files of other repositories, at full commit ids; None for what is not there or may not be read.
Remote = Callable[[Sequence[PolicyRef]], Awaitable[Mapping[PolicyRef, bytes | None]]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy with its layers, the repository's own file if it honors one, and what people must know about it."""

    policies: PolicySet
    data: bytes | None = None
    """The bytes of the main file, if they were read with the change."""
    own: bytes | None = None
    notices: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyPlace:
    """Which policy judges. `given` wins; otherwise the files are read from the source of the change."""

    given: PolicySet | Policy | None = None
    central: str | None = None
    """Label of the organization's policy file (`owner/repo/path@ref`); its path is read from `Side.POLICY`."""
    central_path: str = PATH
    last_good: PolicySet | Policy | None = None
    """The last valid version of the central policy: it judges while the newest one is not valid."""
    path: str = PATH
    """The policy's place in the repository under judgment."""
    named: bool = False
    """Whether somebody asked for this very path: then it must be there."""
    notices: tuple[Phrase, ...] = ()
    """What people must know about the choice."""
    remote: Remote | None = None
    """Reads what the policy extends from other repositories."""
    folders: bool = False
    """Whether the source of the change lists folders: then the decisions beside the policy count."""
    loads: Callable[[PolicyFiles], PolicySet] = load_policies
    """Makes a policy of what was read. Raises `PolicyError`."""

    def refs(self, listing: Listing) -> tuple[FileRef, ...]:
        """What is read of the policy together with the manifests."""
        if self.given:
            own = policies_of(self.given).wants_own
            return (FileRef(_side(listing), own, guessed=True),) if own else ()
        if self.central:
            return (FileRef(Side.POLICY, self.central_path),)
        main = FileRef(_side(listing), self.path)
        beside = FileRef(_side(listing), beside_main(self.path, DECISIONS) + "/", guessed=True)
        return (main, beside) if self.folders else (main,)

    async def load(self, listing: Listing, blobs: Mapping[FileRef, Blob], source: Source) -> Loaded:
        """Raises `PolicyError` and `SourceError`; a central policy that is not there is an error, never a pass."""
        if self.given:
            loaded = Loaded(policies_of(self.given))
        else:
            try:
                loaded = await self._read(listing, blobs, source)
            except PolicyError as error:
                if self.last_good is None:
                    raise
                said = say(_LAST_GOOD, error.issues[0].at(error.file))
                loaded = Loaded(policies_of(self.last_good), notices=(said,))
        own = loaded.policies.wants_own
        ref = FileRef(_side(listing), own, guessed=True) if own else None
        if ref is not None and ref not in blobs and ref not in self.refs(listing):
            blobs = await source.read((ref,))
        found = blobs.get(ref) if ref is not None else None
        text = None if found is None else found.data if found.data is not None else b""
        return replace(loaded, own=text, notices=(*self.notices, *loaded.notices))

    async def _read(self, listing: Listing, blobs: Mapping[FileRef, Blob], source: Source) -> Loaded:
        main, *beside = self.refs(listing)
        blob = blobs.get(main)
        name = self.central or self.path
        if blob is None:
            return self._missing(listing)
        if blob.data is None:
            raise _fault(name, f"the file has {blob.size:,} bytes, too many for a policy")
        revision = None if self.central else listing.base or listing.head
        files = PolicyFiles(blob.data, name, main.path, revision or blob.id)
        if beside and (folder := blobs.get(beside[0])):
            files = replace(files, decisions=await decisions_in(source, beside[0], folder))
        policies = self.loads(await complete(files, source, main.side, self.remote))
        return Loaded(policies, blob.data)

    def _missing(self, listing: Listing) -> Loaded:
        if self.central:
            raise _fault(self.central, "the policy file is not there, or the app may not read it")
        if self.named:
            where = "at the merge base" if listing.base else "in the tree"
            hint = "A policy in the checkout is never read from the branch under judgment: it counts after the merge."
            raise UsageError(f"there is no policy {self.path} {where}", hint=hint)
        return Loaded(starter_policies())

    def changed(self, listing: Listing, policies: PolicySet) -> tuple[str, ...]:
        """Files of the policy, and the repository's own, that the change itself edits."""
        if not listing.base:
            return ()
        own = {policies.wants_own} if policies.wants_own else set()
        if not (self.given or self.central):
            own |= {self.path, *(ref.path for ref in policies.files.others if ref.repository is None)}
        folder = None if self.given or self.central else beside_main(self.path, DECISIONS) + "/"
        return tuple(
            file.path
            for file in listing.files
            if own & {file.path, file.previous_path} or (folder and file.path.startswith(folder))
        )


async def complete(files: PolicyFiles, source: Source, side: Side, remote: Remote | None = None) -> PolicyFiles:
    """`files` with what they extend, as far as it is there: from `source` what is beside them, the rest by `remote`."""
    while refs := wanted(files):
        beside = {ref: FileRef(side, ref.path) for ref in refs if ref.repository is None}
        blobs = await source.read(tuple(beside.values())) if beside else {}
        read = {ref: blobs[file].data if file in blobs else None for ref, file in beside.items()}
        others = [ref for ref in refs if ref.repository is not None]
        if others:
            found = await remote(others) if remote else {}
            read.update((ref, found.get(ref)) for ref in others)
        files = files.having(read)
    return files


def policies_of(given: PolicySet | Policy) -> PolicySet:
    """A policy that holds for every repository, as a set."""
    return given if isinstance(given, PolicySet) else PolicySet.of(given)


def _side(listing: Listing) -> Side:
    """Never the branch under judgment; without a base there is only one side."""
    return Side.BASE if listing.base else Side.HEAD


def _fault(name: str, message: str) -> PolicyError:
    return PolicyError(name, (PolicyIssue(1, 1, "", message),))


async def decisions_in(source: Source, folder: FileRef, names: Blob) -> Mapping[str, bytes]:
    """The decision files in a folder that the source listed."""
    listed = (names.data or b"").split(b"\0")
    paths = [folder.path + name.decode("utf-8", "surrogateescape") for name in listed if is_decision(name)]
    refs = [FileRef(folder.side, path) for path in paths[: MAX_DECISIONS + 1]]
    blobs = await source.read(refs) if refs else {}
    return {ref.path: blob.data if blob.data is not None else b"" for ref, blob in blobs.items()}


def is_decision(name: bytes) -> bool:
    """Whether a file of the folder of decisions is one, by its name."""
    return name.endswith((b".yaml", b".yml")) and not name.startswith(b".")
