"""Sign-off (Developer Certificate of Origin): every commit is certified by the person who wrote it."""

from collections.abc import Callable, Iterator, Sequence

from checks.model.commit import AccountType, Commit
from checks.model.facts import Facts, Membership
from checks.model.finding import Level, Move, Observation, Subject
from checks.model.phrase import Phrase
from checks.model.snapshot import Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule
from checks.signoffs.addresses import is_bot_address
from checks.signoffs.explain import account_row, evidence, fix, headline, message, queue_fix, remediation_row
from checks.signoffs.matching import Failure, Judge, Kind, normal_of
from checks.signoffs.notes import of_edits, of_file, of_tools
from checks.signoffs.remediation import Remediations
from checks.signoffs.repair import Branch, repair_on
from checks.signoffs.repository_file import PATH, Said, applied, said_by
from checks.signoffs.terms import RepositoryFile, Require, SignoffSection
from checks.signoffs.trailers import loose_sign_offs

RULES = (
    Rule(
        "signoff-missing",
        Level.BLOCK,
        "A commit has no sign-off of a person who must sign it.",
        "A sign-off certifies that the author may contribute the change. Add it with `git commit --amend --signoff`.",
    ),
    Rule(
        "signoff-mismatch",
        Level.BLOCK,
        "A commit is signed off, but not by its author or committer.",
        "Nobody can certify a commit for its author. Sign it with the name and address that the commit has.",
    ),
    Rule(
        "signoff-invalid-email",
        Level.BLOCK,
        "A commit is signed off, but the address of its author is not a valid e-mail address.",
        "A sign-off names a person who can be reached. Set `git config user.email` and reset the commit's author.",
    ),
    Rule(
        "signoff-unverified",
        Level.BLOCK,
        "A member's commit, which needs no sign-off, has no verified signature either.",
        "Members are trusted by their signature. Sign the commit with GPG, SSH or S/MIME, or add a sign-off.",
    ),
    Rule(
        "signoff-by-bot",
        Level.BLOCK,
        "A commit is signed off by a bot or a coding agent only.",
        "A certificate needs a person who answers for it. Sign the commit off with a person's name and address.",
    ),
    Rule(
        "signoff-file-ignored",
        Level.NOTE,
        "The repository's `.github/dco.yml` has keys that nothing follows, asks for less than the policy, or is "
        "changed.",
        "It may ask for more than the policy, by `require.members` and `allowRemediationCommits`. A change of it "
        "counts from the next pull request on.",
    ),
    Rule(
        "signoff-file-unreadable",
        Level.WARN,
        "The repository's `.github/dco.yml` cannot be read, so the policy alone judges.",
        "Somebody relies on what it says. Correct the line on the default branch.",
        could_not_tell=True,
    ),
    Rule(
        "generated-code-noted",
        Level.NOTE,
        "A commit tells of a tool that helped: by a trailer, or by a bot or coding agent among its people.",
        "It is recorded as the commit says it. Nothing has to be done.",
    ),
    Rule(
        "generated-code-undeclared",
        Level.BLOCK,
        "A commit has a bot or coding agent among its people, and no trailer that declares a tool.",
        "The policy wants generated code to be declared. Name the tool in an `Assisted-by` trailer.",
    ),
)


#: How many commits were judged, which fail, and what is left to the service.
_Result = tuple[int, Sequence[Failure], tuple[Phrase, ...]]


def judge_pull(snapshot: Snapshot, facts: Facts, section: SignoffSection, _context: Context) -> PullJudgment:
    """Judge each commit that is neither a merge nor a bot's."""
    said = said_by(snapshot, section)
    effective = applied(section, said)
    judged, failing, not_judged_here = _judge(snapshot, facts, effective)
    observations = (*_observations(snapshot, facts, effective, failing), *_beside(snapshot, section, said))
    return PullJudgment(judged, observations, not_judged_here)


def _beside(snapshot: Snapshot, section: SignoffSection, said: Said | None) -> Iterator[Observation]:
    if said is not None:
        yield from of_file(section, said, owner=PATH not in snapshot.base_texts)
    if section.repository_file is not RepositoryFile.IGNORE:
        yield from of_edits(snapshot.listing)
    plain = [commit for commit in snapshot.listing.commits if len(commit.parents) < 2]
    yield from of_tools(plain, section.generated, snapshot.listing.head)


def _judge(snapshot: Snapshot, facts: Facts, section: SignoffSection) -> _Result:
    if section.require is Require.NOBODY:
        return 0, (), ()
    commits = snapshot.listing.commits
    judge = Judge(commits, section.mode, section.remediation.allowed, accounts_known=facts.accounts_known).judge
    if snapshot.listing.merge_queue:
        return _in_merge_queue(commits, facts, section.require, judge)
    plain = [commit for commit in commits if len(commit.parents) < 2]
    if facts.accounts_known:
        return _with_accounts(plain, facts, section.require, judge)
    return _without_accounts(plain, section.require, judge)


def _in_merge_queue(
    commits: Sequence[Commit], facts: Facts, require: Require, judge: Callable[[Commit], Failure | None]
) -> _Result:
    """Whether anybody's sign-off is still there: who must have signed was judged on the pull requests' own commits."""
    plain = [commit for commit in commits if len(commit.parents) < 2 and not _is_bot(commit)]
    required = [commit for commit in plain if require is Require.EVERYONE or not _is_member(commit, facts)]
    unsigned = (commit for commit in required if not loose_sign_offs(commit.message))
    return len(required), [failure for commit in unsigned if (failure := judge(commit)) is not None], ()


def _with_accounts(
    plain: Sequence[Commit], facts: Facts, require: Require, judge: Callable[[Commit], Failure | None]
) -> _Result:
    judged = 0
    failing = []
    for commit in plain:
        required = require is Require.EVERYONE or not _is_member(commit, facts)
        if (not required and commit.verified) or _is_bot(commit):
            continue
        judged += 1
        failure = judge(commit)
        if failure is not None:
            unverified = failure.kind is Kind.MISSING and not failure.found and not required
            failing.append(failure._replace(kind=Kind.UNVERIFIED) if unverified else failure)
    return judged, failing, ()


def _without_accounts(plain: Sequence[Commit], require: Require, judge: Callable[[Commit], Failure | None]) -> _Result:
    """A commit that fails and that an account might excuse is left to the service, never blocked."""
    failures = [failure for commit in plain if (failure := judge(commit)) is not None]
    failing: list[Failure] = []
    excused = dict.fromkeys(_NOT_HERE, 0)
    for failure in failures:
        if is_bot_address(failure.commit.author.email):
            excused["bot"] += 1
        elif require is Require.NON_MEMBERS:
            excused["member"] += 1
        elif failure.undecided:
            excused["private"] += 1
        else:
            failing.append(failure)
    judged = len(plain) - len(failures) + len(failing)
    return judged, failing, tuple(_not_here(why, count) for why, count in excused.items() if count)


#: Why a failing commit is left to the service, after "1 commit" and after "2 commits".
_NOT_HERE = {
    "bot": (
        " does not pass, but its author has a bot's address: only the service knows whether it is a bot",
        " do not pass, but their authors have bots' addresses: only the service knows whether they are bots",
    ),
    "member": (
        " does not pass, but its author may be a member: only the service knows members and verified signatures",
        " do not pass, but their authors may be members: only the service knows members and verified signatures",
    ),
    "private": (
        " is signed off with a private GitHub address: only the service knows whose account that is",
        " are signed off with private GitHub addresses: only the service knows whose accounts those are",
    ),
}


def _not_here(why: str, count: int) -> Phrase:
    one, several = _NOT_HERE[why]
    return (f"1 commit{one}." if count == 1 else f"{count:,} commits{several}.",)


def _is_bot(commit: Commit) -> bool:
    author = commit.author
    return author.account_type is AccountType.BOT or (author.login or "").endswith("[bot]")


def _is_member(commit: Commit, facts: Facts) -> bool:
    """Of the organization; where a person owns the repository, only the owner. Unknown is not a member."""
    login = (commit.author.login or "").lower()
    if not login:
        return False
    if facts.repository.owner_is_organization is False and facts.repository.name:
        return facts.repository.name.partition("/")[0].lower() == login
    return facts.members.get(login) is Membership.MEMBER


def _membership(commit: Commit, facts: Facts, require: Require) -> str | None:
    """What membership had to do with the verdict."""
    if require is not Require.NON_MEMBERS:
        return None
    if commit.author.login is None:
        return "GitHub links the author's address to no account, so it counts as not a member"
    if _is_member(commit, facts):
        return "member of the organization, and the commit is not verified"
    known = facts.members.get(commit.author.login.lower(), Membership.UNKNOWN)
    return "unknown, so it counts as not a member" if known is Membership.UNKNOWN else "not a member"


def _observations(
    snapshot: Snapshot, facts: Facts, section: SignoffSection, failing: Sequence[Failure]
) -> tuple[Observation, ...]:
    """One for each failing commit; as in the DCO app, one author's commits stand together."""
    if not failing:
        return ()
    listing, allowed = snapshot.listing, section.remediation.allowed
    branch = Branch(listing.commits, listing.base, allowed)
    remediations = Remediations(listing.commits, allowed, normal_of(section.mode))
    in_order = sorted(failing, key=lambda failure: failure.commit.author.name)
    queue = listing.merge_queue
    return tuple(_observation(failure, facts, section, branch, remediations, queue) for failure in in_order)


def _observation(
    failure: Failure,
    facts: Facts,
    section: SignoffSection,
    branch: Branch,
    remediations: Remediations,
    merge_queue: bool,
) -> Observation:
    repair = repair_on(branch, [failure])
    membership = _membership(failure.commit, facts, section.require)
    individual = section.remediation.individual
    account = account_row(failure.commit, individual) if facts.accounts_known and not merge_queue else ()
    return Observation(
        rule=f"signoff-{failure.kind}",
        subject=Subject(commit=failure.commit.sha),
        message=message(failure),
        headline=headline(failure),
        move=Move.AUTHOR,
        evidence=(*evidence(failure, section.mode, remediations, membership), *account, *remediation_row(repair)),
        policy_key=("signoff", "require" if failure.kind is Kind.UNVERIFIED else "mode"),
        fix=queue_fix() if merge_queue else fix(failure, repair, branch.keeper),
    )


CHECK = Check(
    id="signoff",
    title="sign-off",
    prefix="dco",
    noun="commit",
    rules=RULES,
    section=SignoffSection,
    judge_pull=judge_pull,
)
