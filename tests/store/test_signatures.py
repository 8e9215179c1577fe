"""Signatures on both databases: written once, never changed, none lost and none doubled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.store.companies import Actor, CompanyStore, Entry, Kind, State
from app.store.database import Database
from app.store.effects import AGAIN
from app.store.persons import Person, forget_person
from app.store.signatures import ORGANIZATION, SignatureStore, scope_of, standing
from app.store.subjects import SubjectStore
from app.store.tables import company_change, signature, subject
from app.subject import About, Closed, Delivery, Wanted, pull_key
from checks.model.signatures import Act, How, SignatureRecord, Signer

Run = Callable[[Callable[[Database], Awaitable[Any]]], Any]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = Signer(7, "ada", "Ada Lovelace", "ada@example.com")


def record(id_: str = "r1", **given: Any) -> SignatureRecord:
    usual: dict[str, Any] = {"document": "Example CLA", "version": "2", "digest": "d" * 64, "how": How.COMMENT}
    return SignatureRecord(id_, given.pop("act", Act.SIGNED), signer=given.pop("signer", ADA), at=NOW, **usual | given)


async def opened(database: Database, *numbers: int, account: int = 7) -> None:
    """Open pull requests, judged, that depend on what somebody signs."""
    subjects, signatures = SubjectStore(database), SignatureStore(database)
    for number in numbers:
        key = pull_key(1, number)
        wanted = Wanted(key, 11, 1, number, "a" * 40, 1.0, About("example/web", "R_1"))
        await subjects.accept(Delivery(f"d{number}", "pull_request", "opened", wanted))
        await signatures.depends(key, [account])
        claim = await subjects.claim(60, key)
        assert claim is not None
        await subjects.finish(claim)


async def waiting(database: Database) -> list[str]:
    async with database.read() as connection:
        due = select(subject.c.key).where(subject.c.wanted > subject.c.done).order_by(subject.c.key)
        return list((await connection.execute(due)).scalars())


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(signature))).scalar_one())


def test_a_record_comes_back_as_it_was_written(run: Run) -> None:
    hostile = "naïve\x00\ud800<script>\u202e"
    full = record(
        signer=Signer(7, "ada", hostile, "ada@example.com"), company="c1", evidence="https://github.example/c#1",
        until=NOW, fields={"country": hostile}, ends="r0", by=Signer(8, "grace"), reason=hostile,
    )  # fmt: skip

    async def story(database: Database) -> None:
        store = SignatureStore(database)
        await store.add(ORGANIZATION, [full])
        assert await store.get(ORGANIZATION, "r1") == full
        assert await store.get(scope_of(5), "r1") is None, "another policy's signatures are others"

    run(story)


def test_the_same_evidence_twice_makes_one_record(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SignatureStore(database)
        await asyncio.gather(*(store.sign(ORGANIZATION, record()) for _ in range(5)))
        assert await count(database) == 1

    run(story)


def test_signing_again_what_stands_gives_what_stands(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SignatureStore(database)
        answers = await asyncio.gather(*(store.sign(ORGANIZATION, record(f"r{n}")) for n in range(5)))
        assert len({answer.id for answer in answers}) == await count(database) == 1
        other = await store.sign(ORGANIZATION, record("v3", version="3"))
        company = await store.sign(ORGANIZATION, record("c", company="c1"))
        assert (other.id, company.id, await count(database)) == ("v3", "c", 3)

    run(story)


def test_after_a_revocation_signing_is_new_and_an_old_form_is_not(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SignatureStore(database)
        await store.sign(ORGANIZATION, record("r1"))
        revoked = replace(record("x1", act=Act.REVOKED), ends="r1", reason="I changed my mind")
        assert await store.end(ORGANIZATION, revoked) == revoked
        assert await store.end(ORGANIZATION, replace(revoked, id="x2")) == revoked, "once is enough"
        assert (await store.sign(ORGANIZATION, record("r1"))).id == "r1"
        assert standing(await store.about(ORGANIZATION, [7]), 7, NOW.timestamp()) == []
        await store.sign(ORGANIZATION, record("r2"))
        assert [r.id for r in standing(await store.about(ORGANIZATION, [7]), 7, NOW.timestamp())] == ["r2"]

    run(story)


def test_two_hundred_at_once(run: Run) -> None:
    """None lost, none doubled, and each pull request of each of them is judged again."""

    async def story(database: Database) -> None:
        people = range(1, 201)
        for person in people:
            await opened(database, person, account=person)
        store = SignatureStore(database, acceptance=SubjectStore(database).acceptance)
        mine = [record(f"r{person}", signer=Signer(person, f"p{person}")) for person in people]
        await asyncio.gather(*(store.sign(ORGANIZATION, one) for one in (*mine, *mine)))
        _, kept = await store.page(ORGANIZATION)
        assert sorted(one.id for one in kept) == sorted(one.id for one in mine)
        assert len(await waiting(database)) == 200

    run(story)


def test_every_open_pull_request_of_the_person_is_judged_again(run: Run) -> None:
    async def story(database: Database) -> None:
        await opened(database, 1, 2, 3)
        await opened(database, 4, account=8)
        closed = Closed(pull_key(1, 3), "a" * 40, 2.0, "example/web")
        await SubjectStore(database).accept(Delivery("close", "pull_request", "closed", closed))
        store = SignatureStore(database)
        assert await store.waiting(7) == ["1/pull/1", "1/pull/2"]
        await store.sign(ORGANIZATION, record())
        assert await waiting(database) == ["1/pull/1", "1/pull/2"]

    run(story)


def test_what_nobody_can_tell_the_people_of_lets_all_be_judged_again(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SignatureStore(database)
        assert await store.add(ORGANIZATION, [record("i1", signer=Signer(None, "Lin"), how=How.IMPORT)] * 2) == 1
        assert await store.add(ORGANIZATION, [record("i1", signer=Signer(None, "Lin"), how=How.IMPORT)]) == 0
        assert await waiting(database) == [AGAIN]
        assert [one.id for one in await store.about(ORGANIZATION, [7], ["lin"])] == ["i1"]

    run(story)


def test_a_pull_request_depends_on_the_people_that_it_has_now(run: Run) -> None:
    async def story(database: Database) -> None:
        await opened(database, 1)
        store = SignatureStore(database)
        await store.depends("1/pull/1", [8, 9])
        assert (await store.waiting(7), await store.waiting(8)) == ([], ["1/pull/1"])

    run(story)


@pytest.mark.parametrize("change", ["UPDATE signature SET version = '3'", "UPDATE signature SET login = 'eve'",
                                    "UPDATE signature SET account_id = 8", "DELETE FROM signature"])  # fmt: skip
def test_the_database_itself_keeps_what_is_written(run: Run, change: str) -> None:
    async def story(database: Database) -> None:
        await SignatureStore(database).add(ORGANIZATION, [record()])
        with pytest.raises(DBAPIError, match="kept as they are"):
            async with database.write() as connection:
                await connection.execute(text(change))
        assert await SignatureStore(database).get(ORGANIZATION, "r1") == record()

    run(story)


def test_a_person_is_forgotten_and_the_record_stays(run: Run) -> None:
    async def story(database: Database) -> None:
        store = SignatureStore(database)
        companies = CompanyStore(database, store)
        await companies.ask("c1", "Acme", [Entry(Kind.ACCOUNT, "7", "ada")], Actor(7, "ada"))
        by_grace = record("r2", signer=Signer(8, "grace"), by=Signer(7, "ada"))
        await store.add(ORGANIZATION, [replace(record(), fields={"city": "London"}), by_grace])
        found = await forget_person(database, Person("ada"))
        assert (found["signature"], found["company"]) == (2, 7)
        mine, hers = [await store.get(ORGANIZATION, id_) for id_ in ("r1", "r2")]
        assert mine == replace(record(), signer=Signer(7, "ghost"), fields={})
        assert hers == replace(by_grace, by=Signer(7, "ghost"))
        assert (await forget_person(database, Person("ada")))["signature"] == 0
        async with database.read() as connection:
            assert "ada" not in str((await connection.execute(select(company_change))).all())

    run(story)


def test_a_company_has_effect_when_it_is_approved(run: Run) -> None:
    async def story(database: Database) -> None:
        companies = CompanyStore(database, SignatureStore(database))
        domain = Entry(Kind.DOMAIN, "acme.example", approved=False)
        assert await companies.ask("c1", "Acme <Inc>", [domain], Actor(7, "ada"))
        assert not await companies.ask("c1", "Acme again", [], Actor(7, "ada"))
        assert await companies.speaking_for([7], ["acme.example"]) == []
        assert await companies.decide("c1", True, Actor(1, "linus"))
        assert not await companies.decide("c1", False, Actor(1, "linus")), "it is decided once"
        (found,) = await companies.speaking_for([], ["ACME.example"])
        assert (found.name, found.company.domains, found.manages(7)) == ("Acme <Inc>", ("acme.example",), True)
        assert await waiting(database) == [AGAIN]

    run(story)


def test_a_further_domain_waits_for_the_ospo(run: Run) -> None:
    async def story(database: Database) -> None:
        companies = CompanyStore(database, SignatureStore(database))
        await companies.ask("c1", "Acme", [], Actor(7, "ada"))
        await companies.decide("c1", True, Actor(1, "linus"))
        assert await companies.add("c1", Entry(Kind.DOMAIN, "mail.example", approved=False), Actor(7, "ada"))
        found = await companies.get("c1")
        assert found is not None
        assert ([entry.value for entry in found.pending], found.company.domains) == (["mail.example"], ())
        assert await companies.approve("c1", Kind.DOMAIN, "mail.example", Actor(1, "linus"))
        assert [row.company.domains for row in await companies.all()] == [("mail.example",)]

    run(story)


def test_who_left_and_who_manages(run: Run) -> None:
    async def story(database: Database) -> None:
        companies, ada = CompanyStore(database, SignatureStore(database)), Actor(7, "ada")
        await companies.ask("c1", "Acme", [Entry(Kind.ACCOUNT, "9", "lin")], ada)
        assert not await companies.remove("c1", Kind.MANAGER, "7", ada), "somebody must manage it"
        await companies.add("c1", Entry(Kind.MANAGER, "8", "grace"), ada)
        assert await companies.remove("c1", Kind.MANAGER, "7", Actor(8, "grace"))
        assert await companies.remove("c1", Kind.ACCOUNT, "9", Actor(8, "grace"), "end of employment")
        assert not await companies.remove("c1", Kind.ACCOUNT, "9", Actor(8, "grace"))
        assert [row.id for row in await companies.managed_by(8)] == ["c1"]
        assert await companies.managed_by(7) == []
        assert await companies.end("c1", Actor(1, "linus", "command"), "merged into another")
        assert [(c.what, c.value, c.login, c.place, c.reason) for c in await companies.trail("c1")] == [
            ("ended", None, "linus", "command", "merged into another"),
            ("account-removed", "lin", "grace", "page", "end of employment"),
            ("manager-removed", "ada", "grace", "page", None),
            ("manager-added", "grace", "ada", "page", None),
            ("account-added", "lin", "ada", "page", None),
            ("manager-added", "ada", "ada", "page", None),
            ("asked", "Acme", "ada", "page", None),
        ]
        found = await companies.get("c1")
        assert found is not None
        assert found.state is State.ENDED

    run(story)
