"""The plain command on a real checkout: `.github/dco.yml` of the merge base, and what people read."""

from pathlib import Path

import pytest

from app.cli.main import main
from tests.signoffs.examples import ADA, BOB
from tests.signoffs.test_repair_in_git import Branch


class Checkout(Branch):
    """A branch whose base has a policy and a `.github/dco.yml`."""

    def __init__(self, folder: Path, repository_file: str, dco: str) -> None:
        folder.mkdir()
        super().__init__(folder, ADA)
        self.git("checkout", "-q", "main")
        self.write("policy.yaml", f"version: 1\nsignoff: {{repository_file: {repository_file}}}\n")
        self.write(".github/dco.yml", dco)
        self.git("commit", "-q", "-m", "Govern")
        self.git("checkout", "-q", "-B", "work")

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text)
        self.git("add", path)

    def check(self, capsys: pytest.CaptureFixture[str]) -> str:
        main(["check", str(self.folder), "--base", "main", "--no-cache"])
        return capsys.readouterr().out


ALLOWED = "allowRemediationCommits: {individual: true}\n"


@pytest.mark.parametrize(("repository_file", "verdict"), [("honor", "✓"), ("tighten", "✗"), ("ignore", "✗")])
def test_the_file_of_the_base_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], repository_file: str, verdict: str
) -> None:
    """One unsigned commit and its remediation."""
    work = Checkout(tmp_path / "clone", repository_file, ALLOWED)
    work.commit("One")
    line = f"I, Ada L <ada@example.org>, hereby add my Signed-off-by to this commit: {work.listing.head}"
    work.commit(f"Sign\n\n{line}", "", None, "--signoff")
    said = work.check(capsys)
    assert said.startswith(verdict)
    assert ("asks for less than the policy" in said) is (repository_file == "tighten")


def test_the_branchs_own_version_never_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = Checkout(tmp_path / "clone", "honor", "require: {members: true}\n")
    work.write(".github/dco.yml", ALLOWED)
    work.git("commit", "-q", "-m", "Loosen")
    line = f"I, Ada L <ada@example.org>, hereby add my Signed-off-by to this commit: {work.listing.head}"
    work.commit(f"Sign\n\n{line}", "", None, "--signoff")
    assert "has no sign-off" in work.check(capsys)


def test_the_repair_follows_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bob's commit may be signed on his behalf because the file says so."""
    work = Checkout(tmp_path / "clone", "honor", "allowRemediationCommits: {individual: true, thirdParty: true}\n")
    work.commit("One", "", BOB)
    work.commit("Two", "", None, "--signoff")
    said = work.check(capsys)
    assert "On behalf of Bob <bob@example.org>, I, Ada L <ada@example.org>" in said
    assert "force-with-lease" not in said
