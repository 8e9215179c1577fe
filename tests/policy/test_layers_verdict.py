"""What layers do to a verdict: single packages, what comes, what is said of the layers; and hostile files of layers."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from app.policies import load_policies
from checks.model.errors import PolicyError
from checks.model.facts import RepositoryFacts
from checks.model.phrase import plain
from checks.policy.files import PolicyFiles, PolicyRef
from tests.policy.test_layers_own_file import report

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = RepositoryFacts("example/shop", "private", "main", properties_known=True, topics=())


def verdict(text: str, *packages: tuple[str, str, bool], repository: RepositoryFacts = SHOP, own: bytes | None = None):  # type: ignore[no-untyped-def]
    policies = load_policies(PolicyFiles(f"version: 1\n{text}".encode(), "policy.yaml"))
    return report(policies.policy_for(repository, "main", NOW, own), list(packages))


def test_packages_of_one_change_are_judged_by_different_sections() -> None:
    text = """\
licenses: {allow: [MIT]}
overrides:
  - {match: {scopes: development}, licenses: {allow_also: [GPL-3.0-only], levels: {license-unknown: note}}}
"""
    found = verdict(text, ("a", "GPL-3.0-only", False), ("b", "GPL-3.0-only", True), ("c", "odd words", True))
    assert [(finding.subject.name, finding.rule, finding.level) for finding in found.findings] == [
        ("a", "license-not-allowed", "block"),
        ("c", "license-unknown", "note"),
    ]


def test_a_section_is_off_for_some_packages() -> None:
    text = "licenses: {allow: [MIT]}\noverrides: [{match: {scopes: development}, licenses: off}]\n"
    found = verdict(text, ("a", "JSON", False), ("b", "JSON", True))
    assert [finding.subject.name for finding in found.findings] == ["a"]


def test_a_finding_says_when_it_blocks_and_is_judged_again_then() -> None:
    text = "licenses: {allow: [MIT], levels: {license-unknown: {level: block, from: 2027-03-01, until_then: warn}}}\n"
    found = verdict(text, ("a", "odd words", False))
    (finding,) = found.findings
    assert (found.conclusion, finding.level) == ("warnings", "warn")
    assert plain(finding.message).endswith(". It blocks from 2027-03-01 on.")
    assert found.judge_again_at == datetime(2027, 3, 1, tzinfo=UTC)


def test_layers_say_what_they_could_not_decide() -> None:
    text = """\
mode_property: gate
repository_file: {honor: true}
licenses: {allow: [MIT]}
overrides: [{match: {topics: web}, mode: evaluate}]
"""
    unknown = RepositoryFacts("example/shop", "private", "main", properties={"gate": "on"})
    found = verdict(text, ("a", "MIT", False), repository=unknown, own=b"mode: off\n")
    assert sorted(finding.rule for finding in found.findings) == [
        "mode-unknown",
        "override-undecided",
        "repository-file-ignored",
    ]
    assert (found.mode, found.conclusion) == ("enforce", "warnings")


def test_a_finding_names_the_file_that_decided() -> None:
    files = PolicyFiles(b"version: 1\nextends: base.yaml\n", "policy.yaml").having(
        {PolicyRef("base.yaml"): b"version: 1\nlicenses:\n  allow: [MIT]\n"}
    )
    (finding,) = report(load_policies(files).policy_for(SHOP, "main", NOW), [("a", "JSON", False)]).findings
    assert (finding.policy_file, finding.policy_line) == ("base.yaml", 3)


# -- hostile files ---------------------------------------------------------------------------------------------------

_LAYERED = """\
version: 1
extends: [base.yaml, template:starter]
locked: [packages.advice]
mode_property: gate
repository_file: {honor: true, path: .github/ospo-gate.yml}
edition: 2026
licenses: {allow_also: [MIT], levels: {license-unknown: {level: block, from: 2027-03-01, until_then: warn}}}
overrides:
  - {match: {properties: {tier: [1, 2]}, topics: web, branches: "release/*"}, licenses: off, mode: evaluate}
  - {match: {scopes: [test], paths: ["a/*"]}, licenses: {deny_also: [JSON]}, freshness: {minimum_age: 2 days}}
  - {match: {visibility: public}, from: 2027-01-01, signoff: {mode: strict}}
freshness: {}
"""
_BASE = "version: 1\nlicenses: {deny: [JSON]}\noverrides: [{match: {repositories: a}, mode: off}]\n"
_PIECES = st.sampled_from(
    [
        "",
        " ",
        "\n",
        ":",
        "[",
        "]",
        "{",
        "}",
        "off",
        "0",
        "*",
        "&a",
        "!x",
        "_also",
        "\x00",
        "é",
        "- ",
        "'",
        "match",
        "from",
    ]
)


@st.composite
def _mutated(draw: st.DrawFn, text: str) -> str:
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(_PIECES) + text[end:]
    return text


@settings(max_examples=300, deadline=None)
@given(
    _mutated(_LAYERED),
    _mutated(_BASE),
    _mutated("mode: enforce\nlicenses: {allow: [MIT], levels: {license-unknown: off}}\n"),
)
def test_layers_are_right_or_refused_with_a_place_inside_their_file(main: str, base: str, own: str) -> None:
    texts = {"policy.yaml": main, "base.yaml": base}
    files = PolicyFiles(main.encode("utf-8", "surrogatepass"), "policy.yaml").having(
        {PolicyRef("base.yaml"): base.encode()}
    )
    try:
        policies = load_policies(files)
        for repository in (SHOP, RepositoryFacts(), RepositoryFacts("example/a", "public", properties={"tier": "2"})):
            report(policies.policy_for(repository, None, NOW, own.encode()), [("a", "JSON", True)])
    except PolicyError as error:
        for issue in error.issues:
            lines = texts.get(issue.file or "policy.yaml", "").split("\n")
            assert issue.message
            assert 1 <= issue.line <= len(lines) + 1, issue
            assert issue.column >= 1
