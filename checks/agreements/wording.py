"""The words for one person: what is missing, why now, and exactly how to sign.

On a public repository nobody learns for which company somebody works, nor why a signature ended.
"""

from collections.abc import Iterator, Sequence

from checks.agreements.people import Contributor, Role
from checks.agreements.standing import Cause, Standing, State
from checks.agreements.terms import Document
from checks.model.finding import Evidence, Fix
from checks.model.phrase import Phrase, join, say
from checks.model.signatures import Act, SignatureRecord
from checks.render.english import counted, day

#: Commits in one row of the evidence, and such rows.
_PER_ROW, _ROWS = 10, 10
_REASON = 300
_AGAIN = ("git config user.email", "git commit --amend --reset-author")


def name_of(contributor: Contributor) -> str:
    """The login; without one the address, or the name."""
    person = contributor.person
    return person.login or person.email.strip() or person.name.strip() or "(nobody)"


def message(contributor: Contributor, standing: Standing, public: bool) -> Phrase:
    """One sentence: who has to sign what, and why now."""
    who, title = name_of(contributor), say("{}", standing.document.title)
    match standing.state:
        case State.OUTDATED | State.GRACE:
            return _outdated(who, standing, public)
        case State.ENDED:
            return say("{} needs to sign {}, because {}.", who, title, _ended(standing, public))
        case State.UNACKNOWLEDGED:
            company: Phrase = ("a company",) if public else say("{}", standing.company.name if standing.company else "")
            return say("{} contributes for {}, which signed {}, and has not said so yet.", who, company, title)
    return say("{} has not signed {}.", who, title)


def _outdated(who: str, standing: Standing, public: bool) -> Phrase:
    document, record = standing.document, standing.record
    version = record.version if record else "?"
    if standing.company:
        signer: Phrase = ("The company",) if public else say("{}", standing.company.name)
        whose = say("{} of {} signed", signer, who)
    else:
        whose = say("{} signed", who)
    if record is not None and record.version == document.version:
        return say("{} another text of {}, than the one of today{}.", whose, document.title, _reason(document))
    ends = document.grace_ends if standing.state is State.GRACE else None
    needed = f"needed from {day(ends)} on" if ends else "needed now"
    return say(
        "{} version {} of {}, and version {} is {}{}.",
        whose, version, document.name, document.version, (needed,), _reason(document),
    )  # fmt: skip


def _reason(document: Document) -> Phrase:
    """Why everybody is asked again, in the policy's own words."""
    text = (document.reason or "").strip().rstrip(".")[:_REASON]
    return say(": {}", text) if text else ()


def _ended(standing: Standing, public: bool) -> Phrase:
    at = f" on {day(standing.ended_at)}" if standing.ended_at else ""
    if public:
        return (f"the signature that counted ended{at}",)
    company = standing.company.name if standing.company else "the company"
    match standing.cause:
        case Cause.REVOKED if standing.company:
            return say("what they said about contributing for {} was revoked{}", company, (at,))
        case Cause.REVOKED:
            return (f"the signature was revoked{at}",)
        case Cause.LEFT:
            return say("they left {}{}, under whose signature they contributed", company, (at,))
        case Cause.COMPANY:
            return say("the signature of {} ended{}", company, (at,))
        case Cause.REMOVED:
            return say("{} does not count them among its people any more", company)
    return (f"the signature was valid until{at.removeprefix(' on')}" if at else "the signature ended",)


def headline(contributor: Contributor, standing: Standing) -> Phrase:
    """At most 80 characters."""
    who, name = name_of(contributor)[:39], str(standing.document.name)[:20]
    match standing.state:
        case State.GRACE:
            return say("{} will have to sign {} again", who, name)
        case State.OUTDATED | State.ENDED:
            return say("{} has to sign {} again", who, name)
        case State.UNACKNOWLEDGED:
            return say("{} has not acknowledged {}", who, name)
    return say("{} has not signed {}", who, name)


def fix(standing: Standing) -> Fix:
    """How to sign. Where there is a page for it, the renderer adds its link."""
    document = standing.document
    if standing.state is State.UNACKNOWLEDGED:
        return Fix(("say on the page for signing that you contribute for your company",))
    if standing.company is not None and (standing.state is not State.ENDED or standing.cause is Cause.COMPANY):
        return Fix(say("the company has to sign {} again", document.name))
    if not document.kind.people:
        return Fix(say("ask your company to sign {}, or to add you to its people", document.name))
    if not document.by_comment:
        return Fix(say("read {} and sign it on the page for signing", document.name))
    alone = "post this as a comment, alone and word for word"
    return Fix(say("read {}; then {}: {}", document.name, (alone,), document.sentence))


def evidence(contributor: Contributor, standing: Standing, public: bool) -> tuple[Evidence, ...]:
    """The rows behind the sentence."""
    document, record = standing.document, standing.record
    rows = [*people_rows(contributor), Evidence("agreement", say("{}", document.title), ("policy",))]
    if document.sha256:
        rows.append(Evidence("text", say("SHA-256 {}", document.sha256), ("policy",)))
    if record is not None and not (public and standing.company):
        rows.append(Evidence("signature", _signature(record)))
    if standing.state is State.GRACE and document.grace_ends:
        rows.append(Evidence("counts until", (day(document.grace_ends),), ("policy",)))
    return tuple(rows)


def _signature(record: SignatureRecord) -> Phrase:
    what = "acknowledged" if record.act is Act.ACKNOWLEDGED else "signed"
    how = {"comment": "by comment", "page": "on the page", "import": "imported"}.get(record.how, "by the office")
    return say("version {}, {} on {}, {}", record.version, (what,), (day(record.at),), (how,))


def people_rows(contributor: Contributor) -> Iterator[Evidence]:
    """Who it is, and all the commits."""
    person = contributor.person
    if person.login:
        number = f" (account {person.account_id})" if person.account_id is not None else ""
        yield Evidence("account", say("{}{}", person.login, (number,)), ("GitHub",))
    else:
        yield Evidence("identity", say("{} <{}>", person.name, person.email), ("git",))
    yield Evidence("role", (_roles(contributor.roles),), ("git",))
    yield from commit_rows(contributor)


def _roles(roles: Sequence[Role]) -> str:
    return ", ".join(role.value for role in roles)


def commit_rows(contributor: Contributor) -> Iterator[Evidence]:
    """The commits, in rows that no renderer shortens."""
    commits = contributor.commits
    for start in range(0, min(len(commits), _PER_ROW * _ROWS), _PER_ROW):
        part = commits[start : start + _PER_ROW]
        yield Evidence("commits", join(say("{}", commit.short) for commit in part))
    if (more := len(commits) - _PER_ROW * _ROWS) > 0:
        yield Evidence("commits", (f"and {more:,} more",))


def commits_in_words(contributor: Contributor) -> Phrase:
    """`commit 1234567`, `commits 1234567 and 89abcde`, `commits 1234567, 89abcde and 5 more`."""
    commits = contributor.commits
    shown = [say("{}", commit.short) for commit in commits[:2]]
    if len(commits) == 1:
        return say("commit {}", shown[0])
    if len(commits) == 2:
        return say("commits {}", join(shown, last=" and "))
    return say("commits {}", join([*shown, (f"{len(commits) - 2:,} more",)], last=" and "))


# -- an address that belongs to no account ----------------------------------------------------------------------------


def unlinked_message(contributor: Contributor, documents: Sequence[Document]) -> Phrase:
    """One sentence about an address of which nobody knows whose it is."""
    person, names = contributor.person, _names(documents)
    commits = commits_in_words(contributor)
    if not person.email.strip():
        return say("{} by {} have no address, so nobody can tell who signed {}.", _starts(commits), person.name, names)
    verb = "belongs to no GitHub account, so nobody can tell whether its owner signed"
    if Role.AUTHOR in contributor.roles or Role.COMMITTER in contributor.roles:
        return say("The address {} of {} {} {}.", person.email.strip(), commits, (verb,), names)
    return say("The address {} of a co-author of {} {} {}.", person.email.strip(), commits, (verb,), names)


def _starts(words: Phrase) -> Phrase:
    return (words[0][:1].upper() + words[0][1:], *words[1:])


def _names(documents: Sequence[Document]) -> Phrase:
    return join((say("{}", document.name) for document in documents), last=" and ")


def unlinked_headline(contributor: Contributor) -> Phrase:
    return say("{} belongs to no GitHub account", name_of(contributor)[:48])


def unlinked_fix(contributor: Contributor) -> Fix:
    """The three ways out."""
    only_credited = contributor.roles == (Role.CO_AUTHOR,)
    again: Phrase = (
        ("name the co-author by an address of their account, or take the line out",)
        if only_credited
        else say("commit again with an address of your account ({}, then {})", *_AGAIN)
    )
    return Fix(
        say(
            "add the address to your GitHub account (Settings, Emails) and comment {}; or {}; or ask the owner of the "
            "policy to exempt the address",
            "/ospo-gate recheck", again,
        )
    )  # fmt: skip


# -- what could not be known ------------------------------------------------------------------------------------------


def unknown_groups_message(contributor: Contributor, groups: Sequence[str], document: Document) -> Phrase:
    names = join((say("{}", group) for group in groups[:3]), last=" and ")
    more = f" and {counted(len(groups) - 3, 'other group')}" if len(groups) > 3 else ""
    return say(
        "Whether {} belongs to {}{} could not be read, so nobody can tell whether a signature of {} is missing.",
        name_of(contributor), names, (more,), document.title,
    )  # fmt: skip


def unknown_account_message(contributor: Contributor, document: Document) -> Phrase:
    return say(
        "The number of the account {} could not be read, so nobody can tell whether it signed {}.",
        name_of(contributor), document.title,
    )  # fmt: skip


def unknown_headline(contributor: Contributor) -> Phrase:
    return say("Whether {} has to sign is not known", name_of(contributor)[:39])


def unclear_message(document: Document) -> Phrase:
    return say(
        "Whether this repository needs {} cannot be said, because nobody told its name or its properties.",
        document.title,
    )
