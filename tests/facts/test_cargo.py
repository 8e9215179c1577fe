"""Crates: the web API of the main registry, and the sparse index that every registry has."""

import pytest

from checks.facts.registries import (
    crates,
    crates_index,
)
from checks.model.packages import Release
from tests.facts.conversation import asked, at, converse, said

CRATE = ("pkg:cargo/serde_json", "1.0.2")


def test_crates() -> None:
    document = """{"crate": {"max_stable_version": "1.0.2", "repository": "https://github.com/serde-rs/json"},
      "versions": [
      {"num": "1.0.2", "license": "MIT/Apache-2.0", "created_at": "2026-01-01T00:00:00.123456+00:00", "yanked": false},
      {"num": "1.0.1", "license": "non-standard", "created_at": "odd", "yanked": true, "yank_message": "unsound"}]}"""
    facts = converse(crates, {"api/v1/crates/serde_json": document}, CRATE, ("pkg:cargo/serde_json", "1.0.1"))
    assert said(facts.version(*CRATE)) == {"license": "MIT/Apache-2.0", "published": at("2026-01-01T00:00:00.123456")}
    assert said(facts.version("pkg:cargo/serde_json", "1.0.1")) == {"license": "non-standard", "yanked": "unsound"}
    assert said(facts.package(CRATE[0]))["repository"] == "github.com/serde-rs/json"


@pytest.mark.parametrize(
    ("name", "path"), [("a", "1/a"), ("ab", "2/ab"), ("abc", "3/a/abc"), ("Serde_json", "se/rd/serde_json")]
)
def test_the_paths_of_a_sparse_index(name: str, path: str) -> None:
    (request,) = asked(crates_index, (f"pkg:cargo/{name}", "1.0.0"))
    assert request.path == path


def test_a_name_cannot_lead_out_of_an_index() -> None:
    assert asked(crates_index, ("pkg:cargo/..%2e", "1.0.0"), ("pkg:cargo/..", "1.0.0")) == []


def test_the_lines_of_a_sparse_index() -> None:
    lines = """{"name": "serde_json", "vers": "1.0.1", "yanked": true}
{"name": "serde_json", "vers": "1.0.2", "yanked": false, "pubtime": "2026-01-01T00:00:00Z"}
{"broken
[1]
"""
    facts = converse(crates_index, {"se/rd/serde_json": lines}, CRATE)
    assert said(facts.version(*CRATE)) == {"published": at("2026-01-01")}
    assert said(facts.package(CRATE[0])) == {
        "latest": "1.0.2",
        "releases": (Release("1.0.1", yanked=""), Release("1.0.2", at("2026-01-01"))),
    }
