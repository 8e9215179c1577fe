"""Metrics: names by convention, labels that do not grow without end, and answers while the database is away."""

import asyncio
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from app.github.limits import Budget, Limits
from app.health import Health
from app.jobs.hands import Hand
from app.metrics import BUDGETS, METRICS, Kind, Metrics
from app.store.database import Database
from app.store.figures import FigureStore
from app.tally import BOUNDS, MOST, Tally


def exported(tally: Tally, path: Path, budgets: tuple[Budget, ...] = ()) -> dict[str, dict[tuple[str, ...], float]]:
    """Samples by name and by the values of their labels."""

    async def story() -> bytes:
        database = Database(f"sqlite+aiosqlite:///{path}")
        try:
            return await Metrics(tally, FigureStore(database), lambda: budgets, lambda: Hand(4, 1)).text()
        finally:
            await database.close()
            await asyncio.sleep(0.05)  # a thread of the driver still answers to this loop

    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(asyncio.run(story()).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_and_units_are_those_of_prometheus(metric) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"ospo_gate_[a-z_]+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)
    assert not re.search(r"_(ms|millis|minutes|hours|kb|mb|percent)(_|$)", metric.name)
    assert metric.kind is not Kind.HISTOGRAM or metric.name.endswith("_seconds")
    assert metric.help.endswith(".")
    assert not set(metric.labels) & {"repository", "subject", "head", "login", "le", "quantile", "job", "instance"}


def test_without_the_database_the_process_still_answers(tmp_path: Path) -> None:
    tally = Tally()
    tally.count("ospo_gate_internal_errors_total")
    found = exported(tally, tmp_path / "no" / "folder" / "gate.db")
    assert found["ospo_gate_database_up"] == {(): 0}
    assert found["ospo_gate_internal_errors_total"] == {(): 1}
    assert found["ospo_gate_workers_busy"] == {(): 1}
    assert "ospo_gate_queue_depth" not in found, "not known is not nothing"


def test_labels_have_an_end(tmp_path: Path) -> None:
    tally = Tally()
    for number in range(MOST + 50):
        tally.count("ospo_gate_github_requests_total", f"resource-{number}", "2xx")
        tally.happened("ospo_gate_source_answer_timestamp_seconds", float(number), f"source-{number}")
    budgets = tuple(Budget(number, "core", 5000, number, 1.0, None) for number in range(200))
    found = exported(tally, tmp_path / "gate.db", budgets)
    requests = found["ospo_gate_github_requests_total"]
    assert len(requests) == MOST + 1
    assert requests["other", "other"] == 50
    assert len(found["ospo_gate_source_answer_timestamp_seconds"]) == MOST
    left = found["ospo_gate_github_budget_remaining"]
    assert len(left) == BUDGETS
    assert max(left.values()) == BUDGETS - 1, "those of which the least is left"


def test_a_hostile_label_stays_a_label(tmp_path: Path) -> None:
    tally = Tally()
    evil = 'a"} 1\nospo_gate_workers 99\n'
    tally.happened("ospo_gate_source_answer_timestamp_seconds", 5.0, evil)
    found = exported(tally, tmp_path / "gate.db")
    assert found["ospo_gate_source_answer_timestamp_seconds"] == {(evil,): 5.0}
    assert found["ospo_gate_workers"] == {(): 4}


@given(st.lists(st.floats(-10, 10_000, allow_nan=False)))
def test_every_duration_is_in_one_bucket(durations: list[float]) -> None:
    tally = Tally()
    for seconds in durations:
        tally.took("x", seconds)
    for _, times in tally.times("x"):
        assert sum(times.counts) == len(durations)
        assert times.counts[-1] == sum(seconds > BOUNDS[-1] for seconds in durations)
        assert times.counts[0] == sum(seconds <= BOUNDS[0] for seconds in durations)


def test_ready_is_who_has_begun_has_the_schema_and_does_not_end(tmp_path: Path) -> None:
    async def story() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}")

        async def counts() -> dict[str, object]:
            return {"waiting": 0}

        health = Health(database, counts, workers=2)
        assert await health.ready() is None
        health.begun = True
        assert await health.ready() is None, "the schema is older than this release"
        await database.migrate()
        assert await health.ready() == {"waiting": 0, "schema": "current", "workers": 2}
        health.ending = True
        assert await health.ready() is None
        await database.close()

    asyncio.run(story())


def test_limits_are_counted_by_what_they_are() -> None:
    limits = Limits()
    limits.refused(1, "core", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}, 0.0)
    limits.refused(1, "core", {"retry-after": "60", "x-ratelimit-remaining": "0"}, 0.0)
    limits.refused(1, "core", {}, 0.0)
    assert dict(limits.tally.counts("ospo_gate_github_limits_met_total")) == {("primary",): 1, ("secondary",): 2}
