"""What an Action without a server judges: the people of a pull request, by the policy of its base and a file."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from app.cli.policy_on_github import policies_on_github
from app.cli.remote import NotThereError
from app.facts.signed_file import SignedInFile, documents_of, kept_in
from app.gate import Judged
from app.policies import PATH, load_policies
from app.settings import CommandEnvironment
from app.signatures_file import SignaturesFile, Stored
from app.sources.proposed import Proposed
from checks.agreements.cla_action import allowlist
from checks.agreements.cla_inputs import ClaInputs
from checks.agreements.comment import Words
from checks.agreements.kept import Kept, cannot_take, empty_file
from checks.agreements.needed import people
from checks.agreements.people import Contributor
from checks.agreements.terms import AgreementsSection, Document
from checks.engine.evaluate import evaluate
from checks.engine.fixes import propose
from checks.engine.plan import Plan, wanted_settings
from checks.model.errors import UsageError
from checks.model.facts import Facts, RepositoryFacts, joined
from checks.model.phrase import visible
from checks.model.signatures import Signatures
from checks.model.snapshot import Listing, Snapshot
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from checks.policy.schema import Policy

#: Checks that need no file of the head: what people did, and who they are.
CHECKS = ("agreements", "signoff")
#: Remarks about rows of the file that are printed.
_SHOWN = 3


@dataclass(slots=True)
class Judging:
    """A pull request with all that its verdict rests on."""

    proposed: Proposed
    listing: Listing
    file: SignaturesFile
    policies: PolicySet
    policy: Policy
    section: AgreementsSection
    inputs: ClaInputs
    by_inputs: bool
    """Whether the inputs of the CLA action are the policy."""
    repository: RepositoryFacts
    only: frozenset[str]
    now: datetime
    server: str
    stored: Stored = field(default_factory=lambda: Stored(None))
    settings: Mapping[str, str | None] = field(default_factory=dict)

    def begin(self) -> bool:
        """Make the file where there is none, so that nobody's signature is the first to find that it cannot be."""
        if self.stored.text is not None:
            return False
        message = self.inputs.text("create-file-commit-message") or "Begin the signatures of contributor agreements"
        added = self.file.add(lambda text: empty_file() if text is None else text, message, message)
        self.stored = Stored(added.text)
        return True

    @property
    def kept(self) -> Kept:
        """What the file says. Raises `GateError` for one that cannot count."""
        return kept_in(self.stored.text, self.file.place, self.section, self.repository, self.now, self.server)

    def documents(self) -> list[Document]:
        """Those that people can sign here."""
        return documents_of(self.section, self.repository)

    def facts(self) -> Facts:
        """What is known of the people."""
        own = Facts(repository=self.repository, accounts_known=True)
        source = SignedInFile(self.proposed.api, self.kept, str(self.file.place), self.repository, self.now)
        return joined(own, source.about(self.listing, self.section))

    def judged(self) -> Judged:
        """The verdict as of now."""
        facts = self.facts()
        plan = Plan(Snapshot(self.listing, base_texts=self.settings))
        report = evaluate(plan, facts, self.policy, self.now, self.only)
        if report.findings:
            report = propose(report, plan, facts, self.policy, self.now, self.only)
        return Judged(report, plan, self.policy, facts, self.now, None, self.policies)

    def people(self, facts: Facts) -> tuple[Contributor, ...]:
        """Whose work it is."""
        return people(self.listing, self.section, facts.signatures or Signatures())

    def remarks(self) -> list[str]:
        """What people must know about the run."""
        kept, given = self.kept, self.inputs.says_policy
        said = [f"{self.file.place}:{problem.line}: {visible(problem.message)}." for problem in kept.problems[:_SHOWN]]
        if len(kept.problems) > _SHOWN:
            said.append(f"{self.file.place}: {len(kept.problems) - _SHOWN:,} more rows say nothing.")
        if given and not self.by_inputs:
            said.append(f"The policy judges, so these inputs do not count: {', '.join(given)}.")
        if self.by_inputs and (text := self.inputs.text("allowlist")):
            names = [one.person.login for one in self.people(Facts()) if one.person.login]
            said += [f"{visible(name)} is not exempt any more: patterns match the whole login." for name in
                     allowlist(text, names).lost]  # fmt: skip
        for document in self.documents():
            if why := cannot_take(self.stored.text, self.file.place.path, document):
                said.append(f"{self.file.place}: {why}.")
        return said

    def links(self, server: str) -> Mapping[str, str]:
        """Where each document can be read."""
        if self.by_inputs:
            address = self.inputs.document
            return {document.name: address for document in self.section.documents} if address else {}
        source = self.policies.files
        where = source.name.partition("@")[0].removesuffix(f"/{source.path}")
        folder = source.path.rpartition("/")[0]
        base = f"{server}/{quote(where)}/blob/{quote(source.revision or '', safe='')}/"
        paths = {item.name: "/".join(filter(None, (folder, item.text))) for item in self.section.documents}
        return {name: base + quote(path) for name, path in paths.items()}

    def words(self) -> Words:
        return Words(
            self.inputs.text("custom-notsigned-prcomment"),
            self.inputs.text("custom-allsigned-prcomment"),
            self.inputs.text("suggest-recheck").lower() != "false",
        )


def judging(
    options: argparse.Namespace,
    environment: CommandEnvironment,
    inputs: ClaInputs,
    proposed: Proposed,
    file: SignaturesFile,
    now: datetime,
) -> Judging:
    """Everything that is read for a verdict. Raises `GateError`."""
    known = environment.workflow.repository if environment.workflow else RepositoryFacts()
    policies, by_inputs = _policies(options.policy, environment, inputs, proposed, known, now)
    policy = policies.policy_for(known, proposed.target, now)
    section = policy.sections.get("agreements")
    if not isinstance(section, AgreementsSection) or not section.documents:
        hint = "Add `agreements` to it, or give the input path-to-document."
        raise UsageError("the policy says nothing of agreements", hint=hint)
    listing, only = proposed.listing(), _only(options.only)
    read = {path: proposed.read(path) for path in wanted_settings(listing, only)}
    settings = {path: _text(data) for path, data in read.items() if data is not None}
    return Judging(
        proposed, listing, file, policies, policy, section, inputs, by_inputs, known, only, now,
        environment.server_url or "", file.read(), settings,
    )  # fmt: skip


def _policies(
    named: str | None,
    environment: CommandEnvironment,
    inputs: ClaInputs,
    proposed: Proposed,
    known: RepositoryFacts,
    now: datetime,
) -> tuple[PolicySet, bool]:
    """The policy, and whether the inputs are it. Never anything of a checkout, which may be that of the head."""
    name = named if named and "@" in named else f"{proposed.repository}/{named or PATH}@{proposed.base}"
    try:
        found = policies_on_github(name, environment)
    except NotThereError:
        if named or not inputs.given:
            raise
        return _of_inputs(inputs), True
    section = found.policy_for(known, proposed.target, now).sections.get("agreements")
    silent = not (isinstance(section, AgreementsSection) and section.documents)
    return (_of_inputs(inputs), True) if silent and inputs.given and not named else (found, False)


def _of_inputs(inputs: ClaInputs) -> PolicySet:
    return load_policies(PolicyFiles(inputs.policy(), "the inputs of the CLA action"))


def _only(text: str | None) -> frozenset[str]:
    names = frozenset(filter(None, (name.strip() for name in (text or "").split(",")))) or frozenset(CHECKS)
    if unknown := sorted(names - set(CHECKS)):
        raise UsageError(f"--only: sign judges agreements and signoff, not '{visible(unknown[0], 60)}'")
    return names


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
