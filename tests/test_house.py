"""The rules of the house that a machine can hold: imports, the frozen list of rules, versions, light start."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.policies import load_policy
from app.version import VERSION
from checks.manifests import FORMATS, NAMED
from checks.rules import CHECKS

ROOT = Path(__file__).parent.parent
#: Ids that policies, waivers and dashboards of other people hold: add to it, never take away.
RULES = [
    "signoff-missing",
    "signoff-mismatch",
    "signoff-invalid-email",
    "signoff-unverified",
    "signoff-by-bot",
    "signoff-file-ignored",
    "signoff-file-unreadable",
    "generated-code-noted",
    "generated-code-undeclared",
    "agreement-missing",
    "agreement-outdated",
    "agreement-renewal-due",
    "agreement-ended",
    "agreement-unknown-account",
    "agreement-unknown",
    "license-not-allowed",
    "license-unknown",
    "license-missing",
    "license-disagreement",
    "license-changed",
    "license-clarification-outdated",
    "license-clarification-unverified",
    "license-incompatible",
    "license-context-unknown",
    "license-allowance-unused",
    "malicious-package",
    "vulnerability-exploited",
    "vulnerable",
    "vulnerability-likely",
    "vulnerability-overdue",
    "vulnerability-due",
    "vulnerable-below-threshold",
    "vulnerability-fixed",
    "vulnerability-accepted",
    "vex-ignored",
    "track-violation",
    "severity-unknown",
    "advisories-unknown",
    "advisory-version-unknown",
    "exploitation-unknown",
    "version-too-new",
    "publication-date-missing",
    "version-too-old",
    "behind-latest",
    "libyears-exceeded",
    "libyears",
    "version-yanked",
    "package-quarantined",
    "package-deprecated",
    "package-archived",
    "package-unmaintained",
    "end-of-life",
    "end-of-life-soon",
    "action-unpinned",
    "image-unpinned",
    "freshness-unknown",
    "package-avoid",
    "package-hold",
    "package-trial",
    "advice-version-unknown",
    "advice-review-due",
    "source-not-allowed",
    "source-unusual",
    "source-not-named",
    "insecure-source",
    "git-source-not-pinned",
    "credentials-in-source",
    "internal-source-in-public-repository",
    "name-is-internal",
    "internal-source-unknown",
    "internal-name-resembled",
    "name-resembles-popular",
    "acceptance-scorecard",
    "acceptance-maintainers",
    "acceptance-release",
    "acceptance-license-history",
    "acceptance-age",
    "acceptance-dependents",
    "acceptance-unknown",
    "notice-missing",
    "notice-outdated",
    "notice-unreadable",
    "sbom-outdated",
    "sbom-not-renewed",
    "sbom-missing",
    "sbom-committed",
    "sbom-invalid",
    "sbom-incomplete",
    "sbom-score-low",
    "sbom-data-missing",
    "sbom-unreadable",
    "sbom-not-compared",
    "sbom-not-validated",
    "sbom-components-unknown",
    "model-license-not-allowed",
    "dataset-license-not-allowed",
    "model-license-unknown",
    "model-license-restricted",
    "model-unpinned",
    "model-file-added",
    "model-lines-unknown",
    "manifest-unreadable",
    "manifest-too-large",
    "entry-unreadable",
    "entry-unresolved",
    "listing-incomplete",
    "package-re-sourced",
    "manifest-without-lock",
    "lock-outdated",
    "locks-disagree",
    "waiver-unused",
    "override-undecided",
    "mode-unknown",
    "repository-file-ignored",
]


def test_rule_ids_are_frozen() -> None:
    assert [rule.id for check in CHECKS for rule in check.rules] == RULES


def test_every_rule_is_documented_and_tested() -> None:
    documented = (ROOT / "docs" / "policy.md").read_text()
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    for rule in RULES:
        assert f"`{rule}`" in documented, f"{rule} is not in docs/policy.md: make docs"
        assert rule in tests, f"no test speaks of {rule}"


def test_check_prefixes_and_ids_are_unique() -> None:
    assert len({check.prefix for check in CHECKS}) == len({check.id for check in CHECKS}) == len(CHECKS)
    assert all(len(check.prefix) == 3 for check in CHECKS)


@pytest.mark.parametrize("format_", [*FORMATS, *NAMED], ids=lambda format_: format_.id)
def test_every_format_loads_and_survives_an_empty_file(format_) -> None:  # type: ignore[no-untyped-def]
    from checks.manifests import read

    inventory = read(format_, f"folder/{format_.names[0].replace('*', 'x')}", b"")
    assert inventory.format == format_.id
    format_.requirement_lines("")


def test_the_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    "command", [["--help"], ["check", "--help"], ["policy", "validate", "policy.yaml"], ["check", "--all"]]
)
def test_the_command_loads_no_service(command: list[str]) -> None:
    """No web framework, ORM, GitHub client or event loop: the command starts in a tenth of a second."""
    heavy = "fastapi starlette sqlalchemy githubkit pydantic cyclonedx httpx httpx2 packageurl asyncio app.facts.file"
    script = (
        "import sys\nfrom app.cli.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        f"sys.stderr.write('\\nloaded: ' + ' '.join(m for m in {heavy.split()!r} if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == "loaded: "


#: What belongs to a check, to facts that somebody must have asked for, or to what only few runs meet.
_ON_DEMAND = (
    *(f"rules.{id_}" for id_ in CHECKS.ids if id_ not in CHECKS.always_on),
    *("signoffs", "agreements", "licenses", "vulnerabilities", "advisories", "freshness", "packages", "notices"),
    "ai_models",
    *("custom", "policy.written", "policy_tests"),
    *("sboms.committed", "sboms.judgment", "sboms.describe", "sboms.validity"),
    *("facts", "texts", "model.packages", "model.advisory", "model.project", "manifests.agreement"),
    *("engine.candidates", "engine.fixes"),
)


@pytest.mark.parametrize(
    ("sections", "loaded"),
    [
        ("inventory: {}", ""),
        ("signoff: {}", "rules.signoff signoffs"),
        ("licenses: {}", "rules.licenses licenses"),
        ("freshness: {}\npackages: off", "rules.freshness freshness"),
        ("vulnerabilities: {}", "rules.vulnerabilities vulnerabilities"),
        ("sbom: {}", "rules.sbom"),
    ],
)
def test_a_check_that_the_policy_does_not_turn_on_is_not_loaded(tmp_path: Path, sections: str, loaded: str) -> None:
    (tmp_path / "policy.yaml").write_text(f"version: 1\n{sections}\n")
    script = (
        "import sys\nfrom app.cli.main import main\nmain(sys.argv[1:])\n"
        f"print(*[m for m in {_ON_DEMAND!r} if f'checks.{{m}}' in sys.modules])"
    )
    check = ["check", str(tmp_path), "--all", "--policy", str(tmp_path / "policy.yaml")]
    done = subprocess.run([sys.executable, "-c", script, *check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == loaded


def test_a_waiver_may_name_a_rule_of_a_check_that_is_off() -> None:
    waiver = "{id: W-1, rules: [vulnerable], package: pkg:npm/a, reason: b, approved_by: '@c', expires: 2027-01-01}"
    policy = load_policy(f"version: 1\nsignoff: {{}}\nwaivers:\n- {waiver}\n".encode(), "policy.yaml")
    assert (policy.root.waivers[0].rules, list(policy.sections)) == (("vulnerable",), ["signoff", "inventory"])


def test_every_id_is_the_name_of_its_module() -> None:
    assert tuple(check.id for check in CHECKS) == CHECKS.ids
    assert CHECKS.always_on <= set(CHECKS.ids)


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


#: What could let a check see the world, and the modules that may: data inside a library, found without importing it.
_WORLD = {
    "os",
    "pathlib",
    "io",
    "time",
    "socket",
    "subprocess",
    "random",
    "logging",
    "tempfile",
    "shutil",
    "urllib.request",
}
_MAY = {"checks/licenses/index.py"}


def test_checks_cannot_see_the_world() -> None:
    for path in sorted((ROOT / "checks").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        seen = _imports(path) & _WORLD
        assert not seen or name in _MAY, f"{name} imports {sorted(seen)}: checks are functions of their arguments"


def test_broad_handlers_are_few() -> None:
    """`except Exception` hides faults: only where an error becomes a report of one."""
    allowed = {"app/cli/main.py", "app/jobs/hands.py"}
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "checks")
        for path in (ROOT / folder).rglob("*.py")
        if "except Exception" in path.read_text()
    }
    assert found <= allowed


def test_only_one_module_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "checks")
        for path in (ROOT / folder).rglob("*.py")
        if "environ" in path.read_text() and "os.environ" in path.read_text()
    }
    assert readers <= {"app/settings.py", "app/sources/git.py"}  # git inherits the environment of the command
