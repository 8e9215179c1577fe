"""The worked example of docs/migration.md is what really comes out."""

import re
from pathlib import Path

from checks.imports.kinds import import_policy
from checks.imports.table import text
from tests.imports.examples import TERMS

PAGE = (Path(__file__).parent.parent.parent / "docs" / "migration.md").read_text()
NAME = "dependency-review-config.yml"


def test_the_worked_example() -> None:
    example = PAGE.partition("## A worked example")[2].partition("\n## ")[0]
    configuration, policy, table = re.findall(r"```(?:yaml|text)\n(.*?)```", example, re.DOTALL)
    done = import_policy(configuration, NAME, TERMS)
    assert done.policy == policy
    assert text(done.differences, NAME) == table
