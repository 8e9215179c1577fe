"""A preview judges each distinct case once, and custom rules say what makes cases distinct."""

from app.policies import load_policies
from checks.engine.preview import Comparison
from checks.model.facts import RepositoryFacts
from checks.policy.files import PolicyFiles
from checks.policy.layers import PolicySet
from tests.custom.examples import NOW


def policies(when: str = "") -> PolicySet:
    rule = f"  - {{id: some-rule, when: '{when}', message: x}}\n" if when else ""
    return load_policies(PolicyFiles(f"version: 1\ncustom_rules:\n{rule or '  []'}".encode(), "policy.yaml"))


def pairs(when: str) -> int:
    comparison = Comparison(policies(), policies(when), NOW)
    for name, tier in (("a", "web"), ("b", "web"), ("c", "firmware")):
        known = {"tier": tier, "team": name}
        comparison.pair(RepositoryFacts(f"example/{name}", "public", properties=known, properties_known=True))
    return len(comparison.pairs)


def test_repositories_are_told_apart_by_what_the_rules_read() -> None:
    assert pairs('dependency.name == "a"') == 1
    assert pairs('repository.properties.tier == "web"') == 2
    assert pairs('repository.properties["tier"] == "web"') == 2
    assert pairs('repository.properties.exists(name, name == "tier")') == 3
    assert pairs('repository.name == "example/a"') == 3


def test_paths_and_what_brings_a_package_count_only_where_a_rule_reads_them() -> None:
    def kinds(when: str) -> tuple[bool, bool]:
        comparison = Comparison(policies(), policies(when), NOW)
        comparison.pair(RepositoryFacts("example/a"))
        found = comparison.kinds()
        return found.paths, found.below

    assert kinds('dependency.name == "a"') == (False, False)
    assert kinds('dependency.paths.exists(p, p.startsWith("x/"))') == (True, False)
    assert kinds('dependency.via == "a"') == (False, True)
