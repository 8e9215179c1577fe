"""Many who sign at the same instant, into one file on the simulator: none is lost, and none is there twice."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from app.plain_api import PlainApi
from app.signatures_file import Added, Place, SignaturesFile
from checks.agreements.kept import Said, with_signature
from checks.model.errors import SourceError
from checks.model.signatures import Act, How, SignatureRecord, Signer
from tests.action.signing import Place as Here
from tests.action.signing import place
from tests.simulator import Simulator

NOW = datetime(2026, 11, 20, tzinfo=UTC)
COUNT = 200


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with Simulator() as sim:
        yield place(sim, tmp_path)


def record(number: int) -> SignatureRecord:
    signer = Signer(number, f"person-{number}")
    return SignatureRecord(f"id-{number}", Act.SIGNED, "CLA", "1", signer, NOW, How.COMMENT)


def signed(here: Here, where: Place, number: int, sleep: float = 0.1) -> Added:
    """One signer; pauses are a fraction of what they are outside of a test."""
    api = PlainApi(here.sim.api_url, here.token)
    file = SignaturesFile(api, where, sleep=lambda seconds: time.sleep(seconds * sleep))
    said = Said(number, 1, here.repo.id)
    return file.add(lambda text: with_signature(text, record(number), said), f"person-{number} signs")


@pytest.mark.parametrize("shape", ["ours", "the CLA action's"])
def test_two_hundred_sign_at_once(here: Here, shape: str) -> None:
    where = Place("example/web", "cla.json")
    if shape != "ours":
        where = Place("example/web", "cla.json", "main")
        here.repo.commit("main", {"cla.json": '{"signedContributors": []}'}, "Begin")
    together = Barrier(COUNT)

    def one(number: int) -> Added:
        together.wait()
        return signed(here, where, number)

    with ThreadPoolExecutor(COUNT) as pool:
        done = list(pool.map(one, range(1, COUNT + 1)))
    value = json.loads(here.file(where.path, where.branch))
    rows = value["records"] if shape == "ours" else value["signedContributors"]
    ids = [row["signer"]["account_id"] if shape == "ours" else row["id"] for row in rows]
    assert sorted(ids) == list(range(1, COUNT + 1))
    commits = here.repo.git.run("rev-list", "--count", f"refs/heads/{where.branch}").decode()
    assert int(commits) == COUNT + (0 if shape == "ours" else 2), "one commit each"
    assert sum(one.attempts for one in done) > COUNT, "there was a race"


def test_an_answer_that_was_lost_does_not_sign_twice(here: Here) -> None:
    where = Place("example/web", "cla.json")
    signed(here, where, 1)
    here.sim.fail_next("PUT /repos/*/contents/*", status=502, after=True)
    assert signed(here, where, 2).changed
    assert [row["id"] for row in json.loads(here.file("cla.json"))["records"]] == ["id-1", "id-2"]


def test_somebody_else_makes_the_branch_in_between(here: Here) -> None:
    where = Place("example/web", "cla.json")
    hold = here.sim.hold("POST /repos/*/git/refs")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(signed, here, where, 1)
        hold.wait_until_reached()
        signed(here, where, 2)
        hold.release()
        assert late.result().attempts == 2
    assert {row["id"] for row in json.loads(here.file("cla.json"))["records"]} == {"id-1", "id-2"}


def test_a_file_of_more_than_a_megabyte(here: Here) -> None:
    where = Place("example/web", "cla.json", "main")
    rows = [{"name": "x" * 1_000, "id": number, "created_at": "2024-01-01"} for number in range(1_500)]
    here.repo.commit("main", {"cla.json": json.dumps({"signedContributors": rows})}, "Begin")
    signed(here, where, 7_000)
    assert len(json.loads(here.file("cla.json", "main"))["signedContributors"]) == 1_501


def test_it_is_given_up_after_a_time(here: Here) -> None:
    """Somebody writes in between, always."""
    where = Place("example/web", "cla.json", "main")
    count = iter(range(1_000_000))
    now = iter(float(seconds * 60) for seconds in range(1_000))
    file = SignaturesFile(PlainApi(here.sim.api_url, here.token), where, sleep=lambda _: None, clock=lambda: next(now))

    def change(text: str | None) -> str:
        here.repo.commit("main", {"cla.json": f"{next(count)}"}, "In between")
        return "mine"

    with pytest.raises(SourceError, match="was changed by others") as error:
        file.add(change, "Sign")
    assert "Run the workflow again" in error.value.hint
