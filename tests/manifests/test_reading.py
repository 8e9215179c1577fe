"""From bytes to an inventory, whatever the bytes are."""

import pytest

from checks.manifests import FORMATS, MAX_BYTES, Format, read, recognize
from checks.manifests.read import MAX_PACKAGES
from checks.model.dependency import Inventory


def reading(path: str, data: bytes, **companions: bytes) -> Inventory:
    format_ = recognize(path)
    assert format_ is not None
    return read(format_, path, data, companions)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(encoding: str) -> None:
    (dependency,) = reading("requirements.txt", "six==1.16.0\n".encode(encoding)).dependencies
    assert (dependency.name, dependency.version) == ("six", "1.16.0")


def test_an_xml_file_may_declare_a_western_encoding() -> None:
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<project><!-- é -->\n<dependencies><dependency>\n'
        "<groupId>a.b</groupId><artifactId>c</artifactId><version>1.0</version></dependency></dependencies></project>\n"
    )
    (dependency,) = reading("pom.xml", text.encode("latin-1")).dependencies
    assert dependency.purl == "pkg:maven/a.b/c"


def test_what_is_not_text_is_a_problem_with_its_line() -> None:
    inventory = reading("requirements.txt", b"six==1.16.0\n\xff\xff\n")
    (problem,) = inventory.problems
    assert (problem.code, problem.location.line, inventory.dependencies) == ("unreadable", 2, ())


def test_a_file_beyond_the_limit_is_not_even_parsed() -> None:
    (problem,) = reading("package-lock.json", b" " * (MAX_BYTES + 1)).problems
    assert problem.code == "too-large"


def test_more_packages_than_anybody_has_are_refused() -> None:
    text = "".join(f"p{n}==1\n" for n in range(MAX_PACKAGES + 1))
    (problem,) = reading("requirements.txt", text.encode()).problems
    assert problem.code == "too-large"


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.id)
@pytest.mark.parametrize("piece", [b"[", b"{", b"\x00", b"<", b"- "], ids=repr)
def test_no_format_raises_on_a_hundred_thousand_of_anything(format_: Format, piece: bytes) -> None:
    path = format_.names[0].replace("*", "x").replace("?", "x")
    assert read(format_, path, piece * 100_000).format == format_.id


def test_installed_packages_are_not_manifests_of_the_project() -> None:
    assert recognize("node_modules/left-pad/package-lock.json") is None
    assert recognize(".venv/lib/python3.11/site-packages/x/requirements.txt") is None
    assert recognize("docs/readme.md") is None


def test_the_line_that_asks_for_a_direct_dependency_is_known() -> None:
    manifest = b'{\n  "dependencies": {\n    "a": "^1"\n  }\n}\n'
    packages = b'{"": {"dependencies": {"a": "^1"}}, "node_modules/a": {"version": "1.0.0"}}'
    lock = b'{"lockfileVersion": 3, "packages": ' + packages + b"}"
    (dependency,) = reading("web/package-lock.json", lock, **{"web/package.json": manifest}).dependencies
    assert dependency.required_at is not None
    assert (dependency.required_at.path, dependency.required_at.line) == ("web/package.json", 3)
