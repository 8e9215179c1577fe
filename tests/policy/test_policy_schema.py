"""The JSON Schema: what editors accept is what the gate accepts, as far as a schema can say it."""

import re
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given

from app.policies import SHAPES, load_policy
from checks.model.errors import PolicyError
from checks.policy.json_schema import DIALECT, json_schema
from checks.policy.starter import STARTER
from checks.policy.yaml_events import parse
from tests.policy.examples import EVERYTHING, as_json, error, waiver
from tests.policy.mutations import mutations, quick

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema(SHAPES)
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)


def accepts(text: str) -> bool:
    return VALIDATOR.is_valid(as_json(parse(text, "policy.yaml")))


def test_it_is_a_valid_schema_of_its_dialect() -> None:
    assert SCHEMA["$schema"] == DIALECT
    assert jsonschema_rs.meta.is_valid(SCHEMA)


def _uncommented(text: str) -> str:
    return re.sub(r"(?m)^( *)#(?=\S)", r"\1", text)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1",
        "version: 1\nsignoff: {}",
        "version: 1\nsignoff: off\nlicenses: 'off'\nmode: off",
        "version: 1\nminimum_version: 0.1",
        "version: 1\n" + waiver(id="7", ticket="123", versions="1.3", repositories="[2048]"),
        EVERYTHING,
        STARTER,
        (ROOT / "policy.yaml").read_text(encoding="utf-8"),
        _uncommented((ROOT / "policy.yaml").read_text(encoding="utf-8")),
    ],
)
def test_it_accepts_policies_that_load(text: str) -> None:
    load_policy(text.encode(), "policy.yaml")
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "mode: enforce",
        "version: 2",
        "version: '1'",
        "[version]",
        "version: 1\nlicences: {}",
        "version: 1\nmode: enforced",
        "version: 1\nsignoff:\n",
        "version: 1\nsignoff: on",
        "version: 1\ninventory: off",
        "version: 1\nowner: {team: example}",
        "version: 1\nowner: {team: ~}",
        "version: 1\nowner: {responds_within: 2 workdays}",
        "version: 1\nowner: {contact: http://example.com}",
        "version: 1\ncheck_names: {sign-off: DCO}",
        "version: 1\nlicenses: {allow: MIT}",
        "version: 1\nlicenses: {with_falls_back_to_base: 'true'}",
        "version: 1\nlicenses: {levels: {licence-unknown: block}}",
        "version: 1\nlicenses: {levels: {signoff-missing: block}}",
        "version: 1\nlicenses: {levels: {license-unknown: blok}}",
        "version: 1\nlicenses: {guidance: {license-unknown: {link: 'https://example.com'}}}",
        "version: 1\nlicenses: {exceptions: [{package: pkg:npm/a, allow: [MIT]}]}",
        "version: 1\n" + waiver(expires=None),
        "version: 1\n" + waiver(approved_by=None),
        "version: 1\n" + waiver(expires="soon"),
        "version: 1\n" + waiver(rules="[license_not_allowed]"),  # a misspelt id may be a rule that the policy writes
        "version: 1\n" + waiver(package="left-pad"),
        "version: 1\n" + waiver(commits="[abc]"),
        "version: 1\n" + waiver(reason="{code: a}"),
        "version: 1\n" + waiver(reason="true"),
    ],
)
def test_it_refuses_structural_faults_as_the_loader_does(text: str) -> None:
    assert not accepts(text)
    error(text)


def _loads(text: str) -> bool:
    try:
        load_policy(text.encode(), "policy.yaml")
    except PolicyError:
        return False
    return True


@quick
@given(mutations())
def test_whatever_loads_is_accepted(text: str) -> None:
    assert not _loads(text) or accepts(text)


def test_every_key_is_described() -> None:
    def undescribed(schema: object, path: str = "") -> list[str]:
        if isinstance(schema, list):
            return [found for item in schema for found in undescribed(item, path)]
        if not isinstance(schema, dict):
            return []
        properties = schema.get("properties", {})
        if "type" not in schema:  # the keys of a shape, one of which has that name
            properties = {}
        own = [f"{path}.{name}" for name, item in properties.items() if path and not item.get("description")]
        below = [
            item for key, value in schema.items() if key != "default" for item in undescribed(value, f"{path}.{key}")
        ]
        return own + below

    assert undescribed(SCHEMA["properties"], "root") == []
