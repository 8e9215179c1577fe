"""`ospo-gate check`: the gate on a checkout, when it is known what of it is judged."""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.cache import InventoryFiles
from app.cli.drive import drive
from app.cli.output import Outputs
from app.cli.revisions import Revisions, missing
from app.facts.installed import InstalledTree
from app.facts.lookup import FactChain
from app.facts.own import OwnLicense
from app.gate import Gate
from app.policies import PATH, PolicyPlace
from app.ports import FactSource, FileRef, Side, Source
from app.settings import CommandEnvironment, Workflow
from app.sources.checkout import GitSource
from app.sources.folder import FolderSource
from app.sources.history import History
from checks.model.errors import UsageError
from checks.model.facts import Facts, RepositoryFacts
from checks.model.snapshot import Listing
from checks.policy.layers import PolicySet
from checks.rules import CHECKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.cli.review import Review


def judge(
    options: argparse.Namespace,
    environment: CommandEnvironment,
    revisions: Revisions | None,
    history: History | None,
) -> int:
    """Judge and write; the exit code. `history`: of the change, begun already. Raises `GateError`."""
    outputs = Outputs.of(options, environment)
    only = _only(options.only)
    repository = repository_of(options, environment)
    if options.github_license_gate or environment.token:
        from app.cli.license_gate import license_gate

        repository = replace(repository, license_gate=license_gate(options.github_license_gate, environment))
    facts = Facts(repository=repository)
    workflow = environment.workflow or Workflow()
    source, root = source_of(options, revisions, options.target_branch or workflow.branch, history)
    kept = environment.cache.with_name("texts") if environment.cache and not options.no_cache else None
    known = environment.workflow.repository if environment.workflow else RepositoryFacts()
    tree: tuple[FactSource, ...] = (InstalledTree(root, kept, only), OwnLicense(source, known.license, kept, only))
    judged_source: Source = source
    if options.signatures:
        from app.cli.check_people import with_people  # asks GitHub, which a plain check does not

        judged_source, facts, signed = with_people(options.signatures, source, facts, environment)
        tree = (*tree, signed)
    if options.findings:
        tree = (*tree, _findings(Path(options.findings), environment, source, root))
    reviewed = _reviewed(options, environment, source) if options.review else None
    gate = Gate(
        policies=_policies(options, environment, source, root, reviewed),
        facts=FactChain(facts, tree),
        clock=lambda: datetime.now(UTC),
        cache=InventoryFiles(environment.cache) if environment.cache and not options.no_cache else None,
        only=only,
        count=_counting(source),
    )
    file = Path(options.facts) if options.facts else environment.facts
    if file and environment.workflow and environment.workflow.proposed:
        _refuse_proposed("--facts", file, source, root)
    # dependency-review-action asks GitHub, so its inputs alone ask the network.
    online = not file and bool(reviewed and reviewed.policy) if options.online is None else options.online
    if file or online:
        from app.cli.known import Knowledge  # a check without them starts faster

        judged = Knowledge(facts, tree, file, root if online else None).judge(gate, judged_source)
    else:
        judged = drive(gate.judge_fully(judged_source))
    code = outputs.write(judged, enforce=options.enforce)
    if options.format == "text" and isinstance(source, GitSource) and not options.head and not environment.workflow:
        from app.cli.uncommitted import hint

        hint(source.repository)
    return code


def _counting(source: Source) -> Callable[[Listing], Listing] | None:
    """Who counts changed lines, where a policy asks for them."""
    if not isinstance(source, GitSource) or not source.base:
        return None

    def count(listing: Listing) -> Listing:
        from app.sources.line_counts import counted  # few policies ask

        return counted(source, listing)

    return count


def _only(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    names = {name.strip() for name in text.replace("\n", ",").split(",") if name.strip()}
    known = CHECKS.ids
    if not names:
        raise UsageError("--only: no check is named", hint="Checks: " + ", ".join(known))
    if unknown := sorted(names - set(known)):
        raise UsageError(f"--only: there is no check '{unknown[0]}'", hint="Checks: " + ", ".join(known))
    return frozenset(names)


def _reviewed(options: argparse.Namespace, environment: CommandEnvironment, source: Source) -> "Review | None":
    """What becomes of the inputs of dependency-review-action."""
    from app.cli.review import inputs_of, review

    workflow = environment.workflow
    if workflow and workflow.proposed and workflow.base and isinstance(source, GitSource) and not source.base:
        source = _with_base(source, workflow)
    return review(inputs_of(options), options.policy, source, environment)


def _policies(
    options: argparse.Namespace,
    environment: CommandEnvironment,
    source: Source,
    root: Path,
    reviewed: "Review | None" = None,
) -> PolicyPlace:
    """Which policy judges. In a workflow one that lies inside the checkout is read at the merge base, also if named."""
    if reviewed is not None and reviewed.policy is not None:
        return PolicyPlace(given=reviewed.policy, notices=reviewed.notices)
    place = _place(options, environment, source, root)
    return replace(place, notices=reviewed.notices) if reviewed else place


def _place(options: argparse.Namespace, environment: CommandEnvironment, source: Source, root: Path) -> PolicyPlace:
    name, workflow = options.policy, environment.workflow
    inside = _inside(root, Path(name)) if name and workflow and isinstance(source, GitSource) else None
    if name and inside is None:
        return PolicyPlace(given=_named(name, environment))
    remote = None
    if environment.token:
        from app.cli.policy_files import remote_of  # a check without them starts faster

        remote = remote_of(environment)
    place = PolicyPlace(path=inside or PATH, named=inside is not None, remote=remote, folders=True)
    if workflow and workflow.proposed and workflow.base and isinstance(source, GitSource) and not source.base:
        return PolicyPlace(given=_at_merge_base(place, source, workflow))  # --all on a pull request
    return place


def _inside(root: Path, path: Path) -> str | None:
    """The path within the repository; None if it lies elsewhere. A link that leads into it lies in it."""
    top = os.path.realpath(root)
    for place in (os.path.join(os.path.realpath(path.parent), path.name), os.path.realpath(path)):
        if place.startswith(top + os.sep):
            return os.path.relpath(place, top).replace(os.sep, "/")
    return None


def _named(name: str, environment: CommandEnvironment) -> PolicySet:
    from app.cli.policy_files import named_policies  # a check of the repository's own policy starts faster

    return named_policies(name, environment)


def _findings(file: Path, environment: CommandEnvironment, source: Source, root: Path) -> FactSource:
    from app.facts.tracked import TrackedFile  # most checks have none

    if environment.workflow and environment.workflow.proposed:
        _refuse_proposed("--findings", file, source, root)
    return TrackedFile(file)


def _refuse_proposed(option: str, file: Path, source: Source, root: Path) -> None:
    """Nobody brings the facts by which their own change is judged."""
    if not isinstance(source, GitSource):
        return
    for inside in filter(
        None, (_inside(root, file), _inside(root, Path(os.path.realpath(file))))
    ):  # a link, and where it leads
        base, head = FileRef(Side.BASE, inside), FileRef(Side.HEAD, inside)
        blobs = drive(source.read([base, head]))
        if head in blobs and (base not in blobs or blobs[base].id != blobs[head].id):
            hint = "Keep it outside of the repository: a cache, an artifact, a release."
            raise UsageError(f"{option}: {file} comes with the change that is judged", hint=hint)


def _with_base(source: GitSource, workflow: Workflow) -> GitSource:
    """The same head against the base of the event."""
    base = source.repository.commit(workflow.base or "")
    if base is None:
        raise missing("base", workflow.base or "", workflow)
    return GitSource(source.repository, source.head, base, source.target)


def _at_merge_base(place: PolicyPlace, source: GitSource, workflow: Workflow) -> PolicySet:
    at_base = _with_base(source, workflow)
    listing = Listing(at_base.base, at_base.head)

    async def read() -> PolicySet:
        return (await place.load(listing, await at_base.read(place.refs(listing)), at_base)).policies

    return drive(read())


def source_of(
    options: argparse.Namespace, revisions: Revisions | None, target: str | None = None, history: History | None = None
) -> tuple[Source, Path]:
    """What is judged and where it lies. `history`: the change's, if it was begun. Raises `GateError`."""
    if revisions is None:
        path = Path(options.path)
        return FolderSource(path, target), path
    repository = revisions.repository
    return GitSource(repository, revisions.head, revisions.base, target, history), repository.root


def repository_of(options: argparse.Namespace, environment: CommandEnvironment) -> RepositoryFacts:
    known = environment.workflow.repository if environment.workflow else RepositoryFacts()
    properties = dict(known.properties)
    for item in options.property:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise UsageError(f"--property: expected NAME=VALUE, not '{item}'")
        properties[name] = value
    return RepositoryFacts(
        name=options.repository_name or known.name,
        visibility=options.visibility or known.visibility,
        default_branch=known.default_branch,
        owner_is_organization=known.owner_is_organization,
        properties=properties,
        topics=_topics(getattr(options, "topic", []), known.topics),
        properties_known=known.properties_known,
    )


def _topics(named: Sequence[str], known: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """`--topic ''` says that there are none."""
    return tuple(filter(None, named)) if named else known
