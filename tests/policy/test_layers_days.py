"""What comes into force on a day, and the edition of a policy."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.policies import SHAPES, load_policies
from checks.model.facts import RepositoryFacts
from checks.model.finding import Level
from checks.model.phrase import plain
from checks.policy.files import PolicyFiles
from checks.policy.load import load
from checks.policy.schema import Coming
from tests.policy.examples import fault

DAY = datetime(2027, 3, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
SHOP = RepositoryFacts("example/shop", "private", "main")
TIMED = "licenses: {levels: {license-unknown: {level: block, from: 2027-03-01, until_then: warn}}}\n"


def at(text: str, now: datetime):  # type: ignore[no-untyped-def]
    files = PolicyFiles(f"version: 1\n{text}".encode(), "policy.yaml")
    return load_policies(files).policy_for(SHOP, "main", now)


@pytest.mark.parametrize(
    ("now", "level"), [(DAY - MOMENT, Level.WARN), (DAY, Level.BLOCK), (DAY + MOMENT, Level.BLOCK)]
)
def test_a_level_comes_into_force_at_the_beginning_of_its_day(now: datetime, level: Level) -> None:
    policy = at(TIMED, now)
    assert policy.levels["licenses"]["license-unknown"] is level
    assert policy.changes_at == (DAY if now < DAY else None)
    assert dict(policy.coming) == (
        {"license-unknown": Coming(Level.BLOCK, "2027-03-01", Level.WARN)} if now < DAY else {}  # type: ignore[arg-type]
    )


def test_for_nobody_in_particular_all_is_in_force() -> None:
    plain_ = load_policies(PolicyFiles(f"version: 1\n{TIMED}".encode(), "policy.yaml")).plain
    assert plain_.levels["licenses"]["license-unknown"] is Level.BLOCK


def test_until_then_it_is_a_note_where_nothing_else_is_said() -> None:
    policy = at("licenses: {levels: {license-missing: {level: block, from: 2027-03-01}}}\n", DAY - MOMENT)
    assert policy.levels["licenses"]["license-missing"] is Level.NOTE


def test_an_override_comes_into_force_on_its_day_and_is_announced() -> None:
    text = "overrides: [{match: {repositories: shop}, from: 2027-03-01, signoff: {}}]\n"
    before, after = at(text, DAY - MOMENT), at(text, DAY)
    assert ([*before.sections], [*after.sections]) == (["inventory"], ["signoff", "inventory"])
    assert [plain(sentence) for sentence in before.announced] == [
        "From 2027-03-01 on, the override in policy.yaml line 2 holds here."
    ]
    assert (before.changes_at, after.changes_at, after.announced) == (DAY, None, ())


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("{level: block}", "'from' is missing"),
        ("{from: 2027-03-01}", "'level' is missing"),
        ("{level: block, from: 2027-02-30}", "there is no such day as '2027-02-30'"),
        ("{level: stop, from: 2027-03-01}", "expected 'block', 'warn', 'note' or 'off', not 'stop'"),
        ("{level: block, from: 2027-03-01, then: off}", "then: unknown key"),
    ],
)
def test_a_fault_of_a_day_is_named(level: str, said: str) -> None:
    assert said in fault(f"licenses: {{levels: {{license-unknown: {level}}}}}\n")
    assert said in fault(f"overrides:\n  - licenses: {{levels: {{license-unknown: {level}}}}}\n")


# -- editions --------------------------------------------------------------------------------------------------------


class Younger:
    """The licenses check with a rule that came with the edition of the year after the first."""

    check, always_on = "licenses", True
    section = next(shape.section for shape in SHAPES if shape.check == "licenses")
    levels: Mapping[str, Level] = {"license-unknown": Level.BLOCK, "license-new": Level.BLOCK, "quiet": Level.OFF}
    since: Mapping[str, int] = {"license-new": 2027, "quiet": 2027}
    unwaivable = frozenset[str]()


@pytest.mark.parametrize(("edition", "level"), [("", Level.NOTE), ("edition: 2026\n", Level.NOTE)])
def test_a_rule_that_is_younger_than_the_edition_is_a_note(edition: str, level: Level) -> None:
    policy = load(f"version: 1\n{edition}licenses: {{}}\n".encode(), "policy.yaml", [Younger()], own_version="1")
    assert dict(policy.levels["licenses"]) == {"license-unknown": Level.BLOCK, "license-new": level, "quiet": Level.OFF}


def test_a_level_that_the_policy_gives_holds_in_any_edition() -> None:
    text = b"version: 1\nlicenses: {levels: {license-new: warn}}\n"
    assert load(text, "policy.yaml", [Younger()], own_version="1").levels["licenses"]["license-new"] is Level.WARN


@pytest.mark.parametrize("edition", ["2025", "2027"])
def test_an_edition_that_nobody_wrote_is_a_fault(edition: str) -> None:
    assert "edition: this release knows 2026" in fault(f"edition: {edition}\n")
