"""What becomes of pull requests of which only the report is stored, and the paragraph that can be sent on."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from checks.engine.impact import Impact
from checks.engine.preview import Comparison
from checks.engine.preview_document import About, Basis, to_json, with_pulls
from checks.engine.preview_pulls import PullTurn, by_document
from checks.engine.stands import Stand
from checks.model.facts import RepositoryFacts
from checks.render.preview import markdown, text
from tests.preview.examples import NOW, policy

WARNS = "licenses: {levels: {license-unknown: warn, license-missing: 'off'}}"


def turn(old: str, new: str, *rules: str, digest: str | None = None, counts: bool = True) -> tuple[Any, ...]:
    """Before, after and the rules, for a report with findings of these rules that was made by the old policy."""
    comparison = Comparison(policy(old), policy(new), NOW)
    pair = comparison.pair(RepositoryFacts("example/web", "private"))
    document = {
        "policy": {"digest": digest or comparison.old.reference.digest},
        "findings": [{"check": "licenses", "rule": rule, "counts": counts} for rule in rules],
    }
    found = by_document(1, 7, "ada", document, pair)
    return found.before, found.after, found.rules


def test_where_levels_alone_differ_the_report_suffices() -> None:
    blocks = WARNS.replace("warn", "block")
    assert turn(WARNS, blocks, "license-unknown") == (Stand.WARNS, Stand.BLOCKS, ("license-unknown",))
    assert turn(blocks, WARNS, "license-unknown") == (Stand.BLOCKS, Stand.WARNS, ("license-unknown",))
    assert turn(WARNS, blocks) == (Stand.PASSES, Stand.PASSES, ())
    assert turn(WARNS, blocks, "license-unknown", counts=False) == (Stand.PASSES, Stand.PASSES, ())


def test_the_mode_decides_what_a_finding_does() -> None:
    assert turn("mode: evaluate\nlicenses: {}", "licenses: {}", "license-not-allowed")[:2] == (
        Stand.WOULD_BLOCK, Stand.BLOCKS)  # fmt: skip


@pytest.mark.parametrize(
    ("new", "digest"),
    [
        ("licenses: {allow: [MIT], levels: {license-unknown: warn, license-missing: 'off'}}", None),
        (WARNS.replace("'off'", "note"), None),  # what was silent may speak now
        (WARNS + "\nwaivers: [{id: W, rules: [license-unknown], package: pkg:npm/a, approved_by: '@ada', "
         "expires: 2027-01-01, reason: x}]", None),
        ("signoff: {}", None),
        (WARNS.replace("warn", "block"), "another policy made the report"),
    ],
)  # fmt: skip
def test_where_more_differs_nobody_can_tell(new: str, digest: str | None) -> None:
    assert turn(WARNS, new, "license-unknown", digest=digest)[:2] == (None, None)


PULL = PullTurn(1, 7, "ada", Stand.PASSES, Stand.BLOCKS, ("license-unknown",), could_not_tell=True)


def test_the_report_of_a_pilot_is_a_paragraph() -> None:
    freed = PullTurn(1, 8, "bob", Stand.BLOCKS, Stand.WARNS)
    unknown = PullTurn(2, 9, None, None, None)
    since = datetime(2026, 10, 21, tzinfo=UTC)
    document = with_pulls({}, [PULL, freed, unknown], {1: About("example/web", "private")}, since)
    assert document["pulls"]["summary"] == (
        "Of 2 pull requests judged since 21 Oct 2026, the new policy would stop 1: 1 of them newly, by 1 author. "
        "1 would be set free. 1 would be stopped for lack of data alone. "
        "Of 1 more it cannot be told from what is stored."
    )
    assert document["pulls"]["rules"] == [{"rule": "license-unknown", "pulls": 1}]
    assert [found["number"] for found in document["pulls"]["turns"]] == [7, 8]


def test_sums_by_owner_say_how_much_is_for_lack_of_data() -> None:
    stopped = replace(PULL, owners=("@example/web", "@example/ospo"))
    sure = replace(PULL, number=8, owners=("@example/web",), could_not_tell=False)
    freed = PullTurn(1, 9, "bob", Stand.BLOCKS, Stand.PASSES)
    pulls = with_pulls({}, [stopped, sure, freed], {}, NOW)["pulls"]
    assert [tuple(row.values()) for row in pulls["owners"]] == [
        ("@example/web", 2, 0, 1),
        ("@example/ospo", 1, 0, 1),
        (None, 0, 1, 0),
    ]


def test_a_report_tells_that_a_rule_could_not_tell_and_in_which_file() -> None:
    comparison = Comparison(policy(WARNS), policy(WARNS.replace("warn", "block")), NOW)
    pair = comparison.pair(RepositoryFacts("example/web", "private"))
    finding = {"check": "licenses", "rule": "license-unknown", "counts": True, "path": "web/package-lock.json"}
    document = {"policy": {"digest": comparison.old.reference.digest}, "findings": [finding]}
    found = by_document(1, 7, "ada", document, pair)
    assert (found.could_not_tell, found.paths) == (True, ("web/package-lock.json",))


def test_from_evaluate_to_enforce_nothing_is_newly_stopped_for_who_was_told() -> None:
    told = replace(PULL, before=Stand.WOULD_BLOCK)
    document = with_pulls({}, [told], {}, None)
    assert document["pulls"]["newly_blocked"] == 0
    assert document["pulls"]["stopped"] == 1
    assert document["pulls"]["summary"] == (
        "Of 1 pull request open now, the new policy would stop 1, none of them newly."
    )


def test_a_preview_that_stops_nothing_says_so_and_names_owners() -> None:
    freed = PullTurn(1, 9, "bob", Stand.BLOCKS, Stand.PASSES, owners=("@example/web",))
    nobodys = replace(freed, number=10, owners=())
    reference = policy(WARNS).reference
    nothing = to_json(reference, reference, NOW, Impact(), {}, Basis(1, 0, 0, 0), ())
    document = with_pulls(nothing, [freed, nobodys], {1: About("example/web", "private")}, None)
    assert document["pulls"]["summary"] == (
        "Of 2 pull requests open now, the new policy would stop none. 2 would be set free."
    )
    for said in (text(document), markdown(document).replace("`", "")):
        assert "Owner @example/web: 0 newly stopped, 1 set free" in said
        assert "No owner named: 0 newly stopped, 1 set free" in said
