"""A hub of models that the settings name answers what a pull request loads, over HTTP."""

import asyncio
from collections.abc import Iterator

import pytest

from app.facts.lookup import FactChain
from app.facts.online.wiring import Online
from app.gate import Gate
from app.policies import PolicyPlace, load_policy
from checks.model.facts import Facts
from checks.model.phrase import plain
from checks.model.report import Report
from tests.engine.trees import NOW, TreeSource
from tests.online.looked_up import Office
from tests.standins import Standins

CODE = (
    'model = AutoModel.from_pretrained("acme/talk")\n'
    'data = load_dataset("acme/words", revision="0123456789abcdef")\n'
    'other = AutoModel.from_pretrained("acme/secret")\n'
)


@pytest.fixture
def standins() -> Iterator[Standins]:
    with Standins() as running:
        yield running


def judged(office: Office) -> Report:
    policy = PolicyPlace(given=load_policy(b"version: 1\nai_models: {}\n", "policy.yaml"))

    async def run(online: Online) -> Report:
        facts = FactChain(Facts(), (), [online.packages], private=online.private)
        return (await Gate(policy, facts, lambda: NOW).judge(TreeSource({}, {"train.py": CODE}))).report

    return asyncio.run(office.within(run))


def test_the_hub_tells_the_licenses(standins: Standins) -> None:
    pages = standins.registry.pages
    pages["/hub/api/models/acme/talk/revision/main"] = {"cardData": {"license": "llama3.1"}}
    pages["/hub/api/datasets/acme/words/revision/0123456789abcdef"] = {"tags": ["license:cc-by-nc-4.0"]}
    office = Office(
        standins, REGISTRIES=f"huggingface={standins.registry.url}/hub", PRIVATE="pkg:huggingface/acme/secret"
    )
    found = {finding.rule: plain(finding.message) for finding in judged(office).findings}
    assert "acme/talk is LicenseRef-scancode-llama-3.1-license-2024" in found["model-license-not-allowed"]
    assert "acme/words is CC-BY-NC-4.0" in found["dataset-license-not-allowed"]
    assert "acme/secret" in found["model-license-unknown"]


def test_without_a_hub_nobody_is_asked_for_models(standins: Standins) -> None:
    rules = [finding.rule for finding in judged(Office(standins)).findings]
    assert rules.count("model-license-unknown") == 3
    assert "registries" not in standins.counts
