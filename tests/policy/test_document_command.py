"""`ospo-gate policy document` and `policy init` as a user meets them."""

import asyncio
import json
from pathlib import Path

import pytest

from app.cli.main import main
from app.policies import load_policy
from app.store.database import Database
from app.store.repositories import RepositoryRow, RepositoryStore
from app.store.uses import UseStore
from checks.model.dependency import Dependency, Inventory, Location, Scope
from checks.policy.templates import TEMPLATES


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def lock(folder: str, packages: dict[str, tuple[str | None, bool]]) -> str:
    """A checkout: by package its license and whether it is a tool."""
    entries = {
        f"node_modules/{name}": {
            "version": "1.0.0",
            "resolved": f"https://registry.example/{name}/-/{name}-1.0.0.tgz",
            "integrity": "sha512-" + "A" * 86 + "==",
            **({"license": license_} if license_ else {}),
            **({"dev": True} if tool else {}),
        }
        for name, (license_, tool) in packages.items()
    }
    Path(folder).mkdir()
    content = {"name": folder, "lockfileVersion": 3, "packages": {"": {"name": folder}, **entries}}
    Path(folder, "package-lock.json").write_text(json.dumps(content))
    return folder


# -- document --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_policy_with_what_it_extends_and_its_decisions(capsys: pytest.CaptureFixture[str]) -> None:
    Path("base.yaml").write_text("version: 1\nlicenses: {allow: [permissive]}\n")
    Path("policy.yaml").write_text("version: 1\nextends: base.yaml\nowner: {team: '@example/ospo'}\n")
    Path("waivers").mkdir()
    Path("waivers/W-1.yaml").write_text(
        "id: W-1\nrules: [license-not-allowed]\npackage: pkg:npm/left-pad\nreason: reviewed\napproved_by: '@grace'\n"
        "expires: 2090-01-01\n"
    )
    code, out, _ = ran(capsys, "document", "--edition", "internal", "--format", "markdown")
    assert code == 0
    for words in (
        "`@example/ospo` answers",
        "It stands on `base.yaml`.",
        "1 exception holds now.",
        "`pkg:npm/left-pad`",
    ):
        assert words in out


def test_the_public_page_is_the_default_and_goes_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("policy.yaml").write_text("version: 1\nowner: {team: '@example/ospo'}\n")
    assert ran(capsys, "document", "--output", "policy.html") == (0, "", "")
    written = Path("policy.html").read_text()
    assert written.startswith("<!doctype html>")
    assert written.endswith("</html>\n")
    assert "@example/ospo" not in written


def test_a_policy_that_is_not_valid_has_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    Path("policy.yaml").write_text("version: 1\nlicense: {}\n")
    code, out, err = ran(capsys, "document")
    assert (code, out) == (2, "")
    assert "policy.yaml:2:1" in err
    assert ran(capsys, "document", "nothing.yaml")[0] == 2


# -- init ------------------------------------------------------------------------------------------------------------


def test_a_template_is_written_and_not_over_another_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "init", "--template", "product")[0] == 0
    assert Path("policy.yaml").read_text() == TEMPLATES["product"]
    assert ran(capsys, "init", "--template", "service")[0] == 2
    assert Path("policy.yaml").read_text() == TEMPLATES["product"]
    assert ran(capsys, "init", "--template", "service", "--force")[0] == 0
    assert Path("policy.yaml").read_text() == TEMPLATES["service"]


def test_a_template_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "init", "--template", "ai", "--output", "-") == (0, TEMPLATES["ai"], "")
    assert list(Path().iterdir()) == []


def test_a_policy_is_fitted_to_what_is_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    web = lock(
        "web",
        {
            "express": ("MIT", False),
            "certifi": ("MPL-2.0", False),
            "chart-kit": ("GPL-3.0-only", False),
            "either": ("MIT OR GPL-3.0-only", False),
            "dark": (None, False),
            "linter": ("AGPL-3.0-only", True),
            "printer": ("GPL-2.0-only", True),
        },
    )
    code, out, _ = ran(capsys, "init", "--template", "permissive", "--from-inventory", web)
    text = Path("policy.yaml").read_text()
    assert code == 0
    assert "  # Fitted to 7 packages; of 1 nobody says the license here.\n" in text
    assert "    - permissive  # in use: 2 packages, e.g. either, express\n" in text
    assert "    - MPL-2.0  # added, weak-copyleft; in use: 1 package, e.g. certifi\n" in text
    assert (
        "    # - GPL-3.0-only  # strong-copyleft; in use: 1 package, e.g. chart-kit: somebody has to decide\n"
    ) in text
    assert "      - strong-copyleft  # in use: " in text
    section = load_policy(text.encode(), "policy.yaml").sections["licenses"]
    assert [str(item) for item in section.allow] == ["public-domain", "permissive", "MPL-2.0"]  # type: ignore[attr-defined]
    assert "license-not-allowed" in out
    assert "pkg:npm/chart-kit" in out


def test_strong_copyleft_is_never_allowed_by_itself_in_what_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("GPL-2.0-or-later", "AGPL-3.0-only", "SSPL-1.0", "BUSL-1.1", "CC-BY-NC-4.0", "LicenseRef-Example-1.0")
    shop = lock("shop", {f"package-{number}": (name, False) for number, name in enumerate(names)})
    for template in TEMPLATES:
        assert ran(capsys, "init", "--template", template, "--force", "--from-inventory", shop)[0] == 0
        before = load_policy(TEMPLATES[template].encode(), template).sections["licenses"]
        after = load_policy(Path("policy.yaml").read_bytes(), "policy.yaml").sections["licenses"]
        assert before == after, template


def test_names_of_packages_cannot_write_into_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "x\n  allow: [strong-copyleft]\nmode: off #\u202e"
    shop = lock("shop", {evil: ("MIT", False), "b": ("EPL-2.0", False)})
    assert ran(capsys, "init", "--template", "permissive", "--from-inventory", shop)[0] == 0
    policy = load_policy(Path("policy.yaml").read_bytes(), "policy.yaml")
    assert policy.mode == "evaluate"
    assert "\u202e" not in Path("policy.yaml").read_text()
    allowed = [str(item) for item in policy.sections["licenses"].allow]  # type: ignore[attr-defined]
    assert allowed == ["public-domain", "permissive", "EPL-2.0"]


def test_what_is_fitted_can_go_to_standard_output_without_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    web = lock("web", {"express": ("MIT", False)})
    _, out, err = ran(capsys, "init", "--output", "-", "--from-inventory", web)
    assert load_policy(out.encode(), "policy.yaml").mode == "evaluate"
    assert "judged" in err or "blocked" in err


def test_facts_without_an_inventory_are_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "init", "--facts", "facts.db")[0] == 2


def test_a_policy_is_fitted_to_what_the_service_has_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gate.db'}"

    def package(name: str, license_: str | None, scope: Scope = Scope.RUNTIME) -> Dependency:
        return Dependency(f"pkg:npm/{name}", name, "1.0.0", Location("a.lock", 1), scope, license=license_)

    shipped = [package("certifi", "MPL-2.0"), package("chart-kit", "GPL-3.0-only"), package("dark", None)]
    tools = [package("certifi", "MPL-2.0", Scope.DEVELOPMENT), package("linter", "AGPL-3.0-only", Scope.TEST)]

    async def filled() -> None:
        database = Database(url)
        await database.migrate()
        await RepositoryStore(database).seen([RepositoryRow(1, 11, "example/web"), RepositoryRow(2, 11, "example/api")])
        store = UseStore(database)
        await store.store(1, "a", 1_790_000_000.0, [Inventory("a.lock", "npm", tuple(shipped))])
        await store.store(2, "b", 1_790_000_000.0, [Inventory("a.lock", "npm", (*shipped[:1], *tools[1:]))])
        await database.close()

    asyncio.run(filled())
    assert ran(capsys, "init", "--database")[0] == 2
    monkeypatch.setenv("OSPO_GATE_DATABASE", url)
    code, out, _ = ran(capsys, "init", "--template", "permissive", "--database")
    text = Path("policy.yaml").read_text()
    assert code == 0
    assert "    - MPL-2.0  # added, weak-copyleft; in use: 1 package, e.g. certifi\n" in text
    assert (
        "    # - GPL-3.0-only  # strong-copyleft; in use: 1 package, e.g. chart-kit: somebody has to decide\n" in text
    )
    assert "      - strong-copyleft  # in use: 1 package, e.g. linter\n" in text
    assert "; of 1 nobody says the license here" in text
    assert "example/web" in out
    assert "license-not-allowed" in out
