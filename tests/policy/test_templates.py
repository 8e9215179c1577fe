"""Templates: each is a policy that can be used tomorrow, and does what its name says."""

from datetime import UTC, datetime

import pytest

from app.cli.arguments.policy_init import NAMES
from app.policies import SHAPES, load_policies, load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.dependency import Dependency, Inventory, Location, Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Level
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.policy.advice import advice
from checks.policy.files import PolicyFiles
from checks.policy.templates import TEMPLATES
from checks.rules.licenses.section import LicensesSection

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def blocks(name: str, license_: str | None, scope: Scope = Scope.RUNTIME, purl: str = "pkg:npm/chart-kit",
           visibility: str = "private") -> list[str]:  # fmt: skip
    """Rules of licenses that would block a pull request which adds one package."""
    file = "package-lock.json"
    added = Dependency(purl, "chart-kit", "1.0.0", Location(file, 3), scope, license=license_, direct=True)
    manifest = ManifestPair(file, Inventory(file, "npm"), Inventory(file, "npm", (added,)))
    snapshot = Snapshot(Listing("b" * 40, "h" * 40), (manifest,))
    repository = RepositoryFacts("example/web", visibility)
    policies = load_policies(PolicyFiles(TEMPLATES[name].encode(), name))
    policy = policies.policy_for(repository, "main", NOW)
    report = evaluate(Plan(snapshot), Facts(repository=repository), policy, NOW, only=frozenset({"licenses"}))
    return [finding.rule for finding in report.findings if finding.level is Level.BLOCK]


def test_the_command_and_the_loader_know_the_same_templates() -> None:
    assert tuple(TEMPLATES) == NAMES


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_loads_without_warnings_and_only_evaluates(name: str) -> None:
    policy = load_policy(TEMPLATES[name].encode(), name)
    assert policy.mode == "evaluate"
    assert advice(policy, SHAPES, NOW) == ()
    assert policy.root.waivers == ()


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_allowed_for_tools_that_is_denied_everywhere(name: str) -> None:
    """`deny` beats it, so it would mislead whoever reads it."""
    section = load_policy(TEMPLATES[name].encode(), name).sections["licenses"]
    assert isinstance(section, LicensesSection)
    denied = {str(item.license) for item in section.deny}
    assert not denied & {str(item) for item in (*section.allow, *section.development.allow_also)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_policy_can_stand_on_a_template(name: str) -> None:
    text = f"version: 1\nextends: template:{name}\nmode: enforce\nlicenses: {{allow_also: [Zlib]}}\n"
    policy = load_policy(text.encode(), "policy.yaml")
    below = load_policy(TEMPLATES[name].encode(), name)
    assert policy.mode == "enforce"
    assert set(below.sections) == set(policy.sections)
    assert [str(item) for item in policy.sections["licenses"].allow] == [  # type: ignore[attr-defined]
        *(str(item) for item in below.sections["licenses"].allow),  # type: ignore[attr-defined]
        "Zlib",
    ]


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name != "starter"])
def test_a_template_names_its_edition_and_its_sources(name: str) -> None:
    text = TEMPLATES[name]
    assert load_policy(text.encode(), name).root.edition == 2026
    assert text.count("https://") >= 3
    assert all(len(line) <= 120 for line in text.splitlines())


NOT_ALLOWED: list[str] = ["license-not-allowed"]
CASES: list[tuple[str, str, Scope, list[str]]] = [
    ("permissive", "MIT", Scope.RUNTIME, []),
    ("permissive", "MPL-2.0", Scope.RUNTIME, NOT_ALLOWED),
    ("permissive", "GPL-3.0-only", Scope.DEVELOPMENT, []),
    ("permissive", "JSON", Scope.RUNTIME, NOT_ALLOWED),
    ("product", "MPL-2.0", Scope.RUNTIME, []),
    ("product", "GPL-3.0-only", Scope.RUNTIME, NOT_ALLOWED),
    ("product", "AGPL-3.0-only", Scope.RUNTIME, NOT_ALLOWED),
    ("product", "MIT OR GPL-3.0-only", Scope.RUNTIME, []),
    ("product", "GPL-3.0-only", Scope.DEVELOPMENT, []),
    ("service", "AGPL-3.0-only", Scope.RUNTIME, NOT_ALLOWED),
    ("service", "SSPL-1.0", Scope.RUNTIME, NOT_ALLOWED),
    ("service", "GPL-3.0-only", Scope.RUNTIME, NOT_ALLOWED),
    ("service", "LGPL-3.0-only", Scope.RUNTIME, []),
    ("internal", "GPL-3.0-only", Scope.RUNTIME, []),
    ("internal", "AGPL-3.0-only", Scope.RUNTIME, NOT_ALLOWED),
    ("internal", "CC-BY-NC-4.0", Scope.RUNTIME, NOT_ALLOWED),
    ("open-source-project", "Apache-2.0", Scope.RUNTIME, []),
    ("open-source-project", "LGPL-2.1-only", Scope.RUNTIME, NOT_ALLOWED),
    ("ai", "Apache-2.0", Scope.RUNTIME, []),
    ("ai", "CC-BY-NC-4.0", Scope.RUNTIME, NOT_ALLOWED),
]


@pytest.mark.parametrize(("name", "license_", "scope", "rules"), CASES)
def test_what_a_template_blocks(name: str, license_: str, scope: Scope, rules: list[str]) -> None:
    assert blocks(name, license_, scope) == rules


def test_a_product_takes_no_lgpl_into_one_program() -> None:
    assert blocks("product", "LGPL-3.0-only") == []
    assert blocks("product", "LGPL-3.0-only", purl="pkg:golang/example.com/chart-kit") == NOT_ALLOWED


def test_what_is_internal_and_public_is_handed_out_after_all() -> None:
    assert blocks("internal", "GPL-3.0-only", visibility="public") == NOT_ALLOWED
    assert blocks("internal", "MPL-2.0", visibility="public") == []


def test_malware_stops_in_every_template_that_judges_vulnerabilities() -> None:
    for name in TEMPLATES:
        levels = load_policy(TEMPLATES[name].encode(), name).levels.get("vulnerabilities", {})
        assert levels.get("malicious-package", Level.BLOCK) is Level.BLOCK
        assert levels.get("vulnerability-exploited", Level.BLOCK) is Level.BLOCK


def test_models_without_a_license_stop_in_the_template_for_them() -> None:
    levels = load_policy(TEMPLATES["ai"].encode(), "ai").levels["ai_models"]
    assert levels["model-license-unknown"] is Level.BLOCK
    assert levels["model-license-not-allowed"] is Level.BLOCK
