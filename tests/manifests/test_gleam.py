"""gleam.toml, as Gleam writes it."""

from checks.manifests import read, recognize_named
from checks.model.dependency import Inventory, Origin, Scope

TEXT = """\
name = "shop"
version = "1.0.0"

[dependencies]
gleam_stdlib = ">= 0.34.0 and < 2.0.0"
carts = { git = "https://git.example/carts", ref = "a8b3c5d82" }
own = { path = "../own" }

[dev-dependencies]
gleeunit = ">= 1.0.0 and < 2.0.0"
"""


def reading(text: str) -> Inventory:
    format_ = recognize_named("gleam.toml")
    assert format_ is not None
    return read(format_, "gleam.toml", text.encode())


def test_requirements_have_scope_origin_and_line_and_no_version() -> None:
    found = reading(TEXT).dependencies
    assert [(d.purl, d.version, d.scope, d.origin, d.location.line) for d in found] == [
        ("pkg:hex/gleam_stdlib", None, Scope.RUNTIME, Origin.REGISTRY, 5),
        ("pkg:hex/carts", None, Scope.RUNTIME, Origin.GIT, 6),
        ("pkg:hex/gleeunit", None, Scope.DEVELOPMENT, Origin.REGISTRY, 10),
    ]


def test_what_is_no_toml_or_no_name_is_said() -> None:
    assert [problem.code for problem in reading("[dependencies\n").problems] == ["unreadable"]
    (problem,) = reading('[dependencies]\n"A b" = "1"\n').problems
    assert (problem.code, problem.location.line) == ("entry", 2)
