"""What holds for every preview: it says what `evaluate` says, nothing changes between equal policies, and backwards it
is the mirror of forwards."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.preview import Previewed, preview
from app.store.database import Database
from app.store.preview import PreviewStore
from checks.engine.evaluate import evaluate
from checks.engine.indexed import INDEXED
from checks.engine.plan import Plan
from checks.engine.preview import Comparison
from checks.engine.stands import Stand, stand
from checks.model.dependency import Inventory, Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.layers import PolicySet
from tests.preview.examples import NOW, organization, policy
from tests.store.bills import inventory

LICENSES = ("MIT", "GPL-3.0-only", "MIT OR GPL-3.0-only", "Ask me", None)
_RANK = {item: rank for rank, item in enumerate(Stand)}

names = st.sampled_from(["a@1.0.0", "a@2.0.0", "b@1.0.0", "c@0.1.0"])
trees = st.lists(
    st.builds(
        lambda path, found: inventory(
            {name: [] for name in found},
            path=path,
            licenses={name: license_ for name, (license_, _) in found.items() if license_},
            scopes={name: scope for name, (_, scope) in found.items()},
        ),
        st.sampled_from(["package-lock.json", "docs/package-lock.json"]),
        st.dictionaries(names, st.tuples(st.sampled_from(LICENSES), st.sampled_from(Scope))),
    ),
    max_size=2,
    unique_by=lambda item: item.path,
)
levels = st.sampled_from(["block", "warn", "off"])
waivers = st.sampled_from(
    [
        "",
        "{package: 'pkg:npm/a', repositories: [web]}",
        "{package: 'pkg:npm/a', versions: '<2.0.0'}",
        "{paths: ['docs/*']}",
        "{package: 'pkg:npm/b', licenses: [GPL-3.0-only]}",
    ]
)


def _policy(mode: str, allow: str, unknown: str, missing: str, development: bool, waiver: str) -> str:
    lines = [
        f"mode: {mode}",
        f"licenses: {{allow: [{allow}], levels: {{license-unknown: {unknown}, license-missing: {missing}}}"
        + (", development: {allow_also: [strong-copyleft]}" if development else "")
        + "}",
    ]
    if waiver:
        given_ = "id: W-1, rules: [license-not-allowed], approved_by: '@ada', expires: 2027-03-31, reason: x, "
        lines.append(f"waivers: [{{{given_}{waiver[1:]}]")
    return "\n".join(lines)


policies = st.builds(
    _policy,
    st.sampled_from(["enforce", "evaluate", "'off'"]),
    st.sampled_from(["permissive", "permissive, strong-copyleft", "GPL-3.0-only"]),
    levels,
    levels,
    st.booleans(),
    waivers,
)
organizations = st.fixed_dictionaries({"example/web": trees, "example/api": trees})
_TIMES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def told(found: Previewed) -> dict[tuple[int, str, str | None, str], tuple[Stand, Stand]]:
    """What is before and after, of all that differs."""
    return {
        (place.repository, place.purl, place.version, turn.rule): (turn.before, turn.after)
        for place in found.impact.places
        for turn in place.turns
    }


def run(folder: Path, trees_: Mapping[str, list[Inventory]], old: PolicySet, new: PolicySet) -> Previewed:
    async def story() -> Previewed:
        file = folder / "gate.db"
        file.unlink(missing_ok=True)
        database = Database(f"sqlite+aiosqlite:///{file}")
        try:
            await database.migrate()
            await organization(database, _consistent(trees_))
            return await preview(PreviewStore(database), Comparison(old, new, NOW, INDEXED))
        finally:
            await database.close()

    return asyncio.run(story())


def _consistent(trees_: Mapping[str, list[Inventory]]) -> dict[str, list[Inventory]]:
    """One license for each package version, as in the world: the index keeps the statement that was read last."""
    from dataclasses import replace

    known: dict[tuple[str, str | None], str | None] = {}
    found = {}
    for name, inventories in trees_.items():
        found[name] = [
            replace(
                item,
                dependencies=tuple(
                    replace(entry, license=known.setdefault((entry.purl, entry.version), entry.license))
                    for entry in item.dependencies
                ),
            )
            for item in inventories
        ]
    return found


def judged(policies_: PolicySet, name: str, inventories: list[Inventory]) -> dict[tuple[str, str | None, str], Stand]:
    """What `evaluate` says of the package versions of a whole tree."""
    repository = RepositoryFacts(name, "private")
    effective = policies_.policy_for(repository, None, NOW)
    pairs = tuple(ManifestPair(item.path, None, item) for item in inventories)
    report = evaluate(Plan(Snapshot(Listing("", ""), pairs)), Facts(repository=repository), effective, NOW)
    found: dict[tuple[str, str | None, str], Stand] = {}
    for finding in report.findings:
        if finding.subject.purl and finding.rule != "license-allowance-unused":
            key = finding.subject.purl, finding.subject.version, finding.rule
            one = stand(finding, effective.mode)
            found[key] = max(one, found.get(key, one), key=_RANK.__getitem__)
    return found


@given(organizations, policies, policies)
@_TIMES
def test_it_says_what_the_verdict_on_the_whole_tree_says(
    tmp_path: Path, organization_: dict[str, list[Inventory]], first: str, second: str
) -> None:
    old, new = policy(first), policy(second)
    expected = {}
    for number, (name, inventories) in enumerate(_consistent(organization_).items(), 1):
        before, after = (judged(one, name, inventories) for one in (old, new))
        for key in before.keys() | after.keys():
            stands = before.get(key, Stand.PASSES), after.get(key, Stand.PASSES)
            if stands[0] is not stands[1]:
                expected[number, *key] = stands
    assert told(run(tmp_path, organization_, old, new)) == expected


@given(organizations, policies, policies)
@_TIMES
def test_backwards_it_is_the_mirror_and_between_equals_it_is_empty(
    tmp_path: Path, organization_: dict[str, list[Inventory]], first: str, second: str
) -> None:
    old, new = policy(first), policy(second)
    forward, backward = (told(run(tmp_path, organization_, *pair)) for pair in ((old, new), (new, old)))
    assert {key: (after, before) for key, (before, after) in backward.items()} == forward
    same = run(tmp_path, organization_, old, policy(first))
    assert (same.impact.places, same.checks) == ([], frozenset())
