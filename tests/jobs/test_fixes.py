"""Fixes that need more facts than the verdict: there at once where the facts are, else told soon after."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.end_to_end.examples import npm
from tests.jobs.office import Office, Run
from tests.simulator import Pull
from tests.standins import Fault, Standins

POLICY = """\
version: 1
licenses: {allow: [permissive]}
"""
CHANGE = npm(tiny=("1.0.0", "MIT", []), chart=("4.2.0", "GPL-3.0-only", []))
COMMAND = "npm install --package-lock-only --ignore-scripts chart@4.2.1"


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        all_.depsdev.knows("NPM", "chart", "4.2.0", "GPL-3.0-only")
        all_.depsdev.knows("NPM", "chart", "4.2.1", "MIT")
        yield all_


def commands(office: Office, pull: Pull) -> list[bool]:
    """For each verdict, oldest first, whether it names the command."""
    texts = [str(run["output"]) for run in office.runs(pull.repository, pull.head_sha)]
    return [COMMAND in text for text in texts]


def test_a_fix_is_part_of_the_verdict(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(CHANGE, POLICY)
        await office.want(pull)
        await office.work()
        assert commands(office, pull) == [True]

    run(story, standins.environment(), online=True)


def test_a_verdict_that_did_not_wait_is_told_again_with_its_fix(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        office.service.judge = replace(office.service.judge, fix_seconds=0)
        pull = office.pull(CHANGE, POLICY)
        await office.want(pull)
        await office.work()
        assert commands(office, pull) == [False]
        office.service.judge = replace(office.service.judge, fix_seconds=60)
        office.clock.passes(seconds=31)
        await office.work()
        assert commands(office, pull) == [False, True]

    run(story, standins.environment(), online=True)


def test_where_nobody_knows_the_versions_the_verdict_stands_without(run: Run, standins: Standins) -> None:
    async def story(office: Office) -> None:
        with standins.depsdev.behaving(Fault(status=500)):
            pull = office.pull(CHANGE, POLICY)
            await office.want(pull)
            await office.work()
        assert office.conclusions(pull) == ["failure"]
        assert commands(office, pull) == [False]

    run(story, standins.environment(), online=True)
