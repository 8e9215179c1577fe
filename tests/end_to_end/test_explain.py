"""Why a verdict says what it says: the page, its JSON and the command tell one tree, to those who may see it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from checks.render.explained import text
from tests.end_to_end.examples import CLEAN, SIGNED, npm
from tests.end_to_end.explaining import POLICY, TOKEN, Explaining
from tests.simulator import Pull
from tests.standins import Standins

GLYPH = {"purl": "pkg:npm/glyph-core", "version": "2.1.0"}


@pytest.fixture(scope="module")
def standins() -> Iterator[Standins]:
    with Standins() as all_:
        all_.osv.knows("GHSA-1", "npm", "glyph-core", "2.1.0", database_specific={"severity": "HIGH"})
        yield all_


@pytest.fixture(scope="module")
def stage(standins: Standins, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explaining]:
    policy = f"{POLICY}vulnerabilities: {{}}\n"
    folder = tmp_path_factory.mktemp("explaining")
    with Explaining(folder, policy, OSPO_GATE_ONLINE="true", **standins.environment()) as running:
        yield running


@pytest.fixture(scope="module")
def vault(stage: Explaining) -> Pull:
    return stage.judged(stage.sim.create_repository("example", "vault", private=True, files=CLEAN))


@pytest.fixture(scope="module")
def web(stage: Explaining) -> Pull:
    """On a public repository, with a commit that nobody signed off."""
    return stage.judged(stage.sim.create_repository("example", "web", files=CLEAN), message="Change something")


def words(html: str) -> str:
    """The page as somebody reads it."""
    told = re.sub(r'<span[^>]*(?:aria-hidden="true"|class="aloud")[^>]*>.*?</span>', "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", told)).split())


def steps(found: Sequence[Any]) -> Iterator[str]:
    """What each step of a document says, as its renderings do."""
    for step in found:
        yield " ".join((f"{step['what']}: {step['actual']}" if step["actual"] else step["what"]).split())
        yield from steps(step["steps"])


def stand_in_order(told: str, wanted: Sequence[str]) -> None:
    at = 0
    for step in wanted:
        at = told.find(step, at)
        assert at >= 0, step
        at += len(step)


def test_the_page_its_json_and_the_command_tell_one_tree(stage: Explaining, vault: Pull) -> None:
    page = f"{stage.page(vault)}/explain"
    with stage.signed_in() as ada:
        document = ada.get(f"{page}.json", params=GLYPH).json()
        html = ada.get(page, params=GLYPH).text
    command = [str(Path(sys.executable).with_name("ospo-gate")), "policy", "explain", "--server", stage.url]
    command += [
        "--repository",
        "example/vault",
        "--pull",
        str(vault.number),
        "--dependency",
        "pkg:npm/glyph-core@2.1.0",
    ]
    assert f"--repository example/vault --pull {vault.number} --dependency pkg:npm/glyph-core@2.1.0" in html
    environment = {**os.environ, "OSPO_GATE_API_TOKEN": TOKEN}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == text(document, (), 100)

    package = document["package"]
    assert [(check["id"], check["result"]) for check in package["checks"]] == [
        ("licenses", "blocks"), ("vulnerabilities", "blocks"), ("freshness", "warns"), ("packages", "in order"),
        ("custom_rules", "in order"),
    ]  # fmt: skip
    trees = [check["steps"] for check in package["checks"]]
    trees += [package["facts"], document["layers"], *(item["steps"] for item in package["waivers"])]
    in_terminal, on_page = (" ".join(run.stdout.split()), words(html))
    for tree in trees:
        stand_in_order(in_terminal, tuple(steps(tree)))
        stand_in_order(on_page, tuple(steps(tree)))
    assert html.count('class="step"') == sum(len(tuple(steps(tree))) for tree in trees)
    for check in package["checks"]:
        for rule in check["rules"]:
            for finding in rule["findings"]:
                assert finding["message"] in on_page
                assert finding["message"] in in_terminal


def test_the_findings_are_those_of_the_verdict_and_the_facts_those_that_are_kept(
    stage: Explaining, vault: Pull, standins: Standins
) -> None:
    with stage.signed_in() as ada:
        verdict = ada.get(f"{stage.page(vault)}.json").json()["report"]
        before = len(standins.osv.paths) + len(standins.depsdev.paths)
        document = ada.get(f"{stage.page(vault)}/explain.json", params=GLYPH).json()
    assert len(standins.osv.paths) + len(standins.depsdev.paths) == before, "somebody was asked"
    told = [f for check in document["package"]["checks"] for rule in check["rules"] for f in rule["findings"]]
    about = [f for f in verdict["findings"] if f["subject"]["purl"] == GLYPH["purl"]]
    key = ("id", "rule", "level", "counts", "path", "message", "evidence")
    assert sorted([f[name] for name in key] for f in told) == sorted([f[name] for name in key] for f in about)
    assert "GHSA-1" in str(document["package"]["facts"])
    assert document["verdict"]["notes"] == []


def test_every_rule_leads_to_its_place_on_the_page_of_the_policy(stage: Explaining, vault: Pull, web: Pull) -> None:
    found = set()
    with stage.signed_in() as ada:
        pages = [stage.page(vault), stage.page(web), f"{stage.page(vault)}/explain?{httpx.QueryParams(GLYPH)}"]
        for page in pages:
            links = re.findall(r'href="([^"]*/policy#[^"]*)"', ada.get(page).text)
            assert links
            found.update(links)
        policy = ada.get(f"{stage.url}/policy").text
    anchors = {link.partition("#")[2] for link in found}
    assert {"license-not-allowed", "signoff-missing", "no-gpl-in-firmware"} <= anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in policy] == []


def test_who_may_not_see_the_repository_sees_no_tree(stage: Explaining, vault: Pull) -> None:
    stage.sim.create_user("eve")
    page = f"{stage.page(vault)}/explain"
    with stage.signed_in("eve") as eve:
        for address in (page, f"{page}.json", f"{page}?{httpx.QueryParams(GLYPH)}", f"{page}?finding=lic-000"):
            assert eve.get(address).status_code == 404
            assert httpx.get(address).status_code == 404


def test_on_a_public_repository_nothing_private_is_shown(stage: Explaining, web: Pull) -> None:
    page = f"{stage.page(web)}/explain"
    listed = httpx.get(page, headers={"Accept": "text/html"}).text
    assert "glyph-core" in listed
    report = httpx.get(f"{stage.page(web)}.json").json()["report"]
    (unsigned,) = [f["id"] for f in report["findings"] if f["rule"] == "signoff-missing"]
    assert httpx.get(f"{page}.json", params=GLYPH).json()["package"]["waivers"] == []
    for query in (GLYPH, {"finding": unsigned}):
        for answer in (httpx.get(page, params=query), httpx.get(f"{page}.json", params=query)):
            assert answer.status_code == 200
            for private in ("Nobody may read", "@grace", "secret-", "@example/ospo", "Waivers", "properties.tier"):
                assert private not in answer.text


def test_a_finding_about_a_commit_has_its_rule_and_its_evidence(stage: Explaining, web: Pull) -> None:
    report = httpx.get(f"{stage.page(web)}.json").json()["report"]
    (unsigned,) = [f for f in report["findings"] if f["rule"] == "signoff-missing"]
    html = httpx.get(stage.page(web), headers={"Accept": "text/html"}).text
    assert f"/explain?finding={unsigned['id']}" in html
    told = words(httpx.get(f"{stage.page(web)}/explain", params={"finding": unsigned["id"]}).text)
    assert "signoff-missing: block, in the check sign-off" in told
    for fact in unsigned["evidence"]:
        assert f"{fact['what']}: {fact['actual']}" in told


def test_a_package_can_be_typed_and_one_that_is_not_there_is_said_not_to_be(stage: Explaining, web: Pull) -> None:
    page = f"{stage.page(web)}/explain"
    for typed in ("npm:glyph-core@2.1.0", "npm:glyph-core", "pkg:npm/glyph-core@2.1.0"):
        assert "glyph-core 2.1.0 is blocked" in words(httpx.get(page, params={"purl": typed}).text)
    for query in (
        {"purl": "npm:other@1"},
        {"purl": "???"},
        {"finding": "lic-000"},
        {"color": "red"},
        {"purl": "a" * 3000},
    ):
        answer = httpx.get(page, params=query)
        assert (answer.status_code, "Not in this change" in answer.text) == (404, True), query


def test_an_older_head_is_explained_by_what_is_kept(stage: Explaining) -> None:
    shop = stage.sim.create_repository("example", "shop", files=CLEAN)
    change = stage.judged(shop)
    before = stage.page(change)
    shop.commit("change-1", npm(tiny=("1.0.0", "MIT", [])), f"Without\n\n{SIGNED}", stage.ada)
    stage.verdict(shop, change.head_sha)
    stage.settle()
    document = httpx.get(f"{before}/explain.json", params=GLYPH).json()
    (note, *_) = document["verdict"]["notes"]
    assert note.startswith("What was read of this head is not kept any more")
    assert document["package"]["conclusion"] == "blocked"
    assert "is not kept any more" in httpx.get(f"{before}/explain", headers={"Accept": "text/html"}).text


def test_the_policy_that_judged_explains_the_verdict(stage: Explaining) -> None:
    closed = stage.judged(stage.sim.create_repository("example", "closed", files=CLEAN))
    closed.close(stage.ada)
    stage.settle()
    milder = POLICY.replace("permissive]", "permissive, strong-copyleft]")
    stage.policy.commit("main", {"policy.yaml": milder}, "Allow more", stage.ada)
    again = stage.judged(stage.sim.create_repository("example", "opened", files=CLEAN))
    results = {}
    for change in (closed, again):
        document = httpx.get(f"{stage.page(change)}/explain.json", params=GLYPH).json()
        assert not [note for note in document["verdict"]["notes"] if "policy" in note]
        results[change.repository.name] = document["package"]["checks"][0]["result"]
    stage.policy.commit("main", {"policy.yaml": stage.text}, "As before", stage.ada)
    assert results == {"closed": "blocks", "opened": "in order"}
