"""The people of a checkout's commits: their accounts from GitHub, their signatures from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.answers import incomplete
from app.cli.drive import drive
from app.facts.signed_file import SignedAtPlace
from app.plain_api import PlainApi
from app.ports import Blob, FactSource, FileRef, Source
from app.settings import CommandEnvironment
from app.signatures_file import SignaturesFile, place_of
from app.sources.proposed import compared
from checks.model.commit import Commit
from checks.model.errors import UsageError
from checks.model.facts import Facts
from checks.model.snapshot import AddedLine, Listing


@dataclass(frozen=True, slots=True)
class WithAccounts:
    """Implements `Source`: another one, whose commits have the accounts that GitHub links to them."""

    source: Source
    accounts: Mapping[str, Commit]
    """By SHA."""

    async def listing(self) -> Listing:
        found = await self.source.listing()
        unknown = [commit for commit in found.commits if commit.sha not in self.accounts]
        commits = tuple(self.accounts.get(commit.sha, commit) for commit in found.commits)
        said = f"GitHub does not know {len(unknown):,} of {len(commits):,} commits, so their people are not known"
        return replace(found, commits=commits, problems=(*found.problems, *([incomplete(said)] if unknown else [])))

    async def read(self, refs: Sequence[FileRef]) -> Mapping[FileRef, Blob]:
        return await self.source.read(refs)

    async def fetch(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        return await self.source.fetch(blobs)

    async def added(self, paths: Sequence[str]) -> Mapping[str, tuple[AddedLine, ...] | None]:
        return await self.source.added(paths)


def with_people(
    signatures: str, source: Source, facts: Facts, environment: CommandEnvironment
) -> tuple[Source, Facts, FactSource]:
    """The source and the facts of a check that knows people, and who tells of signatures. Raises `GateError`."""
    name = facts.repository.name
    if name is None or environment.token is None:
        raise UsageError("--signatures needs GITHUB_TOKEN and the name of the repository", hint="Run it in a workflow.")
    place = place_of(signatures, name)
    api = PlainApi(environment.api_url, environment.token)
    elsewhere = environment.signatures_token if place.repository != name else None
    file = SignaturesFile(PlainApi(environment.api_url, elsewhere or environment.token), place)
    listing = drive(source.listing())
    rows = compared(api, name, listing.base, listing.head)[1] if listing.commits else ()
    judged = WithAccounts(source, {commit.sha: commit for commit in rows})
    signed = SignedAtPlace(file, api, facts.repository, lambda: datetime.now(UTC))
    return judged, replace(facts, accounts_known=True), signed
