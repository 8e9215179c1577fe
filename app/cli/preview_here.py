"""A preview without a service: over checkouts and lock files, each judged as a whole tree with both policies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.cli.manifests import inventories
from checks.engine.impact import Impact
from checks.engine.plan import Plan
from checks.engine.preview import Comparison, Pair
from checks.engine.preview_document import About, Basis, to_json
from checks.model.facts import Facts, Questions, RepositoryFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.layers import PolicySet
from checks.policy.owners import owned


def preview_here(
    old: PolicySet, new: PolicySet, paths: Sequence[Path], facts: Path | None, now: datetime
) -> dict[str, Any]:
    """The document of `checks.render.preview`. Raises `UsageError` for a path without a manifest, `UnreadableFacts` for
    what is no facts file."""
    comparison, impact, known = Comparison(old, new, now), Impact(), _Knowledge(facts)
    repositories, uses, checks = {}, 0, set[str]()
    for number, path in enumerate(paths):
        name = path.resolve().name
        repository = RepositoryFacts(name)
        repositories[number] = About(name, None)
        pair = comparison.pair(repository)
        if not pair.only:
            continue
        checks |= pair.only
        plan = Plan(_snapshot(path))
        owner = owned(new.plain.root.owners, name, {})
        for (subject, version), effect in sorted(pair.of_tree(plan, known.of(plan, pair)).items(), key=str):
            impact.add(number, owner, subject, version, effect)
        uses += len(plan.changes)
    basis = Basis(len(paths), len(paths), uses, uses)
    return to_json(old.reference, new.reference, now, impact, repositories, basis, checks)


def _snapshot(path: Path) -> Snapshot:
    found = inventories(path, None)
    return Snapshot(Listing("", ""), tuple(ManifestPair(item.path, None, item) for item in found))


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """What a facts file knows."""

    file: Path | None

    def of(self, plan: Plan, pair: Pair) -> Facts:
        if self.file is None:
            return Facts()
        from app.facts.file import FileFacts, open_facts

        return FileFacts(open_facts(self.file)).look_up(dict(_questions(plan, pair)))


def _questions(plan: Plan, pair: Pair) -> Iterator[tuple[Any, Any]]:
    asked: dict[Any, Any] = {}
    for policy in (pair.old, pair.new):
        questions: Questions = plan.questions(policy, pair.only)
        for key, want in questions.items():
            asked[key] = asked[key] | want if key in asked else want
    yield from asked.items()
