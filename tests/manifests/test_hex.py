"""mix.lock and rebar.lock: terms of two languages, read without evaluating them."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.hex import parse_mix_lock, parse_rebar_lock
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, located, mutated, survives

A, B = "a" * 64, "b" * 64
MIX = dedent(f"""\
    %{{
      "credo": {{:hex, :credo, "1.6.6", "{A}", [:mix], [{{:bunt, "~> 0.2", [hex: :bunt]}}], "hexpm", "{B}"}},
      "bunt": {{:hex, :bunt, "0.2.0", "{A}", [:mix], [], "hexpm", "{B}"}},
      "fork": {{:hex, :"real_name", "2.0.0", "{A}", [:rebar3], [], "hexpm:acme", "{B}"}},
      "plug": {{:hex, :plug, "1.11.1", "{A}", [:mix], [], "hexpm"}},
      "foo": {{:git, "https://git.example/my/foo.git", "fc94cce7", [branch: "feat/x"]}},
      "old": {{:hex, :old, "0.1.0"}},
    }}
    """)
EXS = dedent("""\
    defmodule Shop.MixProject do
      def project, do: [app: :shop, deps: deps()]
      defp deps do
        [
          {:credo, "~> 1.6", only: [:dev, :test], runtime: false},
          # {:commented, "~> 1.0"},
          {:plug, "~> 1.11"},
          {:foo, git: "https://git.example/my/foo.git", only: :test}
        ]
      end
    end
    """)
REBAR = dedent("""\
    {"1.2.0",
    [{<<"bear">>,{pkg,<<"bear">>,<<"0.9.0">>},1},
     {<<"cowboy">>,
      {git,"https://git.example/cowboy.git",
           {ref,"4d2e6b1c"}},
      0},
     {<<"alias">>,{pkg,<<"real">>,<<"1.0.0">>},0}]}.
    [
    {pkg_hash,[
     {<<"bear">>, <<"A31CCF5361791EF3E708F4789D67DF7EF8C65E1D">>}]}
    ].
    """)


def mix(text: str = MIX, exs: str = "") -> Inventory:
    return parse_mix_lock(text, "mix.lock", {"mix.exs": exs} if exs else {})


def test_hex_packages_by_their_hex_name() -> None:
    assert list(located(mix())) == [
        ("credo", "1.6.6", 2),
        ("bunt", "0.2.0", 3),
        ("real_name", "2.0.0", 4),
        ("plug", "1.11.1", 5),
        ("foo", "fc94cce7", 6),
        ("old", "0.1.0", 7),
    ]
    private, foo = mix().dependencies[2], mix().dependencies[4]
    assert (private.purl, private.integrity) == ("pkg:hex/acme/real_name", (B, A))
    assert (foo.origin, foo.source) == (Origin.GIT, "https://git.example/my/foo.git#fc94cce7")


def test_mix_exs_tells_what_is_direct_and_for_what() -> None:
    inventory = mix(exs=EXS)
    scopes = {d.name: (d.direct, d.scope) for d in inventory.dependencies}
    assert scopes["credo"] == (True, Scope.DEVELOPMENT)
    assert scopes["bunt"] == (False, Scope.DEVELOPMENT)
    assert scopes["plug"] == (True, Scope.RUNTIME)
    assert scopes["foo"] == (True, Scope.TEST)
    assert scopes["real_name"] == (False, Scope.UNKNOWN)
    assert [d.name for d in inventory.why(1)] == ["credo", "bunt"]


def test_an_umbrella_does_not_tell() -> None:
    assert {d.direct for d in mix(exs='apps_path: "apps"').dependencies} == {None}


def test_an_entry_that_cannot_be_read_is_a_problem() -> None:
    inventory = mix('%{\n  "certifi": {:hex, },\n}\n')
    assert [(p.code, p.location.line) for p in inventory.problems] == [("entry", 2)]


def test_a_key_twice_is_refused() -> None:
    entry = '  "old": {:hex, :old, "0.1.0"},\n'
    with pytest.raises(UnreadableManifest) as error:
        mix("%{\n" + entry * 2 + "}\n")
    assert error.value.line == 3


def test_rebar_levels_tell_what_is_direct() -> None:
    inventory = parse_rebar_lock(REBAR, "rebar.lock", {})
    assert list(located(inventory)) == [("bear", "0.9.0", 2), ("cowboy", "4d2e6b1c", 3), ("real", "1.0.0", 7)]
    assert [d.direct for d in inventory.dependencies] == [False, True, True]
    assert inventory.dependencies[0].integrity == ("A31CCF5361791EF3E708F4789D67DF7EF8C65E1D",)
    assert inventory.dependencies[1].location.end_line == 6


def test_an_unknown_rebar_source_is_a_problem() -> None:
    inventory = parse_rebar_lock('[{<<"a">>,\n{hg2,"x"},0}].\n', "rebar.lock", {})
    assert [p.location.line for p in inventory.problems] == [1]


@settings(max_examples=100, deadline=None)
@given(mutated((MIX, REBAR)), mutated((EXS,)))
def test_no_text_breaks_the_parsers(text: str, exs: str) -> None:
    survives(parse_mix_lock, text, "mix.lock", {"mix.exs": exs})
    survives(parse_rebar_lock, text, "rebar.lock")


@pytest.mark.parametrize("text", [*HOSTILE, "def deps\n" * 50_000])
def test_hostile_files(text: str) -> None:
    survives(parse_mix_lock, text, "mix.lock", {"mix.exs": text})
    survives(parse_mix_lock, MIX, "mix.lock", {"mix.exs": text})
    survives(parse_rebar_lock, text, "rebar.lock")
