"""How a condition comes to what it says: each part with its values, and what could not be told."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.custom.judgment import about_package
from checks.custom.parts import DEEPEST, Joined, Part, taken_apart
from checks.custom.terms import CustomRulesSection
from checks.custom.tracing import Tracer, traced, traced_whole
from checks.engine.plan import Plan
from checks.model.commit import Commit, Person
from checks.model.dependency import Dependency, Scope
from checks.model.facts import Facts, RepositoryFacts
from checks.model.finding import Subject
from checks.model.phrase import plain
from checks.model.snapshot import Listing, Snapshot
from checks.model.trace import Mark, Step
from tests.custom.examples import NOW, policy
from tests.engine.examples import dep, inventory, pair

FIRMWARE = Facts(
    repository=RepositoryFacts("example/web", "private", properties={"tier": "web"}, properties_known=True)
)
_SIGNS = {Mark.YES: "+", Mark.NO: "-", Mark.UNKNOWN: "?", Mark.FACT: "."}


def section(rules: str) -> CustomRulesSection:
    found = policy(rules).sections["custom_rules"]
    assert isinstance(found, CustomRulesSection)
    return found


def steps(rules: str, dependency: Dependency, facts: Facts = FIRMWARE) -> tuple[Step, ...]:
    (change,) = Plan(Snapshot(Listing("b", "c"), (pair(inventory(), inventory(dependency)),))).changes
    return tuple(traced(change, facts, section(rules), NOW))


def lines(found: tuple[Step, ...], depth: int = 0) -> Iterator[str]:
    for step in found:
        yield "  " * depth + f"{_SIGNS[step.mark]} {plain(step.what)}: {plain(step.actual)}"
        yield from lines(step.steps, depth + 1)


def test_the_part_that_is_false_is_named_with_the_value_that_it_read() -> None:
    rule = """
    - id: no-gpl-in-firmware
      when: dependency.license.category == "strong-copyleft" && repository.properties.tier == "firmware"
      message: No.
    """
    assert list(lines(steps(rule, dep("a@1", license="GPL-3.0-only")))) == [
        "+ no-gpl-in-firmware: it is silent",
        '  . condition: dependency.license.category == "strong-copyleft" && repository.properties.tier == "firmware"',
        "  - all of: 1 of 2 does not hold",
        '    + dependency.license.category == "strong-copyleft": it holds; here dependency.license.category is '
        "strong-copyleft",
        '    - repository.properties.tier == "firmware": it does not hold; here the property tier is web',
    ]


def test_a_rule_that_speaks_and_one_that_could_not_tell() -> None:
    rules = """
    - {id: no-tools, when: '!(dependency.scope == "runtime" || change.kind == "moved")', message: No.}
    - {id: few-people, when: "dependency.direct ? dependency.maintainers < 2 : false", message: No.}
    - {id: quiet-rule, when: "true", message: No., level: off}
    - {id: a-commit, when: "commit.parents > 1", message: No., on: commit}
    """
    found = steps(rules, dep("a@1", scope=Scope.DEVELOPMENT, direct=True))
    assert [(plain(step.what), step.mark, step.speaks) for step in found] == [
        ("no-tools", Mark.NO, ("no-tools",)),
        ("few-people", Mark.UNKNOWN, ("few-people-unknown",)),
    ]
    assert list(lines(found[0].steps[1:])) == [
        "+ not: it holds, because the part does not",
        "  - one of: none holds",
        '    - dependency.scope == "runtime": it does not hold; here dependency.scope is development',
        '    - change.kind == "moved": it does not hold; here change.kind is added',
    ]
    assert list(lines(found[1].steps[1:])) == [
        "? if: it cannot be told: dependency.maintainers is not known",
        "  + dependency.direct: it holds; here dependency.direct is yes",
        "  ? dependency.maintainers < 2: it cannot be told: dependency.maintainers is not known",
        "  . false: not asked",
    ]


def test_a_rule_about_commits_is_told_for_the_commit_that_it_speaks_of() -> None:
    ada = Person("Ada", "ada@example.com")
    commits = tuple(Commit(sha * 40, ada, ada, subject) for sha, subject in (("a", "wip"), ("b", "Add a chart")))
    snapshot = Snapshot(Listing("b" * 40, "c" * 40, commits=commits))
    rules = section("- {id: no-wip, when: commit.subject.startsWith('wip'), message: No., on: commit}")
    (told,) = traced_whole(snapshot, FIRMWARE, rules, "no-wip", Subject(commit="a" * 40))
    assert list(lines(told.steps[1:])) == [
        "+ commit.subject.startsWith('wip'): it holds; here commit.subject is wip",
    ]
    assert not list(traced_whole(snapshot, FIRMWARE, rules, "no-wip", Subject(commit="c" * 40)))


def test_what_looks_like_an_operator_in_a_text_or_a_comment_is_none() -> None:
    text = "(a == 'x && y' || b == \"(\") // && c\n && has(d) ? e in [f || g] : {'h': i ? j : k}.h"
    assert taken_apart(text) == Part(
        "(a == 'x && y' || b == \"(\")  \n && has(d) ? e in [f || g] : {'h': i ? j : k}.h",
        Joined.IF,
        (
            Part(
                "(a == 'x && y' || b == \"(\")  \n && has(d)",
                Joined.ALL,
                (
                    Part("a == 'x && y' || b == \"(\"", Joined.ONE, (Part("a == 'x && y'"), Part('b == "("'))),
                    Part("has(d)"),
                ),
            ),
            Part("e in [f || g]"),
            Part("{'h': i ? j : k}.h"),
        ),
    )


def test_deep_and_wide_conditions_end_somewhere() -> None:
    deep = "dependency.direct && (" * 20 + "true" + ")" * 20
    whole, depth = taken_apart(deep), 0
    while whole.parts:
        whole, depth = whole.parts[-1], depth + 1
    assert depth == DEEPEST
    wide = "- {id: a-wide-rule, message: No., when: '" + " && ".join(["dependency.direct"] * 60) + "'}"
    (change,) = Plan(Snapshot(Listing("b", "c"), (pair(inventory(), inventory(dep("a@1"))),))).changes
    (asked,) = about_package(change, FIRMWARE, section(wide), NOW)
    assert len(Tracer().told(asked).steps[1].steps) == 60
    assert Tracer(most=59).told(asked).steps[1].steps == ()


_ATOMS = (
    "dependency.direct", 'dependency.scope == "test"', "dependency.maintainers < 2", "true", "has(dependency.latest)",
    "dependency.paths.exists(p, p == '(' || p == 'package-lock.json' && true)", "dependency.latest != '?:'",
)  # fmt: skip
_CONDITIONS = st.recursive(
    st.sampled_from(_ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " && ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " || ".join(parts) + ")"),
        inner.map(lambda part: f"!({part})"),
        st.tuples(inner, inner, inner).map(lambda parts: "({} ? {} : {})".format(*parts)),
    ),
    max_leaves=8,
)


@given(_CONDITIONS)
@settings(max_examples=150, deadline=None)
def test_the_parts_make_the_whole(condition: str) -> None:
    rule = f"- {{id: a-rule, message: No., when: {condition!r}}}" if "'" not in condition else (
        f'- id: a-rule\n  message: No.\n  when: >-\n    {condition}'
    )  # fmt: skip
    (told,) = steps(rule, dep("a@1", scope=Scope.TEST))
    spoken = {Mark.NO: True, Mark.YES: False, Mark.UNKNOWN: None}[told.mark]
    assert _combined(told.steps[1]) == spoken


def _combined(step: Step) -> bool | None:
    """What the parts of a step come to together, by Kleene's logic."""
    own = {Mark.YES: True, Mark.NO: False}.get(step.mark)
    if not step.steps:
        return own
    parts = [_combined(part) for part in step.steps]
    match plain(step.what):
        case "all of":
            found = False if False in parts else None if None in parts else True
        case "one of":
            found = True if True in parts else None if None in parts else False
        case "not":
            found = None if parts[0] is None else not parts[0]
        case _:
            found = None if parts[0] is None else parts[1] if parts[0] else parts[2]
    assert found == own
    return found
