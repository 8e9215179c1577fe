"""A comment on a pull request that signs an agreement, or asks for another look: what an `issue_comment` run does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from app.cli.sign_judging import Judging
from app.offered import offer_of
from checks.agreements.cla_inputs import ClaInputs
from checks.agreements.codec import read_moment
from checks.agreements.incoming import derived_id
from checks.agreements.kept import BrokenError, Said, cannot_take, with_signature
from checks.agreements.needed import exemption
from checks.agreements.phrases import asks_again, read
from checks.agreements.standing import State, Who, standing
from checks.agreements.terms import Document
from checks.model.facts import Facts
from checks.model.phrase import visible
from checks.model.signatures import Act, How, SignatureRecord, Signatures, Signer
from checks.policy.files import PolicyFiles

#: Comment commands of the service that mean `recheck`: the words of a finding name them.
_COMMANDS = ("/ospo-gate recheck",)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A new comment of a person on an open pull request."""

    body: str
    comment: int
    pull: int
    repository_id: int
    account_id: int
    login: str
    at: datetime
    """UTC."""
    url: str | None

    @classmethod
    def of(cls, payload: Mapping[str, object]) -> "Spoken | str":
        """The comment of an event, as it was written; a sentence where there is nothing to do."""
        issue, comment, repository = (_object(payload.get(key)) for key in ("issue", "comment", "repository"))
        user = _object(comment.get("user"))
        if payload.get("action") != "created":
            return "Only a new comment signs: nothing is recorded."
        if not isinstance(issue.get("pull_request"), dict):
            return "The comment is not on a pull request: nothing is recorded."
        if issue.get("state") != "open":
            return "The pull request is closed: nothing is recorded."
        if user.get("type") != "User":
            return "A bot cannot sign: nothing is recorded."
        numbers = [comment.get("id"), issue.get("number"), repository.get("id"), user.get("id")]
        body, login, at = comment.get("body"), user.get("login"), comment.get("created_at")
        if not all(type(number) is int and number > 0 for number in numbers):
            return "The event has no comment that can be recorded."
        if not (isinstance(body, str) and isinstance(login, str) and isinstance(at, str)):
            return "The event has no comment that can be recorded."
        identity, pull, place, account = (int(str(number)) for number in numbers)
        url = comment.get("html_url")
        try:
            said_at = read_moment(at)
        except ValueError:
            return "The event has no comment that can be recorded."
        return cls(body, identity, pull, place, account, login, said_at, url if isinstance(url, str) else None)


class Heard(NamedTuple):
    """What came of a comment."""

    sentences: tuple[str, ...]
    recorded: bool = False
    look_again: bool = False
    """Whether the pull request is to be judged again."""


def hear(spoken: Spoken, found: Judging, inputs: ClaInputs) -> Heard:
    """Record the signature, if the comment is one of somebody who must sign. Raises `GateError`."""
    if asks_again(spoken.body) or spoken.body.strip().casefold() in _COMMANDS:
        return Heard(("Asked for another look.",), look_again=True)
    documents = found.documents()
    reading = read(spoken.body, documents)
    if reading.unclear:
        return Heard(("Other words of the comment leave open what the sentence means: nothing is recorded.",))
    document = next((item for item in documents if item.name == reading.signs), None)
    if document is None:
        return Heard(("The comment is neither the sentence that signs nor `recheck`: nothing is recorded.",))
    who = visible(spoken.login, 60)
    if not document.by_comment:
        return Heard((f"{document.title} asks for more than a comment says: nothing is recorded.",))
    facts = found.facts()
    if (reason := _not_asked(spoken, document, found, facts)) is not None:
        return Heard((f"{who} {reason}: nothing is recorded.",), look_again=True)
    record = _record(spoken, document, found)
    said = Said(spoken.comment, spoken.pull, spoken.repository_id)

    def change(text: str | None) -> str:
        if why := cannot_take(text, found.file.place.path, document):
            raise BrokenError(0, f"{why}: name a path with that version, or a file of ours")
        return with_signature(text, record, said)

    message = inputs.message(
        "signed-commit-message", f"{spoken.login} signs {document.title}", spoken.login, spoken.pull,
        found.proposed.repository,
    )  # fmt: skip
    added = found.file.add(change, message)
    found.stored = found.stored._replace(text=added.text)
    found.now = max(found.now, datetime.now(UTC))
    return Heard((f"{who} has signed {document.title}: {found.file.place}.",), recorded=True, look_again=True)


def _not_asked(spoken: Spoken, document: Document, found: Judging, facts: Facts) -> str | None:
    """Why somebody need not sign; None: they must."""
    signatures = facts.signatures or Signatures()
    theirs = [one for one in found.people(facts) if one.person.account_id == spoken.account_id]
    if not theirs:
        return "is not among those whose work the pull request is"
    one = theirs[0]
    if exemption(one, found.section.exempt, signatures).because:
        return "need not sign, as the policy has it"
    who = Who(spoken.account_id, one.person.login, one.proven, found.section.match_logins)
    if standing(who, document, signatures, found.now).state in (State.SIGNED, State.COVERED):
        return f"has signed {document.title} already"
    return None


def _record(spoken: Spoken, document: Document, found: Judging) -> SignatureRecord:
    return SignatureRecord(
        id=derived_id("comment", spoken.repository_id, spoken.comment, document.name),
        act=Act.SIGNED,
        document=document.name,
        version=document.version,
        signer=Signer(spoken.account_id, spoken.login),
        at=min(spoken.at, found.now),
        how=How.COMMENT,
        digest=_digest(document, found.policies.files),
        evidence=spoken.url,
    )


def _digest(document: Document, files: PolicyFiles) -> str | None:
    """SHA-256 of the text that lies beside the policy; None: who signed was shown a link alone."""
    offer = offer_of(document, files)
    return offer.digest if offer.data is not None else None


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
