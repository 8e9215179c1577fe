"""YAML values with lines: what stays text, where an entry ends, what is refused, and that both readers agree."""

from textwrap import dedent

import pytest
from hypothesis import given, settings

from checks.manifests.jsontext import Array, Object
from checks.manifests.yamllines import read_lines
from checks.manifests.yamltext import load, load_all, read_events
from checks.model.errors import UnreadableManifest
from tests.manifests.mutations import HOSTILE, mutated

LOCK = dedent("""\
    # a comment
    lockfileVersion: '9.0'
    empty:
    settings:
      autoInstallPeers: true

    importers:

      .:
        dependencies:
          '@scope/a':
            specifier: ^1.0.0
            version: 1.0.0(b@2.0.0)
          odd@>=1 <2: 'it''s'
    packages:
      /a#b@1.0.0:
        resolution: {integrity: sha512-ab+/c==, tarball: https://files.example/a.tgz}
        engines: {node: ^14 || >=16, '0': "x y"}
        cpu: [x64, arm64]
        deprecated: |-
          do not
            use

          this
        list:
          - one
          - 'two: #2'
    last: plain text, with:colons and#hashes
    """)
BERRY = dedent("""\
    __metadata:
      version: 8

    ? "long@npm:^1, long@npm:^2"
    :
      version: 1.2.0
      resolution: "long@npm:1.2.0"
    """)
DOCUMENTS = "---\na: 1\n---\nb:\n  c: ~\n"


def assert_read_or_refused(text: str) -> None:
    fault = UnreadableManifest("")
    try:
        load_all(text)
    except UnreadableManifest as error:
        fault = error
    assert fault.message.isprintable()
    assert 0 <= fault.line <= text.count("\n") + 1


def described(value: object) -> object:
    """A value with the lines of everything in it, comparable."""
    if isinstance(value, Object):
        return [(key, value.lines[key], described(item)) for key, item in value.items()]
    if isinstance(value, Array):
        return [(span, described(item)) for span, item in zip(value.lines, value, strict=True)]
    return value


@pytest.mark.parametrize("text", [LOCK, BERRY, DOCUMENTS, "", "# nothing\n", "a: 1", "a:\n  - b\nc: |\n  d\n\n\n"])
def test_both_readers_give_the_same_values_and_lines(text: str) -> None:
    fast = read_lines(text)
    assert fast is not None
    assert [described(document) for document in fast] == [described(document) for document in read_events(text)]


def test_scalars_stay_text() -> None:
    assert load("a: 1.10\non: yes\nb: 2024-01-01\nc: 'null'\nd: null\ne: 0x1F\nf: 1:30\n") == {
        "a": "1.10", "on": "yes", "b": "2024-01-01", "c": "null", "d": None, "e": "0x1F", "f": "1:30",
    }  # fmt: skip


def test_an_entry_ends_on_its_last_line_with_content() -> None:
    root = load("a:\n  b:\n    c: 1\n\n# comment\nd: [1,\n  2]\ne: &x |\n  text\n\nf: *x\n")
    assert isinstance(root, Object)
    assert root.lines == {"a": (1, 3), "d": (6, 7), "e": (8, 9), "f": (11, 11)}


def test_windows_line_ends_and_other_breaks_do_not_move_lines() -> None:
    root = load("a: 'x\u2028y'\r\nb: 1\r\n")
    assert isinstance(root, Object)
    assert root.lines == {"a": (1, 1), "b": (2, 2)}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands twice, again at line 3"),
        ("? [a]\n: 1\n", 1, "a key at line 1 is not a scalar"),
        ("a: &x [*x]\n", 1, "the alias '*x' at line 1 stands for nothing complete"),
        ("a: *b\n", 1, None),
        ("[" * 100_000, 1, "it is nested too deeply"),
        ("- " * 100_000, 1, "it is nested too deeply"),
        ("a: b: c\n", 1, "it is not YAML: mapping values are not allowed in this context at line 1"),
        ("a: 1\rb: 2\n", 1, "it has a carriage return that ends no line at line 1"),
        ("a: \x01\n", 0, "it is not YAML: it has characters that YAML does not allow"),
        ("a: 1\n---\nb: 1\n", 1, "it has several YAML documents"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(text: str, line: int, message: str | None) -> None:
    with pytest.raises(UnreadableManifest) as caught:
        load(text)
    assert caught.value.line == line
    assert message is None or caught.value.message == message


def test_aliases_that_multiply_are_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(UnreadableManifest, match="values"):
        load(bomb)


def test_a_tag_makes_no_object() -> None:
    assert load("a: !!python/object/apply:os.system ['true']\n") == {"a": ["true"]}


@settings(max_examples=600, deadline=None)
@given(mutated((LOCK, BERRY, DOCUMENTS)))
def test_the_line_reader_never_differs_from_the_parser(text: str) -> None:
    fast = read_lines(text)
    # libyaml refuses keys of more than 1,024 characters, which yarn writes
    if fast is not None and all(len(line) < 1000 for line in text.split("\n")):
        assert [described(document) for document in fast] == [described(document) for document in read_events(text)]
    elif fast is None:
        assert_read_or_refused(text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_read_or_refused(text: str) -> None:
    assert_read_or_refused(text)
