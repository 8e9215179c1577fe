"""An update that declares another license than the version before."""

from datetime import UTC, datetime

import pytest

from checks.model.change import ChangeKind
from checks.model.dependency import Origin
from checks.model.finding import Observation
from checks.model.packages import Known, VersionFacts
from checks.model.phrase import plain
from tests.rules.licensing import judge, place, rows


def update(
    before: str | None,
    now: str | None,
    *,
    policy: str = "{}",
    facts: str | None = None,
    earlier: str | None = None,
    kind: ChangeKind = ChangeKind.UPDATED,
) -> list[Observation]:
    """What is said of the change; `facts` and `earlier` are what a source knows of the new and the old version."""

    def known(raw: str | None) -> VersionFacts | None:
        return VersionFacts(Known(raw, "registry.example", datetime(2026, 11, 19, tzinfo=UTC))) if raw else None

    old = place(before, version="2.0.0").dependency
    found = judge(place(now), kind=kind, before=(old,), policy=policy, facts=known(facts), earlier=known(earlier))
    return [item for item in found if item.rule == "license-changed"]


def test_both_are_shown_and_what_the_policy_makes_of_the_new_one() -> None:
    (found,) = update("MIT", "BUSL-1.1")
    assert plain(found.message) == (
        "glyph-core 2.1.0 declares BUSL-1.1, and 2.0.0 declared MIT; the new license is not allowed."
    )
    assert plain(found.headline) == "glyph-core 2.1.0: MIT becomes BUSL-1.1"
    assert list(rows(found)) == [
        ("declared before", "MIT", "2.0.0, lock file"),
        ("declared", "BUSL-1.1", "lock file"),
        ("verdict", "not allowed", ""),
        ("scope", "runtime", ""),
    ]


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("Apache-2.0", "the new license is allowed."),
        ("Apache-2.0 OR GPL-3.0-only", "the new license is allowed by choosing Apache-2.0."),
        ("GPL-3.0-only", "the new license is not allowed."),
        ("Vendor-1.0", "nobody can tell whether the new license is allowed."),
    ],
)
def test_whether_the_new_one_would_be_allowed(now: str, end: str) -> None:
    (found,) = update("MIT", now)
    assert plain(found.message).endswith(f"declared MIT; {end}")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("MIT", "MIT"),
        ("MIT", " mit"),
        ("MIT", "MIT License"),
        ("MIT OR Apache-2.0", "Apache-2.0/MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("(MIT OR ISC) AND Zlib", "Zlib AND (ISC OR MIT)"),
        ("BSD", "BSD-3-Clause"),
        ("MIT", "NOASSERTION"),
        ("SEE LICENSE IN LICENSE", "MIT"),
        ("MIT", "MIT*"),
        ("MIT", None),
        (None, "MIT"),
        (None, None),
        ("MIT", "  "),
    ],
)
def test_what_is_equal_or_cannot_be_told_is_silent(before: str | None, now: str | None) -> None:
    assert update(before, now) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("MIT", "UNLICENSED"),
        ("MIT", "NONE"),
        ("BSD", "MIT"),
        ("MIT", "MIT AND ISC"),
        ("GPL-2.0-only", "GPL-2.0-or-later"),
        ("MIT", "LicenseRef-Vendor"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only"),
    ],
)
def test_what_is_certainly_different_speaks(before: str, now: str) -> None:
    assert len(update(before, now)) == 1


def test_what_a_source_knows_is_compared_too() -> None:
    (found,) = update(None, None, facts="GPL-3.0-only", earlier="MIT")
    assert ("declared before", "MIT", "2.0.0, registry.example, 2026-11-19") in list(rows(found))
    assert update("MIT", "MIT", facts="GPL-3.0-only", earlier="MIT") == [], "lock file with lock file"


@pytest.mark.parametrize("kind", [kind for kind in ChangeKind if kind is not ChangeKind.UPDATED])
def test_only_updates_change_a_license(kind: ChangeKind) -> None:
    assert update("MIT", "GPL-3.0-only", kind=kind) == []


def test_of_several_versions_before_one_with_the_same_license_is_enough() -> None:
    old = tuple(place(raw, version=v).dependency for raw, v in (("ISC", "1.0.0"), ("MIT", "2.0.0"), (None, "1.5.0")))
    for now, versions in (("MIT", []), ("Zlib", ["1.0.0", "2.0.0"])):
        found = [f for f in judge(place(now), kind=ChangeKind.UPDATED, before=old) if f.rule == "license-changed"]
        assert [
            source.split(",")[0] for f in found for what, _, source in rows(f) if what == "declared before"
        ] == versions


def test_a_folder_of_the_repository_has_no_license_before() -> None:
    old = place("ISC", version="2.0.0", origin=Origin.PATH).dependency
    assert judge(place("MIT"), kind=ChangeKind.UPDATED, before=(old,)) == []
    no_version = place("ISC", version=None).dependency
    (found,) = judge(place("MIT"), kind=ChangeKind.UPDATED, before=(no_version,))
    assert "and the version before declared ISC" in plain(found.message)
