"""Who of a change's people has to sign what, as observations."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from checks.agreements import wording
from checks.agreements.needed import Demand, demanded, exemption, people
from checks.agreements.people import Contributor
from checks.agreements.standing import Standing, State, Who, standing
from checks.agreements.terms import AgreementsSection, Document
from checks.model.facts import Facts
from checks.model.finding import Evidence, Fix, Move, Observation, Subject
from checks.model.phrase import Phrase, say
from checks.model.signatures import Signatures
from checks.model.snapshot import Listing

MISSING, OUTDATED, DUE = "agreement-missing", "agreement-outdated", "agreement-renewal-due"
ENDED, UNLINKED, UNKNOWN = "agreement-ended", "agreement-unknown-account", "agreement-unknown"
_RULES = {State.OUTDATED: OUTDATED, State.GRACE: DUE, State.ENDED: ENDED}


class Judgment(NamedTuple):
    """What was seen of a change's people."""

    judged: int
    """People."""
    observations: tuple[Observation, ...]
    changes_at: datetime | None
    """When time alone makes a signature that counts today count no more (UTC)."""


def judge(
    listing: Listing, facts: Facts, signatures: Signatures, section: AgreementsSection, now: datetime
) -> Judgment:
    """Judge each person once, under each document that the repository needs."""
    found = demanded(section, facts.repository)
    everybody = people(listing, section, signatures)
    seen = [_unclear(document, section) for document in found.unclear]
    moments: list[datetime] = []
    for contributor in everybody if found.demands else ():
        judged = _Person(contributor, facts, signatures, section, now)
        seen += judged.observations(found.demands)
        moments += judged.moments
    return Judgment(len(everybody), tuple(seen), min(moments, default=None))


class _Person:
    """One of the change's people."""

    def __init__(
        self,
        contributor: Contributor,
        facts: Facts,
        signatures: Signatures,
        section: AgreementsSection,
        now: datetime,
    ) -> None:
        self.contributor, self.signatures, self.section, self.now = contributor, signatures, section, now
        self.public = facts.repository.public
        person = contributor.person
        self.who = Who(person.account_id, person.login, contributor.proven, section.match_logins)
        self.exemption = exemption(contributor, section.exempt, signatures)
        self.moments: list[datetime] = []

    def observations(self, demands: Sequence[Demand]) -> Iterator[Observation]:
        if self.exemption.because:
            return
        if self.contributor.person.login is None and self.contributor.person.account_id is None:
            yield self._unlinked(demands)
            return
        for demand in demands:
            yield from self._under(demand)

    def _under(self, demand: Demand) -> Iterator[Observation]:
        ways = [
            standing(self.who, document, self.signatures, self.now) for document in (demand.document, *demand.others)
        ]
        later = min((way.changes_at for way in ways if way.changes_at), default=None)
        best = min(ways, key=lambda way: tuple(State).index(way.state))
        if best.state in (State.SIGNED, State.COVERED):
            self.moments += [later] if later else []
        elif best.state is not State.GRACE and (groups := (*self.exemption.unknown, *best.groups)):
            said = wording.unknown_groups_message(self.contributor, groups, demand.document)
            yield self._not_known(said, demand, later)
        elif self.who.account_id is None and best.state is not State.GRACE:
            yield self._not_known(wording.unknown_account_message(self.contributor, demand.document), demand, later)
        else:
            yield self._unsigned(best, demand, later)

    def _unsigned(self, best: Standing, demand: Demand, later: datetime | None) -> Observation:
        return Observation(
            rule=_RULES.get(best.state, MISSING),
            subject=self._subject(demand.document),
            message=wording.message(self.contributor, best, self.public),
            headline=wording.headline(self.contributor, best),
            move=Move.SIGNER,
            changes_at=later,
            evidence=wording.evidence(self.contributor, best, self.public),
            policy_key=self._key(best.document),
            fix=wording.fix(best),
        )

    def _not_known(self, message: Phrase, demand: Demand, later: datetime | None) -> Observation:
        return Observation(
            rule=UNKNOWN,
            subject=self._subject(demand.document),
            message=message,
            headline=wording.unknown_headline(self.contributor),
            move=Move.SERVICE,
            changes_at=later,
            evidence=tuple(wording.people_rows(self.contributor)),
            policy_key=self._key(demand.document),
        )

    def _unlinked(self, demands: Sequence[Demand]) -> Observation:
        documents = [demand.document for demand in demands]
        return Observation(
            rule=UNLINKED,
            subject=Subject(person=wording.name_of(self.contributor)),
            message=wording.unlinked_message(self.contributor, documents),
            headline=wording.unlinked_headline(self.contributor),
            move=Move.AUTHOR,
            evidence=tuple(wording.people_rows(self.contributor)),
            policy_key=self._key(documents[0]),
            fix=wording.unlinked_fix(self.contributor),
        )

    def _subject(self, document: Document) -> Subject:
        return Subject(person=wording.name_of(self.contributor), name=document.name)

    def _key(self, document: Document) -> tuple[str, ...]:
        return _key(self.section, document)


def _key(section: AgreementsSection, document: Document) -> tuple[str, ...]:
    return ("agreements", "documents", str(section.documents.index(document)))


def _unclear(document: Document, section: AgreementsSection) -> Observation:
    where = "repositories" if document.repositories else "properties"
    return Observation(
        rule=UNKNOWN,
        subject=Subject(policy=f"agreements.documents: {document.name}"),
        message=wording.unclear_message(document),
        headline=say("Whether {} is needed here is not known", document.name[:40]),
        move=Move.MAINTAINER,
        evidence=(Evidence("it depends on", (where,), ("policy",)),),
        policy_key=(*_key(section, document), where),
        fix=Fix(("give --repository-name, and --property for each custom property of the repository",)),
    )
