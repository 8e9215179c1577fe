"""Contributor agreements: whoever's work a change is has signed what the repository needs."""

from checks.agreements.judgment import DUE, ENDED, MISSING, OUTDATED, UNKNOWN, UNLINKED, judge
from checks.agreements.needed import Demanded, demanded, is_trivial
from checks.agreements.terms import AgreementsSection
from checks.model.facts import Facts
from checks.model.finding import Level
from checks.model.phrase import Phrase, join, say
from checks.model.snapshot import Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule

RULES = (
    Rule(
        MISSING,
        Level.BLOCK,
        "A person whose work is in the change has not signed an agreement that the repository needs.",
        "The agreement says under which terms a contribution is given. Read it, then sign by a comment or on the page.",
        waivable=False,
    ),
    Rule(
        OUTDATED,
        Level.BLOCK,
        "A person has signed an earlier version, which does not count any more.",
        "The terms have changed since. Read the new version and sign it.",
        waivable=False,
    ),
    Rule(
        DUE,
        Level.WARN,
        "A person has signed an earlier version, which still counts for a time.",
        "The terms have changed since. Sign the new version before the time is over.",
        waivable=False,
    ),
    Rule(
        ENDED,
        Level.BLOCK,
        "A person's signature was revoked or has ended, or the company that signed for them does so no more.",
        "What was given before stays given; new contributions need a signature. Sign again, or ask your company to.",
        waivable=False,
    ),
    Rule(
        UNLINKED,
        Level.BLOCK,
        "An author's or co-author's address belongs to no GitHub account, so nobody can tell who it is.",
        "Add the address to your account, or use an address of the account; the policy may exempt an address.",
        waivable=False,
    ),
    Rule(
        UNKNOWN,
        Level.BLOCK,
        "Whether a person has to sign could not be known: something about them or the repository could not be read.",
        "A signature is never taken for granted. It is asked again until the source answers.",
        waivable=False,
        could_not_tell=True,
    ),
)


def judge_pull(snapshot: Snapshot, facts: Facts, section: AgreementsSection, context: Context) -> PullJudgment:
    """Judge the people of the commits. A merge queue's commits are those of pull requests that were judged."""
    listing = snapshot.listing
    if not listing.commits or listing.merge_queue or is_trivial(listing, section.trivial):
        return PullJudgment(0)
    found = demanded(section, facts.repository)
    if not (found.demands or found.unclear):
        return PullJudgment(0)
    if facts.signatures is None or not facts.accounts_known:
        return PullJudgment(0, (), (_not_here(found),))
    judgment = judge(listing, facts, facts.signatures, section, context.now)
    return PullJudgment(judgment.judged, judgment.observations, changes_at=judgment.changes_at)


def _not_here(found: Demanded) -> Phrase:
    documents = [*(demand.document for demand in found.demands), *found.unclear]
    names = join((say("{}", document.name) for document in documents), last=" and ")
    return say("who signed {}: only the service knows accounts and signatures.", names)


CHECK = Check(
    id="agreements",
    title="agreements",
    prefix="cla",
    noun="contributor",
    rules=RULES,
    section=AgreementsSection,
    judge_pull=judge_pull,
)
