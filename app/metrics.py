"""Prometheus metrics: what this process counted, and what the database says of the whole service.

`METRICS` is all there is: docs/operating.md is generated from it, and nothing else is exported. Names and units follow
"Metric and label naming" of the Prometheus documentation.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.github.limits import Budget
from app.jobs.hands import Hand
from app.store.figures import FigureStore, Queue, Stock
from app.store.reports import LATER, SENDING, WAITING
from app.subject import Kind as Subjects
from app.tally import BOUNDS, Tally
from app.version import VERSION

#: Seconds for which what the database said is told again, so that nobody makes it work by asking often.
FRESH, STOCK_FRESH = 5.0, 120.0
#: Seconds that the database has to answer.
PATIENCE = 8.0
#: Limits of installations that are told of: those of which the least is left.
BUDGETS = 50

log = structlog.get_logger()


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Of(StrEnum):
    """Whose figure it is."""

    PROCESS = "process"
    SERVICE = "service"
    """Every process says the same: take the maximum of them, not the sum."""


class Named(NamedTuple):
    """One metric."""

    name: str
    kind: Kind
    of: Of
    labels: tuple[str, ...]
    help: str


METRICS = (
    Named("ospo_gate_build_info", Kind.GAUGE, Of.PROCESS, ("version",), "1, with the release that runs."),
    Named(
        "ospo_gate_deliveries_total", Kind.COUNTER, Of.PROCESS, ("event", "outcome"),
        "Webhook deliveries: accepted, known (delivered before), ignored, or refused as unsigned, malformed, too-large,"
        " late or unavailable (the database did not store it in time).",
    ),
    Named(
        "ospo_gate_acknowledgement_seconds", Kind.HISTOGRAM, Of.PROCESS, (),
        "From the first byte of a delivery's body to its answer. GitHub gives up after 10 s.",
    ),
    Named(
        "ospo_gate_verdict_latency_seconds", Kind.HISTOGRAM, Of.PROCESS, ("kind",),
        "From the oldest webhook that asked for it to the end of its work, the last check run included.",
    ),
    Named(
        "ospo_gate_verdicts_total", Kind.COUNTER, Of.PROCESS, ("kind", "conclusion"),
        "Verdicts that were stored, by what was judged; `refused` (nothing could be judged) and `paused` among them.",
    ),
    Named(
        "ospo_gate_signatures_total", Kind.COUNTER, Of.PROCESS, ("act", "how"),
        "Records under agreements that this process wrote: signed, acknowledged, revoked or left, by comment or page.",
    ),
    Named(
        "ospo_gate_publishing_failures_total", Kind.COUNTER, Of.PROCESS, ("cause",),
        "Attempts to post a verdict that failed: by a `limit`, by what is `passing` and tried again, or `refused`.",
    ),
    Named(
        "ospo_gate_internal_errors_total", Kind.COUNTER, Of.PROCESS, (),
        "Faults of ospo-gate itself while it worked; the log has each with its id.",
    ),
    Named("ospo_gate_workers", Kind.GAUGE, Of.PROCESS, (), "How much this process works on at the same time."),
    Named("ospo_gate_workers_busy", Kind.GAUGE, Of.PROCESS, (), "How much it has in hand."),
    Named(
        "ospo_gate_github_requests_total", Kind.COUNTER, Of.PROCESS, ("resource", "outcome"),
        "Requests to GitHub by the class of their answer (`2xx`, …), or `none`.",
    ),
    Named(
        "ospo_gate_github_limits_met_total", Kind.COUNTER, Of.PROCESS, ("limit",),
        "Answers that a limit was reached: a `primary` one is used up, a `secondary` one says that it was too fast.",
    ),
    Named(
        "ospo_gate_github_budget_limit", Kind.GAUGE, Of.PROCESS, ("installation", "resource"),
        f"Requests in an hour that GitHub allows, of the {BUDGETS} installations and resources that have least left.",
    ),
    Named(
        "ospo_gate_github_budget_remaining", Kind.GAUGE, Of.PROCESS, ("installation", "resource"),
        "Requests that are left of it.",
    ),
    Named(
        "ospo_gate_github_budget_reset_timestamp_seconds", Kind.GAUGE, Of.PROCESS, ("installation", "resource"),
        "When it begins anew (seconds since 1970).",
    ),
    Named(
        "ospo_gate_source_answer_timestamp_seconds", Kind.GAUGE, Of.PROCESS, ("source",),
        "When a source of facts answered last, since the process began (seconds since 1970).",
    ),
    Named("ospo_gate_database_up", Kind.GAUGE, Of.PROCESS, (), "1 if the database answered this scrape, else 0."),
    Named(
        "ospo_gate_database_connections", Kind.GAUGE, Of.PROCESS, ("pool",),
        "Connections to the database that are in use.",
    ),
    Named(
        "ospo_gate_database_connections_limit", Kind.GAUGE, Of.PROCESS, ("pool",), "Connections that a pool may have."
    ),
    Named("ospo_gate_queue_depth", Kind.GAUGE, Of.SERVICE, ("kind",), "What is due or in hand."),
    Named(
        "ospo_gate_queue_oldest_seconds", Kind.GAUGE, Of.SERVICE, (),
        "For how long the oldest of what no worker has taken is due.",
    ),
    Named(
        "ospo_gate_delivery_oldest_seconds", Kind.GAUGE, Of.SERVICE, (),
        "Age of the oldest delivery whose work is not done, however often it was tried.",
    ),
    Named(
        "ospo_gate_subjects_failed", Kind.GAUGE, Of.SERVICE, (),
        "What came to an end without a verdict and rests until something happens to it.",
    ),
    Named(
        "ospo_gate_outbox_waiting", Kind.GAUGE, Of.SERVICE, ("state",),
        "Publications that are not complete: `waiting`, `sending`, or `later` (comment and details wait for a limit).",
    ),
    Named("ospo_gate_facts", Kind.GAUGE, Of.SERVICE, ("kind",), "Facts that are kept."),
    Named(
        "ospo_gate_facts_oldest_seconds", Kind.GAUGE, Of.SERVICE, ("kind",),
        "Age of the oldest fact that was used within two days.",
    ),
    Named("ospo_gate_repositories", Kind.GAUGE, Of.SERVICE, (), "Repositories that the App sees."),
    Named(
        "ospo_gate_repositories_read", Kind.GAUGE, Of.SERVICE, (),
        "Default branches of which it is known what they use.",
    ),
    Named(
        "ospo_gate_backfill_waiting", Kind.GAUGE, Of.SERVICE, (),
        "Default branches that are still to be read for the first time.",
    ),
    Named(
        "ospo_gate_uploads_waiting", Kind.GAUGE, Of.SERVICE, ("target",),
        "Inventories of default branches that others do not have yet.",
    ),
    Named(
        "ospo_gate_companies_waiting", Kind.GAUGE, Of.SERVICE, (),
        "Companies that wait for the word of the policy's owner before they sign for anybody.",
    ),
    Named("ospo_gate_database_size_bytes", Kind.GAUGE, Of.SERVICE, (), "Size of the database."),
    Named(
        "ospo_gate_engine_processes", Kind.GAUGE, Of.SERVICE, (),
        "Processes with workers that gave a sign of life within 30 s; PostgreSQL alone.",
    ),
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}


Row = tuple[tuple[str, ...], float]


class Metrics:
    """The metrics of one process."""

    def __init__(
        self,
        tally: Tally,
        figures: FigureStore,
        budget: Callable[[], Sequence[Budget]],
        hand: Callable[[], Hand],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tally = tally
        self.figures = figures
        self.budget = budget
        self.hand = hand
        self.clock = clock
        self._queue: tuple[float, Queue] | None = None
        self._stock: tuple[float, Stock] | None = None
        self._asking = asyncio.Lock()

    async def text(self) -> bytes:
        """The text format of Prometheus, version 0.0.4; what the database says is missing while it does not answer."""
        queue, stock = await self._asked()
        registry = CollectorRegistry()
        registry.register(_Told(self._families(queue, stock)))
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    async def _asked(self) -> tuple[Queue | None, Stock | None]:
        try:
            async with self._asking, asyncio.timeout(PATIENCE):
                if self._queue is None or self.clock() - self._queue[0] > FRESH:
                    self._queue = None
                    self._queue = (self.clock(), await self.figures.queue())
                if self._stock is None or self.clock() - self._stock[0] > STOCK_FRESH:
                    self._stock = None
                    self._stock = (self.clock(), await self.figures.stock())
                return self._queue[1], self._stock[1]
        except (OSError, TimeoutError, SQLAlchemyError) as error:
            log.warning("no-figures", error=f"{type(error).__name__}: {error}"[:300])
            return None, None

    def _families(self, queue: Queue | None, stock: Stock | None) -> Iterator[Metric]:
        rows = {
            **self._counted(),
            **self._budgets(),
            **self._here(queue is not None),
            **(_of_queue(queue) if queue else {}),
            **(_of_stock(stock) if stock else {}),
        }
        for metric in METRICS:
            if metric.kind is Kind.HISTOGRAM:
                yield self._histogram(metric)
            else:
                yield _family(metric, rows.get(metric.name, ()))

    def _counted(self) -> dict[str, Iterable[Row]]:
        counters = [metric for metric in METRICS if metric.kind is Kind.COUNTER]
        # what never happened is 0 and not unknown, where that can be said
        found: dict[str, Iterable[Row]] = {
            metric.name: list(self.tally.counts(metric.name)) or ([] if metric.labels else [((), 0)])
            for metric in counters
        }
        answered = "ospo_gate_source_answer_timestamp_seconds"
        return {**found, answered: list(self.tally.moments(answered))}

    def _budgets(self) -> dict[str, Iterable[Row]]:
        least = sorted(self.budget(), key=lambda one: one.remaining / max(1, one.limit))[:BUDGETS]
        labels = [(str(one.installation_id), one.resource) for one in least]
        return {
            "ospo_gate_github_budget_limit": [*zip(labels, (one.limit for one in least), strict=True)],
            "ospo_gate_github_budget_remaining": [*zip(labels, (one.remaining for one in least), strict=True)],
            "ospo_gate_github_budget_reset_timestamp_seconds": [
                *zip(labels, (one.reset_at for one in least), strict=True)
            ],
        }

    def _here(self, up: bool) -> dict[str, Iterable[Row]]:
        hand, pools = self.hand(), self.figures.database.pools()
        return {
            "ospo_gate_build_info": [((VERSION,), 1)],
            "ospo_gate_workers": [((), hand.workers)],
            "ospo_gate_workers_busy": [((), hand.busy)],
            "ospo_gate_database_up": [((), int(up))],
            "ospo_gate_database_connections": [((name,), pool.used) for name, pool in pools.items()],
            "ospo_gate_database_connections_limit": [((name,), pool.limit) for name, pool in pools.items()],
        }

    def _histogram(self, metric: Named) -> Metric:
        family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
        for labels, times in self.tally.times(metric.name):
            buckets, count = [], 0
            for bound, within in zip((*map(str, BOUNDS), "+Inf"), times.counts, strict=True):
                count += within
                buckets.append((bound, count))
            family.add_metric(labels, buckets, times.total)
        return family


class _Told(Collector):
    """What was found for one scrape."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self.families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self.families


def _family(metric: Named, rows: Iterable[Row]) -> Metric:
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in rows:
        family.add_metric(labels, value)
    return family


def _of_queue(queue: Queue) -> dict[str, Iterable[Row]]:
    return {
        "ospo_gate_queue_depth": [((kind.value,), queue.depth.get(kind.value, 0)) for kind in Subjects],
        "ospo_gate_queue_oldest_seconds": [((), queue.oldest)],
        "ospo_gate_delivery_oldest_seconds": [((), queue.delivery)],
    }


def _of_stock(stock: Stock) -> dict[str, Iterable[Row]]:
    return {
        "ospo_gate_subjects_failed": [((), stock.failed)],
        "ospo_gate_outbox_waiting": [((state,), stock.outbox.get(state, 0)) for state in (WAITING, SENDING, LATER)],
        "ospo_gate_facts": [((kind,), kept.count) for kind, kept in sorted(stock.facts.items())],
        "ospo_gate_facts_oldest_seconds": [((kind,), kept.oldest) for kind, kept in sorted(stock.facts.items())],
        "ospo_gate_repositories": [((), stock.repositories)],
        "ospo_gate_repositories_read": [((), stock.read)],
        "ospo_gate_backfill_waiting": [((), stock.unread)],
        "ospo_gate_uploads_waiting": [((target,), count) for target, count in sorted(stock.uploads.items())],
        "ospo_gate_companies_waiting": [((), stock.companies)],
        "ospo_gate_database_size_bytes": [((), stock.size)],
        "ospo_gate_engine_processes": [] if stock.processes is None else [((), stock.processes)],
    }
