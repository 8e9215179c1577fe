"""What is known about the licenses of packages for an SBOM: from the installed tree and a facts file, and what the
policy goes by where it clarifies, detects or chooses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from app.cli.known import Knowledge
from app.facts.installed import InstalledTree
from app.policies import starter_policy
from checks.engine.plan import Plan, policy_of
from checks.licenses.judge import Verdict
from checks.model.change import Change
from checks.model.dependency import Inventory, Origin
from checks.model.facts import Facts, PackageKey, RepositoryFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.schema import Policy
from checks.rules.licenses.circumstances import held_for
from checks.rules.licenses.layers import Claim, Layer, layers, settled
from checks.rules.licenses.section import LicensesSection
from checks.sboms.assembly import Licensed

_ONLY = frozenset({"licenses"})


class Decided(NamedTuple):
    """What the organization decided for a repository."""

    policy: Policy
    repository: RepositoryFacts


def licensed(
    inventories: Sequence[Inventory], root: Path, texts: Path | None, decided: Decided | None, facts: Path | None
) -> Mapping[PackageKey, Licensed]:
    """By purl and version. `decided`: None, if nobody has decided anything. `texts`: as of `InstalledTree`."""
    pairs = tuple(ManifestPair(item.path, None, item) for item in inventories)
    plan = Plan(Snapshot(Listing("", ""), pairs))
    asked = decided.policy if decided else starter_policy()
    told = Facts(repository=decided.repository) if decided else Facts()
    knowledge = Knowledge(told, (InstalledTree(root, texts, _ONLY),), facts)
    known = knowledge.run(lambda chain: chain.lookup(plan, asked), _ONLY)
    known = replace(known, repository=told.repository)
    return {
        (change.purl, change.version): _licensed(change, known, _section(decided, change)) for change in plan.changes
    }


def _section(decided: Decided | None, change: Change) -> LicensesSection | None:
    """What holds for one package: overrides tell packages apart, too."""
    policy = policy_of(decided.policy, "licenses", change) if decided else None
    section = policy.sections.get("licenses") if policy else None
    return section if isinstance(section, LicensesSection) else None


def _licensed(change: Change, facts: Facts, section: LicensesSection | None) -> Licensed:
    stated = [place.dependency.license for place in change.places if place.dependency.origin is not Origin.PATH]
    found = layers(
        section or _UNDECIDED, change.purl, change.version, stated, facts.version(change.purl, change.version)
    )
    declared = next(iter(sorted((claim.raw for claim in found.declared), key=lambda raw: not settled(raw))), None)
    if section is None:
        return Licensed(declared)
    concluded = next(_concluded(change, facts, section, found.effective), None)
    return Licensed(declared, concluded)


_UNDECIDED = LicensesSection()


def _concluded(change: Change, facts: Facts, section: LicensesSection, effective: Sequence[Claim]) -> Iterator[str]:
    """What the policy chooses of the one statement that counts, else that statement if it is not the package's own."""
    if len(effective) != 1:
        return
    judgments = [lists.judge.verdicts[effective[0].raw] for _, lists in held_for(change, facts, section)]
    chosen = {item.chosen for item in judgments if item.verdict is Verdict.ALLOWED and item.elected}
    if len(chosen) == 1:
        yield chosen.pop()
    if effective[0].layer is not Layer.DECLARED:
        yield effective[0].raw
