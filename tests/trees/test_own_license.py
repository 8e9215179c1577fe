"""The license of the repository itself: read only where somebody asks for it."""

import pytest

from app.cli.drive import drive
from app.facts.own import OwnLicense
from app.policies import load_policy
from app.settings import command_environment
from checks.engine.plan import Plan
from checks.licenses import matrix
from checks.manifests import read, recognize
from checks.model.facts import Facts, RepositoryFacts, joined
from checks.model.packages import Known
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from tests.cli.checkout import lock
from tests.engine.trees import TreeSource
from tests.texts.spdx import mit, spdx

GITHUB = Known("ISC", "GitHub")


def own(
    files: dict[str, str], policy: str = "licenses: {}", known: Known[str] | None = None, packages: str = "MIT"
) -> tuple[Known[str] | None, list[list[str]]]:
    """What is known, and what was read for it."""
    format_ = recognize("package-lock.json")
    assert format_ is not None
    inventory = read(format_, "package-lock.json", lock(**({"grid": packages} if packages else {})).encode())
    plan = Plan(Snapshot(Listing("", ""), (ManifestPair("package-lock.json", None, inventory),)))
    source = TreeSource(None, files)
    loaded = load_policy(f"version: 1\n{policy}\n".encode(), "policy.yaml")
    facts = drive(OwnLicense(source, known).lookup(plan, loaded))
    return facts.repository.license, source.reads


@pytest.fixture(autouse=True)
def _with_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """The matrix is an optional package."""
    monkeypatch.setattr(matrix, "installed", lambda: True)


@pytest.mark.parametrize(
    ("files", "license_", "source"),
    [
        ({"LICENSE": mit()}, "MIT", "LICENSE"),
        ({"COPYING.md": spdx("GPL-3.0-only")}, "GPL-3.0", "COPYING.md"),
        (
            {"LICENSE-MIT": mit(), "LICENSE-APACHE": spdx("Apache-2.0")},
            "Apache-2.0 AND MIT",
            "LICENSE-APACHE, LICENSE-MIT",
        ),
        (
            {"COPYING": spdx("GPL-3.0-only"), "COPYING.LESSER": spdx("LGPL-3.0-only")},
            "LGPL-3.0",
            "COPYING, COPYING.LESSER",
        ),
    ],
)
def test_the_license_file_at_the_root(files: dict[str, str], license_: str, source: str) -> None:
    assert own(files)[0] == Known(license_, source)


def test_what_is_not_recognized_is_not_known() -> None:
    assert own({"LICENSE": "All yours."})[0] is None
    assert own({"LICENSE": mit(), "COPYING": "All yours."})[0] is None
    assert own({"docs/LICENSE": mit()})[0] is None


def test_github_is_believed_without_reading() -> None:
    assert own({"LICENSE": mit()}, known=GITHUB) == (GITHUB, [])


@pytest.mark.parametrize("policy", ["signoff: {}", "licenses: {levels: {license-incompatible: off}}"])
def test_nothing_is_read_where_nobody_asks(policy: str) -> None:
    assert own({"LICENSE": mit()}, policy) == (None, [])


def test_nothing_is_read_where_nothing_is_shipped() -> None:
    assert own({"LICENSE": mit()}, packages="") == (None, [])


def test_nothing_is_read_without_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "installed", lambda: False)
    assert own({"LICENSE": mit()}) == (None, [])


def test_a_source_adds_the_license_and_nothing_else() -> None:
    known = Facts(repository=RepositoryFacts("ada/web", "public"))
    told = Facts(repository=RepositoryFacts("other/name", license=GITHUB))
    assert joined(known, told).repository == RepositoryFacts("ada/web", "public", license=GITHUB)
    assert joined(told, known).repository == told.repository


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        ('{"key": "isc", "spdx_id": "ISC"}', GITHUB),
        ('{"key": "other", "spdx_id": "NOASSERTION"}', None),
        ("null", None),
        ('"MIT"', None),
        ('{"spdx_id": 7}', None),
    ],
)
def test_what_a_workflow_is_told(tmp_path, license_: str, expected: Known[str] | None) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "event.json").write_text(f'{{"repository": {{"license": {license_}}}}}')
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    workflow = command_environment(environ).workflow
    assert workflow is not None
    assert workflow.repository.license == expected
