"""The command with a file of signatures and the service with its store judge the same change alike.

`ospo-gate check --signatures` knows people by a job's token, the service by its own. What follows from equal signatures
is equal: the findings with their ids, levels and sentences, and the conclusion.
"""

import asyncio
import itertools
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.facts.lookup import FactChain
from app.facts.signatures import SignatureFacts, SignedHere
from app.gate import Gate
from app.github.client import GitHubApp
from app.github.groups import Groups
from app.github.pull import PullSource
from app.policies import PolicyPlace
from app.store.companies import Actor, CompanyStore
from app.store.database import Database
from app.store.signatures import ORGANIZATION, SignatureStore
from app.subject import About
from checks.agreements.signature_file import write_signatures
from checks.model.facts import Facts, RepositoryFacts
from checks.model.signatures import Act, Company, How, SignatureRecord, Signer
from checks.render.json_report import to_json
from tests.simulator import Pull, Repository, Simulator, User

CLA = "documents: [{name: CLA, version: '2', text: cla.md, compatible_with: ['1.1']}]"
BOTH = (
    "documents: [{name: CLA, version: '2', text: cla.md}, "
    "{name: Corporate, version: '1', text: corporate.md, kind: corporate, instead_of: [CLA]}]"
)
SILENT = BOTH.replace("instead_of", "corporate: {acknowledge: false}, instead_of")
RIGHTS = (("contents", "read"), ("members", "read"), ("metadata", "read"), ("pull_requests", "read"))
NOW = datetime.now(UTC).replace(microsecond=0)
_numbers = itertools.count(1)


@dataclass
class Case:
    """A situation: what the policy asks, who changed what, who signed what, and what comes of it."""

    policy: str
    expected: list[str]
    """`ada: agreement-missing`, in the order of the report."""
    records: Callable[["World"], Sequence[SignatureRecord]] = lambda world: ()
    change: Callable[["World", Repository], object] = lambda world, repo: work(repo, world.ada)
    companies: Callable[["World"], Sequence[Company]] = lambda world: ()
    name: str | None = None
    """Of the repository, where that decides."""


@dataclass
class World:
    """The simulated GitHub with people whom every situation knows."""

    sim: Simulator
    folder: Path
    people: dict[str, User] = field(default_factory=dict)

    def begin(self) -> None:
        self.app = self.sim.create_app()
        self.org = self.sim.create_org("example")
        for login in ("ada", "bob", "eve"):
            self.people[login] = self.sim.create_user(login, name=login.title(), email=f"{login}@example.com")
        self.bot = self.sim.create_user("helper[bot]", type="Bot", email="helper@bots.example.com")
        self.org.add_member(self.bob)
        self.org.create_team("staff", [self.bob])
        self.installation = self.sim.install(self.app, "example")

    @property
    def ada(self) -> User:
        return self.people["ada"]

    @property
    def bob(self) -> User:
        return self.people["bob"]

    @property
    def eve(self) -> User:
        return self.people["eve"]

    # -- both ways ----------------------------------------------------------------------------------------------------

    def command(self, pull: Pull, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
        clone = self.folder / f"clone-{next(_numbers)}"
        repository = pull.repository
        subprocess.run(["git", "clone", "-q", "--mirror", repository.clone_url, str(clone / ".git")], check=True)
        subprocess.run(["git", "-C", str(clone), "config", "core.bare", "false"], check=True)
        for name in [name for name in os.environ if name.startswith(("GITHUB_", "OSPO_GATE_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("GITHUB_TOKEN", self.token())
        monkeypatch.setenv("GITHUB_API_URL", self.sim.api_url)
        monkeypatch.setenv("XDG_CACHE_HOME", str(self.folder / "cache"))
        capsys.readouterr()
        main([
            "check", str(clone), "--base", pull.base_sha, "--head", pull.head_sha, "--format", "json", "--only",
            "agreements", "--signatures", "signatures.json@main", "--repository-name", repository.full_name,
            "--visibility", "private",
        ])  # fmt: skip
        out, err = capsys.readouterr()
        assert out, err
        return json.loads(out)

    def token(self) -> str:
        async def asked() -> str:
            github = GitHubApp(self.app.id, self.app.private_key_pem, self.sim.api_url)
            try:
                client = github.installation(self.installation, ()).with_permissions(RIGHTS)
                return await github.token(client.key)
            finally:
                await github.close()

        return asyncio.run(asked())

    def service(self, pull: Pull, case: Case, url: str) -> Any:
        async def asked() -> Any:
            github, database = GitHubApp(self.app.id, self.app.private_key_pem, self.sim.api_url), Database(url)
            try:
                signatures = SignatureStore(database)
                companies = CompanyStore(database, signatures)
                await signatures.add(ORGANIZATION, case.records(self))
                for company in case.companies(self):
                    await companies.take_over(company, Actor(None, "test", "import"), "")
                return await self._judged(github, pull, SignedHere(signatures, companies, Groups()))
            finally:
                await database.close()
                await github.close()

        return asyncio.run(asked())

    async def _judged(self, github: GitHubApp, pull: Pull, here: SignedHere) -> Any:
        repository = pull.repository
        about = About(repository.full_name, repository.node_id, pull.node_id, pull.base_sha, visibility="private")
        client = github.installation(self.installation, [repository.id])
        facts = RepositoryFacts(repository.full_name, "private")
        source = SignatureFacts(here, client, about, facts, ORGANIZATION)
        chain = FactChain(Facts(repository=facts, accounts_known=True), (source,))
        gate = Gate(PolicyPlace(), chain, lambda: datetime.now(UTC), only=frozenset({"agreements"}))
        return to_json((await gate.judge(PullSource(client, about, pull.number, pull.head_sha))).report)


def work(repo: Repository, author: User | tuple[str, str], message: str = "Change", **more: Any) -> str:
    files = more.pop("files", {f"file-{next(_numbers)}.txt": "one\ntwo\n"})
    return repo.commit("topic", files, message, author, notify=False, **more)


def signed(who: User | Signer, document: str = "CLA", version: str = "2", days: float = 10, **more: Any) -> Any:
    signer = who if isinstance(who, Signer) else Signer(who.id, who.login)
    given: dict[str, Any] = {"act": Act.SIGNED, "how": How.PAGE, **more}
    name = f"{given['act']}-{document}-{version}-{signer.account_id}-{signer.login}-{days}-{given.get('company')}"
    return SignatureRecord(
        id=name, document=document, version=version, signer=signer, at=NOW - timedelta(days=days), **given
    )


def acme(world: World, **more: Any) -> Company:
    return Company("acme", "Acme Corp", managers=(Signer(world.eve.id, "eve"),), **more)


def for_acme(world: World, **more: Any) -> Any:
    return signed(world.eve, "Corporate", "1", 20, company="acme", **more)


def said_so(who: User, days: float = 5, **more: Any) -> Any:
    return signed(who, "Corporate", "1", days, act=Act.ACKNOWLEDGED, company="acme", **more)


def ended(of: SignatureRecord, days: float = 1, act: Act = Act.REVOKED, **more: Any) -> SignatureRecord:
    return replace(of, id=f"{of.id}-end", act=act, at=NOW - timedelta(days=days), ends=of.id, **more)


CASES = {
    "nobody signed": Case(CLA, ["ada: agreement-missing"]),
    "the author signed": Case(CLA, [], lambda w: [signed(w.ada)]),
    "a version that still counts": Case(CLA, [], lambda w: [signed(w.ada, version="1.1")]),
    "a version that counts no more": Case(CLA, ["ada: agreement-outdated"], lambda w: [signed(w.ada, version="1")]),
    "a version within its grace": Case(
        CLA.replace("compatible_with: ['1.1']", f"since: {NOW - timedelta(days=3):%Y-%m-%d}, grace: 90 days"),
        ["ada: agreement-renewal-due"],
        lambda w: [signed(w.ada, version="1")],
    ),
    "another text under the same version": Case(
        CLA.replace("cla.md", f"cla.md, sha256: {'a' * 64}"),
        ["ada: agreement-outdated"],
        lambda w: [signed(w.ada, digest="b" * 64)],
    ),
    "a signature that was revoked": Case(CLA, ["ada: agreement-ended"], lambda w: [one := signed(w.ada), ended(one)]),
    "signed again after it was revoked": Case(
        CLA, [], lambda w: [one := signed(w.ada), ended(one), signed(w.ada, days=0.5)]
    ),
    "a signature that ended by itself": Case(
        CLA, ["ada: agreement-ended"], lambda w: [signed(w.ada, until=NOW - timedelta(days=2))]
    ),
    "two authors, one has signed": Case(
        CLA,
        ["bob: agreement-missing"],
        lambda w: [signed(w.ada)],
        lambda w, repo: [work(repo, one) for one in (w.ada, w.bob)],
    ),
    "a co-author has not signed": Case(
        CLA,
        ["bob: agreement-missing"],
        lambda w: [signed(w.ada)],
        lambda w, repo: work(repo, w.ada, "Change\n\nCo-authored-by: Bob <BOB@Example.com>"),
    ),
    "a co-author of nobody's address": Case(
        CLA,
        ["ghost@nowhere.example: agreement-unknown-account"],
        lambda w: [signed(w.ada)],
        lambda w, repo: work(repo, w.ada, "Change\n\nCo-authored-by: Ghost <ghost@nowhere.example>"),
    ),
    "co-authors need not sign": Case(
        f"{CLA}\n  require: {{co_authors: false}}",
        [],
        lambda w: [signed(w.ada)],
        lambda w, repo: work(repo, w.ada, "Change\n\nCo-authored-by: Bob <bob@example.com>"),
    ),
    "an author without an account": Case(
        CLA,
        ["ghost@nowhere.example: agreement-unknown-account"],
        change=lambda w, repo: work(repo, ("Ghost", "ghost@nowhere.example")),
    ),
    "a bot": Case(CLA, [], change=lambda w, repo: work(repo, w.bot)),
    "a committer who has not signed": Case(
        f"{CLA}\n  require: {{committers: true}}",
        ["bob: agreement-missing"],
        lambda w: [signed(w.ada)],
        lambda w, repo: work(repo, w.ada, committer=w.bob),
    ),
    "an exempt login": Case(f"{CLA}\n  exempt: {{logins: ['a*']}}", []),
    "an exempt team": Case(
        f"{CLA}\n  exempt: {{teams: ['@example/staff']}}", [], change=lambda w, repo: work(repo, w.bob)
    ),
    "an exempt address of a verified commit": Case(
        f"{CLA}\n  exempt: {{emails: ['*@example.com']}}", [], change=lambda w, repo: work(repo, w.ada, verified=True)
    ),
    "an exempt address of a commit that nobody verified": Case(
        f"{CLA}\n  exempt: {{emails: ['*@example.com']}}", ["ada: agreement-missing"]
    ),
    "a trivial change": Case(f"{CLA}\n  trivial: {{lines: 3}}", []),
    "a change that is not trivial": Case(f"{CLA}\n  trivial: {{lines: 2}}", ["ada: agreement-missing"]),
    "a change of few lines and no text": Case(
        f"{CLA}\n  trivial: {{lines: 9}}",
        ["ada: agreement-missing"],
        change=lambda w, repo: work(repo, w.ada, files={"a.txt": "x\n", "picture.png": b"\x89PNG\0\1"}),
    ),
    "few files": Case(f"{CLA}\n  trivial: {{files: 2}}", []),
    "a repository that needs no agreement": Case(CLA.replace("}", ", repositories: ['web-*']}"), [], name="api"),
    "a repository that needs one": Case(
        CLA.replace("}", ", repositories: ['shop-*']}"), ["ada: agreement-missing"], name="shop-1"
    ),
    "an import without a number": Case(
        CLA, ["ada: agreement-missing"], lambda w: [signed(Signer(None, "ADA"), how=How.IMPORT)]
    ),
    "an import without a number where logins count": Case(
        f"{CLA}\n  match_logins: true", [], lambda w: [signed(Signer(None, "ADA"), how=How.IMPORT)]
    ),
    "the login belonged to somebody else": Case(
        CLA, ["ada: agreement-missing"], lambda w: [signed(Signer(999_999, "ada"))]
    ),
    "a renamed account": Case(CLA, [], lambda w: [signed(Signer(w.ada.id, "ada-before"))]),
    "a company that covers somebody": Case(
        BOTH, [], lambda w: [for_acme(w), said_so(w.ada)], companies=lambda w: [acme(w, accounts=(Signer(w.ada.id),))]
    ),
    "a company whose people have not said so": Case(
        BOTH,
        ["ada: agreement-missing"],
        lambda w: [for_acme(w)],
        companies=lambda w: [acme(w, accounts=(Signer(w.ada.id, "ada"),))],
    ),
    "a company whose people need not say so": Case(
        SILENT, [], lambda w: [for_acme(w)], companies=lambda w: [acme(w, accounts=(Signer(w.ada.id),))]
    ),
    "a company by the domain of a verified commit": Case(
        SILENT,
        [],
        lambda w: [for_acme(w)],
        lambda w, repo: work(repo, w.ada, verified=True),
        companies=lambda w: [acme(w, domains=("example.com",))],
    ),
    "a company by a domain that nothing proves": Case(
        SILENT,
        ["ada: agreement-missing"],
        lambda w: [for_acme(w)],
        companies=lambda w: [acme(w, domains=("example.com",))],
    ),
    "a company by its organization": Case(
        SILENT,
        [],
        lambda w: [for_acme(w)],
        lambda w, repo: work(repo, w.bob),
        companies=lambda w: [acme(w, organizations=("Example",))],
    ),
    "a company that ended": Case(
        BOTH,
        ["ada: agreement-ended"],
        lambda w: [one := for_acme(w), said_so(w.ada), ended(one)],
        companies=lambda w: [acme(w, accounts=(Signer(w.ada.id),))],
    ),
    "somebody who left the company": Case(
        BOTH,
        ["ada: agreement-ended"],
        lambda w: [for_acme(w), one := said_so(w.ada), ended(one, act=Act.LEFT)],
        companies=lambda w: [acme(w, accounts=(Signer(w.ada.id),))],
    ),
    "who left the company and signed alone": Case(
        BOTH,
        [],
        lambda w: [for_acme(w), one := said_so(w.ada), ended(one, act=Act.LEFT), signed(w.ada, days=0.5)],
        companies=lambda w: [acme(w, accounts=(Signer(w.ada.id),))],
    ),
    "an agreement that is off by a level": Case(
        f"{CLA}\n  levels: {{agreement-missing: note}}", ["ada: agreement-missing"]
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Simulator() as sim:
        made = World(sim, tmp_path_factory.mktemp("contract"))
        made.begin()
        yield made


@pytest.mark.parametrize("situation", CASES)
def test_the_command_and_the_service_say_the_same(
    situation: str,
    world: World,
    tmp_path: Path,
    sqlite_database: Callable[[Path], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = CASES[situation]
    kept = write_signatures(case.records(world), case.companies(world))
    policy = f"version: 1\nagreements:\n  {case.policy}\n"
    files = {"policy.yaml": policy, "cla.md": "# CLA\n", "corporate.md": "# Corporate\n", "signatures.json": kept}
    repo = world.sim.create_repository("example", case.name or f"case-{next(_numbers)}", files=files)
    case.change(world, repo)
    pull = repo.open_pull("topic", author=world.ada)
    here = world.command(pull, monkeypatch, capsys)
    there = world.service(pull, case, sqlite_database(tmp_path))
    assert said(here) == said(there)
    assert here["conclusion"] == there["conclusion"]
    assert [f"{row['person']}: {row['rule']}" for row in said(there)] == case.expected


def test_what_a_jobs_token_cannot_know_blocks_under_another_name(
    world: World,
    tmp_path: Path,
    sqlite_database: Callable[[Path], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who hides a membership looks to it like who has none."""
    policy = f"version: 1\nagreements:\n  {CLA}\n  exempt: {{teams: ['@example/staff']}}\n"
    files = {"policy.yaml": policy, "cla.md": "# CLA\n", "signatures.json": write_signatures([])}
    repo = world.sim.create_repository("example", f"case-{next(_numbers)}", files=files)
    work(repo, world.ada)
    pull = repo.open_pull("topic", author=world.ada)
    here = world.command(pull, monkeypatch, capsys)
    there = world.service(pull, Case("", []), sqlite_database(tmp_path))
    assert [row["rule"] for row in said(here)] == ["agreement-unknown"]
    assert [row["rule"] for row in said(there)] == ["agreement-missing"]
    assert all(row["level"] == "block" for row in (*said(here), *said(there)))


def said(report: Any) -> list[dict[str, Any]]:
    """What people read of the findings, and what a machine counts."""
    return [
        {
            "id": row["id"], "rule": row["rule"], "level": row["level"], "message": row["message"],
            "person": row["subject"]["person"], "move": row.get("move"), "fix": row.get("fix"),
        }
        for row in report["findings"]
    ]  # fmt: skip
