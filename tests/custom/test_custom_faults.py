"""What is wrong with a rule is said before anything is judged, at the very character of the policy file."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies import load_policy
from checks.custom.fields import FIELDS, On
from checks.custom.program import Program, compiled, known
from checks.model.errors import PolicyError
from checks.model.finding import Finding
from checks.policy.inside import place
from tests.custom.examples import judge
from tests.engine.examples import dep


def faults(text: str) -> list[tuple[int, int, str, str]]:
    with pytest.raises(PolicyError) as caught:
        load_policy(text.encode(), "policy.yaml")
    return [(issue.line, issue.column, issue.message, issue.hint) for issue in caught.value.issues]


def fault(rule: str) -> tuple[str, str]:
    """Of one rule that has one; it must point at the character `‸` of the text."""
    text = f"version: 1\ncustom_rules:\n{rule}"
    at = text.index("‸")
    ((line, column, message, hint),) = faults(text.replace("‸", ""))
    assert (line, column) == (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    return message, hint


@pytest.mark.parametrize(
    "when",
    [
        "    when: dependency.version == ‸dependency.nmae\n",
        "    when: 'dependency.version == ''a'' || ‸dependency.nmae == ''b'''\n",
        '    when: "dependency.version == \\"a\\" || ‸dependency.nmae == \\"b\\""\n',
        '    when: |\n      dependency.version == "é"\n\n        || ‸dependency.nmae == "b"\n',
        '    when: >-\n      dependency.version == "a" ||\n      ‸dependency.nmae == "b"\n',
        '    when: dependency.version == "a" ||\n      ‸dependency.nmae == "b"\n',
    ],
    ids=["plain", "single", "double", "literal", "folded", "plain over two lines"],
)
def test_a_fault_is_where_it_stands_however_the_condition_is_written(when: str) -> None:
    message, hint = fault(f"  - id: some-rule\n{when}    message: x\n")
    assert message == "there is no field 'dependency.nmae' in a rule on: dependency"
    assert hint == "did you mean 'dependency.name'?"


@pytest.mark.parametrize(
    ("when", "message", "hint"),
    [
        ("‸dependency.name", "the condition gives text, not true or false", 'for example: … == "value"'),
        ("‸commit.sha == 'a'", "there is no 'commit.sha' in a rule on: dependency", "write on: commit"),
        ("‸dependency.license == 'MIT'", "'dependency.license' is not a field by itself", "dependency.license.ids"),
        ("dependency.age_days ‸> 'a'", "'>' cannot be applied to a whole number and text", ""),
        ("dependency.name.‸lower() == 'a'", "there is no 'lower'", "functions: size, contains"),
        ("dependency.scope == ‸'dev'", "it is never 'dev'", "runtime, optional"),
        ("‸'copyleft' in dependency.license.categories", "it is never 'copyleft'", "did you mean"),
        ("dependency.scope in ['test', ‸'dev']", "it is never 'dev'", ""),
        ("dependency.advisories.exists(a, a.severity == ‸'medium')", "it is never 'medium'", "low, moderate"),
        ("dependency.advisories.exists(a, a‸.severty == 'low')", "has no 'severty'", "did you mean 'severity'?"),
        ("dependency.advisories[0]‸.scor > 1", "has no 'scor'", "did you mean 'score'?"),
        ("dependency.name.matches(‸'(a')", "not a regular expression", "RE2"),
        ("has(‸dependency.nmae)", "there is no field 'dependency.nmae'", "did you mean 'dependency.name'?"),
        ("‸open == 'a'", "there is no 'open'", "functions"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(when: str, message: str, hint: str) -> None:
    found = fault(f'  - {{id: some-rule, message: x, when: "{when}"}}\n')
    assert message in found[0]
    assert hint in found[1]


def test_something_is_missing_at_the_end() -> None:
    ((line, _, message, _),) = faults(
        "version: 1\ncustom_rules:\n  - {id: a-b, message: x, when: 'dependency.name =='}\n"
    )
    assert (line, message) == (3, "something is missing at the end")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{id: license-missing, when: 'true', message: x}", "ospo-gate has a rule 'license-missing'"),
        ("{id: some-unknown, when: 'true', message: x}", "expected an id without '-unknown'"),
        ("{id: Some_Rule, when: 'true', message: x}", "expected an id such as"),
        ("{id: some-rule, when: 'true', message: 'x ${dependency.nam}'}", "there is no field 'dependency.nam'"),
        ("{id: some-rule, when: 'true', message: 'x ${dependency.advisories}'}", "which a sentence cannot show"),
        ("{id: some-rule, when: 'true'}", "'message' is missing"),
        ("{id: some-rule, when: 'true', message: x, on: moon}", "expected 'dependency', 'commit' or 'pull'"),
        ("{id: some-rule, when: 'true', message: x, from: soon}", "expected a day"),
    ],
)
def test_a_rule_is_read_strictly(rule: str, message: str) -> None:
    assert any(message in found[2] for found in faults(f"version: 1\ncustom_rules: [{rule}]\n"))


def test_two_rules_with_one_id() -> None:
    rule = "{id: some-rule, when: 'true', message: x}"
    assert "2 rules have the id 'some-rule'" in faults(f"version: 1\ncustom_rules: [{rule}, {rule}]\n")[0][2]


def test_waivers_and_levels_know_the_rules_of_the_policy() -> None:
    rules = (
        "custom_rules: {rules: [{id: some-rule, when: 'true', message: x, waivable: false}], levels: {some-ruel: warn}}"
    )
    assert "did you mean 'some-rule'?" in faults(f"version: 1\n{rules}\n")[0][3]
    waiver = "{id: W, rules: [RULE], package: pkg:npm/a, reason: b, approved_by: '@c', expires: 2027-01-01}"
    text = f"version: 1\n{rules.replace('some-ruel', 'some-rule')}\nwaivers: [{waiver}]\n"
    assert "there is no rule 'other-rule'" in faults(text.replace("RULE", "other-rule"))[0][2]
    assert "'some-rule' cannot be waived" in faults(text.replace("RULE", "some-rule"))[0][2]


@pytest.mark.parametrize(("rules", "code"), [("[{id: a-b, when: 'true', message: x}]", 2), ("[]", 0)])
def test_without_the_library_a_policy_with_rules_is_an_error_and_any_other_is_not(
    rules: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_text(f"version: 1\ncustom_rules: {rules}\n")
    without = "import sys; sys.modules['cel_expr_python'] = None"
    script = f"{without}; from app.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "policy", "validate", str(tmp_path / "policy.yaml")]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert (done.returncode, "pip install 'ospo-gate[cel]'" in done.stderr) == (code, code == 2), done.stderr


#: Conditions that would take all time or all memory.
TEN = "[1,2,3,4,5,6,7,8,9,10]"
NESTED = "true"
for variable in "abcdefgh":
    NESTED = f"{TEN}.all({variable}, {NESTED})"
GROWING = "['a']" + "".join(f".map({v}, {v}+{v}+{v}+{v}+{v}+{v}+{v}+{v})" for v in "abcdefghijkl") + " == ['']"
DOUBLING = "[1]" + "".join(f".map({v}, [{v}, {v}])" for v in "abcdefghijklmnop") + " == []"


@pytest.mark.parametrize("bomb", [GROWING, DOUBLING, "(" * 900 + "true" + ")" * 900, "!" * 3_000 + "true", "x" * 2_001])
def test_a_condition_that_grows_without_end_is_refused(bomb: str) -> None:
    assert not isinstance(compiled(On.DEPENDENCY, bomb), Program)


def test_a_condition_that_takes_too_long_is_stopped_and_could_not_tell() -> None:
    (finding,) = judge(f"- {{id: a-bomb, when: '{NESTED}', message: x}}", dep("a@1.0.0")).findings
    assert isinstance(finding, Finding)
    assert finding.rule == "a-bomb-unknown"
    assert "budget" in "".join(finding.message)


_ATOMS = st.sampled_from(
    [*FIELDS[On.DEPENDENCY], "a", "1", "-1", "2.5", '"x"', "true", "null", "[]", "[1,2]", "{}", "a.score", "now"]
)
_OPERATORS = ("&&", "||", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "in")
_TEXTS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(_OPERATORS), inner).map(" ".join),
        inner.map(lambda text: f"!({text})"),
        inner.map(lambda text: f"has({text})"),
        inner.map(lambda text: f"size({text})"),
        st.tuples(inner, st.sampled_from(["all", "exists", "filter", "map", "exists_one"]), inner).map(
            lambda t: f"({t[0]}).{t[1]}(a, {t[2]})"
        ),
        st.tuples(inner, inner).map(lambda t: f"({t[0]})[{t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}).matches({t[1]})"),
    ),
    max_leaves=8,
)
_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "dependency.name": st.text(max_size=20),
        "dependency.age_days": st.integers(-(2**63), 2**63 - 1),
        "dependency.direct": st.booleans(),
        "dependency.paths": st.lists(st.text(max_size=5), max_size=3),
        "dependency.advisories": st.lists(st.fixed_dictionaries({}, optional={"score": st.floats(0, 10)}), max_size=3),
        "repository.properties": st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
    },
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(_TEXTS, st.text(max_size=60)), _VALUES)
def test_any_text_is_a_condition_or_a_fault_and_any_outcome_is_true_false_or_unknown(
    text: str, values: dict[str, object]
) -> None:
    program = compiled(On.DEPENDENCY, text)
    if isinstance(program, Program):
        assert isinstance(program.holds(known(values, program.reading)), bool | str)
        assert set(program.reading.fields) <= set(FIELDS[On.DEPENDENCY])
    else:
        assert program
        assert all(0 <= wrong.offset <= len(text) and wrong.message for wrong in program)


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(1, 3), st.integers(1, 10), st.integers(0, 50))
def test_a_place_inside_of_a_value_is_inside_of_the_text(text: str, line: int, column: int, solid: int) -> None:
    found = place(text, line, column, solid)
    if found is not None:
        assert not text.split("\n")[found[0] - 1][found[1] - 1].isspace()


def test_the_terminal_shows_the_line_and_a_caret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.cli.main import main

    rule = '  - id: some-rule\n    when: |\n      true &&\n        dependency.nmae == "b"\n    message: x\n'
    (tmp_path / "policy.yaml").write_text(f"version: 1\ncustom_rules:\n{rule}")
    assert main(["policy", "validate", str(tmp_path / "policy.yaml")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(f"{tmp_path}/policy.yaml:6:9: custom_rules.rules.0.when: there is no field")
    assert said[1:4] == ['    dependency.nmae == "b"', "    ^", "    did you mean 'dependency.name'?"]
