"""What a default branch uses is stored at each push, whatever the policy asks, with as few requests as can be."""

import pytest
from sqlalchemy import func, select

from app.store.documents import StoredTree
from app.store.tables import document, manifest
from app.subject import pull_key
from tests.end_to_end.examples import CLEAN, POLICY, npm
from tests.jobs.office import Office, Run
from tests.simulator import Repository
from tests.simulator.rest import contents

OFF = "version: 1\nmode: off\n"
NEW = npm(tiny=("1.0.0", "MIT", []), fresh=("2.0.0", "ISC", []))


async def stored(office: Office, repository: Repository) -> dict[str, list[str]]:
    """Packages by manifest, as they are stored."""
    tree = await office.service.documents.head(repository.id)
    assert tree is not None
    assert tree.head == repository.head()
    return await packages(office, tree)


async def packages(office: Office, tree: StoredTree) -> dict[str, list[str]]:
    found = await office.service.documents.inventories(tree)
    return {one.path: [f"{d.name}@{d.version}" for d in one.dependencies] for one in found if one.dependencies}


def requests(office: Office) -> list[str]:
    """What was read of the repository."""
    return [f"{seen.method} {seen.path.split('/')[-2]}" if seen.kind == "rest" else seen.kind
            for seen in office.sim.requests if seen.kind != "token"]  # fmt: skip


def test_without_a_section_for_vulnerabilities_it_is_stored_all_the_same(run: Run) -> None:
    async def story(office: Office) -> None:
        repo = office.repository()
        await office.push(repo)
        await office.work()
        assert await stored(office, repo) == {"package-lock.json": ["tiny@1.0.0"]}
        assert office.branch(repo) == []

    run(story)


def test_where_nothing_is_judged_it_is_read_alone(run: Run) -> None:
    async def story(office: Office) -> None:
        for policy in (OFF, "version: 1\nlicenses: 7\n"):
            repo = office.repository(policy=policy)
            await office.push(repo)
            await office.work()
            assert await stored(office, repo) == {"package-lock.json": ["tiny@1.0.0"]}

    run(story)


def test_with_the_policy_of_the_organization_a_push_costs_what_it_changes(run: Run) -> None:
    files = {
        f"services/{n}/{name}": text.replace("tiny", f"tiny-{n}") for n in range(30) for name, text in CLEAN.items()
    }

    async def story(office: Office) -> None:
        office.sim.create_repository("example", "policy", files={"policy.yaml": POLICY})
        repo = office.repository(files)
        await office.push(repo)
        await office.work()
        office.sim.reset_counts()
        changed = {f"services/7/{name}": text for name, text in NEW.items()}
        await office.push(repo, changed)
        await office.work()
        assert requests(office) == ["GET trees", "graphql"]
        assert (await stored(office, repo))["services/7/package-lock.json"] == ["fresh@2.0.0", "tiny@1.0.0"]
        office.sim.reset_counts()
        await office.push(repo, {"README.md": "new"})
        await office.work()
        assert requests(office) == ["GET trees"]
        assert len(await stored(office, repo)) == 30

    run(story, policy="example/policy@main")


def test_the_same_lock_file_is_stored_once(run: Run) -> None:
    async def story(office: Office) -> None:
        for repo in (office.repository(CLEAN), office.repository({f"web/{n}": t for n, t in CLEAN.items()})):
            await office.push(repo)
        await office.work()
        async with office.service.database.read() as connection:
            assert (await connection.execute(select(func.count()).select_from(document))).scalar_one() == 1

    run(story)


def test_owners_come_with_the_first_texts(run: Run) -> None:
    async def story(office: Office) -> None:
        repo = office.repository({**CLEAN, ".github/CODEOWNERS": "* @example/web\n"})
        office.sim.reset_counts()
        await office.push(repo)
        await office.work()
        assert requests(office) == ["GET trees", "graphql"]
        async with office.service.database.read() as connection:
            assert (await connection.execute(select(manifest.c.owners))).scalars().all() == [["@example/web"]]

    run(story)


def test_a_tree_that_github_cuts_is_walked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(office: Office) -> None:
        repo = office.repository(CLEAN)
        repo.commit("main", {f"deep/{n % 3}/{n}": "" for n in range(9)} | {f"deep/0/{n}": t for n, t in CLEAN.items()},
                    "many", office.ada)  # fmt: skip
        monkeypatch.setattr(contents, "TREE_MAX_ENTRIES", 10)
        await office.push(repo)
        await office.work()
        assert set(await stored(office, repo)) == {"package-lock.json", "deep/0/package-lock.json"}

    run(story)


def test_a_pull_request_has_the_other_manifests_of_the_default_branch(run: Run) -> None:
    async def story(office: Office) -> None:
        repo = office.repository({**CLEAN, **{f"api/{n}": t for n, t in CLEAN.items()}})
        await office.push(repo)
        await office.work()
        repo.commit("topic", {**NEW, "api/package.json": None, "api/package-lock.json": None}, "Change", office.ada)
        pull = repo.open_pull(head="topic", base="main", author=office.ada)
        await office.want(pull)
        await office.work()
        tree = await office.service.documents.pull(pull_key(repo.id, pull.number))
        assert tree is not None
        assert (tree.head, tree.base) == (pull.head_sha, repo.head())
        assert await packages(office, tree) == {"package-lock.json": ["fresh@2.0.0", "tiny@1.0.0"]}

    run(story)


def test_of_a_pull_request_into_another_branch_nothing_is_stored(run: Run) -> None:
    """What it leaves alone is not as it is on the default branch."""

    async def story(office: Office) -> None:
        repo = office.repository()
        repo.commit("v1", npm(old=("0.9.0", "MIT", [])), "Old", office.ada)
        await office.push(repo)
        await office.work()
        repo.commit("topic", NEW, "Change", office.ada)
        pull = repo.open_pull(head="topic", base="main", author=office.ada)
        stored = []
        for base in ("v1", "main", "v1"):
            pull.change_base(base)
            await office.want(pull)
            await office.work()
            assert office.titles(pull)
            stored.append(await office.service.documents.pull(pull_key(repo.id, pull.number)) is not None)
        assert stored == [False, True, False]

    run(story)


def test_before_its_default_branch_was_read_nothing_of_a_pull_request_is_stored(run: Run) -> None:
    async def story(office: Office) -> None:
        pull = office.pull(NEW)
        await office.want(pull)
        await office.work()
        assert office.titles(pull)
        assert await office.service.documents.pull(pull_key(pull.repository.id, pull.number)) is None

    run(story)
