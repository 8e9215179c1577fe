"""The check `sbom` through the gate: committed SBOMs beside lock files, and what the policy wants of them."""

import json

import pytest

from checks.model.dependency import Dependency
from checks.model.errors import PolicyError
from checks.model.facts import Facts, Want
from checks.model.finding import Finding, Level
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from checks.rules import CHECKS
from checks.sboms.terms import SbomSection
from tests.cli.checkout import lock
from tests.engine.trees import Tree, TreeSource, findings
from tests.engine.trees import judge as judged
from tests.sboms.bills import FULL, METADATA, bom, component
from tests.sboms.test_describe import TAGS

SBOM = "sbom.cdx.json"
#: Only the comparison: nothing about elements.
MATCH = "version: 1\nsbom: {minimum_elements: []}\n"


def judge(base: Tree | None, head: Tree, policy: str = MATCH) -> list[Finding]:
    return [finding for finding in findings(base, head, policy) if finding.check == "sbom"]


def said(found: list[Finding]) -> list[str]:
    return [f"{finding.rule}: {plain(finding.message)}" for finding in found]


def tree(sbom: str | None, **packages: str) -> dict[str, str]:
    return {"package-lock.json": lock(**packages)} | ({SBOM: sbom} if sbom is not None else {})


def with_versions(**versions: str) -> str:
    """A package-lock.json: name=version, and a hash behind a blank."""
    entries: dict[str, object] = {"": {"name": "web", "dependencies": dict.fromkeys(versions, "*")}}
    for name, text in versions.items():
        version, _, integrity = text.partition(" ")
        entries[f"node_modules/{name}"] = {"version": version} | ({"integrity": integrity} if integrity else {})
    return json.dumps({"name": "web", "lockfileVersion": 3, "packages": entries}, indent=1)


# -- comparison ------------------------------------------------------------------------------------------------------


def test_a_package_that_the_sbom_does_not_list() -> None:
    base, head = tree(bom("grid"), grid="MIT"), tree(bom("grid"), grid="MIT", chart="MIT")
    (finding,) = judge(base, head)
    assert said([finding]) == [
        "sbom-outdated: sbom.cdx.json does not match package-lock.json: 1 package is missing (chart 1.0.0)."
    ]
    assert (finding.level, finding.counts) == (Level.WARN, True)
    assert finding.location is not None
    assert '"node_modules/chart"' in head["package-lock.json"].splitlines()[finding.location.line - 1]
    assert finding.fix is not None
    assert finding.fix.commands == (
        "ospo-gate sbom --format cyclonedx-json --spec-version 1.6 --name=web --output=sbom.cdx.json",
    )


def test_an_sbom_that_is_written_anew_with_the_change() -> None:
    assert judge(tree(bom("grid"), grid="MIT"), tree(bom("grid", "chart"), grid="MIT", chart="MIT")) == []


def test_another_version_another_hash_and_one_too_many() -> None:
    hashes = [{"alg": "SHA-512", "content": "00" * 64}]
    listed = bom(component("a", version="1.0.0", purl="pkg:npm/a@1.0.0"), component("b", hashes=hashes), "gone")
    found = judge(
        None, {"package-lock.json": with_versions(a="1.1.0", b="1.0.0 sha512-" + "A" * 85 + "Q=="), SBOM: listed}
    )
    assert said(found) == [
        "sbom-outdated: sbom.cdx.json does not match package-lock.json: 1 has another version (a 1.0.0 instead of "
        "1.1.0), 1 has another hash (b 1.0.0) and 1 is in no lock file (gone 1.0.0)."
    ]
    evidence = {row.what: plain(row.actual) for row in found[0].evidence}
    assert evidence == {
        "other version": "a 1.0.0 → 1.1.0",
        "other hash": "b 1.0.0",
        "in no lock file": "gone 1.0.0",
        "made": "2026-11-01T00:00:00Z",
    }


def test_the_first_few_are_named_and_the_evidence_has_more() -> None:
    names = [f"p{number}" for number in range(30)]
    (finding,) = judge(None, tree(bom(), **dict.fromkeys(names, "MIT")))
    assert "30 packages are missing (p0 1.0.0, p1 1.0.0, p10 1.0.0 and 27 more)" in plain(finding.message)
    assert plain(finding.evidence[0].actual).endswith(" and 10 more")
    assert len(finding.related) == 19


def test_a_package_that_is_gone() -> None:
    base, head = tree(bom("grid", "chart"), grid="MIT", chart="MIT"), tree(bom("grid", "chart"), grid="MIT")
    (finding,) = judge(base, head)
    assert plain(finding.message).endswith("1 is in no lock file (chart 1.0.0).")
    assert finding.counts
    assert finding.location is not None
    assert finding.location.path == SBOM


def test_an_sbom_that_is_also_about_manifests_that_were_not_read() -> None:
    base = tree(bom("grid", "chart", "of-another-lock-file"), grid="MIT", chart="MIT")
    assert judge(base, tree(bom("grid", "chart", "of-another-lock-file"), grid="MIT")) != []
    (finding,) = judge(base, tree(bom("grid", "chart", "of-another-lock-file"), grid="MIT"))
    assert finding.rule == "sbom-not-renewed"


def test_what_was_wrong_before_does_not_count() -> None:
    base, head = tree(bom("grid"), grid="MIT", chart="MIT"), tree(bom("grid"), grid="MIT", chart="Apache-2.0")
    (finding,) = judge(base, head)
    assert (finding.rule, finding.counts) == ("sbom-outdated", False)


def test_a_lock_file_that_changes_alone_but_not_its_packages() -> None:
    base, head = tree(bom("grid"), grid="MIT"), tree(bom("grid"), grid="ISC")
    assert said(judge(base, head)) == [
        "sbom-not-renewed: package-lock.json changes and sbom.cdx.json does not, though it lists the same packages."
    ]


def test_an_edited_sbom_is_compared_with_the_lock_file_beside_it() -> None:
    base = tree(bom("grid"), grid="MIT")
    assert said(judge(base, base | {SBOM: bom("chart")})) == [
        "sbom-outdated: sbom.cdx.json does not match package-lock.json: 1 package is missing (grid 1.0.0) and 1 is in "
        "no lock file (chart 1.0.0)."
    ]


def test_tools_need_not_be_listed_and_may_be() -> None:
    entries = {
        "": {"devDependencies": {"lint": "*"}},
        "node_modules/lint": {"version": "1.0.0", "dev": True},
    }
    files = {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": entries})}
    assert judge(None, files | {SBOM: bom()}) == judge(None, files | {SBOM: bom("lint")}) == []
    everything = "version: 1\nsbom: {minimum_elements: [], scope: all}\n"
    assert [finding.rule for finding in judge(None, files | {SBOM: bom()}, everything)] == ["sbom-outdated"]


def test_members_of_a_workspace_are_not_too_much() -> None:
    hashes = [{"alg": "SHA-512", "content": "00" * 64}]
    lock_file = {"package-lock.json": with_versions(a="1.0.0 sha512-" + "A" * 86 + "==")}
    listed = component("a", hashes=hashes)
    assert judge(None, lock_file | {SBOM: bom(listed, "our-own")}) == []
    (finding,) = judge(None, lock_file | {SBOM: bom(listed, component("gone", hashes=hashes))})
    assert plain(finding.message).endswith("1 is in no lock file (gone 1.0.0).")


def test_extras_that_are_not_installed_need_not_be_listed() -> None:
    entries = {"": {"optionalDependencies": {"fast": "*"}}, "node_modules/fast": {"version": "1.0.0", "optional": True}}
    files = {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": entries})}
    assert judge(None, files | {SBOM: bom()}) == judge(None, files | {SBOM: bom("fast")}) == []


def test_requirements_may_leave_out_what_their_packages_bring() -> None:
    brought = {"type": "library", "bom-ref": "c", "name": "colorama", "version": "1.0", "purl": "pkg:pypi/colorama@1.0"}
    listed = bom({**brought, "bom-ref": "k", "name": "click", "version": "8.0", "purl": "pkg:pypi/click@8.0"}, brought)
    assert judge(None, {"requirements.txt": "click==8.0\n", SBOM: listed}) == []


def test_nothing_is_too_much_where_a_lock_file_could_not_be_read() -> None:
    files = {"package-lock.json": lock(grid="MIT"), "web/package-lock.json": "{", SBOM: bom("grid", "chart")}
    assert [finding.rule for finding in judge(None, files)] == ["sbom-components-unknown"]


def test_the_fix_leaves_out_what_the_sbom_leaves_out() -> None:
    entries = {
        "": {"dependencies": {"grid": "*"}, "devDependencies": {"lint": "*"}},
        "node_modules/grid": {"version": "1.0.0"},
        "node_modules/lint": {"version": "1.0.0", "dev": True},
    }
    (finding,) = judge(
        None, {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": entries}), SBOM: bom()}
    )
    assert finding.fix is not None
    assert "--scope shipped" in finding.fix.commands[0]


def test_components_without_package_url_are_known_by_name_and_version() -> None:
    assert judge(None, tree(bom(component("grid", purl=None)), grid="MIT")) == []


def test_actions_and_images_are_no_packages_of_an_sbom() -> None:
    workflow = "jobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4\n"
    files = {".github/workflows/ci.yml": workflow, "Dockerfile": "FROM python:3.11\n"}
    assert judge(None, files | tree(bom("grid"), grid="MIT")) == []


# -- which manifests -------------------------------------------------------------------------------------------------


def test_the_nearest_sbom_is_about_a_lock_file() -> None:
    files = {
        "web/package-lock.json": lock(grid="MIT"),
        "web/sbom.cdx.json": bom("grid"),
        "api/package-lock.json": lock(chart="MIT"),
        SBOM: bom("chart"),
    }
    assert judge(None, files) == []
    assert said(judge(None, files | {SBOM: bom("chart", "grid")})) == []  # grid is used, if not by what it is about
    (finding,) = judge(None, files | {"web/sbom.cdx.json": bom()})
    assert finding.fix is not None
    assert "ospo-gate sbom ./web --format" in finding.fix.commands[0]
    assert "--output=web/sbom.cdx.json" in finding.fix.commands[0]


def test_two_sboms_beside_each_other_may_be_about_two_ecosystems() -> None:
    requirement = {"type": "library", "bom-ref": "r", "name": "click", "version": "8.0", "purl": "pkg:pypi/click@8.0"}
    files = {
        "package-lock.json": lock(grid="MIT"),
        "requirements.txt": "click==8.0\n",
        "npm.cdx.json": bom("grid"),
        "python.cdx.json": bom(requirement),
    }
    assert judge(None, files) == []


def test_the_policy_says_what_an_sbom_is_about() -> None:
    policy = (
        "version: 1\nsbom:\n  minimum_elements: []\n  covers:\n  - {sbom: dist/app.cdx.json, manifests: ['apps/*']}\n"
    )
    files = {"apps/web/package-lock.json": lock(grid="MIT"), "dist/app.cdx.json": bom()}
    assert [finding.rule for finding in judge(None, files)] == ["sbom-not-compared"]
    (finding,) = judge(None, files, policy)
    assert finding.rule == "sbom-outdated"
    assert finding.fix is not None
    assert finding.fix.commands[0].startswith("ospo-gate sbom ./apps --format")
    one = policy.replace("'apps/*'", "apps/web/package-lock.json")
    (finding,) = judge(None, files, one)
    assert finding.fix is not None
    assert finding.fix.commands[0].startswith("ospo-gate sbom ./apps/web/package-lock.json --format")


def test_it_can_be_named_where_a_change_does_not_touch_it() -> None:
    policy = (
        "version: 1\nsbom:\n  minimum_elements: []\n"
        "  covers:\n  - {sbom: dist/app.cdx.json, manifests: [package-lock.json]}\n"
    )
    base = {"package-lock.json": lock(grid="MIT"), "dist/app.cdx.json": bom("grid")}
    head = base | {"package-lock.json": lock(grid="MIT", chart="MIT")}
    assert [finding.rule for finding in judge(base, head, policy)] == ["sbom-outdated"]
    assert [finding.rule for finding in judge(base, base | {"dist/app.cdx.json": bom()}, policy)] == ["sbom-outdated"]


def test_an_sbom_about_nothing_that_was_read() -> None:
    assert said(judge(None, {"dist/app.cdx.json": bom("grid")})) == [
        "sbom-not-compared: dist/app.cdx.json has no lock file beside or below it that was read, so it was not "
        "compared with one."
    ]
    assert judge(None, {"dist/app.cdx.json": bom("grid")}, "version: 1\nsbom: {ignore: ['dist/*']}\n") == []


def test_an_ignored_sbom_is_not_looked_for() -> None:
    policy = "version: 1\nsbom: {minimum_elements: [], ignore: [sbom.cdx.json]}\n"
    assert judge(tree(bom("grid"), grid="MIT"), tree(bom("grid"), grid="MIT", chart="MIT"), policy) == []


def test_other_files_of_that_name_are_no_sboms() -> None:
    assert judge(None, {"package-lock.json": lock(grid="MIT"), "bom.json": '{"parts": []}'}) == []


# -- what the policy wants -------------------------------------------------------------------------------------------

REQUIRED = "version: 1\nsbom: {minimum_elements: [], committed_sbom: required}\n"


def test_required() -> None:
    (finding,) = judge(None, {"web/package-lock.json": lock(grid="MIT")}, REQUIRED)
    assert said([finding]) == [
        "sbom-missing: web/package-lock.json has 1 package that no committed SBOM lists: none is beside it or above it."
    ]
    assert finding.blocks
    assert finding.fix is not None
    assert finding.fix.commands == ("ospo-gate sbom ./web --format cyclonedx-json --output=web/sbom.cdx.json",)
    assert judge(None, tree(bom("grid"), grid="MIT"), REQUIRED) == []
    assert judge(None, {"package-lock.json": lock()}, REQUIRED) == []


def test_required_and_what_was_missing_before() -> None:
    base = {"package-lock.json": lock(grid="MIT")}
    (finding,) = judge(base, {"package-lock.json": lock(grid="ISC")}, REQUIRED)
    assert not finding.counts


def test_forbidden() -> None:
    policy = "version: 1\nsbom: {committed_sbom: forbidden}\n"
    base = {"package-lock.json": lock(grid="MIT")}
    (finding,) = [item for item in judge(base, base | {SBOM: bom("grid")}, policy) if item.counts]
    assert said([finding]) == [
        "sbom-committed: sbom.cdx.json is an SBOM in the repository, where the policy wants none."
    ]
    assert finding.fix is not None
    assert finding.fix.commands == ("git rm -- sbom.cdx.json",)
    edited = judge(base | {SBOM: bom()}, base | {SBOM: bom("grid")}, policy)
    assert [(item.rule, item.counts) for item in edited] == [("sbom-committed", False)]


def test_may_differ() -> None:
    policy = "version: 1\nsbom: {committed_sbom: may-differ, minimum_elements: []}\n"
    assert judge(None, tree(bom(), grid="MIT"), policy) == []


# -- quality ---------------------------------------------------------------------------------------------------------


def test_minimum_elements_by_name() -> None:
    policy = "version: 1\nsbom: {minimum_elements: [cisa, cra], complete: 99%}\n"
    listed = bom(component("grid", **FULL), component("chart", **FULL | {"licenses": None}), metadata=METADATA)
    (finding,) = judge(None, tree(listed, grid="MIT", chart="MIT"), policy)
    assert said([finding]) == [
        "sbom-incomplete: sbom.cdx.json lacks License for 1 of 2 components of the CISA minimum elements (draft of "
        "August 2025)."
    ]
    rows = {row.what: plain(row.actual) for row in finding.evidence}
    assert rows["License"] == "1 of 2, 99% wanted; without: chart 1.0.0"
    assert rows["score"] == "8.0 of 10, grade B"
    assert finding.location is not None
    assert finding.location.line > 0
    assert finding.fix is not None  # the lock file says the license


def test_what_an_sbom_written_anew_would_lack_too_has_no_command() -> None:
    listed = bom(component("grid", **FULL | {"supplier": None}), metadata=METADATA)
    (finding,) = judge(None, tree(listed, grid="MIT"), "version: 1\nsbom: {minimum_elements: ntia}\n")
    assert finding.rule == "sbom-incomplete"
    assert finding.fix is None


def test_an_sbom_that_no_manifest_is_read_for_has_no_command() -> None:
    """The command would make it of the SBOMs that lie in its folder."""
    two = {"dist/web.cdx.json": bom("grid", metadata={"timestamp": None}), "dist/api.cdx.json": bom("chart")}
    policy = "version: 1\nsbom: {minimum_elements: cisa, complete: 0%}\n"
    found = [finding for finding in judge(None, two, policy) if finding.rule == "sbom-incomplete"]
    assert [finding.fix for finding in found] == [None, None]


def test_spdx_2_has_no_place_for_the_context() -> None:
    policy = "version: 1\nsbom: {minimum_elements: cisa, complete: 0%, committed_sbom: may-differ}\n"
    tags = TAGS.replace("CreatorComment: <text>SBOM type: source</text>\n", "")
    (finding,) = judge(None, {"package-lock.json": lock(grid="MIT"), "sbom.spdx": tags}, policy)
    assert plain(finding.message).startswith("sbom.spdx lacks Generation Context of the CISA")
    assert finding.fix is None


def test_an_sbom_that_the_change_leaves_alone_is_not_graded() -> None:
    base = tree(bom("grid"), grid="MIT")
    policy = "version: 1\nsbom: {minimum_elements: bsi}\n"
    assert [finding.rule for finding in judge(base, base | {"a.txt": ""}, policy)] == []
    head = tree(bom("grid"), grid="ISC")
    assert [finding.rule for finding in judge(base, head, policy)] == ["sbom-not-renewed"]


def test_invalid() -> None:
    listed = bom(component("grid", type="nonsense"))
    (finding,) = judge(None, tree(listed, grid="MIT"))
    assert plain(finding.message).startswith(
        'sbom.cdx.json is not valid by the JSON schema of CycloneDX 1.6: components[0].type: "nonsense" is not one of'
    )
    assert finding.rule == "sbom-invalid"
    assert finding.location is not None
    assert '"nonsense"' in listed.splitlines()[finding.location.line - 1]


def test_the_least_score() -> None:
    policy = "version: 1\nsbom: {minimum_elements: [], minimum_score: 9.5}\n"
    (finding,) = judge(None, tree(bom("grid"), grid="MIT"), policy)
    assert finding.rule == "sbom-score-low"
    assert plain(finding.message).endswith("of 10, and the policy wants 9.5: its weakest part is integrity.")
    assert judge(None, tree(bom("grid"), grid="MIT"), policy.replace("9.5", "2")) == []


def test_what_an_sbom_made_here_would_lack() -> None:
    files = {"package-lock.json": lock(grid="MIT", chart="")}
    found = judge(None, files, "version: 1\nsbom: {minimum_elements: cisa}\n")
    assert said(found) == [
        "sbom-data-missing: An SBOM of package-lock.json would lack Component Hash for 2 of 2 components and License "
        "for 1 of 2 components."
    ]
    assert found[0].level is Level.NOTE


def test_facts_fill_what_the_lock_file_does_not_say() -> None:
    from checks.sboms.lacking import parts_of
    from tests.engine.examples import dep, inventory

    item: Dependency = dep("grid@1.0.0")
    known = Facts(versions={(item.purl, "1.0.0"): VersionFacts(license=Known("MIT", "registry"))})
    assert [part.licenses for part in parts_of(inventory(item), [item], known)] == [("MIT",)]
    assert [part.licenses for part in parts_of(inventory(item), [item], Facts())] == [()]


def test_licenses_are_asked_for_only_where_an_edition_needs_them() -> None:
    source = TreeSource(None, {"package-lock.json": lock(grid="MIT", chart="")})
    check = CHECKS.named("sbom")
    from app.cli.drive import drive
    from app.facts.lookup import FactChain
    from app.gate import Gate
    from app.policies import PolicyPlace, load_policy
    from tests.engine.trees import NOW

    def asked(policy: str) -> list[tuple[str, Want]]:
        place = PolicyPlace(given=load_policy(policy.encode(), "policy.yaml"))
        done = drive(Gate(place, FactChain(Facts(), ()), clock=lambda: NOW).judge(source))
        return [(key[0], want) for key, want in done.plan.questions(done.policy, frozenset({check.id})).items()]

    assert asked("version: 1\nsbom: {minimum_elements: cisa}\n") == [("pkg:npm/chart", Want.LICENSE)]
    assert asked("version: 1\nsbom: {minimum_elements: ntia}\n") == []
    entries = {"": {"devDependencies": {"lint": "*"}}, "node_modules/lint": {"version": "1.0.0", "dev": True}}
    source = TreeSource(None, {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": entries})})
    assert asked("version: 1\nsbom: {minimum_elements: cisa}\n") == []
    assert asked("version: 1\nsbom: {minimum_elements: cisa, scope: all}\n") == [("pkg:npm/lint", Want.LICENSE)]


# -- what nobody can tell --------------------------------------------------------------------------------------------


def test_unreadable() -> None:
    base = tree("{", grid="MIT")
    found = judge(base, tree("{", grid="MIT", chart="MIT"))
    assert said(found) == ["sbom-unreadable: sbom.cdx.json could not be read, so nobody can tell what it lists."]
    assert found[0].could_not_tell
    newer = judge(None, tree(bom("grid", specVersion="2.0"), grid="MIT"))
    assert [finding.rule for finding in newer] == ["sbom-unreadable"]


def test_not_validated() -> None:
    found = judge(None, tree(bom("grid", specVersion="1.99"), grid="MIT"))
    assert said(found) == [
        "sbom-not-validated: sbom.cdx.json was not validated: there is no JSON schema of this version of CycloneDX."
    ]
    assert found[0].could_not_tell


def test_components_unknown() -> None:
    found = judge(None, {"package-lock.json": "{"})
    assert said(found) == [
        "sbom-components-unknown: package-lock.json could not be read completely, so no SBOM of this commit can be "
        "complete."
    ]
    assert found[0].could_not_tell
    before = {"package-lock.json": "{", "a.txt": "1"}
    assert [item.counts for item in judge(before, {"package-lock.json": "{ ", "a.txt": "2"})] == [False]


# -- hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a`$(id)`.cdx.json", "-rf.cdx.json", "a b'.cdx.json", "​.cdx.json"])
def test_hostile_names_stay_words(name: str) -> None:
    import shlex

    (finding,) = judge(None, {"package-lock.json": lock(grid="MIT"), name: bom()})
    assert finding.fix is not None
    words = shlex.split(finding.fix.commands[0])
    assert words[-1] == f"--output={name}"
    assert words[:2] == ["ospo-gate", "sbom"]


def test_hostile_folders_and_subjects_stay_words() -> None:
    import shlex

    hostile = "$(id) `id` 'x"
    subject = {"type": "application", "name": hostile, "version": "1"}
    listed = bom(metadata={"component": subject, "authors": [{"name": "--output=/etc/passwd"}]})
    (finding,) = judge(None, {f"{hostile}/package-lock.json": lock(grid="MIT"), f"{hostile}/{SBOM}": listed})
    assert finding.fix is not None
    words = shlex.split(finding.fix.commands[0])
    assert f"./{hostile}" in words
    assert f"--name={hostile}" in words
    assert "--author=--output=/etc/passwd" in words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sbom: {minimum_elements: cisa-2030}", "did you mean 'cisa-2026'"),
        ("sbom: {complete: 95}", "expected a percentage such as '95%'"),
        ("sbom: {complete: 101%}", "expected a percentage such as '95%'"),
        ("sbom: {minimum_score: 11}", "expected a score from 0 to 10"),
        ("sbom: {committed_sbom: must_match}", "did you mean 'must-match'"),
        ("sbom: {files: ['a/sbom.json']}", "expected the name of a file"),
    ],
)
def test_faults_of_the_policy(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as raised:
        judge(None, {}, f"version: 1\n{text}\n")
    assert message in str(raised.value)


def test_one_edition_needs_no_brackets() -> None:
    assert SbomSection().complete.permille == 950
    report = judged(TreeSource(None, tree(bom("grid"), grid="MIT")), "version: 1\nsbom: {minimum_elements: cra}\n")
    assert not [finding for finding in report.findings if finding.check == "sbom" and finding.rule == "sbom-incomplete"]
