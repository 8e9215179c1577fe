"""Renewing a facts file: what changed is taken over, what did not is not fetched again, what fails keeps its answer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.facts.container import FactsFile
from app.facts.file import FileFacts
from checks.model.packages import VersionFacts
from tests.facts_file.files import Builder, asked, lock, npm
from tests.online.timed import START, Clock
from tests.standins import Fault, Standins

FILES = {"package-lock.json": lock(left_pad="1.0.0", tiny="2.0.0")}


@pytest.fixture
def world() -> Iterator[Standins]:
    with Standins() as standins:
        standins.depsdev.knows("NPM", "left-pad", "1.0.0", "MIT")
        standins.osv.knows("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.0.0", aliases=["CVE-2026-0001"])
        yield standins


def left_pad(file: FactsFile) -> VersionFacts:
    return FileFacts(file).look_up(asked(npm("left-pad"))).version(*npm("left-pad"))


def test_new_answers_are_taken_over(world: Standins) -> None:
    builder = Builder(world, Clock())
    file = builder.build(FILES)
    world.osv.knows("GHSA-dddd-eeee-ffff", "npm", "left-pad", "1.0.0")
    world.kev.exploited["CVE-2026-0001"] = "2026-11-20"
    builder.clock.passes(days=1)
    renewed = builder.update(file)
    known = left_pad(renewed).advisories
    assert known
    assert set(known.value) == {"GHSA-aaaa-bbbb-cccc", "GHSA-dddd-eeee-ffff"}
    assert known.as_of == renewed.header.read["OSV"] == START + timedelta(days=1)
    assert "CVE-2026-0001" in FileFacts(renewed).look_up(asked(npm("left-pad"))).exploited


def test_advisories_that_did_not_change_are_not_fetched_again(world: Standins) -> None:
    builder = Builder(world, Clock())
    file = builder.build(FILES)
    world.osv.knows("GHSA-dddd-eeee-ffff", "npm", "left-pad", "1.0.0")
    world.forget()
    builder.update(file)
    assert [path for path in world.osv.paths if "vulns" in path] == ["/v1/vulns/GHSA-dddd-eeee-ffff"]


def test_a_source_that_fails_for_a_later_part_takes_nothing_back(
    world: Standins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions of one package, asked in two parts."""
    monkeypatch.setattr("app.facts.build.CHUNK", 1)
    world.depsdev.knows("NPM", "left-pad", "2.0.0", "MIT")
    files = {"a/package-lock.json": lock(left_pad="1.0.0"), "b/package-lock.json": lock(left_pad="2.0.0")}
    answers = iter((None, Fault(status=403)))
    monkeypatch.setattr(world.osv, "take", lambda call: next(answers) if "batch" in call.path else None)
    file = Builder(world, Clock(), DISABLED="github").build(files)
    known = left_pad(file)
    assert known.advisories
    assert known.advisories.value == ("GHSA-aaaa-bbbb-cccc",)


def test_what_is_gone_is_gone(world: Standins) -> None:
    builder = Builder(world, Clock())
    file = builder.build(FILES)
    del world.osv.records["GHSA-aaaa-bbbb-cccc"]
    renewed = builder.update(file)
    assert renewed.header.counts.get("advisory", 0) == 0
    known = left_pad(renewed).advisories
    assert known
    assert known.value == ()


@pytest.mark.parametrize("name", ["depsdev", "osv", "kev"])
def test_a_source_that_is_down_keeps_its_old_answer_and_its_age(world: Standins, name: str) -> None:
    builder = Builder(world, Clock(), DISABLED="github")
    file = builder.build(FILES)
    before = FileFacts(file).look_up(asked(npm("left-pad")))
    builder.clock.passes(days=1)
    with world.each[name].behaving(Fault(status=500)):
        renewed = builder.update(file)
    after = FileFacts(renewed).look_up(asked(npm("left-pad")))
    ages = {state.name: state.as_of for state in after.sources if state.as_of}
    failed = {"depsdev": "deps.dev", "osv": "OSV", "kev": "KEV"}[name]
    assert ages[failed] == renewed.header.read[failed] == START
    assert all(ages[other] > START for other in {"deps.dev", "OSV"} - {failed})
    assert left_pad(renewed).gaps == ()
    (old, new) = (facts.version(*npm("left-pad")) for facts in (before, after))
    assert (old.license == new.license) is (name == "depsdev")


def test_private_packages_stay_private(world: Standins) -> None:
    """The lock file told that they are; the facts file tells it later."""
    head = lock(secret_tool="1.0.0").replace('"1.0.0"', '"1.0.0", "resolved": "https://npm.registry.example/s.tgz"')
    builder = Builder(world, Clock())
    file = builder.build({"package-lock.json": head})
    builder.update(file)
    assert not any(b"secret" in call.body for standin in world.each.values() for call in standin.calls)


def test_an_updated_file_is_the_one_that_is_built(world: Standins) -> None:
    """With the same answers at the same time; an unchanged advisory keeps the time at which it was read."""
    builder = Builder(world, Clock())
    file = builder.build(FILES)
    assert sorted(builder.update(file).every()) == sorted(file.every())
