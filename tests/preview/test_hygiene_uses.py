"""What a policy has and nothing needs that default branches use, as far as all of them were read."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from app.hygiene import Looked, stored_points
from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from tests.preview.examples import organization, policy
from tests.store.bills import inventory

Run = Callable[[Callable[[Database], Awaitable[Any]]], Any]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LICENSES = {"left@1": "MIT", "copy@2": "GPL-3.0-only", "weak@3": "MPL-2.0"}
TREES = {
    "example/web": [inventory({"left@1": [], "copy@2": []}, licenses=LICENSES)],
    "example/api": [inventory({"weak@3": []}, licenses=LICENSES)],
}
POLICY = """\
licenses:
  allow: [permissive, MPL-2.0, EPL-2.0]
  exceptions:
    - {package: pkg:npm/copy, allow: [GPL-3.0-only], reason: r}
    - {package: pkg:npm/gone, allow: [GPL-3.0-only], reason: r}
packages:
  advice:
    - {package: pkg:npm/left, advice: adopt}
    - {package: pkg:npm/right, advice: adopt}
    - {package: pkg:npm/old, advice: hold, reason: r}
    - {package: pkg:npm/bad, advice: avoid, reason: r}
    - {package: pkg:npm/weak, advice: trial, versions: ">=4"}
"""


def waiver(id_: str, package: str, rule: str = "license-not-allowed") -> str:
    return (
        f"{{id: {id_}, rules: [{rule}], package: pkg:npm/{package}, reason: r, approved_by: '@ospo', "
        "expires: 2027-06-01}"
    )


async def looked(database: Database, text: str) -> Looked:
    return await stored_points(database, policy(text), NOW)


def test_allowances_and_advice_that_no_default_branch_needs(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        found = await looked(database, POLICY)
        assert [(point.topic, point.line, point.what) for point in found.points] == [
            ("allowance-unused", 3, "licenses.allow has EPL-2.0, and none of the 3 packages here is under it"),
            ("allowance-unused", 6, "licenses.exceptions has pkg:npm/gone, and there is no such package here"),
            ("advice-unused", 10, "packages.advice has pkg:npm/right on adopt, and nothing uses it"),
            ("advice-unused", 11, "packages.advice has pkg:npm/old on hold, and nothing uses it"),
            ("advice-unused", 13, "packages.advice has pkg:npm/weak >=4 on trial, and nothing uses it"),
        ]
        assert found.at == ("2 known repositories", "2 of 2 default branches, pushed on 2026-09-21")

    run(story)


def test_a_waiver_without_which_nothing_changes(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        rows = [waiver("W-1", "copy"), waiver("W-2", "gone"), waiver("W-3", "left"), waiver("W-4", "x", "vulnerable")]
        text = f"licenses: {{allow: [permissive, MPL-2.0]}}\nvulnerabilities: {{}}\nwaivers: [{', '.join(rows)}]\n"
        found = await looked(database, text)
        assert [point.what for point in found.points] == [
            "waiver W-2 covers nothing on default branches and in open pull requests",
            "waiver W-3 covers nothing on default branches and in open pull requests",
        ]

    run(story)


def test_where_not_all_was_read_nothing_is_called_unused(run: Run) -> None:
    async def story(database: Database) -> None:
        assert (await looked(database, POLICY)).at == (
            "0 known repositories",
            "no default branch, because none was read yet",
        )
        await organization(database, TREES)
        new = RepositoryRow(9, 11, "example/new", visibility="private", archived=False)
        await RepositoryStore(database).seen([new])
        found = await looked(database, POLICY + f"waivers: [{waiver('W-2', 'gone')}]\n")
        assert found.points == ()
        assert found.at[1] == (
            "2 of 3 default branches, pushed on 2026-09-21; nothing is called unused, because not all of them were read"
        )

    run(story)
