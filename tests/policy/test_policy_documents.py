"""The policy of this repository and the pages about policies: valid, complete and up to date."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.policies import SHAPES, load_policy
from checks.policy.schema import Root
from checks.policy.section import Section
from checks.policy.shape import keys_of
from checks.rules import CHECKS
from docs.generate import generated

ROOT = Path(__file__).parents[2]
OWN = (ROOT / "policy.yaml").read_text(encoding="utf-8")
#: With every commented setting in force.
ALL = re.sub(r"(?m)^( *)#(?=[a-z-])", r"\1", OWN)
GENERATED = generated()


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_what_is_generated_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], "run: make docs"


def test_our_own_policy_loads_as_it_stands_and_with_every_setting() -> None:
    assert list(load_policy(OWN.encode(), "policy.yaml").sections) == ["licenses", "inventory"]
    assert list(load_policy(ALL.encode(), "policy.yaml").sections) == [check.id for check in CHECKS]


@pytest.mark.parametrize("shape", [Root, *(shape.section for shape in SHAPES)], ids=lambda shape: shape.__name__)
def test_our_own_policy_mentions_every_key(shape: type) -> None:
    given = {".".join(part for part in path if not part.isdecimal()) for path in _places()}
    prefix = "" if shape is Root else next(f"{s.check}." for s in SHAPES if s.section is shape)
    missing = [name for name in _every_key(shape) if prefix + name not in given]
    assert missing == []


def _places() -> list[tuple[str, ...]]:
    return list(load_policy(ALL.encode(), "policy.yaml").places)


def _every_key(shape: type) -> list[str]:
    """As in the table of all keys, which names what is inside too."""
    table = GENERATED[ROOT / "docs" / "policy.md"]
    prefix = "" if shape is Root else next(f"{s.check}." for s in SHAPES if s.section is shape)
    names = re.findall(rf"(?m)^\| `{re.escape(prefix)}([a-z_.\[\]]+)`", table)
    own = keys_of(shape)
    return [name.replace("[]", "") for name in names if re.split(r"[.\[]", name)[0] in own and "RULE" not in name]


@pytest.mark.parametrize("check", [*CHECKS], ids=lambda check: check.id)
def test_our_own_policy_mentions_every_rule_with_its_default(check: object) -> None:
    for rule in (rule for item in CHECKS if item is check for rule in item.rules):
        shown = re.search(rf"(?m)^ *#{rule.id}: (\w+)$", OWN)
        stated = re.search(rf"Default: {rule.level}\.(?:.|\n)*?^ *{rule.id}: \w+$", OWN, re.MULTILINE)
        assert (shown and shown[1] == rule.level) or stated, rule.id


@pytest.mark.parametrize("check", ["signoff", "inventory"])
def test_what_our_own_policy_shows_as_a_default_is_one(check: str) -> None:
    shown, default = load_policy(ALL.encode(), "p").sections[check], _default(check)
    for name in keys_of(type(default)):
        if name not in ("levels", "guidance"):
            assert getattr(shown, name) == getattr(default, name), name


def _default(check: str) -> Section:
    return next(shape.section() for shape in SHAPES if shape.check == check)


def _examples(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "version: 1" in block]


@pytest.mark.parametrize("page", ["README.md", "docs/policy.md"])
def test_every_example_of_a_policy_loads(page: str) -> None:
    examples = _examples(page)
    assert examples
    for example in examples:
        load_policy(example.encode(), page)


def test_every_link_of_the_page_leads_somewhere() -> None:
    page = GENERATED[ROOT / "docs" / "policy.md"]
    headings = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall(r"(?m)^#+ (.*)$", page)
    }
    for target in re.findall(r"\]\(([^)]+)\)", page):
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith("https://"):
            assert (ROOT / "docs" / target).exists(), target


def test_the_policy_room_starts_without_what_only_some_need() -> None:
    """YAML costs 9 ms, pydantic 100: a command that reads no policy pays for neither."""
    code = "import sys, app.policies, app.cli.policy; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {"yaml", "pydantic", "difflib", "json", "textwrap"}.isdisjoint(ran.stdout.split())
