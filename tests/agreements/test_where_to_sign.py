"""The comment on a pull request: the link to the page, and one thing for all who have to sign the same."""

from typing import Any

import pytest

from app.answers import file_of
from app.policies import load_policy
from checks.engine.evaluate import evaluate
from checks.engine.plan import Plan
from checks.model.commit import Person
from checks.model.facts import Facts, RepositoryFacts
from checks.model.report import Conclusion, Report
from checks.model.signatures import Signatures
from checks.model.snapshot import Listing, Snapshot
from checks.render.comment import comment
from checks.render.outcomes import check_conclusion
from checks.render.presentation import Presentation
from tests.agreements.examples import BOB, NOW, commit

POLICY = 'version: 1\nagreements:\n  documents: [{name: "A & B/](x)", version: 2, text: cla.md}]\n'


def report(*people: Person) -> Report:
    commits = tuple(commit(person, number=number) for number, person in enumerate(people, 1))
    listing = Listing("b" * 40, "c" * 40, (), commits)
    facts = Facts(accounts_known=True, signatures=Signatures(), repository=RepositoryFacts("e/w", "public"))
    return evaluate(Plan(Snapshot(listing)), facts, load_policy(POLICY.encode(), "policy.yaml"), NOW)


def test_all_who_have_to_sign_are_one_thing_with_one_link() -> None:
    found = report(Person("Ada", "ada@example.org", "ada", 1), BOB)
    body = comment(found, Presentation(sign_url="https://gate.example/agreements/"), None)
    assert body is not None
    assert "One thing to fix before this can merge" in body
    assert "The same goes for `bob`" in body
    assert "[Read and sign](https://gate.example/agreements/documents/A%20%26%20B%2F%5D%28x%29)." in body
    assert "Read and sign" not in str(comment(found, Presentation(), None))


def test_signatures_alone_are_no_failure_of_the_change() -> None:
    found = report(BOB)
    assert (found.conclusion, check_conclusion(found, "agreements")) == (Conclusion.ACTION_REQUIRED, "action_required")
    mixed = report(BOB, Person("Eve", "eve@laptop"))
    assert (mixed.conclusion, check_conclusion(mixed, "agreements")) == (Conclusion.BLOCKED, "failure")


def test_the_id_of_a_finding_stays_over_pushes() -> None:
    (before,), (after,) = report(BOB).findings, report(BOB, BOB, BOB).findings
    assert before.id == after.id
    assert len({finding.id for finding in report(BOB, Person("Ada", "a@b.example", "ada", 1)).findings}) == 2


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ({"status": "modified", "changes": 7, "patch": "@@"}, 7),
        ({"status": "added", "changes": 0}, None),  # an image, or an empty file
        ({"status": "renamed", "changes": 0, "previous_filename": "b"}, None),
        ({"status": "modified"}, None),
        ({"status": "modified", "changes": 2, "patch": f"@@ -1 +1 @@\n-Subproject commit {'a' * 40}\n"}, None),
    ],
)
def test_the_lines_that_github_counts(row: dict[str, Any], lines: int | None) -> None:
    assert file_of({"filename": "a", **row}).changed_lines == lines
