"""Signing by a comment: a phrase of a document, alone on its line, by a person."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from app.github.client import READING, Installation
from app.offered import AGREEMENTS, Offer, PolicyNow, agreements_of, derived_id, offer_of
from app.own_policies import own_policy
from app.store.signatures import ORGANIZATION, SignatureStore, scope_of
from app.subject import Claim, Remark, pull_key
from app.tally import Tally
from checks.agreements.needed import demanded
from checks.agreements.phrases import asks_again, maybe_signs, read
from checks.agreements.terms import CLA_PHRASE, DCO_PHRASE, AgreementsSection, phrase_key
from checks.model.facts import RepositoryFacts
from checks.model.signatures import Act, How, SignatureRecord, Signer
from checks.policy.layers import PolicySet

#: Phrases of policies that are remembered.
MOST = 1_000
#: The answer to a phrase among words that leave open what it is worth.
UNCLEAR = (
    "Nothing was signed: the other words of the comment leave open what the sentence is meant to say. To sign, post "
    "the sentence as a comment of its own."
)
#: The answer to who signed and is not asked to here: with another account than that of the commits, most often.
NOT_ASKED = (
    "The signature is kept. It changes nothing here, because no commit of this pull request waits for a signature of "
    "this account. GitHub tells by the e-mail address of a commit whose it is: sign with that account, or add the "
    "address to this one and comment `/ospo-gate recheck`."
)

log = structlog.get_logger()


class Phrases:
    """The phrases by which somebody may sign, as far as this process knows the policies: whether a comment is worth a
    look is asked before any of them is read."""

    def __init__(self) -> None:
        self._keys = frozenset({phrase_key(CLA_PHRASE), phrase_key(DCO_PHRASE)})

    def learn(self, section: AgreementsSection) -> None:
        keys = {phrase_key(document.sentence) for document in section.documents}
        if not keys <= self._keys and len(self._keys | keys) <= MOST:
            self._keys |= keys

    def maybe(self, body: str) -> bool:
        """Cheap, and true of every comment that signs by a known phrase or asks for another look."""
        return asks_again(body) or any(phrase_key(line) in self._keys for line in body[:70_000].splitlines())


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a comment."""

    done: bool
    text: str = ""
    """Words for who wrote it, where it was not taken or changes nothing."""


@dataclass(frozen=True, slots=True)
class SigningByComment:
    """Reads comments that are no commands."""

    signatures: SignatureStore
    policy: PolicyNow
    """The organization's."""
    central: bool
    """Whether there is such a policy; if not, each repository has its own."""
    pages: str | None
    """Address of our pages."""
    tally: Tally = field(default_factory=Tally)

    async def hear(self, claim: Claim, remark: Remark, client: Installation, now: datetime) -> Said | None:
        """None: the comment does not sign anything. Raises `GitHubError`."""
        policies = await self._policies(claim, client)
        if policies is None:
            return None
        repository = _repository(claim)
        section = policies.policy_for(repository, claim.about.base_ref or None, now).sections.get("agreements")
        if not isinstance(section, AgreementsSection):
            return None
        needed = demanded(section, repository)
        asked = [document for demand in needed.demands for document in (demand.document, *demand.others)]
        documents = list({document.name: document for document in (*asked, *needed.unclear)}.values())
        if not maybe_signs(remark["body"], documents):
            return None
        reading = read(remark["body"], documents)
        document = next((item for item in documents if item.name == (reading.signs or reading.unclear)), None)
        if document is None:
            return None
        if reading.signs is None and document.by_comment:
            return Said(False, text=UNCLEAR)
        offer = offer_of(document, policies.files)
        if offer.data is None:
            return Said(False, text=f"{_title(offer)} cannot be signed now: {offer.fault}.")
        if not document.by_comment:
            place = AGREEMENTS if self.central else agreements_of(claim.about.repository)
            page = f": {self.pages}{place}" if self.pages else ", which this service does not have"
            return Said(False, text=f"{_title(offer)} asks for more than a comment says. Sign it on the page{page}")
        await self._sign(claim, remark, offer, now)
        waits = await self.signatures.contributors(pull_key(claim.repository_id, claim.number))
        return Said(True, NOT_ASKED if waits and remark["account_id"] not in waits else "")

    async def _sign(self, claim: Claim, remark: Remark, offer: Offer, now: datetime) -> None:
        document = offer.document
        scope = ORGANIZATION if self.central else scope_of(claim.repository_id)
        said_at = datetime.fromtimestamp(claim.head_at, UTC) if claim.head_at else now
        record = SignatureRecord(
            id=derived_id("comment", scope, remark["id"], document.name),
            act=Act.SIGNED,
            document=document.name,
            version=document.version,
            signer=Signer(remark["account_id"], remark["login"]),
            at=min(said_at, now),
            how=How.COMMENT,
            digest=offer.digest,
            evidence=remark["url"],
        )
        await self.signatures.keep_text(offer.digest, offer.data or b"")
        kept = await self.signatures.sign(scope, record)
        self.tally.count("ospo_gate_signatures_total", kept.act.value, kept.how.value)
        log.info("agreement-signed", document=document.name, account=remark["account_id"], record=kept.id)

    async def _policies(self, claim: Claim, client: Installation) -> PolicySet | None:
        if self.central:
            return await self.policy()
        return await own_policy(client.with_permissions(READING), claim.about.repository)


def _repository(claim: Claim) -> RepositoryFacts:
    about = claim.about
    topics = None if about.topics is None else tuple(about.topics)
    return RepositoryFacts(
        about.repository, about.visibility, about.default_branch, about.owner_is_organization, about.properties,
        topics=topics,
    )  # fmt: skip


def _title(offer: Offer) -> str:
    return f"{offer.document.name}, version {offer.document.version},"
