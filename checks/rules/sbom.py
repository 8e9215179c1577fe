"""The check `sbom`: a committed SBOM says what the lock files say, is valid and says enough."""

from collections.abc import Iterable, Iterator

from checks.manifests import recognize
from checks.model.change import Change
from checks.model.facts import Facts, PackageKey, Want
from checks.model.finding import Level
from checks.model.snapshot import Listing, Snapshot
from checks.rules.check import Check, Context, PullJudgment, Rule
from checks.sboms.terms import SbomSection, Scope

RULES = (
    Rule(
        "sbom-outdated",
        Level.WARN,
        "A committed SBOM does not list what the lock files list: packages are missing, in another version, with "
        "another hash, or no longer used.",
        "Write it anew with the command that is named, and commit it with the change of the lock file.",
    ),
    Rule(
        "sbom-not-renewed",
        Level.NOTE,
        "A lock file changes and the SBOM beside it does not, though it lists the same packages.",
        "Write it anew where it must tell of every change; its packages are right as they are.",
    ),
    Rule(
        "sbom-missing",
        Level.BLOCK,
        "The policy requires a committed SBOM, and there is none beside a lock file or above it.",
        "Write one with the command that is named. An SBOM under another name is found once `sbom.files` has it.",
    ),
    Rule(
        "sbom-committed",
        Level.BLOCK,
        "An SBOM is committed where the policy wants none.",
        "Remove it, and make it where the software is released: what is committed grows old.",
    ),
    Rule(
        "sbom-invalid",
        Level.WARN,
        "A committed SBOM is not what its format allows: by the official schema, for SPDX by its mandatory fields.",
        "Correct the line that is named, or update the tool that wrote it: others will not read it either.",
    ),
    Rule(
        "sbom-incomplete",
        Level.WARN,
        "A committed SBOM lacks minimum elements of an edition that the policy names, for more components than it "
        "takes.",
        "Each element is named with the components that lack it. Use a tool that writes them, or connect a source of "
        "facts and write it anew.",
    ),
    Rule(
        "sbom-score-low",
        Level.WARN,
        "A committed SBOM scores less than the policy's `minimum_score`.",
        "`ospo-gate sbom score FILE` shows every feature with its weight; begin with the category that is named.",
    ),
    Rule(
        "sbom-data-missing",
        Level.NOTE,
        "Packages come in of which the lock file does not say what the minimum elements ask, and no committed SBOM "
        "does.",
        "Nothing to do in the change. A source of facts adds licenses; a lock file with hashes adds hashes.",
    ),
    Rule(
        "sbom-unreadable",
        Level.WARN,
        "A committed SBOM could not be read.",
        "Write it anew: what cannot be read lists nothing.",
        could_not_tell=True,
    ),
    Rule(
        "sbom-not-compared",
        Level.NOTE,
        "An SBOM is changed, and no lock file that it could be about was read.",
        "Say in `sbom.covers` which lock files it is about, or in `sbom.ignore` that it is about none.",
        could_not_tell=True,
    ),
    Rule(
        "sbom-not-validated",
        Level.NOTE,
        "A committed SBOM could not be validated, because its schema is not there.",
        "Install ospo-gate with the extra `sbom`; a version that has no schema yet needs a newer ospo-gate.",
        could_not_tell=True,
    ),
    Rule(
        "sbom-components-unknown",
        Level.NOTE,
        "A lock file or manifest could not be read completely, so that no SBOM of the commit can be complete.",
        "The inventory check says what could not be read, and what to do.",
        could_not_tell=True,
    ),
)


# What judges is imported where something is to judge: the command starts without it.


def texts(listing: Listing, section: SbomSection) -> Iterable[str]:
    """SBOMs, and what stands beside them."""
    if not any(recognize(path) for file in listing.files for path in (file.path, file.base_path or file.path)):
        return ()
    from checks.sboms.committed import texts_of

    return texts_of(listing, section)


def wants(change: Change, section: SbomSection) -> Iterator[tuple[PackageKey, Want]]:
    """The license, where the lock file does not say it and an edition asks for it."""
    if section.scope is Scope.SHIPPED and not change.scope.shipped:
        return
    if any(place.dependency.license for place in change.places):
        return
    from checks.sboms.lacking import known_elements

    if any(element.needs == "license" for element in known_elements(section)):
        yield (change.purl, change.version), Want.LICENSE


def judge_pull(snapshot: Snapshot, facts: Facts, section: SbomSection, _context: Context) -> PullJudgment:
    """Every committed SBOM, and the manifests that none is about."""
    if not (snapshot.manifests or snapshot.texts):
        return PullJudgment(0)
    from checks.sboms.judgment import judged

    number, said = judged(snapshot, facts, section)
    return PullJudgment(number, said)


CHECK = Check(
    id="sbom",
    title="SBOM",
    prefix="bom",
    noun="file",
    rules=RULES,
    section=SbomSection,
    judge_pull=judge_pull,
    wants=wants,
    texts=texts,
    looks_back=False,
)
