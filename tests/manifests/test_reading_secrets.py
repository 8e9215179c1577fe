"""Credentials in manifests never reach an inventory, not even through a message about what could not be read."""

import pytest

from checks.manifests import read, recognize
from checks.model.dependency import Inventory

HOOKS = """\
repos:
- repo: local
  hooks:
  - {id: x, language: python, additional_dependencies: ["https://ada:SECRET@files.example/x.whl"]}
"""


def inventory(path: str, text: str) -> Inventory:
    found = recognize(path)
    assert found is not None
    return read(found, path, text.encode())


@pytest.mark.parametrize(
    ("path", "text", "shown"),
    [
        ("requirements.txt", "-r https://ada:SECRET@files.example/more.txt\n", "https://•••@files.example/more.txt"),
        ("requirements.txt", "git+https://ada:SECRET@code.example/x\n", "git+https://•••@code.example/x"),
        (".pre-commit-config.yaml", HOOKS, "https://•••@files.example/x.whl"),
    ],
)
def test_a_message_shows_the_address_without_them(path: str, text: str, shown: str) -> None:
    (problem,) = inventory(path, text).problems
    assert "SECRET" not in problem.message
    assert shown in problem.message


def test_what_has_none_is_read_as_it_stands() -> None:
    text = "lib @ https://files.example/lib-1.0.zip\n-r ../../other.txt\n"
    found = inventory("requirements.txt", text)
    assert found.dependencies[0].source == "https://files.example/lib-1.0.zip"
    assert found.problems[0].message == "it includes ../../other.txt, which is outside of the repository"
