"""What is kept, for how long it serves, and that many who ask at the same time cost one request."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import timedelta

import pytest

from app.facts.memory import FactsInMemory
from app.facts.online.wiring import Online
from app.ports import FactRecord
from checks.model.facts import Facts, Questions, Want
from tests.online.looked_up import EVERYTHING, Office, npm, value
from tests.standins import Fault, Standins


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as running:
        yield running


def test_a_thousand_who_ask_at_the_same_time_cost_one_batch(standins: Standins) -> None:
    for number in range(300):
        standins.depsdev.knows("NPM", f"package-{number}", "1.0.0")
    for number in range(10):
        id_ = f"GHSA-0000-0000-000{number}"
        standins.osv.knows(id_, "npm", f"package-{number}", "1.0.0", aliases=[f"CVE-2026-100{number}"])
    questions = {npm(f"package-{number}"): EVERYTHING for number in range(300)}

    async def license_count(online: Online) -> int:
        facts = await online.packages.answer(questions)
        return sum(value(facts.version(*key).license) == "MIT" for key in questions) + len(facts.likelihoods)

    async def everybody(online: Online) -> list[int]:
        return await asyncio.gather(*(license_count(online) for _ in range(1000)))

    standins.epss.scores["CVE-2026-1000"] = ("0.25", "0.9")
    assert asyncio.run(Office(standins).within(everybody)) == [301] * 1000
    assert standins.counts == {"depsdev": 1, "osv": 1 + 10, "kev": 1, "epss": 1}


def test_those_who_ask_for_different_packages_share_what_they_have_in_common(standins: Standins) -> None:
    """Each of them brings the same ten packages and one of its own."""

    async def everybody(online: Online) -> None:
        common = {npm(f"package-{number}"): Want.ADVISORIES for number in range(10)}
        await asyncio.gather(*(online.packages.answer({**common, npm(f"own-{n}"): Want.ADVISORIES}) for n in range(50)))

    asyncio.run(Office(standins).within(everybody))
    asked = [query["package"]["name"] for call in standins.osv.calls for query in call.json["queries"]]
    assert len(asked) == len(set(asked)) == 60


def test_who_asks_for_more_asks_only_for_the_rest(standins: Standins) -> None:
    async def two(online: Online) -> None:
        few = {npm(f"package-{number}"): Want.LICENSE for number in range(3)}
        more = {npm(f"package-{number}"): Want.LICENSE for number in range(5)}
        await asyncio.gather(online.packages.answer(few), online.packages.answer(more))

    asyncio.run(Office(standins, DISABLED="ecosystems clearlydefined").within(two))
    asked = [[item["versionKey"]["name"] for item in call.json["requests"]] for call in standins.depsdev.calls]
    assert sorted(asked) == [["package-0", "package-1", "package-2"], ["package-3", "package-4"]]


def test_who_gives_up_does_not_take_the_answer_from_the_others(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.0.0")

    async def one_leaves(online: Online) -> Facts:
        first = asyncio.create_task(online.packages.answer({npm("left-pad"): Want.LICENSE}))
        second = asyncio.create_task(online.packages.answer({npm("left-pad"): Want.LICENSE}))
        await asyncio.sleep(0.01)
        first.cancel()
        return await second

    with standins.depsdev.behaving(Fault(slow=0.0001)):
        facts = asyncio.run(Office(standins).within(one_leaves, real_time=True))
    assert value(facts.version(*npm("left-pad")).license) == "MIT"
    assert len(standins.depsdev.calls) == 1


def asked_after(standins: Standins, want: Want, **time: float) -> bool:
    """Whether a source is asked again when that much time has passed."""
    office = Office(standins, DISABLED="ecosystems clearlydefined")
    office.ask({npm("left-pad"): want})
    standins.forget()
    office.clock.passes(**time)
    office.ask({npm("left-pad"): want})
    return bool(standins.counts)


@pytest.mark.parametrize(
    ("want", "serves", "then"),
    [
        (Want.LICENSE, {"days": 29}, {"days": 31}),
        (Want.LICENSE | Want.STATUS, {"hours": 11}, {"hours": 13}),
        (Want.ADVISORIES, {"hours": 2}, {"hours": 4}),
        (Want.RELEASES, {"hours": 5}, {"hours": 7}),
        (Want.LIFECYCLE, {"hours": 23}, {"hours": 25}),
    ],
)
def test_how_long_an_answer_serves(
    standins: Standins, want: Want, serves: dict[str, float], then: dict[str, float]
) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.0.0")
    assert not asked_after(standins, want, **serves)
    assert asked_after(standins, want, **then)


def test_that_a_release_is_unknown_serves_for_an_hour(standins: Standins) -> None:
    assert not asked_after(standins, Want.LICENSE, minutes=59)
    assert asked_after(standins, Want.LICENSE, minutes=61)


def test_a_failure_is_not_kept(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.0.0")
    office = Office(standins, DISABLED="ecosystems clearlydefined")
    with standins.depsdev.behaving(Fault(status=403)):
        assert office.ask({npm("left-pad"): Want.LICENSE}).version(*npm("left-pad")).gaps
    assert value(office.ask({npm("left-pad"): Want.LICENSE}).version(*npm("left-pad")).license) == "MIT"


def test_that_nothing_was_told_is_not_kept_as_an_answer(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    standins.kev.exploited["CVE-2026-0001"] = "2026-02-03"
    office = Office(standins)
    with standins.kev.behaving(Fault(status=403)):
        assert office.ask({npm("left-pad"): Want.ADVISORIES}).exploited == {}
    assert office.ask({npm("left-pad"): Want.ADVISORIES}).exploited.keys() == {"CVE-2026-0001"}


def test_a_source_that_is_down_answers_with_what_was_known_and_its_age(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    standins.kev.exploited["CVE-2026-0001"] = "2026-02-03"
    office = Office(standins)
    first = office.ask({npm("left-pad"): Want.ADVISORIES})
    read_at = office.clock.now()
    office.clock.passes(days=9)
    with standins.osv.behaving(Fault(status=403)), standins.kev.behaving(Fault(status=403)):
        facts = office.ask({npm("left-pad"): Want.ADVISORIES})
    known = facts.version(*npm("left-pad"))
    assert not [gap for gap in known.gaps if gap.source == "OSV"]
    assert known.advisories == first.version(*npm("left-pad")).advisories
    assert known.advisories is not None
    assert known.advisories.as_of == read_at
    assert facts.advisories == first.advisories
    assert facts.exploited == first.exploited
    assert {state.name: (state.as_of, state.trouble) for state in facts.sources if state.trouble} == {
        "OSV": (read_at, "it refused the request (HTTP 403)"),
        "KEV": (read_at, "it refused the request (HTTP 403)"),
    }


class Announcing(FactsInMemory):
    """Says when the advisories of a version are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = asyncio.Event()

    async def put(self, records: Collection[FactRecord]) -> None:
        await super().put(records)
        if any(record.key.kind == "advisories" for record in records):
            self.kept.set()


def test_an_old_answer_serves_while_a_newer_one_is_fetched_behind_it(standins: Standins) -> None:
    cache = Announcing()
    office = Office(standins, cache)
    office.grace = timedelta(days=1)
    question: Questions = {npm("left-pad"): Want.ADVISORIES}

    async def before_and_after(online: Online) -> list[tuple[str, ...]]:
        found = [value((await online.packages.answer(question)).version(*npm("left-pad")).advisories)]
        standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0")
        office.clock.passes(hours=4)
        cache.kept.clear()
        found.append(value((await online.packages.answer(question)).version(*npm("left-pad")).advisories))
        await asyncio.wait_for(cache.kept.wait(), timeout=20)
        found.append(value((await online.packages.answer(question)).version(*npm("left-pad")).advisories))
        return found

    assert asyncio.run(office.within(before_and_after)) == [(), (), ("GHSA-aaaa-bbbb-cccc",)]
    assert len(standins.osv.calls) == 3


def test_what_an_older_version_of_ours_kept_is_asked_for_again(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
    standins.kev.exploited["CVE-2026-0001"] = "2026-02-03"
    cache = FactsInMemory()
    office = Office(standins, cache)
    first = office.ask({npm("left-pad"): EVERYTHING})
    cache.records = {key: record._replace(value=b"?") for key, record in cache.records.items()}
    assert office.ask({npm("left-pad"): EVERYTHING}) == first


def test_versions_whose_advisories_were_lost_are_asked_for_again(standins: Standins) -> None:
    standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0")
    cache = FactsInMemory()
    office = Office(standins, cache)
    first = office.ask({npm("left-pad"): Want.ADVISORIES})
    cache.records = {key: record for key, record in cache.records.items() if key.kind != "advisory"}
    assert office.ask({npm("left-pad"): Want.ADVISORIES}) == first


def test_more_is_asked_of_what_is_known_without_losing_it(standins: Standins) -> None:
    standins.depsdev.knows("NPM", "left-pad", "1.0.0")
    office = Office(standins)
    office.ask({npm("left-pad"): Want.LICENSE})
    office.ask({npm("left-pad"): Want.PUBLISHED})
    standins.forget()
    known = office.ask({npm("left-pad"): Want.LICENSE | Want.PUBLISHED}).version(*npm("left-pad"))
    assert known.license
    assert known.published
    assert standins.counts == {}
