"""Where the inventories of default branches go, and where findings in them are read back."""

from collections.abc import Callable
from functools import partial

from app.address import Address
from app.dependency_track import DependencyTrack
from app.fact_settings import FactEnvironment
from app.github.client import GitHubApp, Reach
from app.jobs.read_back import FINDINGS, FromDependencyTrack
from app.jobs.uploads import GITHUB, TRACK, Target, ToDependencyTrack, ToGitHub
from app.service_settings import ServiceSettings, Submission
from app.store.facts import FactStore
from app.stored_sboms import StoredSboms


def targets(
    settings: ServiceSettings,
    app: GitHubApp,
    sboms: StoredSboms,
    records: FactStore,
    environment: FactEnvironment,
    clock: Callable[[], float],
) -> dict[str, Target]:
    """By name, as the table of uploads has it."""
    found: dict[str, Target] = {}
    if settings.dependency_submission is not Submission.OFF:
        everything = settings.dependency_submission is Submission.ALL
        found[GITHUB] = ToGitHub(app, sboms, everything, settings.public_url or settings.github_url)
    if settings.dependency_track_url and settings.dependency_track_api_key:
        address = Address.parse(settings.dependency_track_url)
        reach = partial(Reach(environment.variables).transport, address)
        track = DependencyTrack(address, settings.dependency_track_api_key, reach)
        hours = settings.dependency_track_hours
        found[TRACK] = ToDependencyTrack(track, sboms, clock, reads_back=hours > 0)
        if hours:
            found[FINDINGS] = FromDependencyTrack(track, records, clock, hours * 3600.0)
    return found
