"""Files that somebody made to break the reader: each is refused, with a place, quickly and in little memory."""

import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.policies import load_policy
from checks.model.errors import PolicyError
from tests.policy.examples import error, fault, faults, policy
from tests.policy.mutations import mutations, quick

MEGABYTE = 1_000_000
MIT_LIST = "version: 1\nlicenses:\n  allow: ["

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "1:1: the policy is empty (begin with: version: 1)"),
    "only blanks": (" \n\n", "1:1: the policy is empty"),
    "only comments": ("# version: 1\n# mode: enforce\n", "1:1: the policy is empty"),
    "an empty document": ("---\n...\n", "1:1: the policy is empty"),
    "null": ("~\n", "1:1: the policy is empty"),
    "a list at the top": ("- version: 1\n", "1:1: not a policy (begin with: version: 1)"),
    "text at the top": ("version 1\n", "1:1: not a policy (begin with: version: 1)"),
    "two documents": ("version: 1\n---\nmode: off\n", "2:1: a second YAML document is not allowed"),
    "an alias": ("version: 1\nmode: *m\n", "2:7: YAML aliases are not allowed"),
    "an anchor": ("version: 1\nmode: &m enforce\n", "2:7: YAML anchors are not allowed"),
    "an anchor on a mapping": ("version: 1\nsignoff: &s {}\n", "2:10: YAML anchors are not allowed"),
    "a tag": ("version: !!int 1\n", "1:10: YAML tags are not allowed: tag:yaml.org,2002:int"),
    "the empty tag": ("version: ! 1\n", "1:10: YAML tags are not allowed: !"),
    "a Python object": ("!!python/object/apply:os.system ['true']\n", "1:1: YAML tags are not allowed: tag:yaml.org"),
    "a tag of one's own": ("%TAG ! tag:example.com,2000:\n---\n!x {version: 1}\n", "3:1: YAML tags are not allowed"),
    "a merge key": ("version: 1\n<<: {mode: off}\n", "2:1: YAML merge keys are not allowed (write the keys out)"),
    "a merge key inside": ("version: 1\nsignoff: {<<: {mode: strict}}", "2:11: YAML merge keys are not allowed"),
    "a list as a key": ("version: 1\n? [a, b]\n: 1\n", "2:3: a key must be text"),
    "a mapping as a key": ("version: 1\n{a: b}: 1\n", "2:1: a key must be text"),
    "10 MB": ("version: 1\n#" + "x" * 10 * MEGABYTE, "1:1: the file has 10,000,012 characters, the limit is 1,000,000"),
    "brackets, 10,000 deep": ("version: 1\nx: " + "[" * 10_000, "2:35: nested more than 32 levels deep"),
    "brackets to the limit": ("[" * MEGABYTE, "1:33: nested more than 32 levels deep"),
    "flow maps, 10,000 deep": ("x: " + "{a: " * 10_000, "1:128: nested more than 32 levels deep"),
    "block maps, deep": ("".join(" " * depth + "a:\n" for depth in range(1_000)), "33:33: nested more than 32"),
    "block lists, 10,000 deep": ("- " * 10_000, "1:65: nested more than 32 levels deep"),
    "keys of keys": ("? " * 10_000, "1:65: nested more than 32 levels deep"),
    "300,000 nodes": ("x: [" + "1," * 300_000 + "]", "1:119999: more than 60,000 values"),
    "100,000 keys": (
        "version: 1\n" + "".join(f"k{i}: 1\n" for i in range(100_000)),
        "30000:9: more than 60,000 values",
    ),
    "25,000 unknown keys": ("version: 1\n" + "".join(f"k{i}: 1\n" for i in range(25_000)), "2:1: k0: unknown key"),
    "a key of 900 kB": ("version: 1\n? " + "k" * 900_000 + "\n: 1\n", "2:3: kkkkkkkk"),
    "a value of 900 kB": (MIT_LIST + "k" * 900_000 + "]", "3:11: licenses.allow.0: expected a license id"),
    "50,000 licenses": (MIT_LIST + "MIT," * 50_000 + "]\nx: 1\n", "4:1: x: unknown key"),
    "50,000 unknown licenses": (MIT_LIST + ",".join(f"L-{i}" for i in range(50_000)) + "]", "3:11: licenses.allow.0: "),
    "a license of 100,000 parts": (MIT_LIST + "'" + " AND ".join(["MIT"] * 100_000) + "']", "3:11: licenses.allow.0: "),
    "a license of brackets": (MIT_LIST + "'" + "(" * 100_000 + "']", "3:11: licenses.allow.0: expected a license"),
    "a quote that never ends": ("version: 1\nx: '" + "x\n" * 400_000, "400002:1: not valid YAML: found unexpected end"),
    "a bracket that never ends": ("version: 1\nx: [a\n", "3:1: not valid YAML: did not find expected ',' or ']'"),
    "colons": (":" * 900_000, "1:900000: not valid YAML"),
    "not UTF-8": (b"version: 1\nmode: \xff\n", "2:7: not UTF-8 text: byte 0xff (save the file as UTF-8)"),
    "UTF-16": ("version: 1\n".encode("utf-16"), "1:1: not UTF-8 text: byte 0xff"),
    "overlong UTF-8": (b"version: 1\n# \xc0\xaf", "2:3: not UTF-8 text"),
    "half a surrogate": (b"version: 1\nmode: \xed\xa0\x80", "2:7: not UTF-8 text"),
    "NUL": ("version: 1\nmode: \0enforce", r"2:7: the character \x00 is not allowed"),
    "a control character": ("version: 1\n# \x1b[2J", r"2:3: the character \x1b is not allowed"),
    "DEL": ("version: 1\x7f", r"1:11: the character \x7f is not allowed"),
    "a lone carriage return hides a key": ("version: 1\n# x\rmode: off\n", r"2:4: the character \x0d is not allowed"),
    "a next-line hides a key": ("version: 1\n# x\x85mode: off\n", r"2:4: the character \x85 is not allowed"),
    "a line separator hides a key": ("version: 1\n# x\u2028mode: off\n", r"2:4: the character \u2028 is not allowed"),
    "reordered text": ("version: 1\nmo\u202ede: off", r"2:3: the character \u202e is not allowed (editors and"),
    "a byte order mark inside": ("version: 1\n\ufeffmode: off", r"2:1: the character \ufeff is not allowed"),
    "a tab for indentation": ("owner:\n\tteam: a", "2:1: not valid YAML: found character that cannot start any token"),
    "a text that is not closed": ('version: "1', "1:12: not valid YAML: found unexpected end of stream"),
    "an unknown escape": ('version: "\\q"', "1:11: not valid YAML: found unknown escape character"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_its_place(name: str) -> None:
    data, expected = REFUSED[name]
    found = str(error(data))
    assert found.startswith(f"policy.yaml:{expected}"), found[:300]
    assert len(found) < 30_000
    assert all(line.isprintable() for line in found.split("\n")), "what the file says is shown inert"


@pytest.mark.parametrize("name", ["10 MB", "brackets to the limit", "300,000 nodes", "a value of 900 kB"])
def test_a_hostile_file_costs_little_memory(name: str) -> None:
    data = str(REFUSED[name][0]).encode()
    tracemalloc.start()
    try:
        with pytest.raises(PolicyError):
            load_policy(data, "policy.yaml")
        assert tracemalloc.get_traced_memory()[1] < 100 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_what_is_harmless_is_read() -> None:
    assert policy("signoff: {}").root.version == 1
    for data in (
        b"\xef\xbb\xbfversion: 1\r\nsignoff: {}\r\n",
        b"---\nversion: 1\nsignoff: {}\n...\n",
        b"%YAML 1.1\n---\nversion: 1\nsignoff:\t{}\n",
        "version: 1 # ünï © 🦊\nsignoff: {}".encode(),
        b'{"version": 1, "signoff": {}}',
    ):
        assert "signoff" in load_policy(data, "policy.yaml").sections


def test_lines_are_counted_as_editors_count_them() -> None:
    assert error("version: 1\r\n\r\nmood: off\r\n").issues[0].line == 3


def test_escaped_characters_in_keys_and_values_are_shown_visibly() -> None:
    assert fault('"mo\\u202ede": off') == r"2:1: mo\u202ede: unknown key (did you mean 'mode'?)"
    assert fault('"\\e[2J\\0": off').startswith(r"2:1: \x1b[2J\x00: unknown key")
    assert r"not 'MI\u200bT'" in fault('licenses: {allow: ["MI\\u200BT"]}')
    assert fault('check_names: {"sign\\noff": DCO}').startswith(r"2:15: check_names: there is no check 'sign\x0aoff'")
    assert fault('"a\\e": 1\n"a\\x1b": 2') == r"3:1: duplicate key 'a\x1b', first on line 2"


def test_an_entity_like_name_is_only_text() -> None:
    assert faults("owner: {team: '@ada; rm -rf /'}")[0].startswith("2:15: owner.team: expected a person or a team")


def _refusal(data: bytes) -> PolicyError | None:
    """Nothing but a `PolicyError` ever comes out."""
    try:
        load_policy(data, "policy.yaml")
    except PolicyError as refused:
        return refused
    return None


def _is_in_order(data: bytes) -> bool:
    """Whether the file loads, or is refused with places and words that a terminal can show."""
    refused = _refusal(data)
    return refused is None or (
        all(issue.line >= 1 and issue.column >= 1 and issue.message for issue in refused.issues)
        and all(line.isprintable() for line in str(refused).split("\n"))
    )


YAML_LIKE = st.text(alphabet=st.sampled_from("vesrion: 1\n-[]{},'\"#&*!|>%@`?\\\t ~<ux0\r\ufeff\u2028é"), max_size=60)


@quick
@given(st.one_of(st.binary(max_size=60), YAML_LIKE.map(lambda text: text.encode("utf-8"))))
@example(b"version: 1\nlicenses: {allow: ['\\']}")
@example(b"? \n")
@example(b"version: 1\nwaivers: [{}, [], 1, {rules: 1}]")
def test_any_bytes_load_or_are_a_policy_error(data: bytes) -> None:
    assert _is_in_order(data)


@quick
@given(mutations())
def test_a_changed_policy_loads_or_is_a_policy_error(text: str) -> None:
    assert _is_in_order(text.encode("utf-8"))
