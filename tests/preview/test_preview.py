"""Two policies over what default branches use: what is newly blocked, what is set free, and for whom."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

import app.preview
from app.store.database import Database
from app.store.repositories import RepositoryRow
from checks.engine.stands import Stand
from checks.model.dependency import Scope
from tests.preview.examples import blocked, moves, organization, previewed
from tests.store.bills import inventory

Run = Callable[[Callable[[Database], Awaitable[Any]]], Any]
LICENSES = {"left@1": "MIT", "copy@2": "GPL-3.0-only", "odd@3": "Ask me"}
#: Two repositories have a GPL package, one of them as a tool.
TREES = {
    "example/web": [inventory({"left@1": [], "copy@2": []}, licenses=LICENSES)],
    "example/tools": [inventory({"copy@2": [], "odd@3": []}, licenses=LICENSES, scopes={"copy@2": Scope.DEVELOPMENT})],
    "example/empty": [],
}
OLD = "licenses: {allow: [permissive, strong-copyleft]}\nowners: {default: '@example/ospo'}"
NEW = (
    "licenses: {allow: [permissive], development: {allow_also: [strong-copyleft]}, levels: {license-unknown: warn}}\n"
    "owners: {repositories: {web: '@example/web'}, default: '@example/ospo'}"
)


def test_what_is_blocked_and_what_is_set_free_by_rule_repository_package_and_owner(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        found = await previewed(database, OLD, NEW)
        names = {id_: item.facts.name or "" for id_, item in found.repositories.items()}
        assert found.checks == {"licenses"}
        assert moves(found.impact.rules()) == {
            "license-not-allowed": {"newly_blocked": 1},
            "license-unknown": {"newly_passing": 1},
        }
        assert moves(found.impact.repositories(names)) == {
            "example/web": {"newly_blocked": 1},
            "example/tools": {"newly_passing": 1},
        }
        assert moves(found.impact.packages()) == {
            "pkg:npm/copy": {"newly_blocked": 1},
            "pkg:npm/odd": {"newly_passing": 1},
        }
        assert moves(found.impact.owners()) == {
            "@example/web": {"newly_blocked": 1},
            "@example/ospo": {"newly_passing": 1},
        }
        (place,) = [place for place in found.impact.places if place.purl == "pkg:npm/copy"]
        (turn,) = place.turns
        assert (place.version, turn.before, turn.after) == ("2", Stand.PASSES, Stand.BLOCKS)

    run(story)


@pytest.mark.parametrize("narrow", [0, 1_000_000])
def test_however_uses_are_read_the_answer_is_the_same(run: Run, narrow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.preview, "NARROW", narrow)
    twice = [
        inventory({"copy@2": []}, licenses=LICENSES, scopes={"copy@2": Scope.DEVELOPMENT}),
        inventory({"copy@2": [], "left@1": []}, licenses=LICENSES, path="app/package-lock.json"),
    ]

    async def story(database: Database) -> None:
        await organization(database, {**TREES, "example/twice": twice})
        found = await previewed(database, OLD, NEW)
        names = {id_: item.facts.name or "" for id_, item in found.repositories.items()}
        assert moves(found.impact.repositories(names)) == {
            "example/web": {"newly_blocked": 1},
            "example/twice": {"newly_blocked": 1},  # once, though two manifests have it: what is shipped counts
            "example/tools": {"newly_passing": 1},
        }

    run(story)


def test_the_same_policy_changes_nothing_and_nothing_is_judged(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        found = await previewed(database, OLD, OLD + "\nowner: {team: '@example/ospo'}")
        assert (found.checks, found.judged, found.impact.places) == (frozenset(), 0, [])

    run(story)


def test_each_distinct_case_is_judged_once_for_any_number_of_repositories(run: Run) -> None:
    many = {f"example/r{n}": [inventory({f"p{n}@1.{n}": []}, licenses={f"p{n}@1.{n}": "MIT"})] for n in range(40)}

    async def story(database: Database) -> None:
        await organization(database, many)
        found = await previewed(database, OLD, "licenses: {allow: [GPL-3.0-only]}")
        assert blocked(found) == 40
        assert found.judged == len(Scope)  # one license in one ecosystem, under each scope

    run(story)


def test_packages_that_a_policy_names_are_told_apart(run: Run) -> None:
    exceptions = "exceptions: [{package: pkg:npm/copy, versions: '<2.0.0', allow: [GPL-3.0-only], reason: data}]"
    tree = inventory({"copy@1.0.0": [], "copy@2.0.0": [], "other@1.0.0": []}, licenses=dict.fromkeys(
        ("copy@1.0.0", "copy@2.0.0", "other@1.0.0"), "GPL-3.0-only"))  # fmt: skip

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [tree]})
        found = await previewed(database, "licenses: {allow: [permissive]}",
                                f"licenses: {{allow: [permissive], {exceptions}}}")  # fmt: skip
        assert [(place.purl, place.version) for place in found.impact.places] == [("pkg:npm/copy", "1.0.0")]

    run(story)


WAIVER = (
    "waivers: [{id: W-1, rules: [license-not-allowed], package: pkg:npm/copy, repositories: [web], "
    "approved_by: '@ada', expires: 2027-03-31, reason: a tool}]"
)


def test_waivers_that_become_needed_or_useless(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        needed = await previewed(database, f"{OLD}\n{WAIVER}", f"licenses: {{allow: [permissive]}}\n{WAIVER}")
        assert [(row.id, row.before, row.after) for row in needed.impact.waivers()] == [("W-1", 0, 1)]
        assert blocked(needed) == 1  # in the other repository
        useless = await previewed(database, f"licenses: {{allow: [permissive]}}\n{WAIVER}", f"{OLD}\n{WAIVER}")
        assert [(row.id, row.useless) for row in useless.impact.waivers()] == [("W-1", True)]

    run(story)


def test_a_waiver_with_a_path_is_judged_by_where_manifests_are(run: Run) -> None:
    waiver = WAIVER.replace("repositories: [web]", "paths: ['docs/*']")
    trees = {
        "example/web": [inventory({"copy@2": []}, licenses=LICENSES, path="docs/package-lock.json")],
        "example/api": [inventory({"copy@2": []}, licenses=LICENSES, path="src/package-lock.json")],
    }

    async def story(database: Database) -> None:
        await organization(database, trees)
        found = await previewed(database, OLD, f"licenses: {{allow: [permissive]}}\n{waiver}")
        names = {id_: item.facts.name or "" for id_, item in found.repositories.items()}
        assert moves(found.impact.repositories(names)) == {
            "example/api": {"newly_blocked": 1},
            "example/web": {"otherwise": 1},
        }

    run(story)


def test_in_mode_evaluate_nothing_is_blocked_and_the_roll_out_says_what_will_be(run: Run) -> None:
    strict = "licenses: {allow: [permissive], levels: {license-unknown: off}}"

    async def story(database: Database) -> None:
        await organization(database, TREES)
        shown = await previewed(database, f"mode: evaluate\n{OLD}", f"mode: evaluate\n{strict}")
        assert moves(shown.impact.rules())["license-not-allowed"] == {"newly_would_block": 2}
        enforced = await previewed(database, f"mode: evaluate\n{strict}", strict)
        assert moves(enforced.impact.rules()) == {"license-not-allowed": {"newly_blocked": 2}}

    run(story)


def test_what_is_for_lack_of_data_is_counted(run: Run) -> None:
    async def story(database: Database) -> None:
        await organization(database, TREES)
        lenient = "licenses: {allow: [permissive, strong-copyleft], levels: {license-unknown: warn}}"
        found = await previewed(database, lenient, "licenses: {allow: [permissive, strong-copyleft]}")
        assert (blocked(found), found.impact.total.could_not_tell) == (1, 1)

    run(story)


def test_repositories_that_are_gone_archived_or_not_read_are_not_counted(run: Run) -> None:
    rows = {"example/tools": RepositoryRow(2, 11, "example/tools", archived=True)}

    async def story(database: Database) -> None:
        await organization(database, TREES, rows)
        found = await previewed(database, OLD, "licenses: {allow: [permissive]}")
        assert (sorted(found.repositories), found.known) == ([1, 3], 2)
        assert found.impact.total.repositories == 1

    run(story)


def test_a_visibility_that_matters_makes_a_difference_between_repositories(run: Run) -> None:
    inner = "licenses: {allow: [permissive], inner_source: [GPL-3.0-only], levels: {license-unknown: off}}"
    row = RepositoryRow(1, 11, "example/web", visibility="public", archived=False)

    async def story(database: Database) -> None:
        await organization(database, TREES, {"example/web": row})
        found = await previewed(database, "licenses: {allow: [permissive], levels: {license-unknown: off}}", inner)
        names = {id_: item.facts.name or "" for id_, item in found.repositories.items()}
        assert moves(found.impact.repositories(names)) == {"example/tools": {"newly_passing": 1}}

    run(story)


def test_hostile_names_and_versions_are_judged_like_any_other(run: Run) -> None:
    name = "x\x00\ud800|<img>@1\n"
    tree = inventory({name: []}, licenses={name: "GPL-3.0-only"})
    tree = replace(tree, dependencies=tuple(replace(item, version=None) for item in tree.dependencies))

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [tree]})
        assert blocked(await previewed(database, OLD, "licenses: {allow: [permissive]}")) == 1

    run(story)


def test_overrides_for_repositories_and_for_scopes_and_paths_are_followed(run: Run) -> None:
    lenient = "overrides: [{match: {MATCH}, licenses: {allow_also: [strong-copyleft]}}]"
    trees = {
        "example/web": [inventory({"copy@2": []}, licenses=LICENSES)],
        "example/tools": [
            inventory({"copy@2": []}, licenses=LICENSES, scopes={"copy@2": Scope.TEST}, path="docs/package-lock.json")
        ],
    }

    async def story(database: Database) -> None:
        await organization(database, trees)
        for match in ("repositories: [tools]", "scopes: [test]", "paths: ['docs/*']"):
            new = "licenses: {allow: [permissive]}\n" + lenient.replace("MATCH", match)
            found = await previewed(database, "licenses: {allow: [permissive]}", new)
            names = {id_: item.facts.name or "" for id_, item in found.repositories.items()}
            assert moves(found.impact.repositories(names)) == {"example/tools": {"newly_passing": 1}}, match
            same = await previewed(database, new, new)
            assert (same.checks, same.impact.places) == (frozenset(), [])

    run(story)


def test_a_package_that_only_an_override_names_is_judged_by_itself(run: Run) -> None:
    exception = "{package: pkg:npm/copy, allow: [GPL-3.0-only], reason: data}"
    override = f"{{match: {{scopes: [runtime]}}, licenses: {{exceptions: [{exception}]}}}}"
    new = f"licenses: {{allow: [permissive]}}\noverrides: [{override}]"
    licenses = {"copy@2": "GPL-3.0-only", "other@2": "GPL-3.0-only"}

    async def story(database: Database) -> None:
        await organization(database, {"example/web": [inventory({"copy@2": [], "other@2": []}, licenses=licenses)]})
        found = await previewed(database, "licenses: {allow: [permissive]}", new)
        assert moves(found.impact.packages()) == {"pkg:npm/copy": {"newly_passing": 1}}

    run(story)
