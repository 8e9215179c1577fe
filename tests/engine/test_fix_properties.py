"""A fix that we propose passes the gate: over generated registries, advisories and policies."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.shop import Registry, judged, lock
from tests.vulnerabilities.examples import advisory

LICENSES = st.sampled_from(["MIT", "Apache-2.0", "GPL-3.0-only", "LGPL-2.1-only", "NOASSERTION", "nonsense"])
DAYS = st.sampled_from(["", "2023-01-01", "2026-11-18", "2026-11-19"])
MARKS = st.sampled_from(["", "", "", "deprecated", "yanked"])
NUMBERS = st.sampled_from(["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0-rc.1", "1.5.0", "2.0.0", "3.0.0"])
RELEASES = st.dictionaries(NUMBERS, st.tuples(LICENSES, DAYS, MARKS), min_size=2, max_size=8)
POLICIES = st.lists(
    st.sampled_from(
        [
            "licenses: {allow: [permissive]}",
            "licenses: {allow: [permissive, weak-copyleft], levels: {license-unknown: warn}}",
            "vulnerabilities: {block_from: low}",
            "vulnerabilities: {judge: everything}",
            "freshness: {minimum_age: 3 days}",
            "freshness: {minimum_age: {major: 900 days, patch: 1 day}, levels: {package-deprecated: block}}",
            "packages: {advice: [{package: pkg:npm/thing, versions: '<1.3', advice: avoid, reason: slow}]}",
        ]
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda section: section.partition(":")[0],
)


@st.composite
def advisories(draw: Any) -> list[Any]:
    severities = st.sampled_from(["low", "moderate", "high", "critical", None])
    fixes = st.sampled_from(["1.1.0", "1.3.0", "2.0.0", None])
    return [advisory(n, draw(severities), fix=draw(fixes)) for n in range(1, 1 + draw(st.integers(0, 3)))]


@settings(max_examples=150, deadline=None)
@given(RELEASES, advisories(), POLICIES, st.data())
def test_a_version_that_is_proposed_passes_the_gate(
    releases: dict[str, tuple[str, str, str]], records: list[Any], policies: list[str], data: Any
) -> None:
    def registry() -> Registry:
        return Registry(*(f"pkg:npm/thing {v} {' '.join(more)}" for v, more in releases.items()), advisories=records)

    used = data.draw(st.sampled_from(sorted(releases)))
    before = data.draw(st.sampled_from([None, *sorted(releases)]))
    policy = "\n".join(policies)
    base = lock({"thing": "*"}, thing=before) if before else lock({})
    report = judged(base, lock({"thing": "*"}, thing=used), registry(), policy)
    proposed = {command.rpartition("@")[2] for finding in report.findings if finding.fix
                for command in finding.fix.commands if "thing@" in command}  # fmt: skip
    for version in proposed:
        again = judged(base, lock({"thing": "*"}, thing=version), registry(), policy)
        assert [finding.rule for finding in again.blocking] == [], (used, version)
        assert version == before or "-" not in version or "-" in used
