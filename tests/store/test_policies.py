"""The newest policy, the last valid one and every version: what is kept of them, and what an older release leaves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from app.found_policy import Commit, Found
from app.github.pull import object_id
from app.store.database import Database
from app.store.policies import PolicyStore, _error, _written
from app.store.tables import policy, policy_file
from checks.model.errors import PolicyError, PolicyIssue
from checks.policy.files import PolicyFiles, PolicyRef

Run = Callable[[Callable[[Database], Any]], Any]
LABEL = "example/policy/policy.yaml@main"
BASE = PolicyRef("base.yaml", "example/base", "b" * 40)


def found(main: str = "version: 1\n", revision: str = "a" * 40, **files: Any) -> Found:
    """A policy as it was read; `decisions` and `others` are texts by their place."""
    decisions = {name: text.encode() for name, text in files.get("decisions", {}).items()}
    others = {ref: text and text.encode() for ref, text in files.get("others", {}).items()}
    made = PolicyFiles(main.encode(), LABEL, "policy.yaml", revision, others, decisions)
    named: list[tuple[Any, bytes | None]] = [("policy.yaml", made.main), *decisions.items(), *others.items()]
    blobs = {name: object_id(data, "a" * 40) for name, data in named if data is not None}
    return Found({"policy.yaml": blobs["policy.yaml"]}, Commit(revision, "ada", 5.0), made, blobs)


def broken(main: str, revision: str) -> Found:
    issue = PolicyIssue(2, 1, "licences", "unknown key", "did you mean licenses?", "waivers/\x00W.yaml")
    return replace(found(main, revision), error=PolicyError(LABEL, (issue,)))


def test_each_version_can_be_had_again_as_it_was(run: Run) -> None:
    first = found(decisions={"waivers/a.yaml": "id: W-1\n", "waivers/b.yaml": ""}, others={BASE: "version: 1\n"})
    second = found("version: 1\nmode: off\n", "c" * 40, others={PolicyRef("cla.md"): None})

    async def story(database: Database) -> None:
        store = PolicyStore(database, lambda: 100.0)
        assert await store.keep(LABEL, first)
        assert await store.keep(LABEL, second)
        newest, oldest = await store.versions(LABEL)
        assert (oldest.digest, oldest.revision, oldest.author, oldest.committed_at) == (
            first.digest, "a" * 40, "ada", 5.0
        )  # fmt: skip
        assert await store.bundle(oldest.id) == first.files
        assert await store.bundle(newest.id) == second.files
        assert await store.last(LABEL) == second.files
        assert await store.with_digest(first.digest[:12]) == [oldest]
        assert await store.versions(LABEL, before=newest.id) == [oldest]
        assert await store.versions("example/other") == []

    run(story)


def test_what_is_read_again_and_the_same_is_no_version(run: Run) -> None:
    async def story(database: Database) -> None:
        store = PolicyStore(database)
        assert [await store.keep(LABEL, found()) for _ in range(3)] == [True, False, False]
        assert not await store.keep(LABEL, found(revision="d" * 40)), "a commit that changes nothing of it"
        assert len(await store.versions()) == 1
        async with database.read() as connection:
            assert (await connection.execute(select(func.count()).select_from(policy_file))).scalar_one() == 1

    run(story)


def test_a_broken_version_is_remembered_with_its_faults_and_the_last_good_one_stays(run: Run) -> None:
    async def story(database: Database) -> None:
        store = PolicyStore(database)
        await store.keep(LABEL, found())
        await store.keep(LABEL, broken("version: 1\nlicences: {}\n", "b" * 40))
        newest = await store.newest(LABEL)
        assert newest is not None
        assert newest.error is not None
        assert newest.error.issues[0].hint == "did you mean licenses?"
        assert newest.digest == found().digest
        assert await store.last(LABEL) == found().files
        assert [version.error is None for version in await store.versions(LABEL)] == [False, True]
        await store.keep(LABEL, found(revision="c" * 40))
        assert [version.error is None for version in await store.versions(LABEL)] == [True, False, True]

    run(story)


def test_nothing_to_read_is_a_state_too(run: Run) -> None:
    async def story(database: Database) -> None:
        store = PolicyStore(database)
        gone = Found({}, error=PolicyError(LABEL, (PolicyIssue(1, 1, "", "there is no file policy.yaml"),)))
        assert await store.keep(LABEL, gone)
        assert await store.last(LABEL) is None
        (version,) = await store.versions(LABEL)
        assert (version.digest, version.revision, await store.bundle(version.id)) == ("", None, None)
        newest = await store.newest(LABEL)
        assert newest is not None
        assert newest.is_as({})
        assert not newest.is_as({"policy.yaml": "a" * 40})

    run(story)


def test_what_a_release_before_this_one_kept_still_judges(run: Run) -> None:
    async def story(database: Database) -> None:
        store = PolicyStore(database)
        async with database.write() as connection:
            row = {"source": LABEL, "data": b"version: 1\n", "revision": "r1", "stored_at": 1.0}
            await connection.execute(insert(policy).values(row))
        assert await store.last(LABEL) == PolicyFiles(b"version: 1\n", LABEL, revision="r1")
        newest = await store.newest(LABEL)
        assert newest is not None
        assert not newest.is_as({}), "it is read again"
        await store.keep(LABEL, found(decisions={"waivers/a.yaml": "id: W-1\n"}))
        async with database.write() as connection:  # somebody went back to it for a while
            await connection.execute(update(policy).values(data=b"version: 1\nmode: off\n", stored_at=2.0))
        assert await store.last(LABEL) == PolicyFiles(b"version: 1\nmode: off\n", LABEL, revision="a" * 40)

    run(story)


@given(st.lists(st.tuples(st.integers(1, 9), st.text(max_size=30)), max_size=60))
def test_faults_are_kept_whatever_they_quote(issues: list[tuple[int, str]]) -> None:
    error = PolicyError(LABEL, tuple(PolicyIssue(line, 1, text, text, text, text) for line, text in issues))
    again = _error(_written(error))
    assert again is not None
    assert again.issues == error.issues[:50]
