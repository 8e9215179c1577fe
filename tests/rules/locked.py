"""The check `packages` on lock files before and after a change: a policy, what is known, and what is said."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from app.cli.drive import drive
from app.facts.lookup import FactChain
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Finding
from checks.model.packages import PackageFacts
from checks.model.phrase import plain
from checks.model.report import Report
from tests.engine.trees import Tree, TreeSource

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGISTRY = "https://registry.example"


def lock(*entries: str) -> dict[str, str]:
    """A tree with a package-lock.json. An entry is `name@version`, perhaps with an address behind a blank; what begins
    with `>` comes with the first one, everything else is asked for by the project."""
    packages: dict[str, object] = {}
    asked: dict[str, str] = {}
    brought: dict[str, str] = {}
    for entry in entries:
        spec, _, address = entry.lstrip(">").partition(" ")
        name, _, version = spec.rpartition("@")
        (brought if entry.startswith(">") else asked)[name] = version
        address = address or f"{REGISTRY}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        packages[f"node_modules/{name}"] = {"version": version, **({} if address == "-" else {"resolved": address})}
    if brought:
        packages[f"node_modules/{next(iter(asked))}"]["dependencies"] = brought  # type: ignore[index]
    root = {"name": "shop", "version": "1.0.0", "dependencies": asked}
    return {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": {"": root, **packages}}, indent=1)}


def judge(
    base: Tree | None,
    head: Tree,
    policy: str = "{}",
    *,
    packages: Mapping[str, PackageFacts] | None = None,
    visibility: str | None = None,
    now: datetime = NOW,
) -> Report:
    """The report on the step from `base` to `head` by the section `packages`."""
    loaded = load_policy(f"version: 1\npackages: {policy}\n".encode(), "policy.yaml")
    facts = Facts(packages=packages or {}, repository=RepositoryFacts("example/shop", visibility))
    chain = FactChain(facts, ())
    gate = Gate(PolicyPlace(given=loaded), chain, clock=lambda: now, only=frozenset({"packages"}))
    report = drive(gate.judge(TreeSource(base, head))).report
    return replace(report, findings=tuple(item for item in report.findings if item.check == "packages"))


def found(base: Tree | None, head: Tree, policy: str = "{}", **given: object) -> tuple[Finding, ...]:
    return judge(base, head, policy, **given).findings  # type: ignore[arg-type]


def said(base: Tree | None, head: Tree, policy: str = "{}", **given: object) -> list[str]:
    """`rule: sentence` of each finding that counts."""
    return [f"{item.rule}: {plain(item.message)}" for item in found(base, head, policy, **given) if item.counts]


def rules(base: Tree | None, head: Tree, policy: str = "{}", **given: object) -> list[str]:
    """The rules that speak and count."""
    return [item.rule for item in found(base, head, policy, **given) if item.counts]


def rows(finding: Finding) -> list[tuple[str, str, str]]:
    """The evidence as plain text."""
    return [(item.what, plain(item.actual), plain(item.source)) for item in finding.evidence]
