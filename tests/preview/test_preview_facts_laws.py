"""By stored facts a preview says what the verdict on the whole tree says, whatever is stored."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.ports import FactRecord
from app.preview import preview
from app.store.database import Database
from app.store.facts import FactStore
from app.store.preview import PreviewStore
from checks.engine.ages import expired
from checks.engine.evaluate import evaluate
from checks.engine.indexed import INDEXED
from checks.engine.plan import Plan
from checks.engine.preview import Comparison
from checks.engine.stands import Stand, stand
from checks.facts.codec import decode_advisory
from checks.model.dependency import Inventory, Scope
from checks.model.facts import Facts, PackageKey, RepositoryFacts, Want
from checks.model.packages import Gap, Known, PackageFacts, VersionFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.layers import PolicySet
from tests.preview.examples import NOW, organization, policy
from tests.preview.test_preview_facts import CRITICAL, MEDIUM, advisory, dated, named
from tests.preview.test_preview_laws import told
from tests.store.bills import inventory

#: A failing example is small already, and making it smaller takes minutes.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_RANK = {item: rank for rank, item in enumerate(Stand)}
ADVISORIES = [advisory("GHSA-1", "pkg:npm/a", CRITICAL), advisory("GHSA-2", "pkg:npm/a", MEDIUM)]
NAMES = ("a@1.0.0", "a@1.5.0", "a@3.0.0", "b@1.0.0")
#: Of each package version: its advisories and their age (days), and how old it is (days); None: it is not stored.
Stored = Mapping[str, tuple[tuple[tuple[str, ...], int] | None, int | None]]

stored = st.fixed_dictionaries(
    {
        name: st.tuples(
            st.none()
            | st.tuples(st.sampled_from([(), ("GHSA-1",), ("GHSA-2",), ("GHSA-1", "GHSA-2")]), st.sampled_from([0, 9])),
            st.sampled_from([None, 1, 5, 50, 500]),
        )
        for name in NAMES
    }
)
trees = st.dictionaries(st.sampled_from(NAMES), st.tuples(st.sampled_from(Scope), st.booleans()), min_size=1).map(
    lambda found: [
        inventory(
            {name: [] for name in found},
            direct=[name for name, (_, direct) in found.items() if direct],
            scopes={name: scope for name, (scope, _) in found.items()},
        )
    ]
)
checks = st.tuples(
    st.sampled_from(
        [
            "vulnerabilities: {block_from: critical}",
            "vulnerabilities: {block_from: low, levels: {advisories-unknown: block}}",
            "vulnerabilities: {block_from: critical, fix_within: {critical: 20 days}, clock: fix-available}",
            "vulnerabilities: {accept: [{advisory: GHSA-1, reason: x, approved_by: '@a', expires: 2027-01-01, "
            "package: pkg:npm/a, versions: '<1.5.0'}]}",
        ]
    ),
    st.sampled_from(
        [
            "freshness: {minimum_age: 3 days, levels: {freshness-unknown: block}}",
            "freshness: {minimum_age: 4 working days, transitive: false, maximum_age: 1 year}",
            "freshness: {maximum_age: 40 days, levels: {version-too-old: block}}",
        ]
    ),
    st.sampled_from(["", "facts: {maximum_age: 7 days}", "mode: evaluate"]),
)
policies = checks.map("\n".join)


def _records(of: Stored) -> list[FactRecord]:
    records = list(ADVISORIES)
    for name, (advisories, days) in of.items():
        if advisories is not None:
            records.append(named(f"pkg:npm/{name}", *advisories[0], at=NOW - timedelta(days=advisories[1])))
        if days is not None:
            records.append(dated(f"pkg:npm/{name}", days))
    return records


def _facts(of: Stored) -> Facts:
    """The same as the checks get it; who does not answer is a gap."""
    versions: dict[PackageKey, VersionFacts] = {}
    for name, (advisories, days) in of.items():
        purl, _, version = f"pkg:npm/{name}".partition("@")
        missing = Want.ADVISORIES if advisories is None else Want(0)
        missing |= Want.PUBLISHED | Want.STATUS if days is None else Want(0)
        versions[purl, version] = VersionFacts(
            published=None if days is None else Known(NOW - timedelta(days=days), "deps.dev", NOW),
            advisories=Known(advisories[0], "OSV", NOW - timedelta(days=advisories[1])) if advisories else None,
            gaps=(Gap("deps.dev", "it does not answer", about=missing),) if missing else (),
        )
    found = [decode_advisory(record.value) for record in ADVISORIES]
    silent = PackageFacts(gaps=(Gap("deps.dev", "it does not answer", about=Want.HEALTH | Want.LIFECYCLE),))
    packages = dict.fromkeys((purl for purl, _ in versions), silent)
    return Facts(versions, packages, advisories={item.id: item for item in found})


def _judged(
    policies_: PolicySet, name: str, inventories: list[Inventory], of: Stored
) -> dict[tuple[str, str | None, str], Stand]:
    repository = RepositoryFacts(name, "private")
    effective = policies_.policy_for(repository, None, NOW)
    pairs = tuple(ManifestPair(item.path, None, item) for item in inventories)
    facts = expired(replace(_facts(of), repository=repository), effective, NOW)
    report = evaluate(Plan(Snapshot(Listing("", ""), pairs)), facts, effective, NOW, whole=False)
    found: dict[tuple[str, str | None, str], Stand] = {}
    for finding in report.findings:
        if finding.subject.purl:
            key = finding.subject.purl, finding.subject.version, finding.rule
            one = stand(finding, effective.mode)
            found[key] = max(one, found.get(key, one), key=_RANK.__getitem__)
    return found


@given(st.fixed_dictionaries({"example/web": trees, "example/api": trees}), stored, policies, policies)
@settings(
    max_examples=40,
    deadline=None,
    phases=_PHASES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_it_says_what_the_verdict_on_the_whole_tree_says(
    tmp_path: Path, organization_: dict[str, list[Inventory]], of: Stored, first: str, second: str
) -> None:
    old, new = policy(first), policy(second)
    expected = {}
    for number, (name, inventories) in enumerate(organization_.items(), 1):
        before, after = (_judged(one, name, inventories, of) for one in (old, new))
        for key in before.keys() | after.keys():
            stands = before.get(key, Stand.PASSES), after.get(key, Stand.PASSES)
            if stands[0] is not stands[1]:
                expected[number, *key] = stands

    async def story() -> None:
        file = tmp_path / "gate.db"
        file.unlink(missing_ok=True)
        database = Database(f"sqlite+aiosqlite:///{file}")
        try:
            await database.migrate()
            await organization(database, organization_)
            await FactStore(database).put(_records(of))
            found = await preview(PreviewStore(database), Comparison(old, new, NOW, INDEXED))
        finally:
            await database.close()
        assert told(found) == expected

    asyncio.run(story())
