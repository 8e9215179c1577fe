"""People, signatures and verdicts in one line each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from checks.agreements.terms import AgreementsSection
from checks.model.commit import AccountType, Commit, Person
from checks.model.facts import Facts, RepositoryFacts
from checks.model.phrase import plain
from checks.model.signatures import Act, Company, How, SignatureRecord, Signatures, Signer
from checks.model.snapshot import ChangedFile, Listing, Snapshot
from checks.policy.reader import Fault, Reader
from checks.policy.yaml_events import parse
from checks.rules.agreements import judge_pull
from checks.rules.check import Context, PullJudgment

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLA = "documents: [{name: CLA, text: cla.md, version: 2, compatible_with: [1.1], kind: both}]"
ADA = Person("Ada", "ada@example.org", "ada", 1, AccountType.USER)
BOB = Person("Bob", "bob@corp.example", "bob", 2, AccountType.USER)
GITHUB = Person("GitHub", "noreply@github.com", "web-flow", 19864447, AccountType.USER)
CORP = Company("corp", "Example Corp", domains=("corp.example",), accounts=(Signer(9, "ida"),))


def section(text: str = CLA) -> AgreementsSection:
    """The section of a policy; a fault fails the test."""
    reader = Reader({"rule": frozenset({"agreement-missing"})})
    found = reader.read_shape(parse(text, "policy.yaml"), AgreementsSection, ("agreements",))
    assert found is not Fault, reader.issues
    assert isinstance(found, AgreementsSection)
    return found


def faults(text: str) -> list[str]:
    reader = Reader({"rule": frozenset({"agreement-missing"})})
    reader.read_shape(parse(text, "policy.yaml"), AgreementsSection, ("agreements",))
    return [f"{issue.key}: {issue.message}" for issue in reader.issues]


def day(ago: float) -> datetime:
    """So many days before `NOW`."""
    return NOW - timedelta(days=ago)


def record(act: str = "signed", who: Person | int = ADA, ago: float = 10, **more: Any) -> SignatureRecord:
    """Of version 2 of the CLA, unless it says otherwise."""
    signer = Signer(who) if isinstance(who, int) else Signer(who.account_id, who.login)
    given: dict[str, Any] = {
        "id": f"{act}-{signer.account_id}-{signer.login}-{ago}-{more.get('company')}",
        "document": "CLA",
        "version": "2",
        "how": How.COMMENT,
        **more,
    }
    return SignatureRecord(act=Act(act), signer=signer, at=day(ago), **given)


def commit(author: Person = ADA, message: str = "Add", number: int = 1, **more: Any) -> Commit:
    given: dict[str, Any] = {"committer": author, "parents": ("b" * 40,), "verified": False, **more}
    return Commit(sha=f"{number:07x}" + "c" * 33, author=author, message=message, **given)


def judge(
    *commits: Commit,
    policy: str = CLA,
    records: Sequence[SignatureRecord] = (),
    companies: Sequence[Company] = (),
    teams: Mapping[str, frozenset[str] | None] | None = None,
    people: Mapping[str, Signer | None] | None = None,
    repository: RepositoryFacts | None = None,
    files: Sequence[ChangedFile] = (),
    now: datetime = NOW,
    **listing: Any,
) -> PullJudgment:
    """The judgment of a pull request in the private repository `example/web`."""
    facts = Facts(
        accounts_known=True,
        signatures=Signatures(tuple(records), tuple(companies), teams or {}, people or {}),
        repository=repository or RepositoryFacts("example/web", "private"),
    )
    listed = Listing("b" * 40, "c" * 40, tuple(files), commits or (commit(),), **listing)
    return judge_pull(Snapshot(listed), facts, section(policy), Context(now))


def rules(*commits: Commit, **given: Any) -> list[str]:
    """`ada: missing` for each finding."""
    found = judge(*commits, **given).observations
    return [f"{seen.subject.person}: {seen.rule.removeprefix('agreement-')}" for seen in found]


def said(*commits: Commit, **given: Any) -> str:
    """The sentence of the only finding."""
    (seen,) = judge(*commits, **given).observations
    return plain(seen.message)
