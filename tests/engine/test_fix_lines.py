"""Fixes of lines that are themselves the truth: what is suggested, and what is left to people."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from checks.model.dependency import Location
from checks.model.finding import Finding
from checks.model.packages import Cycle, Known, PackageFacts
from checks.render.checkrun import annotations
from checks.render.json_report import to_json
from checks.render.presentation import Presentation
from tests.engine.shop import Registry, fixed, judged
from tests.vulnerabilities.examples import advisory

DOCS = Path(__file__).parents[2] / "docs"
LICENSES = "licenses: {allow: [permissive]}"
SIX = Registry("pkg:pypi/six 1.0 GPL-3.0-only", "pkg:pypi/six 1.2 MIT", "pkg:pypi/six 1.25 MIT")
HASHED = f"six==1.0 --hash=sha256:{'a' * 64}\n"


def line(head: dict[str, str], registry: Registry = SIX, policy: str = LICENSES) -> Finding:
    (finding,) = judged(dict.fromkeys(head, ""), head, registry, policy).blocking
    return finding


@pytest.mark.parametrize(
    ("text", "number", "then"),
    [
        ("six==1.0\n", 1, "six==1.2"),
        ("# ours\n\nsix == 1.0\n", 3, None),
        ("six[a]==1.0 ; python_version > '1.0'  # 1.0\r\n", 1, "six[a]==1.2 ; python_version > '1.0'  # 1.0"),
        ("six==1.0 ; python_version == '1.0' # six==1.0\n", 1, None),
        ("six==1.0 \\\n  ; python_version > '3'\n", 1, None),
        (HASHED, 1, None),
    ],
)
def test_a_line_of_requirements(text: str, number: int, then: str | None, tmp_path: Path) -> None:
    """Whatever else stands on the line stays; with a hash it is not the whole truth."""
    finding = line({"requirements.txt": text})
    assert finding.fix is not None
    assert finding.fix.suggestion == (then and (Location("requirements.txt", number, number), then))
    if then is None:
        assert fixed(finding)[0].endswith("use six 1.2")
        return
    (tmp_path / "requirements.txt").write_bytes(text.encode())
    (command,) = finding.fix.commands
    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)
    assert (tmp_path / "requirements.txt").read_bytes() == text.replace("==1.0", "==1.2", 1).encode()
    assert [path.name for path in tmp_path.iterdir()] == ["requirements.txt"]


def test_an_action_by_its_tag() -> None:
    workflow = "jobs:\n  a:\n    steps:\n      - uses: tj/changed@v1.2.0 # since spring\n"
    affected = [{"package": {"ecosystem": "GitHub Actions", "name": "tj/changed"}, "ranges": [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.9.0"}]}]}]  # fmt: skip
    known = ("pkg:github/tj/changed v1.2.0 MIT", "pkg:github/tj/changed v1.9.0 MIT")
    registry = Registry(*known, advisories=[advisory(1, "high", fix=None, affected=affected)])
    finding = line({".github/workflows/ci.yml": workflow}, registry, "vulnerabilities: {}")
    assert finding.fix is not None
    assert finding.fix.suggestion == (
        Location(".github/workflows/ci.yml", 4, 4),
        "      - uses: tj/changed@v1.9.0 # since spring",
    )


def test_an_image_of_a_cycle_that_ended_gets_the_next_supported_one() -> None:
    class Lifecycles(Registry):
        def _package(self, purl: str) -> PackageFacts:
            ends = {"3.8": date(2024, 10, 7), "3.9": date(2025, 10, 31), "3.10": date(2030, 1, 1), "3.14": None}
            cycles = tuple(Cycle(name, date(2020, 1, 1), end) for name, end in ends.items())
            return PackageFacts(cycles=Known(cycles, "endoflife.date"))

        async def answer(self, questions, private=()):  # type: ignore[no-untyped-def]
            found = await super().answer(questions, private)
            return replace(found, packages={purl: self._package(purl) for purl, _ in questions})

    finding = line({"Dockerfile": "FROM python:3.8 AS build\n"}, Lifecycles(), "freshness: {}")
    assert finding.fix is not None
    assert finding.fix.suggestion == (Location("Dockerfile", 1, 1), "FROM python:3.10 AS build")


def test_the_line_is_shown_in_the_annotation_and_told_to_programs() -> None:
    report = judged({"requirements.txt": ""}, {"requirements.txt": "six==1.0  # \x1b[2J\n"}, SIX, LICENSES)
    assert report.blocking[0].fix is not None
    assert report.blocking[0].fix.suggestion is None, "what a terminal obeys is no line to copy"
    report = judged({"requirements.txt": ""}, {"requirements.txt": "six==1.0  # `ours`\n"}, SIX, LICENSES)
    (annotation,) = annotations(report, report.blocking, Presentation())
    assert "Line 1 is then: six==1.2  # `ours`" in annotation["message"]
    document = to_json(report)
    assert document["findings"][0]["fix"]["suggestion"] == {
        "path": "requirements.txt",
        "line": 1,
        "text": "six==1.2  # `ours`",
    }
    jsonschema_rs.validate(json.loads((DOCS / "report.schema.json").read_text()), document)
