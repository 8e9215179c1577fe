"""Stored inventories, what is still to be read, and what is on its way to others, on both databases."""

from collections.abc import Awaitable, Callable

from app.store.backfill import BackfillStore, Progress
from app.store.database import Database
from app.store.documents import DocumentStore
from app.store.forgetting import DOCUMENTS, GONE, forget_uses
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.uploads import UploadStore
from app.store.uses import UseStore
from app.subject import pull_key
from tests.store.bills import LOCK, inventory

Run = Callable[[Callable[[Database], Awaitable[None]]], None]
PULL = pull_key(1, 5)
ODD = "web\x00\ud800/package-lock.json"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def names(store: DocumentStore, subject: str = "") -> dict[str, list[str]]:
    tree = await (store.pull(subject) if subject else store.head(1))
    assert tree is not None
    return {one.path: [d.name for d in one.dependencies] for one in await store.inventories(tree)}


def test_a_pull_request_is_the_default_branch_but_for_what_it_changes(run: Run) -> None:
    async def story(database: Database) -> None:
        store, uses = DocumentStore(database), UseStore(database)
        assert not await store.keep_pull(PULL, 1, "p1", 1.0, [])
        await uses.store(1, "h1", 1.0, [inventory({"a@1": []}), inventory({"b@1": []}, path=ODD)])
        assert await store.keep_pull(PULL, 1, "p1", 2.0, [inventory({"c@1": []})])
        assert await names(store, PULL) == {LOCK: ["c"], ODD: ["b"]}
        assert await store.keep_pull(PULL, 1, "p2", 3.0, [inventory({"c@1": []}, path="new/package-lock.json")], [LOCK])
        assert await names(store, PULL) == {"new/package-lock.json": ["c"], ODD: ["b"]}
        await uses.store(1, "h2", 4.0, [])
        assert await names(store) == {}
        assert await names(store, PULL) == {"new/package-lock.json": ["c"], ODD: ["b"]}

    run(story)


def test_what_a_pull_request_has_is_not_forgotten(run: Run) -> None:
    async def story(database: Database) -> None:
        clock = Clock()
        store, uses, repositories = (
            DocumentStore(database, clock),
            UseStore(database, clock),
            RepositoryStore(database, clock),
        )
        await repositories.seen([RepositoryRow(1, 11, "example/web")])
        await uses.store(1, "h1", 1.0, [inventory({"a@1": []})])
        await store.keep_pull(PULL, 1, "p1", 2.0, [])
        await uses.store(1, "h2", 3.0, [inventory({"b@1": []})])
        await uses.store(1, "h3", 4.0, [inventory({"c@1": []})])
        clock.now += DOCUMENTS + 1
        assert await forget_uses(database, clock) == 1  # of h2
        assert (await names(store, PULL), await names(store)) == ({LOCK: ["a"]}, {LOCK: ["c"]})
        await repositories.gone(11)
        clock.now += GONE + 1
        await forget_uses(database, clock)
        assert await store.pull(PULL) is None

    run(story)


def test_a_branch_that_is_half_written_says_so(run: Run) -> None:
    async def story(database: Database) -> None:
        store, uses = DocumentStore(database), UseStore(database)
        await uses.store(1, "h1", 1.0, [inventory({"a@1": []})])
        assert await uses._begin(1, "h1", 1.0)
        tree = await store.head(1)
        assert (tree and tree.done) is True
        assert await uses._begin(1, "h2", 2.0)
        tree = await store.head(1)
        assert (tree and tree.done) is False
        assert not await uses.moved(1, "h2", "h3", 3.0)
        await uses.store(1, "h2", 2.0, [])
        assert await uses.moved(1, "h2", "h3", 3.0)
        assert not await uses.moved(1, "h2", "h4", 4.0)
        tree = await store.head(1)
        assert (tree and tree.head) == "h3"

    run(story)


def test_what_is_to_be_read_has_an_order_and_an_end(run: Run) -> None:
    async def story(database: Database) -> None:
        clock = Clock()
        store, repositories = BackfillStore(database, clock), RepositoryStore(database, clock)
        rows = [RepositoryRow(n, 10 + n // 4, f"example/r{n}", archived=n == 5, fork=n == 4) for n in range(1, 6)]
        await repositories.seen(rows)
        assert await store.want(forks=False) == 3
        assert await store.want() == 4
        assert [row.id for row in await store.unasked(10)] == [1, 2, 3]  # of one installation
        await store.told({1: ("a", 5.0), 2: ("b", 9.0), 3: ("c", 7.0)})
        first = await store.next()
        assert first
        assert (first.repository.id, first.head) == (2, "b")
        await store.begin([2], clock.now + 60)
        await store.failed([2], "x" * 9_999, clock.now + 60)
        second = await store.next()
        assert second
        assert second.repository.id == 3
        await UseStore(database).store(3, "c", 7.0, [])
        await store.done(3)
        progress = await store.progress()
        assert (progress.repositories, progress.read, progress.waiting, progress.failing) == (4, 1, 3, 1)
        assert await store.want(again=True) == 4
        await store.told({3: ("c", 7.0)})  # nothing is new there
        assert (await store.progress()).waiting == 3
        await repositories.gone(10)
        await repositories.gone(11)
        await store.want()
        assert await store.progress() == Progress(0, 0, 0, 0, [])

    run(story)


def test_an_upload_is_wanted_again_while_it_is_under_way(run: Run) -> None:
    async def story(database: Database) -> None:
        clock = Clock()
        store = UploadStore(database, clock)
        await RepositoryStore(database, clock).seen([RepositoryRow(1, 11, "example/web")])
        await store.want(1, [])
        await store.want(1, ["github", "dependency-track"])
        one = await store.next()
        assert one
        await store.sending(one, "digest", "token", clock.now + 5)
        await store.want(1, [one.target])
        again = await store.next()
        assert again
        await store.done(again)
        assert [other.target for other in [await store.next()] if other] != [one.target]
        other = await store.next()
        assert other
        await store.failed(other, "no", clock.now + 9)
        assert (await store.troubles(), await store.due_at()) == ([("example/web", other.target, "no")], clock.now + 9)
        await RepositoryStore(database, clock).gone(11)
        assert await store.due_at() is None

    run(story)


def test_what_was_sent_is_followed_by_another_target_once(run: Run) -> None:
    async def story(database: Database) -> None:
        clock = Clock()
        store = UploadStore(database, clock)
        await RepositoryStore(database).seen([RepositoryRow(n, 1, f"example/r{n}") for n in (1, 2)])
        await store.want(1, ["first"])
        await store.want(2, ["first"])
        one = await store.next()
        assert one is not None
        await store.done(one, "digest")
        for _ in range(2):
            await store.follow("second", "first")
        followed = await store.next()
        assert followed is not None
        assert (followed.repository.id, followed.target, followed.wanted) == (1, "second", 1)
        await store.done(followed)
        never_sent = await store.next()
        assert never_sent is not None
        assert (never_sent.repository.id, never_sent.target) == (2, "first")
        await store.done(never_sent)
        assert await store.next() is None
        await store.want(1, ["second"])
        await store.failed(followed, "refused", clock.now)
        await store.again(followed, clock.now + 60)
        assert (await store.next(), await store.troubles(), await store.due_at()) == (None, [], clock.now + 60)

    run(story)
