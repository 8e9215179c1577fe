"""The words for one failing commit: what is expected, what was found, why they differ, and how to repair it."""

from checks.model.commit import Commit, Person
from checks.model.finding import Evidence, Fix
from checks.model.phrase import Foreign, Phrase, join, say, visible
from checks.signoffs.addresses import noreply_account
from checks.signoffs.difference import differences, spelled
from checks.signoffs.machines import signals
from checks.signoffs.matching import Failure, Kind, SignoffMode
from checks.signoffs.remediation import Remediations
from checks.signoffs.repair import Repair, same_person
from checks.signoffs.trailers import SignOff, sign_offs

_SUBJECT = 72
_LISTED = 5
_PIECE = 150
_HEADLINES = {
    Kind.MISSING: "Commit {} has no sign-off",
    Kind.MISMATCH: "Commit {} is not signed off by its author",
    Kind.INVALID_EMAIL: "Commit {} has an author address that is not valid",
    Kind.UNVERIFIED: "Commit {} by a member is not verified",
    Kind.BY_BOT: "Commit {} is signed off by a bot or agent only",
}
NEAR_MISSES = {
    "short": "it must name the commit by its full SHA",
    "off": "the policy does not allow this kind of remediation commit",
    "author": "it names another author than the commit has",
    "bot": "a bot or coding agent signs for nobody",
    "signer": "the person who says “I” did not make the remediation commit",
}


def headline(failure: Failure) -> Phrase:
    """At most 80 characters."""
    if failure.kind is Kind.MISSING and _is_co_author(failure):
        return say("Commit {} lacks the sign-off of a co-author", failure.commit.short)
    return say(_HEADLINES[failure.kind], failure.commit.short)


def message(failure: Failure) -> Phrase:
    """One sentence that names the commit, the person and what was found."""
    commit = failure.commit
    which = _which(commit)
    if failure.kind is Kind.UNVERIFIED:
        member = commit.author.login or commit.author.name
        return say("{} by the member {} has neither a verified signature nor a sign-off.", which, member)
    if failure.kind is Kind.INVALID_EMAIL:
        email = commit.author.email or commit.committer.email
        return say("{} has the author address {}, which is not a valid e-mail address.", which, _or_empty(email))
    if failure.kind is Kind.MISSING and _is_co_author(failure):
        names = [say("{}", person.name) for person in failure.signers[:_LISTED]]
        names += [(f"{more} more",)] if (more := len(failure.signers) - _LISTED) > 0 else []
        ending = ("s" if len(names) > 1 else "",)
        return say("{} has no sign-off of its co-author{} {}.", which, ending, join(names, last=" and "))
    if failure.kind is Kind.MISSING:
        return say("{} by {} has no sign-off.", which, _or_empty(commit.author.name))
    found = join((say("{}", str(sign_off)) for sign_off in failure.found[:_LISTED]), last=" and ")
    if failure.kind is Kind.BY_BOT:
        return say("{} is signed off only by {}, but a bot or coding agent certifies nothing.", which, found)
    hidden = _hidden(failure)
    because = say(" ({})", (hidden[0],)) if hidden else ()
    return say("{} is signed off by {}, but its author is {}{}.", which, found, _identity(_expected(commit)), because)


def evidence(
    failure: Failure, mode: SignoffMode, remediations: Remediations, membership: str | None
) -> tuple[Evidence, ...]:
    """The rows behind the sentence; `membership` in words where it played a part."""
    commit = failure.commit
    rows = [Evidence("author", say("{}", _identity(commit.author)), ("git",))]
    if _identity(commit.committer) != _identity(commit.author):
        rows.append(Evidence("committer", say("{}", _identity(commit.committer)), ("git",)))
    rows += [Evidence("expected", say("{}", line), (f"signoff.mode {mode}",)) for line in expected_lines(failure)]
    rows += [Evidence("found", say("Signed-off-by: {}", str(sign_off))) for sign_off in failure.found[:_LISTED]]
    if len(failure.found) > _LISTED:
        rows.append(Evidence("found", (f"and {len(failure.found) - _LISTED} more",)))
    rows += [Evidence("difference", (text,)) for text in _hidden(failure)]
    rows += _rewritten(failure)
    rows += [Evidence("tool", say(f"{signal.what}: {{}}", signal.tool), ("git",)) for signal in signals(commit)]
    if _hidden(failure):
        rows += [
            Evidence("expected, spelled out", say("{}", spelled(_identity(_expected(commit))))),
            Evidence("found, spelled out", say("{}", spelled(str(failure.found[0])))),
        ]
    if mode is SignoffMode.STRICT and not failure.found and sign_offs(commit.message):
        rows.append(Evidence("sign-off outside the trailer block", ("only the last paragraph counts",)))
    miss = remediations.near_miss(commit)
    if miss:
        rows.append(Evidence("remediation", say("commit {}: " + NEAR_MISSES[miss[1]], miss[0].commit.short)))
    if membership:
        rows.append(Evidence("membership", (membership,)))
    if mode is SignoffMode.DCOAPP and failure.kind is not Kind.BY_BOT:
        rows.append(Evidence("the DCO app says", say("{}", dco_app_message(failure))))
    return tuple(rows)


def fix(failure: Failure, repair: Repair, keeper: Person | None) -> Fix:
    """The missing line, who can add it, and the commands for this commit alone."""
    signer = repair.signer
    lines = [say("{}", line) for line in expected_lines(failure)]
    summary = say("The missing line{} {}", ("s are" if len(lines) > 1 else " is",), join(lines, last=" and "))
    if failure.kind is Kind.INVALID_EMAIL:
        summary = ("The author's address has to be one that works",)
    if failure.kind is Kind.UNVERIFIED:
        summary = say("Sign the commit with a key that GitHub knows, or sign it off: {}", lines[0])
    if repair.first:
        summary = say("{}; {}", summary, repair.first)
    elif not repair.rewrites and repair.commands and signer:
        summary = say("{}; {} may add it with a remediation commit", summary, signer.name)
    elif not signer:
        summary = say("{}; only the people named can add theirs", summary)
    elif keeper is None or not same_person(signer, keeper):
        summary = say("{}; only {} can add it", summary, signer.name)
    return Fix(summary, repair.commands, without_terminal=_on_the_web(failure, repair))


def queue_fix() -> Fix:
    """What helps in a merge queue: nobody can amend what it commits."""
    words = (
        "If the queue squashes, its message has lost the sign-offs: a maintainer sets the default message of squash "
        "merges to the commit messages ({})"
    )
    return Fix(say(words, "squash_merge_commit_message: COMMIT_MESSAGES"))


def account_row(commit: Commit, individual: bool) -> tuple[Evidence, ...]:
    """Whose is this address? The ways out where GitHub links it to nobody."""
    email = commit.author.email
    if commit.author.login or not email:
        return ()
    remediation = "sign it as it is, with a remediation commit" if individual else "ask for remediation commits"
    ways = (
        "GitHub links {} to no account. If it is yours: add it to the e-mail settings of your account, give the commit "
        f"another author with {{}}, or {remediation}"
    )
    return (Evidence("account", say(ways, email, "git commit --amend --reset-author"), ("GitHub",)),)


def remediation_row(repair: Repair) -> tuple[Evidence, ...]:
    """The remediation commit, ready to copy, in pieces that no renderer shortens."""
    return tuple(
        Evidence(
            "instead, without rewriting", tuple(Foreign(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))
        )
        for text in repair.instead
    )


def dco_app_message(failure: Failure) -> str:
    """The sentence that the DCO app prints, for people who search for it."""
    author = failure.commit.author
    if failure.kind is Kind.UNVERIFIED:
        return "Commit by organization member is not verified."
    if failure.kind is Kind.MISSING:
        return "The sign-off is missing."
    if failure.kind is Kind.INVALID_EMAIL:
        return f"{author.email or failure.commit.committer.email} is not a valid email address."
    expected = f'"{author.name} <{author.email}>"'
    if len(failure.found) == 1:
        return f'Expected {expected}, but got "{failure.found[0]}".'
    got = ", ".join(f'"{found}"' for found in failure.found[:_LISTED])
    return f"Can not find {expected}, in [{got}]."


def expected_lines(failure: Failure) -> list[str]:
    """The sign-off line of each person who must sign; the first few."""
    people = [_expected(failure.commit) if p is failure.commit.author else p for p in failure.signers[:_LISTED]]
    return [f"Signed-off-by: {_identity(person)}" for person in people]


def _expected(commit: Commit) -> Person:
    return commit.author if commit.author.email else Person(commit.author.name, commit.committer.email)


def _is_co_author(failure: Failure) -> bool:
    return bool(failure.signers) and failure.signers[0] is not failure.commit.author


def _identity(person: Person | SignOff) -> str:
    return f"{person.name} <{person.email}>"


def _hidden(failure: Failure) -> list[str]:
    """What the eye misses between the author and the only sign-off."""
    if failure.kind is not Kind.MISMATCH or len(failure.found) != 1:
        return []
    expected, found = _expected(failure.commit), failure.found[0]
    rows = [("name", expected.name, found.name), ("address", expected.email, found.email)]
    if any(one.lower() != other.lower() and not differences(one, other) for _, one, other in rows):
        return []
    return [f"in the {what}, {text}" for what, one, other in rows for text in differences(one, other)]


def _which(commit: Commit) -> Phrase:
    subject = visible(commit.subject, _SUBJECT)
    return say("Commit {} “{}”", commit.short, subject) if subject else say("Commit {}", commit.short)


def _or_empty(email: str) -> Phrase:
    return say("{}", email) if email else ("(empty)",)


def _rewritten(failure: Failure) -> list[Evidence]:
    """GitHub put an account's private address where people expect the one that they sign with."""
    author, committer = failure.commit.author, failure.commit.committer
    if failure.kind is not Kind.MISMATCH or noreply_account(author.email) is None:
        return []
    by_github = committer.name == "GitHub" and committer.email.startswith("noreply@")
    made = "GitHub made this commit (web editor, suggestion or squash) with" if by_github else "its author has"
    words = f"{made} the account's private address, which the sign-off must have, too"
    return [Evidence("identity", (words,), ("signoff.mode: lenient takes both for the same",))]


def _on_the_web(failure: Failure, repair: Repair) -> Phrase:
    """The way for people without a terminal: a browser, on a phone, too."""
    lines = expected_lines(failure)
    if failure.kind in (Kind.INVALID_EMAIL, Kind.UNVERIFIED) or not lines:
        return ("a codespace of the branch has a terminal in the browser",)
    if repair.statements and repair.signer:
        needed = (*repair.statements, f"Signed-off-by: {_identity(repair.signer)}")
        said = join((say("{}", line) for line in needed), last=" and ")
        return say(
            "commit any small change in the web editor, with these lines in its description, the first one once "
            "for each commit that it is about: {}",
            said,
        )
    return say(
        "a codespace of the branch has a terminal in the browser; or make the change once more on a new branch in the "
        "web editor, with {} as the last line of the description",
        lines[0],
    )
