"""The organization's policy: read when it is another one than is known, loaded once, and its last valid version for the
time in which the newest is broken."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from app.found_policy import Found
from app.github.policy_files import PolicyReader, remote
from app.github.pull import CentralPolicy, object_id
from app.jobs.own_policies import OwnPolicies
from app.jobs.policy_places import PolicyPlaces
from app.policies import Loaded, PolicyPlace, load_policies
from app.ports import Blob, FileRef, Side, Source
from app.store.policies import Newest, PolicyStore
from checks.model.errors import PolicyError, PolicyIssue
from checks.model.snapshot import Listing
from checks.policy.files import DECISIONS, PolicyFiles, beside_main
from checks.policy.layers import PolicySet

#: Policies that are kept loaded: one judges, and while it changes two do.
LOADED = 4

log = structlog.get_logger()


async def no_decisions() -> Mapping[str, bytes]:
    """Nothing was decided elsewhere than in the policy repository."""
    return {}


@dataclass(slots=True)
class PolicyKeeper:
    """All that a process has of policies. One instance serves all its workers."""

    store: PolicyStore
    places: PolicyPlaces
    decided: Callable[[], Awaitable[Mapping[str, bytes]]] = no_decisions
    """Decision files that are not in the policy repository (yet), by path; one that is there counts instead."""
    own: OwnPolicies = field(default_factory=OwnPolicies)
    """Of repositories that govern themselves."""
    _sets: dict[tuple[str, str], PolicySet] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def loaded(self, label: str, files: PolicyFiles) -> PolicySet:
        """The policy that these files are, loaded once. Raises `PolicyError`."""
        key = (label, files.digest)
        if key not in self._sets:
            loaded = await asyncio.to_thread(load_policies, files)
            self._sets = dict([*self._sets.items(), (key, loaded)][-LOADED:])
        return self._sets[key]

    async def last(self, label: str, newest: Newest | None) -> PolicySet | None:
        """The last version that was valid, unless this release takes it no longer."""
        if newest is None:
            return None
        if newest.digest and (known := self._sets.get((label, newest.digest))):
            return known
        files = await self.store.last(label)
        try:
            return await self.loaded(label, files) if files else None
        except PolicyError as error:
            log.warning("kept-policy-not-valid", policy=label, error=str(error))
            return None


@dataclass(frozen=True, slots=True)
class Current:
    """The newest policy, as it was read."""

    found: Found
    policies: PolicySet | None
    """What judges: it, or the last one that was valid; None: none ever was."""
    before: PolicySet | None
    """What judged until now."""
    fresh: bool
    """Whether it is another one than was known."""
    left_out: tuple[PolicyIssue, ...] = ()
    """Why decisions that are not in the policy repository do not count in it, by their files."""

    @property
    def error(self) -> PolicyError | None:
        return self.found.error


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """The policy at one place."""

    keeper: PolicyKeeper
    central: CentralPolicy | None
    """None: each repository has its own, and none is kept."""

    async def last(self) -> PolicySet | None:
        """What judged last, or None."""
        if self.central is None:
            return None
        return await self.keeper.last(self.central.label, await self.keeper.store.newest(self.central.label))

    async def place(self, repository: str, installation_id: int, known: bool = False) -> PolicyPlace:
        """Where the policy of `repository` is. `known`: what is kept judges, and nobody is asked for a newer one."""
        keeper, central = self.keeper, self.central
        if central is None:
            own = remote(keeper.places.of_repository(repository))
            return PolicyPlace(remote=own, folders=True, loads=keeper.own)
        newest = await keeper.store.newest(central.label)
        same = central.repository.partition("/")[0].lower() == repository.partition("/")[0].lower()
        return CentralPlace(
            central=central.label,
            central_path=central.path,
            last_good=await keeper.last(central.label, newest),
            kept=self,
            newest=newest,
            known=known and newest is not None,
            installation_id=installation_id if same else None,
        )

    async def renewed(self, installation_id: int | None, seen: Mapping[str, str]) -> Newest | None:
        """What is known of the newest after it was read, unless somebody else has read just what was `seen`."""
        assert self.central is not None
        async with self.keeper._reading:
            newest = await self.keeper.store.newest(self.central.label)
            if newest is None or not newest.is_as(seen):
                await self._read(installation_id)
                newest = await self.keeper.store.newest(self.central.label)
        return newest

    async def read(self) -> Current:
        """Read, load and keep the newest. Raises `GitHubError` and `RateLimited`."""
        async with self.keeper._reading:
            return await self._read(None)

    async def _read(self, installation_id: int | None) -> Current:
        assert self.central is not None
        keeper, label = self.keeper, self.central.label
        before = await self.last()
        found, policies, left_out = await self._loaded(await self._found(installation_id))
        fresh = await keeper.store.keep(label, found)
        if fresh:
            why = str(found.error.issues[0].at(label)) if found.error else None
            log.info("policy", policy=label, digest=found.digest[:12], valid=found.error is None, fault=why)
        return Current(found, policies or before, before, fresh, left_out)

    async def _found(self, installation_id: int | None) -> Found:
        assert self.central is not None
        places, store, central = self.keeper.places, self.keeper.store, self.central
        client = await places.client(central.repository, installation_id)
        if client is None:
            message = f"the App is not installed where {central.repository} is"
            return Found({}, error=PolicyError(central.label, (PolicyIssue(1, 1, "", message),)))
        elsewhere = places.of_organization(central.repository)
        return await PolicyReader(client, central, store, elsewhere, await store.pinned(central.label)).read()

    async def _loaded(self, found: Found) -> tuple[Found, PolicySet | None, tuple[PolicyIssue, ...]]:
        """With what was decided elsewhere, as far as it is valid in it: whoever changes the policy does not see that,
        and nobody could correct it there."""
        if found.files is None or found.error:
            return found, None, ()
        assert self.central is not None
        own = found.files.decisions
        decided = {path: data for path, data in (await self.keeper.decided()).items() if path not in own}
        left_out: list[PolicyIssue] = []
        while True:
            whole = _with(found, decided)
            assert whole.files is not None
            try:
                policies = await self.keeper.loaded(self.central.label, whole.files)
            except PolicyError as error:
                if not decided:
                    return replace(found, error=error), None, ()
                faults = _faults(error, decided)
                left_out += faults
                decided = {path: data for path, data in decided.items() if path not in {f.file for f in faults}}
            else:
                for issue in left_out:
                    log.warning("decision-left-out", policy=self.central.label, file=issue.file, fault=issue.message)
                return whole, policies, tuple(left_out)


def _faults(error: PolicyError, decided: Mapping[str, bytes]) -> tuple[PolicyIssue, ...]:
    """The first fault of each of the decisions; of all of them, where the error is about none in particular."""
    first = {issue.file: issue for issue in reversed(error.issues) if issue.file in decided}
    if first:
        return tuple(first.values())
    message = f"with it the policy is not valid: {error.issues[0].at(error.file)}"
    return tuple(PolicyIssue(1, 1, "", message, file=path) for path in decided)


def _with(found: Found, decided: Mapping[str, bytes]) -> Found:
    """With what was decided elsewhere."""
    if found.files is None or not decided:
        return found
    like = found.blobs[found.files.path]
    ids = {path: object_id(data, like) for path, data in decided.items()}
    files = replace(found.files, decisions={**found.files.decisions, **decided})
    return replace(found, files=files, blobs=dict([*ids.items(), *found.blobs.items()]))


@dataclass(frozen=True, slots=True)
class CentralPlace(PolicyPlace):
    """The organization's policy: a judgment asks for its git ids alone, and takes what is kept under them."""

    kept: KeptPolicy | None = None
    newest: Newest | None = None
    known: bool = False
    """Whether what is kept judges, and nobody is asked for a newer one."""
    installation_id: int | None = None
    """The installation that has the policy, if it is the one that has the repository under judgment."""

    def refs(self, listing: Listing) -> tuple[FileRef, ...]:
        good = self.last_good
        own = good.wants_own if isinstance(good, PolicySet) else None
        beside = (FileRef(Side.BASE if listing.base else Side.HEAD, own, guessed=True),) if own else ()
        return (*(() if self.known else self._ids()), *beside)

    def _ids(self) -> tuple[FileRef, ...]:
        folder = beside_main(self.central_path, DECISIONS)
        texts = (self.newest.seen or {}).keys() - {self.central_path, folder} if self.newest else ()
        paths = (self.central_path, folder, *sorted(texts))
        return tuple(FileRef(Side.POLICY, path, guessed=True) for path in paths)

    async def _read(self, listing: Listing, blobs: Mapping[FileRef, Blob], source: Source) -> Loaded:
        assert self.kept is not None
        assert self.central is not None
        newest = self.newest
        if not self.known:
            seen = {ref.path: blobs[ref].id for ref in self._ids() if ref in blobs}
            if newest is None or not newest.is_as(seen):
                newest = await self.kept.renewed(self.installation_id, seen)
        if newest is not None and newest.error:
            raise newest.error
        policies = await self.kept.keeper.last(self.central, newest)
        if policies is None:
            raise PolicyError(self.central, (PolicyIssue(1, 1, "", "it is kept by a release that takes more"),))
        return Loaded(policies)
