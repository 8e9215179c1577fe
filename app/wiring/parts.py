"""What every process of the service has: the database and what is kept there, GitHub, and the sources of facts."""

import asyncio

import structlog

from app.fact_settings import FactEnvironment
from app.facts.online.timing import Timing
from app.facts.shared import SharedFacts
from app.github.configured import github_app
from app.jobs.kept_policy import PolicyKeeper
from app.jobs.policy_places import PolicyPlaces
from app.jobs.signing import Phrases
from app.parsers import Parsers
from app.service_settings import ServiceSettings
from app.store.companies import CompanyStore
from app.store.database import Database
from app.store.documents import DocumentStore
from app.store.facts import FactStore
from app.store.inventories import InventoryStore
from app.store.policies import PolicyStore
from app.store.repositories import RepositoryStore
from app.store.requests import RequestStore
from app.store.signatures import SignatureStore
from app.store.subjects import SubjectStore
from app.stored_sboms import StoredSboms
from app.subject import Kind
from app.tally import Tally

#: Seconds over which default branches are judged again when another facts file is there.
NEW_FILE = 600.0

log = structlog.get_logger()


class Parts:
    """What workers and pages share."""

    def __init__(self, settings: ServiceSettings, environment: FactEnvironment, timing: Timing | None) -> None:
        """Raises `UsageError` for settings that cannot work."""
        self.settings, self.environment = settings, environment
        self.database = Database(settings.database)
        self.tally = Tally()
        self.subjects = SubjectStore(self.database, tally=self.tally)
        self.github = github_app(settings, environment, self.tally)
        self.signatures = SignatureStore(self.database, self._now, self.subjects.acceptance)
        self.companies = CompanyStore(self.database, self.signatures, self._now)
        self.phrases = Phrases()
        self.parsers = Parsers()
        self.records = FactStore(self.database, tally=self.tally)
        self.facts = SharedFacts(
            environment,
            self.records,
            online=settings.online,
            file=settings.facts,
            told=lambda reason: log.warning("facts-file", reason=reason),
            changed=self._file_changed,
            timing=timing,
        )
        self.requests = RequestStore(self.database)
        self.inventories = InventoryStore(self.database)
        self.documents = DocumentStore(self.database, self._now)
        self.sboms = StoredSboms(self.documents, settings.github_url)
        self.repositories = RepositoryStore(self.database)
        self.policies = PolicyKeeper(
            PolicyStore(self.database, self._now), PolicyPlaces(self.github, self.repositories, self._now)
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def _now(self) -> float:
        return self.subjects.clock()

    def _file_changed(self) -> None:
        task = asyncio.create_task(self.subjects.hasten(Kind.BRANCH, NEW_FILE))
        self._tasks.add(task)  # the event loop itself would forget it
        task.add_done_callback(self._tasks.discard)
