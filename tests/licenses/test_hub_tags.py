"""License tags of the Hugging Face Hub."""

import pytest

from checks.licenses import hub_tags
from checks.licenses.hub_tags import expression_of
from checks.licenses.index import Category, categories, find
from checks.licenses.statement import Confidence, read


@pytest.mark.parametrize(
    ("tag", "expression"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("mit AND Gemma", "MIT AND LicenseRef-scancode-gemma-tou-2024-04-01"),
        ("gpl-3.0", "GPL-3.0-only"),
        ("llama3", "LicenseRef-huggingface-llama3"),
        ("creativeml-openrail-m", "LicenseRef-scancode-stable-diffusion-2022-08-22"),
        ("odc-by", "ODC-By-1.0"),
    ],
)
def test_a_tag_is_an_expression(tag: str, expression: str) -> None:
    statement = read(expression_of(tag))
    assert (str(statement.expression), statement.confidence) == (expression, Confidence.EXACT)


@pytest.mark.parametrize("tag", ["bsd", "cc", "gpl", "other", "unknown", "", "my-license", "(", "x" * 100_000])
def test_what_names_no_license_is_not_made_one(tag: str) -> None:
    assert read(expression_of(tag)).confidence in (Confidence.AMBIGUOUS, Confidence.UNKNOWN)


def test_every_id_of_the_table_is_known() -> None:
    for tag in hub_tags.TAGS:
        assert find(expression_of(tag)) is not None, tag


def test_licenses_that_only_the_hub_names_are_restricted() -> None:
    own = [expression_of(tag) for tag in hub_tags.TAGS if expression_of(tag).startswith("LicenseRef-huggingface-")]
    assert len(own) == 13
    assert all(Category.AI_USE_RESTRICTED in categories(name) for name in own)
    assert Category.NON_COMMERCIAL in categories("LicenseRef-huggingface-mnpl")
