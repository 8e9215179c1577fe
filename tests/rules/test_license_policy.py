"""What the section `licenses` can say: reasons, scopes, contexts, linkage, own code, inner source."""

import re
from pathlib import Path

import pytest

from app.policies import load_policy
from checks.model.change import ChangeKind, Place
from checks.model.dependency import Inventory, Origin, Scope
from checks.model.errors import PolicyError
from checks.model.facts import Facts, RepositoryFacts, Want
from checks.model.phrase import plain
from checks.model.snapshot import Listing, ManifestPair, Snapshot
from checks.rules.licenses import CHECK
from checks.rules.licenses.circumstances import held_for
from checks.rules.licenses.section import LicensesSection
from tests.rules.licensing import NOW, PURL, change, judge, place, rows, said, section

PAGE = (Path(__file__).parents[2] / "docs" / "licenses.md").read_text(encoding="utf-8")
INTERNAL = RepositoryFacts(visibility="internal")
PUBLIC = RepositoryFacts(visibility="public")


def verdicts(license_: str, *scopes: Scope, policy: str, purl: str = PURL, path: str = "package-lock.json") -> str:
    """`a` allowed, `-` not allowed, `?` unknown; one letter for each scope."""
    letters = {"license-not-allowed": "-", "license-unknown": "?"}
    found = [judge(place(license_, scope, purl=purl, path=path), policy=policy) for scope in scopes]
    return "".join(letters[item[0].rule] if item else "a" for item in found)


# -- deny ------------------------------------------------------------------------------------------------------------


def test_the_reason_of_a_denial_is_said() -> None:
    policy = "{deny: [network-copyleft, {license: JSON, reason: 'Nobody can promise it.'}]}"
    (found,) = judge(place("JSON"), policy=policy)
    assert plain(found.message) == "glyph-core 2.1.0 is JSON, and licenses.deny names it (Nobody can promise it)."
    assert ("rule", "license-not-allowed: licenses.deny names JSON (Nobody can promise it)", "") in list(rows(found))
    assert found.policy_key == ("licenses", "deny", "1")


def test_the_reason_of_a_category_and_of_a_family_is_said() -> None:
    policy = "{deny: [{license: network-copyleft, reason: We host}, {license: GPL-2.0-or-later, reason: We ship}]}"
    assert said(place("AGPL-3.0-only"), policy=policy) == [
        "license-not-allowed: glyph-core 2.1.0 is AGPL-3.0-only, and licenses.deny has network-copyleft, which it "
        "belongs to (We host)."
    ]
    assert said(place("MIT AND GPL-3.0-only"), policy=policy) == [
        "license-not-allowed: glyph-core 2.1.0 is MIT AND GPL-3.0-only: licenses.deny has GPL-2.0-or-later, which "
        "covers GPL-3.0-only (We ship)."
    ]


def test_a_hostile_reason_stays_on_its_line() -> None:
    policy = '{deny: [{license: JSON, reason: "a\\n::error::b\\u202E"}]}'
    (message,) = said(place("JSON"), policy=policy)
    assert message.endswith(r"names it (a\x0a::error::b\u202e).")


def test_what_two_lists_deny_is_denied_by_the_first() -> None:
    policy = "{deny: [JSON], contexts: {distributed: {deny_also: [{license: JSON, reason: b}]}}}"
    (found,) = judge(place("JSON"), policy=policy)
    assert found.policy_key == ("licenses", "deny", "0")
    assert plain(found.message).endswith("licenses.deny names it.")


# -- scopes ----------------------------------------------------------------------------------------------------------

ALL = (Scope.RUNTIME, Scope.PEER, Scope.UNKNOWN, Scope.OPTIONAL, Scope.DEVELOPMENT, Scope.BUILD, Scope.TEST)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{}", "-------"),
        ("{development: {allow_also: [GPL-3.0-only]}}", "----aaa"),
        ("{development: {allow_also: [GPL-3.0-only]}, build: {}}", "----a-a"),
        ("{development: {allow_also: [GPL-3.0-only]}, test: {allow_also: [MPL-2.0]}}", "----aa-"),
        ("{build: {allow_also: [GPL-3.0-only]}}", "-----a-"),
        ("{test: {allow_also: [GPL-3.0-only]}}", "------a"),
        ("{optional: {allow_also: [GPL-3.0-only]}}", "---a---"),
        ("{development: {allow_also: [GPL-3.0-only]}, deny: [GPL-3.0-only]}", "-------"),
    ],
)
def test_each_scope_has_its_list(policy: str, expected: str) -> None:
    assert verdicts("GPL-3.0-only", *ALL, policy=policy) == expected


def test_the_lists_that_were_looked_at_are_named() -> None:
    policy = "{development: {allow_also: [MPL-2.0]}, contexts: {distributed: {allow_also: [EPL-2.0]}}}"
    assert said(place("GPL-3.0-only", Scope.TEST), policy=policy) == [
        "license-not-allowed: glyph-core 2.1.0 is GPL-3.0-only, and licenses.allow, licenses.development.allow_also "
        "and licenses.contexts.distributed.allow_also have neither it nor strong-copyleft."
    ]


# -- contexts --------------------------------------------------------------------------------------------------------

CONTEXTS = (
    "{contexts: {hosted: {allow_also: [strong-copyleft], deny_also: [{license: network-copyleft, reason: We host}]}, "
    "internal: {allow_also: [strong-copyleft]}}, context: %s}"
)


@pytest.mark.parametrize(
    ("context", "gpl", "agpl"),
    [("distributed", "-", "-"), ("hosted", "a", "-"), ("internal", "a", "a"), ("open-core", "-", "-")],
)
def test_each_context_has_its_lists(context: str, gpl: str, agpl: str) -> None:
    assert verdicts("GPL-3.0-only", Scope.RUNTIME, policy=CONTEXTS % context) == gpl
    assert verdicts("AGPL-3.0-only", Scope.RUNTIME, policy=CONTEXTS % context) == agpl


def test_the_context_and_its_entry_are_named() -> None:
    (found,) = judge(place("AGPL-3.0-only"), policy=CONTEXTS % "hosted")
    assert plain(found.message) == (
        "glyph-core 2.1.0 is AGPL-3.0-only, and licenses.contexts.hosted.deny_also has network-copyleft, which it "
        "belongs to (We host)."
    )
    assert found.policy_key == ("licenses", "contexts", "hosted", "deny_also", "0")
    assert ("context", "hosted", "") in list(rows(found))


PROPERTY = "{contexts: {internal: {allow_also: [GPL-3.0-only]}}, context_property: distribution}"


@pytest.mark.parametrize("value", ["internal", "Internal", " INTERNAL "])
def test_a_property_of_the_repository_names_the_context(value: str) -> None:
    repository = RepositoryFacts(properties={"distribution": value})
    assert judge(place("GPL-3.0-only"), policy=PROPERTY, repository=repository) == []


@pytest.mark.parametrize("properties", [{}, {"distribution": "Intern"}, {"Distribution": "internal"}])
def test_without_its_property_the_policys_own_context_counts(properties: dict[str, str]) -> None:
    repository = RepositoryFacts(properties=properties)
    assert judge(place("GPL-3.0-only"), policy=PROPERTY, repository=repository)


def whole(policy: str, repository: RepositoryFacts, *, empty: bool = False) -> list[str]:
    """What is said about a change as a whole."""
    inventory = Inventory("package-lock.json", "npm-lock", () if empty else (place("MIT").dependency,))
    snapshot = Snapshot(Listing("b", "a"), (ManifestPair("package-lock.json", None, inventory),))
    assert CHECK.judge_pull is not None
    judged = CHECK.judge_pull(snapshot, Facts(repository=repository), section(policy), NOW)
    return [f"{found.rule}: {plain(found.message)}" for found in judged.observations]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (
            {},
            [
                "license-context-unknown: The property distribution of the repository is not known, so packages are "
                "judged in the context distributed: set it to distributed, hosted, internal, dual-licensed or "
                "open-core."
            ],
        ),
        (
            {"distribution": "saas"},
            [
                "license-context-unknown: The property distribution of the repository is saas, "
                "which is no context, so packages are judged in the context distributed: set it to distributed, "
                "hosted, internal, dual-licensed or open-core."
            ],
        ),
        ({"distribution": "open-core"}, []),
    ],
)
def test_a_context_that_cannot_be_told_is_a_finding(properties: dict[str, str], message: list[str]) -> None:
    assert whole(PROPERTY, RepositoryFacts(properties=properties)) == message


def test_nothing_is_said_of_the_context_where_nothing_is_judged_or_nobody_asks() -> None:
    assert whole(PROPERTY, RepositoryFacts(), empty=True) == []
    assert whole("{contexts: {internal: {allow_also: [GPL-3.0-only]}}}", RepositoryFacts()) == []


def test_circumstances_of_which_the_policy_makes_no_difference_share_their_verdicts() -> None:
    policy = section("{development: {}, own: [{path: 'a/*', context: hosted}], contexts: {open-core: {}}}")
    places = [
        place("MIT", scope, path=path) for scope in ALL for path in ("a/package-lock.json", "b/package-lock.json")
    ]
    judges = {held.judge for each in places for _, held in held_for(change(each), Facts(), policy)}
    assert len(judges) == 2, "development and everything else"
    (shared,) = (held.judge for _, held in held_for(change(place("MIT")), Facts(), policy))
    for _ in range(3):
        judge_with(policy, place("GPL-3.0-only"), place("GPL-3.0-only", path="a/package-lock.json"))
    assert list(shared.verdicts) == ["GPL-3.0-only"]


def judge_with(policy: LicensesSection, *places: Place) -> None:
    assert CHECK.judge_dependency is not None
    assert list(CHECK.judge_dependency(change(*places), Facts(), policy, NOW))


# -- own code by path ------------------------------------------------------------------------------------------------

OWN = (
    "{own: [{path: '*', context: hosted}, {path: 'sdk/*', context: distributed}, {path: 'sdk/tools/*', license: MIT}], "
    "contexts: {hosted: {allow_also: [GPL-3.0-only]}}}"
)


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("package-lock.json", "a"),
        ("web/package-lock.json", "a"),
        ("sdk/package-lock.json", "-"),
        ("sdk/js/package-lock.json", "-"),
        ("sdk/tools/package-lock.json", "-"),
        ("SDK/package-lock.json", "-"),
        ("my-sdk/package-lock.json", "a"),
    ],
)
def test_the_last_entry_that_gives_a_manifest_a_context_counts(path: str, verdict: str) -> None:
    assert verdicts("GPL-3.0-only", Scope.RUNTIME, policy=OWN, path=path) == verdict


def test_in_several_contexts_the_worst_verdict_counts() -> None:
    both = place("GPL-3.0-only", path="web/package-lock.json"), place("GPL-3.0-only", path="sdk/package-lock.json")
    for places in (both, both[::-1]):
        (found,) = judge(*places, policy=OWN)
        assert ("context", "distributed", "") in list(rows(found))


def test_each_context_is_judged_by_the_scope_that_it_has_there() -> None:
    policy = OWN.replace("own:", "development: {allow_also: [GPL-3.0-only]}, own:")
    hosted = place("GPL-3.0-only", Scope.RUNTIME, path="web/package-lock.json")
    tool = place("GPL-3.0-only", Scope.DEVELOPMENT, path="sdk/package-lock.json")
    assert judge(hosted, tool, policy=policy) == []


def test_within_one_context_the_scope_that_reaches_users_counts() -> None:
    policy = "{development: {allow_also: [GPL-3.0-only]}, own: [{path: '*', license: MIT}], levels: {%s: off}}"
    tool, shipped = place("GPL-3.0-only", Scope.TEST), place("GPL-3.0-only", path="b/package-lock.json")
    for places in ((tool, shipped), (shipped, tool)):
        assert judge(*places, policy=policy.replace("%s", "license-incompatible"))


# -- linkage ---------------------------------------------------------------------------------------------------------

LINKAGE = (
    "{allow: [LGPL-2.1-or-later], "
    "linkage: {static: {deny_also: [LGPL-2.1-or-later]}, separate: {allow_also: [GPL-2.0-only]}}}"
)


@pytest.mark.parametrize(
    ("purl", "lgpl", "gpl"),
    [
        ("pkg:golang/registry.example/a", "-", "-"),
        ("pkg:cargo/a", "-", "-"),
        ("pkg:npm/a", "a", "-"),
        ("pkg:pypi/a", "a", "-"),
        ("pkg:github/example/a", "a", "-"),
        ("pkg:docker/a", "a", "a"),
        ("pkg:helm/a", "a", "a"),
    ],
)
def test_linkage_counts_where_the_ecosystem_leaves_no_doubt(purl: str, lgpl: str, gpl: str) -> None:
    assert verdicts("LGPL-2.1-only", Scope.RUNTIME, policy=LINKAGE, purl=purl) == lgpl
    assert verdicts("GPL-2.0-only", Scope.RUNTIME, policy=LINKAGE, purl=purl) == gpl


def test_linkage_is_named_in_the_evidence() -> None:
    (found,) = judge(place("LGPL-2.1-only", purl="pkg:cargo/a"), policy=LINKAGE)
    assert ("linkage", "static", "") in list(rows(found))
    assert found.policy_key == ("licenses", "linkage", "static", "deny_also", "0")


# -- inner source ----------------------------------------------------------------------------------------------------

INNER = "{inner_source: [LicenseRef-Example-InnerSource-1.0]}"


@pytest.mark.parametrize(
    ("repository", "policy"),
    [
        (INTERNAL, INNER),
        (RepositoryFacts(visibility="private"), INNER),
        (PUBLIC, INNER.replace("{", "{context: internal, ", 1)),
    ],
)
def test_inner_source_is_allowed_inside(repository: RepositoryFacts, policy: str) -> None:
    assert judge(place("LicenseRef-Example-InnerSource-1.0"), policy=policy, repository=repository) == []


@pytest.mark.parametrize(("repository", "end"), [(PUBLIC, "is not."), (RepositoryFacts(), "is not known to be.")])
def test_inner_source_outside_is_a_finding_that_says_so(repository: RepositoryFacts, end: str) -> None:
    (found,) = judge(place("LicenseRef-Example-InnerSource-1.0"), policy=INNER, repository=repository)
    assert (found.rule, found.policy_key) == ("license-not-allowed", ("licenses", "inner_source", "0"))
    assert plain(found.message) == (
        "glyph-core 2.1.0 is LicenseRef-Example-InnerSource-1.0, and licenses.inner_source keeps it to internal "
        f"repositories, which this one {end}"
    )


def test_a_choice_may_leave_inner_source_aside() -> None:
    assert judge(place("MIT OR LicenseRef-Example-InnerSource-1.0"), policy=INNER, repository=PUBLIC) == []


def test_one_section_judges_repositories_of_all_kinds() -> None:
    """The service has one policy for all: what is remembered must not leak from one repository to the next."""
    policy = section(INNER)
    assert CHECK.judge_dependency is not None
    made = change(place("LicenseRef-Example-InnerSource-1.0"))
    spoken = [
        bool(list(CHECK.judge_dependency(made, Facts(repository=repository), policy, NOW)))
        for repository in (INTERNAL, PUBLIC, INTERNAL, PUBLIC)
    ]
    assert spoken == [False, True, False, True]


# -- exceptions ------------------------------------------------------------------------------------------------------


def test_exceptions_that_speak_of_one_package_add_up() -> None:
    policy = (
        "{exceptions: [{package: 'pkg:npm/glyph-*', allow: [MPL-2.0], reason: a}, "
        "{package: pkg:npm/glyph-core, allow: [EPL-2.0], reason: b}, "
        "{package: pkg:npm/other, allow: [GPL-3.0-only], reason: c}]}"
    )
    assert judge(place("MPL-2.0 AND EPL-2.0"), policy=policy) == []
    assert judge(place("MPL-2.0 AND GPL-3.0-only"), policy=policy)
    assert judge(place("EPL-2.0", purl="pkg:npm/glyph-mill"), policy=policy)


def test_an_exception_of_one_package_never_reaches_another() -> None:
    policy = section("{exceptions: [{package: pkg:npm/glyph-core, allow: [MPL-2.0], reason: a}]}")
    assert CHECK.judge_dependency is not None
    for purl, speaks in (("pkg:npm/a", True), (PURL, False), ("pkg:npm/b", True)):
        assert bool(list(CHECK.judge_dependency(change(place("MPL-2.0", purl=purl)), Facts(), policy, NOW))) is speaks


# -- what is asked ---------------------------------------------------------------------------------------------------


def wanted(license_: str | None, policy: str = "{}") -> Want:
    assert CHECK.wants is not None
    found = dict(CHECK.wants(change(place(license_)), section(policy)))
    return found.get((PURL, "2.1.0"), Want(0))


@pytest.mark.parametrize(
    ("license_", "policy", "want"),
    [
        ("MIT", "{}", Want(0)),
        (None, "{}", Want.LICENSE | Want.TEXTS),
        (None, "{detect: never}", Want.LICENSE),
        ("MIT", "{detect: always}", Want.TEXTS),
        ("SEE LICENSE IN x", "{}", Want.TEXTS),
        ("NOASSERTION", "{}", Want.TEXTS),
        ("BSD", "{}", Want.TEXTS),
        ("Foo-1.0", "{}", Want(0)),
        ("MIT*", "{}", Want.TEXTS),
        ("BSD", "{detect: never}", Want(0)),
        ("MIT", "{clarify: [{package: pkg:npm/glyph-core, license: MIT, evidence: L, sha256: SHA-A}]}", Want.TEXTS),
        ("MIT", "{clarify: [{package: pkg:npm/other, license: MIT, evidence: L, sha256: SHA-A}]}", Want(0)),
        (
            "MIT",
            "{detect: never, clarify: [{package: pkg:npm/glyph-core, versions: '<2', license: MIT, evidence: L, "
            "sha256: SHA-A}]}",
            Want(0),
        ),
    ],
)
def test_what_is_asked_about_a_package(license_: str | None, policy: str, want: Want) -> None:
    assert wanted(license_, policy) == want


def test_nobody_is_asked_about_folders_of_the_repository_and_for_the_texts_of_an_image() -> None:
    assert CHECK.wants is not None
    assert list(CHECK.wants(change(place(origin=Origin.PATH)), section())) == []
    assert [want for _, want in CHECK.wants(change(place(purl="pkg:docker/debian")), section())] == [Want.LICENSE]


@pytest.mark.parametrize(
    ("before", "policy", "asked"),
    [
        (None, "{}", True),
        ("MIT", "{}", False),
        (None, "{levels: {license-changed: off}}", False),
    ],
)
def test_an_update_asks_for_the_license_of_the_version_before(before: str | None, policy: str, asked: bool) -> None:
    earlier = place(before, version="2.0.0").dependency
    made = change(place("MIT"), kind=ChangeKind.UPDATED, before=(earlier,))
    assert CHECK.wants is not None
    assert (((PURL, "2.0.0"), Want.LICENSE) in list(CHECK.wants(made, section(policy)))) is asked


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_examples_of_the_page_load(example: str) -> None:
    assert "licenses" in load_policy(b"version: 1\n" + example.encode(), "policy.yaml").sections


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{deny: [JSN]}", "perhaps 'JSON'"),
        ("{deny: [{reason: x}]}", "'license' is missing"),
        ("{context: saas}", "expected 'distributed', 'hosted', 'internal', 'dual-licensed' or 'open-core', not 'saas'"),
        ("{contexts: {saas: {}}}", "expected 'distributed'"),
        ("{contexts: {hosted: {allow: [MIT]}}}", "unknown key"),
        ("{linkage: {dynamic: {}}}", "expected 'static' or 'separate', not 'dynamic'"),
        ("{own: [{path: 'a/*'}]}", "it says nothing about the path"),
        ("{own: [{path: 'a/*', license: permissive}]}", "'permissive' is not a license"),
        ("{own: [{path: 'a/*', license: MIT/ISC}]}", "perhaps 'MIT OR ISC'"),
        ("{own: [{path: 'a/*', license: NONE}]}", "'NONE' is not a license"),
        ("{own: [{path: 'a/*', license: Foo-1.0}]}", "expected a license id"),
        ("{clarify: [{package: pkg:npm/a, license: MIT, evidence: L}]}", "'sha256' is missing"),
        ("{clarify: [{package: pkg:npm/a, license: MIT, evidence: L, sha256: abc}]}", "64 hexadecimal digits"),
        ("{clarify: [{package: pkg:npm/a, license: BSD, evidence: L, sha256: SHA-A}]}", "is shared by"),
        ("{clarify: [{package: 'pkg:npm/*', license: MIT, evidence: L, sha256: SHA-A}]}", "must name a package"),
        (
            "{clarify: [{package: pkg:npm/a, license: MIT, evidence: L, sha256: SHA-A, versions: '<<'}]}",
            "version range",
        ),
        ("{detect: sometimes}", "expected 'missing', 'always' or 'never'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_hint(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        section(text)
    assert message in "; ".join(f"{issue.message} {issue.hint}" for issue in caught.value.issues)
