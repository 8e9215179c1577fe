"""The fast scan and tomllib give the same data and lines; the statement scanner never raises."""

import tomllib
from textwrap import dedent
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.manifests.tomlscan import statements
from checks.manifests.tomltext import document, exact, load, scan
from checks.model.errors import UnreadableManifest
from tests.manifests import test_cargo, test_pdm, test_poetry, test_pylock, test_uv
from tests.manifests.mutations import HOSTILE, mutated

CANONICAL = dedent("""\
    version = 1 # a comment
    [options]
    newer = "x" # why

    [[package]]
    name = "a"
    ok = true
    sizes = [1, 22, -3]
    source = { registry = "https://registry.example/simple" }
    time = { at = 2025-01-25T11:30:10.5+01:00, z = 2025-01-25T11:30:10Z, x = { y = "T" } }
    deps = [
        { name = "b", extra = ["c", "d"] },
        { name = "e", marker = "python_version < '3' and x == 'y, z = 1'" },
    ]
    files = [
        { url = "u1", hash = "h1", size = 10 },
        { url = "u2", hash = "h2", size = 0 },
    ]

    [package.extras]
    "quoted key" = ["x (>=1)"]
    tricky = "say \\"hi\\" {a = 1}"

    [[package]]
    # no name
    words = [
     "a b",
     "c",
    ]
    [tail]
    last = 1.5
    """)

#: Texts at the border of what the scan knows: it reads them as tomllib does, or leaves them to it.
ODD = (
    "a = { b = 1, b = 2 }\n",
    'a = { "b": 1 }\n',
    "a = null\n",
    "a = NaN\n",
    "a = 1\na = 2\n",
    "a = [1, 2,]\n",
    "a = 'x'\n",
    "a.b = 1\n",
    "[a]\n[a.b]\n[a]\n",
    "[a.b]\n[a]\n",
    "a = {}\n[a.b]\n",
    "a = []\n[[a]]\n",
    "[[a]]\n[a]\n",
    "[a]\n[[a]]\n",
    "a = [\n 'x',\n]\n",
    "a = [\n  { b = 1 },\n  { b = 1, c = 2 },\n]\n",
    'a = [\n  { b = "x", c = 1 },\n  { b = "x", c = 01 },\n]\n',
    "a = [\n 1,\n 2\n]\n",
    'a = """\n[[package]]\n"""\n',
    "a = [\n[1],\n]\n",
    "a = 2025-01-01T00:00:00Z\n",
    "a = 1_000\n",
    "a = +1\n",
    "a = inf\n",
    'a = "\t"\n',
    'a = "\\u00e9"\n',
    'a = "\\/"\n',
    "a = 00\n",
    'a = "\x7f"\n',
    "a = 1 b = 2\n",
    "a = [ ]\n",
    'a = [\n  { b = "x" },,\n]\n',
    '"" = 1\n',
    "a = [\n  { b = 1,\n  c = 2 },\n]\n",
    "a = [\n\n  1,\n]\n",
    'package = [{ name = "x" }]\n',
    '"package" = []\n',
    "[[package]\n",
    "[package]]\n",
    'a = ":x"\n',
    'a = [":x"]\n',
    "x = 1 # \x01\n",
    'a = ["b" # c]\n]\n',
    "a = {b = 1} # c\n",
    "a = 1\r\nb = 2\r\n",
    "a = { b = 2025-02-30T00:00:00Z }\n",
    "a = { b = 2025-01-01T00:00:00+24:00 }\n",
    "a = { b = 2025-01-01T00:00:60Z, c = 0000-01-01T00:00:00Z }\n",
    "a = { b = 2025-01-01T24:00:00Z }\n",
    'a = { b = "x = 2025-01-01T00:00:00Z, y" }\n',
    'a = { b = "\ue0002025-01-01T00:00:00Z", c = "T" }\n',
    "a = 1\rb = 2\n",
)


def test_the_scan_reads_what_tools_write() -> None:
    read = scan(CANONICAL, "package")
    assert read is not None
    assert read.data == tomllib.loads(CANONICAL)
    assert [(line, end) for _, line, end in read.tables] == [(6, 22), (24, 29)]
    assert read == exact(CANONICAL, "package")


@pytest.mark.parametrize("module", [test_cargo, test_pdm, test_poetry, test_pylock, test_uv])
def test_the_scan_reads_every_lock_of_these_tests(module: ModuleType) -> None:
    array = "packages" if module is test_pylock else "package"
    assert scan(module.LOCK, array) == exact(module.LOCK, array)


@pytest.mark.parametrize("text", ODD)
def test_at_its_border_the_scan_never_disagrees(text: str) -> None:
    agree(text)


@given(mutated((CANONICAL, *ODD)))
@settings(max_examples=1500, deadline=None)
def test_whatever_the_text_both_ways_agree(text: str) -> None:
    agree(text)


def agree(text: str) -> None:
    text = text.replace("\r\n", "\n")
    read = scan(text, "package")
    if read is not None:
        assert read == exact(text, "package")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a = 1\nb = 2\na = 3\n", "it is not TOML: cannot overwrite a value at line 3", 3),
        ("a = 1\nb", "it is not TOML: expected '=' after a key in a key/value pair at line 2", 2),
        ("a = " + "[" * 50_000, "it is nested too deeply", 0),
        ("a = " + "9" * 5000, "it holds a number that is too long", 0),
        ("a = 1\n" + "b." * 70 + "c = 1", "it has a key with more than 64 parts", 2),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(UnreadableManifest) as refused:
        load(text)
    assert (refused.value.message, refused.value.line) == (message, line)


def test_many_dots_in_a_string_are_no_key() -> None:
    text = "a = '''\n" + "b." * 70 + "'''\n"
    assert exact(text, "package").data == tomllib.loads(text)
    with pytest.raises(UnreadableManifest, match="more than 64 parts"):
        load("'a'." * 70 + "b = 1")


def test_tables_in_one_value_have_the_place_of_that_value() -> None:
    read = document('a = 1\npackage = [\n  { name = "x" }, { name = "y" }\n]\n', "package")
    assert [(line, end) for _, line, end in read.tables] == [(2, 4), (2, 4)]


def test_headers_in_strings_are_text() -> None:
    read = document('[[package]]\nname = "x"\ntext = """\n[[package]]\n"""\n[[ "package" ]]\nname = "y"\n', "package")
    assert [(line, end) for _, line, end in read.tables] == [(2, 5), (7, 7)]


def test_an_array_of_something_else_is_refused() -> None:
    with pytest.raises(UnreadableManifest, match="'package' is not an array of tables"):
        document("[package]\nname = 'x'\n", "package")


def test_statements_know_their_lines() -> None:
    text = '[a."b.c"]\nk = [ # one\n  "x", # two\n  {n = "y", o = true},\n]\n[[d]]\n'
    found = list(statements(text))
    assert [(item.path, item.line, item.end_line, item.opens) for item in found] == [
        (("a", "b.c"), 1, 1, False),
        (("a", "b.c", "k"), 2, 5, False),
        (("d",), 6, 6, True),
    ]
    assert found[1].strings == [(3, "", "x"), (4, "n", "y")]
    assert found[1].words == [(4, "o", "true")]


@given(st.text(alphabet="[]{}\"'=,#\\\n ab.") | mutated((CANONICAL,)))
@settings(max_examples=500, deadline=None)
def test_statements_of_anything(text: str) -> None:
    assert all(1 <= found.line <= found.end_line <= text.count("\n") + 1 for found in statements(text))


@pytest.mark.parametrize("text", [*HOSTILE, '\\"""' * 100_000, '"' * 300_000, "'''" * 100_001, "a." * 200_000])
def test_hostile_texts_cost_little(text: str) -> None:
    list(statements(text))
    assert scan(text, "package") is None or len(text) < 3
