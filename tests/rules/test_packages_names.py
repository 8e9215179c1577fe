"""Names of new packages that are nearly those of others: with evidence, and silent about honest neighbors."""

import pytest

from checks.model.errors import PolicyError
from checks.model.facts import Want
from checks.model.finding import Level
from checks.model.packages import Known, PackageFacts
from checks.model.phrase import Foreign, plain
from checks.packages.resemblance import MAX_NEW
from tests.rules.locked import NOW, found, judge, lock, rows, rules, said
from tests.rules.test_packages_sources import OURS

USED = ["lodash@4.17.21", "express@4.0.0", "cross-env@7.0.0", "@types/node@20.0.0"]
BASE = lock(*USED)


def used_by(count: int) -> dict[str, PackageFacts]:
    names = ("lodahs", "lodash-js", "recat")
    return {f"pkg:npm/{name}": PackageFacts(dependents=Known(count, "deps.dev", NOW)) for name in names}


def test_a_new_name_that_is_nearly_a_used_one_is_a_warning_with_the_evidence() -> None:
    (finding,) = found(BASE, lock(*USED, "lodahs@1.0.0"), packages=used_by(3))
    assert (finding.rule, finding.level) == ("name-resembles-popular", Level.WARN)
    assert plain(finding.message) == (
        "lodahs 1.0.0 is new here and nearly has the name of lodash, which is used here (two letters are swapped): "
        "make sure that it is meant."
    )
    assert rows(finding) == [
        ("new name", "lodahs, used by 3 packages", "deps.dev, 2026-11-20"),
        ("known name", "lodash", "package-lock.json line 14"),
        ("likeness", "two letters are swapped", ""),
    ]
    assert finding.location is not None
    assert (finding.location.path, finding.introduced) == ("package-lock.json", True)


@pytest.mark.parametrize("name", ["lodahs", "l0dash", "expres", "crossenv", "@tpyes/node"])
def test_what_somebody_asked_for_by_name(name: str) -> None:
    assert rules(BASE, lock(*USED, f"{name}@1.0.0")) == ["name-resembles-popular"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("lodahs", ["name-resembles-popular"]), ("l0dash", ["name-resembles-popular"]), ("expres", []), ("crossenv", [])],
)
def test_of_what_comes_with_others_only_the_certain_is_said(name: str, expected: list[str]) -> None:
    assert rules(BASE, lock(*USED, f">{name}@1.0.0")) == expected


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (lock(*USED, "lodahs@1.0.0"), lock(*USED, "lodahs@1.0.0", "ms@2.0.0")),
        (lock(*USED, "lodahs@1.0.0"), lock(*USED, "lodahs@1.0.1")),
        (BASE | {"old/package-lock.json": lock("lodahs@1.0.0")["package-lock.json"]}, lock(*USED, "lodahs@1.0.0")),
        (None, lock(*USED, "lodahs@1.0.0")),
        (lock("lodahs@1.0.0"), lock("lodash@4.17.21")),
        ({}, lock(*USED, "lodahs@1.0.0")),
        (BASE, lock(*USED, "types-node@1.0.0")),
        (BASE, lock(*USED, "lodash-js@1.0.0")),
        (BASE, lock(*USED, "lodahs@file:lodahs file:lodahs")),
        (
            BASE,
            BASE
            | {
                "Cargo.lock": 'version = 3\n[[package]]\nname = "lodahs"\nversion = "1.0.0"\nsource = "registry+https://r.example"\n'
            },
        ),
    ],
    ids=[
        *("it was there", "an update", "moved to another file", "no base", "a mistake that is undone", "all is new"),
        *("a scope as a prefix", "a word more", "an own folder", "another ecosystem"),
    ],
)
def test_what_is_no_deception(base: dict[str, str] | None, head: dict[str, str]) -> None:
    assert rules(base, head) == []


def test_a_well_known_package_deceives_nobody() -> None:
    assert rules(BASE, lock(*USED, "lodahs@1.0.0"), packages=used_by(999)) == ["name-resembles-popular"]
    assert rules(BASE, lock(*USED, "lodahs@1.0.0"), packages=used_by(1_000)) == []


def test_advice_settles_it() -> None:
    assert rules(BASE, lock(*USED, "lodahs@1.0.0"), "{advice: [{package: pkg:npm/lodahs, advice: adopt}]}") == []


POPULAR = "{popular: {npm: [react, '@angular/core'], pypi: [python-dateutil], maven: ['org.slf4j:slf4j-api']}}"


@pytest.mark.parametrize(
    ("name", "known", "how"),
    [
        ("recat", "react", "two letters are swapped"),
        ("@agnular/core", "@angular/core", "two letters are swapped"),
        ("angular-core", "@angular/core", "one has the other's scope as a part of its name"),
    ],
)
def test_names_that_the_policy_lists(name: str, known: str, how: str) -> None:
    for mark in ("", ">"):
        assert said(BASE, lock(*USED, f"{mark}{name}@1.0.0"), POPULAR) == [
            f"name-resembles-popular: {name} 1.0.0 is new here and nearly has the name of {known}, which "
            f"packages.popular lists ({how}): make sure that it is meant."
        ]


def test_names_of_other_ecosystems_are_listed_as_they_are_written() -> None:
    empty = {"requirements.txt": "", "pom.xml": "<project/>"}
    wanted = "<groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>1</version>"
    pom = f"<project><dependencies><dependency>{wanted}</dependency></dependencies></project>"
    head = {"requirements.txt": "dateutil-python==1.0\n", "pom.xml": pom.replace("org.slf4j", "org.sfl4j")}
    assert rules(empty, head, POPULAR) == ["name-resembles-popular"] * 2
    assert rules(empty, head | {"requirements.txt": "Python.Dateutil==1\n", "pom.xml": pom}, POPULAR) == []


def test_a_listed_name_is_not_nearly_itself() -> None:
    assert rules(BASE, lock(*USED, "react@19.0.0", "preact@10.0.0"), POPULAR) == []


def test_without_a_base_nothing_is_new() -> None:
    assert rules(None, lock(*USED, "recat@1.0.0"), POPULAR) == []


def test_a_word_more_counts_only_where_nobody_uses_it() -> None:
    policy, head = "{popular: {npm: [lodash]}}", lock("ms@2.0.0", "lodash-js@1.0.0")
    assert rules(lock("ms@2.0.0"), head, policy) == []
    assert rules(lock("ms@2.0.0"), head, policy, packages=used_by(10)) == []
    assert rules(lock("ms@2.0.0"), head, policy, packages=used_by(9)) == ["name-resembles-popular"]


def test_how_well_known_a_name_is_is_asked_only_where_it_matters() -> None:
    from app.policies import load_policy
    from checks.model.change import Change, ChangeKind, Place
    from checks.rules.packages import CHECK
    from tests.engine.examples import dep

    section = load_policy(f"version: 1\npackages: {POPULAR}\n".encode(), "policy.yaml").sections["packages"]

    def wanted(spec: str, kind: ChangeKind = ChangeKind.ADDED, beside: bool = False) -> list[Want]:
        one = dep(spec)
        change = Change(kind, one.purl, one.name, one.version, (Place(one, (one,)),), beside=beside)
        assert CHECK.wants is not None
        return [want for _, want in CHECK.wants(change, section)]

    assert wanted("recat@1.0.0") == [Want.HEALTH]
    assert wanted("recat@1.0.0", ChangeKind.UPDATED) == wanted("recat@1.0.0", beside=True) == []
    assert wanted("react@1.0.0") == wanted("lodash@1.0.0") == []


def test_names_nearly_like_your_own() -> None:
    own = [*USED, "@example/ui@1.0.0 https://npm.example.com/@example/ui/-/ui-1.0.0.tgz"]
    assert said(lock(*own), lock(*own, "@exampel/ui@1.0.0"), OURS) == [
        "internal-name-resembled: @exampel/ui 1.0.0 is new here and nearly has the name of @example/*, a name of your "
        "own (two letters are swapped): make sure that it is meant."
    ]
    assert said(lock(*own), lock(*own, "example-ui@1.0.0"), OURS) == [
        "internal-name-resembled: example-ui 1.0.0 is new here and nearly has the name of @example/ui, a name of your "
        "own (one has the other's scope as a part of its name): make sure that it is meant."
    ]
    assert rules(
        lock(*own),
        lock(*own, "golbex-ui@1.0.0", "acem-ui@1.0.0", "other@1.0.0"),
        OURS.replace("'acme-*'", "'acme-*', 'globex-*'"),
    ) == ["internal-name-resembled"]
    assert rules({"requirements.txt": "ms==1\n"}, {"requirements.txt": "ms==1\ncrop-x==1\n"}, OURS) == []


def test_your_own_name_comes_before_a_popular_one() -> None:
    policy = OURS.replace("{internal", "{popular: {npm: ['@example/ui']}, internal", 1)
    assert rules(BASE, lock(*USED, "@exampel/ui@1.0.0"), policy) == ["internal-name-resembled"]
    own = [*USED, "@example/ui@1.0.0 https://npm.example.com/@example/ui/-/ui-1.0.0.tgz"]
    assert rules(lock(*own), lock(*own, "example-ui@1.0.0"), policy) == ["internal-name-resembled"]


def test_a_change_that_brings_thousands_is_compared_as_far_as_people_asked() -> None:
    many = [f">name-{number}-{'abcdefghij'[number % 10]}@1.0.0" for number in range(MAX_NEW + 50)]
    head = lock(*USED, *many, "lodahs@1.0.0", ">l0dash@1.0.0")
    assert said(BASE, head)[0].startswith("name-resembles-popular: lodahs 1.0.0")


@pytest.mark.parametrize("name", ["l\u200bodash", "lоdash", "<b>lodash", "`lodash`", "lodash\x1b[0m", "l" * 300])
def test_hostile_names_stay_foreign(name: str) -> None:
    for finding in judge(BASE, lock(*USED, f"{name}@1.0.0")).findings:
        ours = "".join(part for part in (*finding.message, *finding.headline) if not isinstance(part, Foreign))
        assert name not in ours
        assert len("".join(finding.headline)) <= 80


@pytest.mark.parametrize("policy", ["{popular: {NPM: [a]}}", "{popular: {npm: a}}", "{popular: [a]}"])
def test_what_is_no_list_of_names(policy: str) -> None:
    with pytest.raises(PolicyError):
        found(BASE, BASE, policy)
