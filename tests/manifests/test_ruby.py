"""Gemfile.lock: sections, platforms, the graph, checksums, and groups from the Gemfile."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.ruby import parse_gemfile_lock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

LOCK = dedent("""\
    GIT
      remote: https://git.example/org/tool.git
      revision: 0a1b2c3d
      branch: main
      specs:
        tool (0.2.0)
          rack (>= 2)

    PATH
      remote: .
      specs:
        shop (1.0.0)
          rack

    PATH
      remote: engines/billing
      specs:
        billing (0.1.0)

    GEM
      remote: https://gems.example/
      specs:
        nokogiri (1.13.3)
          racc (~> 1.4)
        nokogiri (1.13.3-x86_64-linux)
          racc (~> 1.4)
        racc (1.6.0)
        rack (2.2.3)
        rspec (3.12.0)
          rspec-core (~> 3.12.0)
        rspec-core (3.12.1)

    PLATFORMS
      ruby
      x86_64-linux

    DEPENDENCIES
      billing!
      nokogiri (~> 1.13)
      rspec
      shop!
      tool!

    CHECKSUMS
      nokogiri (1.13.3) sha256=aaaa
      nokogiri (1.13.3-x86_64-linux) sha256=bbbb

    BUNDLED WITH
       2.5.4
    """)
GEMFILE = dedent("""\
    source "https://gems.example"
    gemspec
    gem "nokogiri", "~> 1.13"
    gem "tool", git: "https://git.example/org/tool.git"
    # gem "commented"
    group :development, :test do
      gem "rspec"
    end
    gem "lint", group: :development
    """)


def lock(text: str = LOCK, gemfile: str = "") -> Inventory:
    return parse_gemfile_lock(text, "a/Gemfile.lock", {"a/Gemfile": gemfile} if gemfile else {})


def test_each_gem_once_with_its_line_and_not_the_project_itself() -> None:
    assert list(located(lock())) == [
        ("tool", "0.2.0", 6),
        ("billing", "0.1.0", 18),
        ("nokogiri", "1.13.3", 23),
        ("racc", "1.6.0", 27),
        ("rack", "2.2.3", 28),
        ("rspec", "3.12.0", 29),
        ("rspec-core", "3.12.1", 31),
    ]


def test_the_origin_is_the_section() -> None:
    tool, billing, nokogiri, *_ = lock().dependencies
    assert (tool.origin, tool.source) == (Origin.GIT, "https://git.example/org/tool.git#0a1b2c3d")
    assert (billing.origin, billing.source) == (Origin.PATH, "engines/billing")
    assert (nokogiri.origin, nokogiri.integrity) == (Origin.REGISTRY, ("sha256=aaaa", "sha256=bbbb"))


def test_why_a_gem_is_there() -> None:
    inventory = lock()
    assert [gem.name for gem in inventory.why(6)] == ["rspec", "rspec-core"]
    assert [gem.direct for gem in inventory.dependencies] == [True, True, True, False, False, True, False]


def test_groups_come_from_the_gemfile_and_spread_over_the_graph() -> None:
    scopes = {gem.name: gem.scope for gem in lock(gemfile=GEMFILE).dependencies}
    assert scopes["rspec"] is scopes["rspec-core"] is Scope.DEVELOPMENT
    assert scopes["racc"] is scopes["rack"] is Scope.RUNTIME
    assert scopes["billing"] is Scope.UNKNOWN  # the Gemfile does not name it


def test_without_gemfile_the_scope_is_not_known() -> None:
    assert {gem.scope for gem in lock().dependencies} == {Scope.UNKNOWN}


def test_a_gem_without_version_is_a_problem() -> None:
    inventory = lock("GEM\n  remote: x\n  specs:\n    odd-line\n    fine (1.0)\n")
    assert list(located(inventory)) == [("fine", "1.0", 5)]
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 4)]


@pytest.mark.parametrize(("text", "line"), [("malformed\n", 1), ("GEM\n  specs:\n<<<<<<< HEAD\n", 3)])
def test_what_bundler_refuses_is_refused(text: str, line: int) -> None:
    with pytest.raises(UnreadableManifest) as error:
        lock(text)
    assert error.value.line == line


@settings(max_examples=120, deadline=None)
@given(mutated((LOCK,)), mutated((GEMFILE,)))
def test_no_text_breaks_the_parser(text: str, gemfile: str) -> None:
    survives(parse_gemfile_lock, text, "Gemfile.lock", {"Gemfile": gemfile})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str) -> None:
    survives(parse_gemfile_lock, text, "Gemfile.lock", {"Gemfile": text})
