"""`ospo-gate policy preview` beside the service, on its database: files, versions that judged, and the answer first."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.policies import PolicyStore
from tests.cli.conftest import Run
from tests.preview.examples import organization
from tests.store.bills import inventory
from tests.store.test_policies import found

PLACE = "example/policy/policy.yaml@main"
OPEN = "version: 1\nlicenses: {allow: [permissive, strong-copyleft]}\n"
STRICT = "version: 1\nlicenses: {allow: [permissive]}\nsignoff: {}\n"


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service on SQLite whose policy was open, and is strict; one repository has a GPL package."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        await organization(database, {"example/web": [inventory({"a@1": []}, licenses={"a@1": "GPL-3.0-only"})]})
        await PolicyStore(database).keep(PLACE, found(OPEN))
        await PolicyStore(database).keep(PLACE, found(STRICT, "b" * 40))
        await database.close()

    asyncio.run(filled())
    monkeypatch.setenv("OSPO_GATE_DATABASE", url)
    monkeypatch.setenv("OSPO_GATE_POLICY", PLACE)


def test_a_file_is_compared_with_the_policy_that_judges_now(run: Run, tmp_path: Path) -> None:
    (tmp_path / "open.yaml").write_text(OPEN)
    done = run(tmp_path, "policy", "preview", "open.yaml", "--format", "json")
    document = json.loads(done.out)
    assert (done.code, document["summary"]) == (0, "1 package would no longer be blocked in 1 of 1 repository.")
    assert document["old"]["digest"] == found(STRICT).digest


def test_two_versions_that_judged_are_named_by_their_digests(run: Run, tmp_path: Path) -> None:
    digests = [found(text).digest[:12] for text in (OPEN, STRICT)]
    done = run(tmp_path, "policy", "preview", *digests, "--fail-on", "newly-blocked")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("1 package would be newly blocked in 1 of 1 repository.\n")
    assert "The policies also differ in signoff" in done.out.split("\n\n")[1], "before any table"
    assert max(map(len, done.out.splitlines())) <= 80
    (row,) = csv.DictReader(io.StringIO(run(tmp_path, "policy", "preview", *digests, "--format", "csv").out))
    assert (row["package"], row["rule"], row["after"]) == ("pkg:npm/a@1", "license-not-allowed", "blocks")


def test_what_one_policy_will_block_on_a_day_is_seen_on_a_checkout(run: Run, tmp_path: Path) -> None:
    lock = {"name": "web", "lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0", "license": "MIT"}}}
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "dated.yaml").write_text(
        "version: 1\nlicenses: {allow: [MIT], deny: [{license: MIT, from: 2099-01-01}]}\n"
    )
    said = {
        day: run(tmp_path, "policy", "preview", "dated.yaml", "--at", day, "--inventory", "web").out.split(".")[0]
        for day in ("2098-12-31", "2099-01-01")
    }
    assert said["2099-01-01"] == "1 package would be newly blocked in 1 of 1 repository"
    assert said["2098-12-31"].startswith("Nothing changes")


def test_a_digest_of_nothing_that_judged_is_refused(run: Run, tmp_path: Path) -> None:
    done = run(tmp_path, "policy", "preview", "abcdef012345")
    assert (done.code, done.out) == (2, "")
    assert "there is no policy abcdef012345" in done.err
